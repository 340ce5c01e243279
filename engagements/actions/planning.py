"""The project manager's own work: deliverables, the communication log, and putting off what comes later. Source: S80"""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers.models import User
from customers.refusals import Refusal
from engagements.actions.crediting import credited_to
from engagements.actions.locking import EngagementOver, lock
from engagements.duties import alert_at
from engagements.models import Communication, Deliverable, Engagement, Task
from scheduling.localtime import same_wall_time_days_later

FARTHEST = 60  # days
NEVER_SHIFTED = "RECORDING"  # the ladder of the 48 hours: a promise to the customer by the hour; Source: S93


class NotShiftable(Refusal):
    """A promise that is due, kept, or counted by the hour stays where it is: a breach is never shifted away."""

    code = "not_shiftable"
    sentence = _("Only an open duty that is not due yet can be put off, and none that is counted in hours after a session.")


class ShiftOutOfRange(Refusal):
    """So many days are no plan."""

    code = "shift_out_of_range"
    status = 422
    sentence = _("Shift by 1 to %(most)d days, earlier or later, and not into the past.")


class AlreadyDelivered(Refusal):
    """It was handed over before."""

    code = "already_delivered"
    sentence = _("This was delivered already.")


def shift_the_rest(task: Task, *, days: int, by: User | None, now: datetime) -> list[Task]:
    """Put off this duty and every later open one of its lane by so many days (negative: earlier), and return them.

    Wall times stay as they are. What is due already, and what is counted in hours after a session, stays. Locks the engagement.

    :raises NotShiftable: when the duty itself cannot be shifted.
    :raises ShiftOutOfRange: for no days, too many, or when one would be due in the past.
    :raises EngagementOver: when the event has taken place or was cancelled.
    Source: S80
    """
    with transaction.atomic(), credited_to(by):
        engagement = _going_on(Engagement(pk=task.engagement_id))
        lane = Task.objects.select_related("template").filter(
            engagement=engagement, state=Task.State.OPEN, phase=task.phase, due_at__gt=now
        )
        rows = list(lane.exclude(template__ladder=NEVER_SHIFTED).order_by("due_at", "pk"))
        first = next((each for each in rows if each.pk == task.pk), None)
        if first is None:
            raise NotShiftable
        later = [each for each in rows if each.due_at and first.due_at and each.due_at >= first.due_at]
        _shift(later, days, engagement.zone, now=now)
        return later


def add_deliverable(engagement: Engagement, *, title: str, due_on: date | None, by: User | None, now: datetime) -> Deliverable:
    """Note something that the customer is to get. Source: S80"""
    return Deliverable.objects.create(
        organisation_id=engagement.organisation_id, engagement=engagement, title=title.strip(), due_on=due_on, added_at=now, added_by=by
    )


def deliver(deliverable: Deliverable, *, link: str, by: User | None, now: datetime) -> Deliverable:
    """Record that it was handed over, and where it is. Locks the deliverable.

    :raises AlreadyDelivered: when it was.
    Source: S80
    """
    with transaction.atomic():
        found = Deliverable.objects.select_for_update(of=("self",)).get(pk=deliverable.pk)
        if found.delivered_at is not None:
            raise AlreadyDelivered
        found.delivered_at, found.link = now, link
        found.save(update_fields=["delivered_at", "link"])
        return found


def log_communication(
    engagement: Engagement, *, at: datetime, channel: str, with_whom: str, summary: str, by: User | None
) -> Communication:
    """Note when, how and with whom something was talked about. Source: S80"""
    return Communication.objects.create(
        organisation_id=engagement.organisation_id,
        engagement=engagement,
        at=at,
        channel=channel,
        with_whom=with_whom.strip(),
        summary=summary.strip(),
        noted_by=by,
    )


def _going_on(engagement: Engagement) -> Engagement:
    current = lock(engagement)
    if current.is_over:
        raise EngagementOver
    return current


def _shift(tasks: list[Task], days: int, zone: str, *, now: datetime) -> None:
    if not 1 <= abs(days) <= FARTHEST:
        raise ShiftOutOfRange(most=FARTHEST)
    for each in tasks:
        assert each.due_at
        each.due_at = same_wall_time_days_later(each.due_at, zone, days)
        if each.due_at <= now:
            raise ShiftOutOfRange(most=FARTHEST)
        each.next_alert_at = alert_at(each.template.ladder, each.due_at, now)
    Task.objects.bulk_update(tasks, ["due_at", "next_alert_at"])
