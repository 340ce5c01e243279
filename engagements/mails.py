"""What engagements tell people by mail; each is a row in the transaction that makes it true, said once per key."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation

from catalog.models import StaffRole
from engagements.models import Assignment, Engagement, EventDay, HoursBudget, ReadinessMark, Task
from engagements.queries.engagements import current_assignments
from engagements.queries.ladder import Recipient
from engagements.queries.promises import Promise, promise
from outbox.actions import compose, enqueue
from outbox.models import Message
from outbox.rendering import render_mail
from scheduling.models import StaffMember
from webex.models import FoundRecording

# The coordinator is in touch with the customer and reads the desk; a mail for every engagement would only be noise.
TOLD = (StaffRole.PM, StaffRole.ANALYST, StaffRole.PRODUCER)


def tell_assigned(engagement: Engagement, assignments: Iterable[Assignment], *, days: Sequence[EventDay], now: datetime) -> None:
    """Tell people that they are on an engagement from now on, once per assignment."""
    enqueue(*assigned(engagement, assignments, days=days, now=now))


def assigned(engagement: Engagement, assignments: Iterable[Assignment], *, days: Sequence[EventDay], now: datetime) -> list[Message]:
    """Write what tells people that they are on an engagement from now on, once per assignment."""
    about = facts(engagement, days)
    return [
        _to_staff("assigned", engagement, each, about, key=f"{engagement.number}/assigned/{each.pk}", now=now)
        for each in _told(assignments)
    ]


def tell_moved(
    engagement: Engagement,
    *,
    left: Iterable[Assignment],
    came: Iterable[Assignment],
    stayed: Iterable[Assignment],
    days: Sequence[EventDay],
    now: datetime,
) -> None:
    """Tell the new time to who stays, the whole engagement to who comes, and who leaves that they are free."""
    about = facts(engagement, days)
    moved = [
        _to_staff("moved", engagement, each, about, key=f"{engagement.number}/moved/{each.pk}/{now.isoformat()}", now=now)
        for each in _told(stayed)
    ]
    enqueue(*moved, *assigned(engagement, came, days=days, now=now), *_released(engagement, left, about, now=now))


def tell_recording_found(engagement: Engagement, recording: FoundRecording, *, now: datetime) -> None:
    """Tell the analyst or producer that a recording is there, with its link, once per recording; they confirm it. Source: S71, S93"""
    about = facts(engagement, list(engagement.days.order_by("position"))) | {"recording": recording}
    who = engagement.assignments.filter(ended_at__isnull=True, role__in=[StaffRole.ANALYST, StaffRole.PRODUCER])
    enqueue(
        *(
            _to_staff("recording_found", engagement, each, about, key=f"{engagement.number}/recording/{recording.pk}/{each.pk}", now=now)
            for each in who.select_related("staff__user")
        )
    )


def tell_cancelled(engagement: Engagement, team: Iterable[Assignment], *, now: datetime) -> None:
    """Tell the team that the assist will not take place, once per assignment."""
    about = facts(engagement, list(engagement.days.order_by("position")))
    enqueue(
        *(
            _to_staff("called_off", engagement, each, about, key=f"{engagement.number}/called-off/{each.pk}", now=now)
            for each in _told(team)
        )
    )


def covered(
    engagement: Engagement, *, left: Iterable[Assignment], came: Assignment, days: Sequence[EventDay], now: datetime
) -> Iterator[Message]:
    """Write what tells who stands in, who is free now, and the customer, once per new assignment."""
    about = facts(engagement, days)
    yield from assigned(engagement, [came], days=days, now=now)
    yield from _released(engagement, left, about, now=now)
    yield write(
        "team_changed",
        engagement,
        about | {"user": came.staff.user, "role": came.get_role_display},
        to=engagement.contact_email,
        language=engagement.language,
        key=f"{engagement.number}/team-changed/{came.pk}",
        now=now,
    )


def tell_cover_needed(engagement: Engagement, coordinator: StaffMember, *, away: StaffMember, since: datetime, now: datetime) -> None:
    """Tell the coordinator that nobody is free to stand in, once per absence."""
    send(
        "cover_needed",
        engagement,
        facts(engagement, list(engagement.days.order_by("position"))) | {"user": coordinator.user, "away": away.user},
        to=coordinator.user.email,
        language=coordinator.user.language,
        key=f"{engagement.number}/cover-needed/{away.pk}/{since.isoformat()}",
        now=now,
    )


def warnings(task: Task, told: Iterable[Recipient], *, rung: int, said_at: datetime, late: bool, now: datetime) -> Iterator[Message]:
    """Write what warns people of a promise that is due, or tells them that it was missed: once per person, due time and rung."""
    engagement = task.engagement
    assert task.due_at
    for each in told:
        path = f"/my-day/engagements/{engagement.number}/" if each.is_staff else f"/orders/{engagement.number}/board/"
        with translation.override(each.language):
            shown = promise(task, now=now)
        yield write(
            "task_missed" if said_at >= task.due_at else "task_due",
            engagement,
            {
                "engagement": engagement,
                "package": engagement.package,
                "organisation": engagement.organisation,
                "promise": shown,
                "name": each.name,
                "is_staff": each.is_staff,
                "now": now,
                "planned_at": said_at if late else None,
                "url": f"{settings.PORTAL_URL}{path}",
            },
            to=each.email,
            language=each.language,
            key=f"{engagement.number}/warning/{task.key}/{task.due_at.isoformat()}/{rung}/{each.email}",
            now=now,
        )


def tell_still_owed(engagement: Engagement, owed: Sequence[Promise], *, mark: ReadinessMark, now: datetime) -> None:
    """Tell the customer what is still open at a mark before the event, once per mark; `owed` is in the contact's language."""
    context = facts(engagement, list(engagement.days.order_by("position"))) | {"owed": owed, "mark": mark, "now": now}
    context["board_url"] = f"{context['order_url']}board/"
    key = f"{engagement.number}/still-owed/{mark.days}/{mark.starts_at.isoformat()}"
    send("still_owed", engagement, context, to=engagement.contact_email, language=engagement.language, key=key, now=now)


