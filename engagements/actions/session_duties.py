"""What is owed for each session: rows of the table of promises that follow the agenda."""

import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

from catalog.models import TaskTemplate
from customers.statements import Given, Statement
from engagements.brief import Brief
from engagements.duties import PER_DAY, PER_SESSION, PLATFORMS, Calendar, applies_to, plan
from engagements.models import Engagement, EventDay, Session, Task
from engagements.queries.planning import calendar_of

Condition = TaskTemplate.Condition
OWED_ONCE_GRANTED = frozenset({"repository-upload"})  # the customer's repository is used only where access was granted. Source: S96


def templates_for(package_id: int, conditions: Iterable[str], services: Iterable[str]) -> list[TaskTemplate]:
    """Return the duties that the order's answers switch on; for those of sessions, each session's own streaming decides later."""
    answered, asked = {Condition.ALWAYS, *conditions}, set(services)
    return [each for each in _OF_PACKAGE.ask(package=package_id) if _is_switched_on(each, answered, asked)]


_OF_PACKAGE = Statement(TaskTemplate.objects.filter(package_id=Given("package")).select_related("service").order_by("position", "id"))


def _is_switched_on(template: TaskTemplate, answered: Collection[str], services: Collection[str]) -> bool:
    if template.condition == Condition.SERVICE:
        return template.service is not None and template.service.code in services
    return template.condition in answered or (template.anchor in PER_SESSION and template.condition in PLATFORMS)


def default_sessions(engagement: Engagement, brief: Brief, days: Sequence[EventDay]) -> list[Session]:
    """One session for each whole event day, until somebody writes an agenda; the customer's own stream is not ours to record."""
    platform = next((str(each) for condition, each in PLATFORMS.items() if condition in brief.conditions), str(Session.Platform.NONE))
    return [
        Session(
            organisation_id=engagement.organisation_id,
            engagement=engagement,
            day=day,
            key=secrets.token_urlsafe(12),
            title=brief.title or engagement.number,
            starts_at=day.starts_at,
            ends_at=day.ends_at,
            platform=platform,
            is_recorded=platform != Session.Platform.THIRD_PARTY,
        )
        for day in days
    ]


def tasks_of(
    engagement: Engagement,
    templates: Iterable[TaskTemplate],
    calendar: Calendar,
    *,
    days: Sequence[EventDay],
    sessions: Sequence[Session],
    now: datetime,
) -> Iterator[Task]:
    """One task per duty, or one per event day or session where the duty is counted from each; not saved."""
    for template in templates:
        if template.anchor in PER_SESSION:
            places: list[tuple[EventDay | None, Session | None]] = [(None, each) for each in sessions if applies_to(template, each)]
        else:
            places = [(day, None) for day in days] if template.anchor in PER_DAY else [(None, None)]
        for day, session in places:
            yield _task(engagement, template, calendar, day, session, now=now)


def sync_session_tasks(engagement: Engagement, *, now: datetime) -> None:
    """Add what is owed for new sessions and take back what is not any more. The caller holds the engagement's lock.

    What was answered or missed stays, whatever the agenda says now.
    """
    sessions = list(engagement.sessions.order_by("id"))
    tasks = list(engagement.tasks.filter(template__anchor__in=PER_SESSION).select_related("template", "session"))
    granted = engagement.repository_grants.filter(valid_until__gt=now).exists()
    void = frozenset() if granted else OWED_ONCE_GRANTED
    gone = [task.pk for task in tasks if task.session and (task.template.code in void or not applies_to(task.template, task.session))]
    Task.objects.filter(pk__in=gone, state=Task.State.OPEN, broken_at__isnull=True).delete()
    there = {(task.template_id, task.session_id) for task in tasks}
    answers = engagement.answers
    templates = templates_for(engagement.package_id, answers.get("conditions", []), answers.get("services", []))
    days = list(engagement.days.order_by("position"))
    wanted = tasks_of(
        engagement,
        [each for each in templates if each.anchor in PER_SESSION and each.code not in void],
        calendar_of(engagement, days),
        days=days,
        sessions=sessions,
        now=now,
    )
    Task.objects.bulk_create([task for task in wanted if (task.template_id, task.session_id) not in there])


def _task(
    engagement: Engagement, template: TaskTemplate, calendar: Calendar, day: EventDay | None, session: Session | None, *, now: datetime
) -> Task:
    due = plan(template, calendar, day=day.position if day else None, session=session, now=now)
    return Task(
        organisation_id=engagement.organisation_id,
        engagement=engagement,
        key=secrets.token_urlsafe(12),
        template=template,
        day=day,
        session=session,
        side=template.side,
        role=template.role,
        phase=template.phase,
        position=template.position,
        due_at=due.due_at,
        wanted_at=due.wanted_at,
        short_notice=due.short_notice,
        next_alert_at=due.next_alert_at,
    )
