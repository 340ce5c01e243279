"""How ready an event is, what the customer still owes before it, and which marks have passed."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import DateTimeField, F, Min, Q

from customers.statements import Given, Statement
from engagements.models import Engagement, ReadinessMark
from engagements.queries.promises import Promise
from engagements.readiness import BEFORE_THE_EVENT, MARKS, Item, Readiness, last_mark, readiness

_MARKS = Statement(
    ReadinessMark.objects.filter(
        organisation_id=Given("organisation"), engagement_id=Given("engagement"), starts_at=Given("starts_at", DateTimeField())
    ).order_by("-days")
)
SLACK = timedelta(hours=3)  # a clock change moves a mark by as much at most


def readiness_of(promises: Iterable[Promise]) -> Readiness:
    """Weigh what both sides have to do before the event."""
    return readiness(Item(each.phase, each.evidence_wanted, each.state, each.is_ours) for each in promises)


def still_owed(promises: Iterable[Promise]) -> list[Promise]:
    """List what the customer has still to do before the event. Source: S97 to S126"""
    return [each for each in promises if not each.is_ours and each.is_open and each.phase in BEFORE_THE_EVENT]


def marks_of(engagement: Engagement) -> list[ReadinessMark]:
    """List the marks that were looked at for the event's present time, farthest first."""
    return _MARKS.ask(organisation=engagement.organisation_id, engagement=engagement.pk, starts_at=engagement.starts_at)


def engagements_at_a_mark(*, now: datetime) -> list[int]:
    """Find the engagements ahead whose latest mark has passed and was not looked at."""
    looked = Min("marks__days", filter=Q(marks__starts_at=F("starts_at")))
    ahead = Engagement.objects.filter(
        state__in=[Engagement.State.OPEN, Engagement.State.STAFFED],
        starts_at__gt=now,
        starts_at__lte=now + timedelta(days=max(MARKS)) + SLACK,
    )
    found = []
    for each in ahead.annotate(looked=looked).only("starts_at", "zone", "opened_at").order_by("starts_at", "id"):
        days = last_mark(each.starts_at, each.zone, opened_at=each.opened_at, now=now)
        if days is not None and (each.looked is None or days < each.looked):
            found.append(each.pk)
    return found
