"""Opening the engagement of an order that was just confirmed, inside the transaction that confirms it."""

from datetime import datetime

from django.db import transaction

from customers.models import User
from engagements import mails
from engagements.actions.crediting import credited_to
from engagements.actions.hours import budgets_of
from engagements.actions.session_duties import OWED_ONCE_GRANTED, default_sessions, tasks_of, templates_for
from engagements.actions.staffing import choose_team, seat, staffed_state
from engagements.brief import Brief
from engagements.models import Engagement, EventDay, HoursBudget, Session, Task
from engagements.queries import calendar_of


def open_engagement(brief: Brief, *, by: User | None, now: datetime) -> Engagement:
    """Open the work of an order: its team, its event days with a session each, and what each side owes with due times.

    The booked person and the PM are told by mail. Bulk inserts only: this runs while a customer waits for a confirmation.
    Source: S74, S75, S76, S97 to S126
    """
    with transaction.atomic(savepoint=False), credited_to(by):
        return _open(brief, now=now)


def _open(brief: Brief, *, now: datetime) -> Engagement:
    team = sorted(brief.package.team.all(), key=lambda role: role.pk)
    people = choose_team(
        team, booked=brief.booked, organisation_id=brief.organisation.pk, language=brief.assist_language, zone=brief.zone, now=now
    )
    engagement = _engagement(brief, state=staffed_state(team, [each.role for each in people]), now=now)
    engagement.save(force_insert=True)
    days = _days(engagement, brief)
    sessions = Session.objects.bulk_create(default_sessions(engagement, brief, days))
    HoursBudget.objects.bulk_create(budgets_of(engagement, engagement.package))
    switched_on = templates_for(brief.package.pk, brief.conditions, brief.services)
    templates = [each for each in switched_on if each.code not in OWED_ONCE_GRANTED]
    calendar = calendar_of(engagement, days)
    Task.objects.bulk_create(tasks_of(engagement, templates, calendar, days=days, sessions=sessions, now=now))
    assignments = seat(engagement, people, opens_at=days[0].window_starts_at, now=now)
    mails.tell_assigned(engagement, assignments, days=days, now=now)
    return engagement


def _engagement(brief: Brief, *, state: str, now: datetime) -> Engagement:
    return Engagement(
        organisation=brief.organisation,
        number=brief.number,
        reference=brief.reference,
        package=brief.package,
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
