"""Opening the engagement of an order that was just confirmed, inside the transaction that confirms it."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from catalog.models import PackageRole, TaskTemplate
from customers.models import User
from engagements import mails
from engagements.actions.crediting import credited_to
from engagements.actions.staffing import choose_team, seat, staffed_state
from engagements.brief import Brief
from engagements.duties import Calendar, plan
from engagements.models import Engagement, EventDay, Task
from scheduling.models import StaffMember

PER_DAY = {TaskTemplate.Anchor.DAY_START, TaskTemplate.Anchor.DAY_END}


def open_engagement(brief: Brief, *, by: User | None, now: datetime) -> Engagement:
    """Open the work of an order: its team, its event days, and what each side owes with due times.

    The booked person and the PM are told by mail. Bulk inserts only: this runs while a customer waits for a confirmation.
    Source: S74, S75, S76, S97 to S126
    """
    with transaction.atomic(), credited_to(by):
        return _open(brief, now=now)


def templates_for(brief: Brief) -> list[TaskTemplate]:
    """Return the duties that the order's answers switch on."""
    always = Q(condition__in=[TaskTemplate.Condition.ALWAYS, *brief.conditions])
    asked = Q(condition=TaskTemplate.Condition.SERVICE, service__code__in=brief.services)
    return list(TaskTemplate.objects.filter(always | asked, package_id=brief.package_id).order_by("position", "id"))


def _open(brief: Brief, *, now: datetime) -> Engagement:
    team = list(PackageRole.objects.filter(package_id=brief.package_id).order_by("id"))
    booked = None if brief.staff_id is None else StaffMember.objects.select_related("user").get(pk=brief.staff_id)
    people = choose_team(team, booked=booked, organisation_id=brief.organisation_id, language=brief.assist_language, now=now)
    engagement = _engagement(brief, state=staffed_state(team, [role for role, _staff, _reason in people]), now=now)
    engagement.save(force_insert=True)
    days = _days(engagement, brief)
    Task.objects.bulk_create(_tasks(engagement, templates_for(brief), days, now=now))
    assignments = seat(engagement, people, now=now)
    mails.tell_assigned(engagement, assignments, days=days, now=now)
    return engagement


def _engagement(brief: Brief, *, state: str, now: datetime) -> Engagement:
    return Engagement(
        organisation_id=brief.organisation_id,
        number=brief.number,
        reference=brief.reference,
        package_id=brief.package_id,
        title=brief.title,
        contact_name=brief.contact_name,
        contact_email=brief.contact_email,
        language=brief.language,
        assist_language=brief.assist_language,
        zone=brief.zone,
        starts_at=brief.days[0].starts_at,
        ends_at=brief.days[-1].ends_at,
        state=state,
        answers={"conditions": sorted(brief.conditions), "services": sorted(brief.services)},
        opened_at=now,
    )


def _days(engagement: Engagement, brief: Brief) -> list[EventDay]:
    return EventDay.objects.bulk_create(
        EventDay(
            organisation_id=engagement.organisation_id,
            engagement=engagement,
            position=position,
            starts_at=day.starts_at,
            ends_at=day.ends_at,
            window_starts_at=day.window_starts_at,
            window_ends_at=day.window_ends_at,
        )
        for position, day in enumerate(brief.days, start=1)
    )


def _tasks(engagement: Engagement, templates: Iterable[TaskTemplate], days: Sequence[EventDay], *, now: datetime) -> Iterable[Task]:
    """One task per duty, or one per event day where the duty is counted from each day."""
    calendar = Calendar(engagement.opened_at, engagement.zone, days)
    for template in templates:
        for day in days if template.anchor in PER_DAY else [None]:
            due = plan(template, calendar, day=day.position if day else None, now=now)
            yield Task(
                organisation_id=engagement.organisation_id,
                engagement=engagement,
                key=secrets.token_urlsafe(12),
                template=template,
                day=day,
                side=template.side,
                role=template.role,
                phase=template.phase,
                position=template.position,
                due_at=due.due_at,
                wanted_at=due.wanted_at,
                short_notice=due.short_notice,
                next_alert_at=due.next_alert_at,
            )