def tell_hours_low(engagement: Engagement, budget: HoursBudget, *, used: int, now: datetime) -> None:
    """Tell the project manager, else the coordinator, that three quarters of the hours are used: once per limit. Source: S91"""
    team = list(current_assignments(engagement))
    told = [each for each in team if each.role == StaffRole.PM] or [each for each in team if each.role == StaffRole.COORDINATOR]
    allowed = budget.allowed_minutes
    about = {
        "engagement": engagement,
        "package": engagement.package,
        "organisation": engagement.organisation,
        "kind": budget.get_kind_display,
        "used": used,
        "allowed": allowed,
        "left": allowed - used,
        "url": f"{settings.PORTAL_URL}/my-day/engagements/{engagement.number}/",
    }
    for each in told:
        user = each.staff.user
        key = f"{engagement.number}/hours-low/{budget.kind}/{allowed}/{user.email}"
        send("hours_low", engagement, about | {"user": user}, to=user.email, language=user.language, key=key, now=now)


def tell_nobody_left(engagement: Engagement, coordinator: StaffMember, *, asked: Assignment, now: datetime) -> None:
    """Tell the coordinator that the last one who could be asked does not take it, once per seat."""
    about = facts(engagement, list(engagement.days.order_by("position")))
    send(
        "nobody_left",
        engagement,
        about | {"user": coordinator.user, "asked": asked.staff.user, "assignment": asked, "role": asked.get_role_display},
        to=coordinator.user.email,
        language=coordinator.user.language,
        key=f"{engagement.number}/nobody-left/{asked.pk}",
        now=now,
    )


def _released(engagement: Engagement, left: Iterable[Assignment], about: Mapping[str, Any], *, now: datetime) -> list[Message]:
    return [_to_staff("released", engagement, each, about, key=f"{engagement.number}/released/{each.pk}", now=now) for each in _told(left)]


def _told(assignments: Iterable[Assignment]) -> list[Assignment]:
    return [each for each in assignments if each.role in TOLD]


def facts(engagement: Engagement, days: Sequence[EventDay]) -> dict[str, Any]:
    """Say what every mail about an engagement shows."""
    return {
        "engagement": engagement,
        "package": engagement.package,
        "organisation": engagement.organisation,
        "days": days,
        "order_url": f"{settings.PORTAL_URL}/orders/{engagement.number}/",
    }


def _to_staff(
    template: str, engagement: Engagement, assignment: Assignment, facts: Mapping[str, Any], *, key: str, now: datetime
) -> Message:
    user, token = assignment.staff.user, assignment.answer_token
    answer_url = f"{settings.PORTAL_URL}/answer/{token}/" if token else ""
    context = {**facts, "user": user, "role": assignment.get_role_display, "assignment": assignment, "answer_url": answer_url}
    return write(template, engagement, context, to=user.email, language=user.language, key=key, secret=bool(token), now=now)


def send(template: str, engagement: Engagement, context: Mapping[str, Any], **how: Any) -> None:
    """Render one mail in the recipient's language and put it into the outbox, once per key; asked like `write`."""
    enqueue(write(template, engagement, context, **how))


def write(
    template: str,
    engagement: Engagement,
    context: Mapping[str, Any],
    *,
    to: str,
    language: str,
    key: str,
    now: datetime,
    secret: bool = False,
    calendar: bytes = b"",
    calendar_method: str = "",
) -> Message:
    """Render one mail in the recipient's language, for the outbox."""
    return compose(
        render_mail(template, context, language),
        key=key,
        to=to,
        about=engagement.number,
        organisation=engagement.organisation,
        secret=secret,
        calendar=calendar,
        calendar_method=calendar_method,
        now=now,
    )
