"""Red flags: what the customer still owes at the marks before an event, looked at and said once per mark."""

from datetime import datetime

from django.db import transaction
from django.utils import translation

from engagements import mails
from engagements.actions.locking import lock
from engagements.models import Engagement, ReadinessMark
from engagements.queries import promise_list
from engagements.queries.readiness import readiness_of, still_owed
from engagements.readiness import last_mark

AHEAD = (Engagement.State.OPEN, Engagement.State.STAFFED)


@transaction.atomic
def flag_open_items(engagement: Engagement, *, now: datetime) -> ReadinessMark | None:
    """Look at what the customer still owes at the mark that has passed, and write to the contact when there is something.

    None when that mark was looked at already, or none has passed. A mark missed by an outage is looked at once, late; of several
    only the nearest to the event. Safe to run twice. Locks the engagement.
    """
    current = lock(engagement)
    days = last_mark(current.starts_at, current.zone, opened_at=current.opened_at, now=now)
    looked = ReadinessMark.objects.filter(organisation_id=current.organisation_id, engagement=current, starts_at=current.starts_at)
    if current.state not in AHEAD or days is None or looked.filter(days__lte=days).exists():
        return None
    with translation.override(current.language):  # what is owed is named for the contact
        promises = promise_list(current, now=now)
    owed = still_owed(promises)
    mark = ReadinessMark.objects.create(
        organisation_id=current.organisation_id, engagement=current, starts_at=current.starts_at, days=days, looked_at=now,
        open_items=len(owed), percent=readiness_of(promises).percent,
    )  # fmt: skip
    if owed:
        mails.tell_still_owed(current, owed, mark=mark, now=now)
    return mark
