"""The end of an engagement: cancelled with its order, or worked through and closed."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from catalog.models import TaskTemplate
from customers.models import User
from engagements import mails
from engagements.actions.appointments import cancel_appointments
from engagements.actions.crediting import credited_to
from engagements.actions.locking import EngagementOver, lock
from engagements.actions.staffing import unseat
from engagements.models import Assignment, Engagement, EventDay, Task
from engagements.queries import current_assignments

LONGEST_LEAD_IN = timedelta(hours=24)  # no staffed window opens earlier than this before its event: it only narrows the search
UNDO_WITHIN = timedelta(minutes=1)  # so long a tick can be taken back, and so long nothing closes behind it
CLOSES_AFTER = timedelta(days=30)  # what is still open then stays visible as broken and holds nothing up


def cancel_engagement(engagement: Engagement, *, by: User | None, now: datetime) -> Engagement:
    """Cancel the work: what is open is no longer owed, and the team is told and free.

    Bookings are released by the caller, whose order holds their reference. Safe to run twice. Locks the engagement.

    :raises EngagementOver: when the event has taken place.
    Source: S53
    """
    with transaction.atomic(), credited_to(by):
        current = lock(engagement)
        if current.state == Engagement.State.CANCELLED:
            return current
        if current.is_over:
            raise EngagementOver
        team = list(current_assignments(current))
        current.state, current.closed_at = Engagement.State.CANCELLED, now
        current.save(update_fields=["state", "closed_at"])
        Task.objects.filter(engagement=current, state=Task.State.OPEN).update(state=Task.State.CANCELLED, next_alert_at=None)
        unseat(team, because=Assignment.Ended.CANCELLED, now=now)
        cancel_appointments(current, now=now)
        mails.tell_cancelled(current, team, now=now)
        return current


@transaction.atomic
def sync_states(*, now: datetime) -> int:
    """Carry engagements along with the clock and return how many changed; a sweep over every organisation. Safe to run twice.

    RUNNING from the first staffed minute. WRAPPING_UP when the event and its windows have ended. CLOSED when the provider
    owes nothing more, or 30 days after the end. A sweep that comes late takes all the steps it missed.
    """
    return _start(now) + _wrap_up(now) + _close(now)


def _start(now: datetime) -> int:
    opened = EventDay.objects.filter(engagement=OuterRef("pk"), window_starts_at__lte=now)
    waiting = Engagement.objects.filter(
        Exists(opened), state__in=[Engagement.State.OPEN, Engagement.State.STAFFED], starts_at__lte=now + LONGEST_LEAD_IN
    )
    return waiting.update(state=Engagement.State.RUNNING)


def _wrap_up(now: datetime) -> int:
    ahead = EventDay.objects.filter(engagement=OuterRef("pk"), window_ends_at__gt=now)
    ended = Engagement.objects.filter(~Exists(ahead), state=Engagement.State.RUNNING, starts_at__lte=now, ends_at__lte=now)
    return ended.update(state=Engagement.State.WRAPPING_UP)


def _close(now: datetime) -> int:
    owed = Task.objects.filter(engagement=OuterRef("pk"), state=Task.State.OPEN, side=TaskTemplate.Side.PROVIDER)
    done = Engagement.objects.filter(
        Q(ends_at__lte=now - CLOSES_AFTER) | ~Exists(owed), state=Engagement.State.WRAPPING_UP, starts_at__lte=now
    )
    fresh = Task.objects.filter(engagement=OuterRef("pk"), recorded_at__gt=now - UNDO_WITHIN)
    keys = list(done.exclude(Exists(fresh)).order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    if not keys:
        return 0
    Task.objects.filter(engagement__in=keys, next_alert_at__isnull=False).update(next_alert_at=None)
    Assignment.objects.filter(engagement__in=keys, ended_at__isnull=True).update(ended_at=now, ended_because=Assignment.Ended.CLOSED)
    return Engagement.objects.filter(pk__in=keys).update(state=Engagement.State.CLOSED, closed_at=now)
