"""The sweep over deadlines: it says each warning once, and records what was missed. Nothing waits anywhere else."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Prefetch, QuerySet

from customers.tenancy import EVERYTHING, Who, scoped_by
from engagements import mails, timeline
from engagements.events import of_task
from engagements.models import Engagement, Session, Task
from engagements.queries.ladder import Ladder
from outbox.actions import enqueue, record
from outbox.models import Event, EventType, Message

BATCH = 50  # few enough that a tick or a move never waits long behind a batch
LATE_AFTER = timedelta(minutes=5)  # the sweep runs every minute: what is later was held up
# Small statements of their own: PostgreSQL takes longer to plan one over seven tables than to answer all of these.
_ALONG = (
    "template",
    Prefetch("engagement", Engagement.objects.select_related("package", "organisation")),
    "day",
    Prefetch("session", Session.objects.select_related("day")),
)
_STEP_ON = """
UPDATE engagements_task SET next_alert_at = stepped.next_alert_at, broken_at = stepped.broken_at
FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS stepped(id, next_alert_at, broken_at)
WHERE engagements_task.id = stepped.id
"""


@dataclass
class Said:
    """What a batch says, written in one statement each."""

    events: list[Event] = field(default_factory=list)
    mails: list[Message] = field(default_factory=list)
    rungs: int = 0


def send_warnings(*, now: datetime, whose: Who = EVERYTHING) -> int:
    """Say every warning whose time has come and return how many rungs that was, over every organisation unless one is named.

    Each batch is its own transaction. A rung that an outage held up is said once, marked late; several of one promise follow
    each other in order. Any number may run at once and any may be killed: what another one works on is passed over, what was
    not committed is found again. Source: S93
    """
    said = 0
    while True:
        found, rungs = _say_some(now=now, whose=whose)
        said += rungs
        if found < BATCH:
            return said


def due_for_warning(*, now: datetime) -> QuerySet[Task]:
    """Return the open promises that are to be looked at, longest waiting first; the partial index holds exactly these rows."""
    return Task.objects.filter(state=Task.State.OPEN, next_alert_at__lte=now).order_by("next_alert_at")


@scoped_by("whose")
def _say_some(*, now: datetime, whose: Who) -> tuple[int, int]:
    tasks = list(due_for_warning(now=now).select_for_update(of=("self",), skip_locked=True).prefetch_related(*_ALONG)[:BATCH])
    if not tasks:
        return 0, 0
    ladder = Ladder(task.engagement_id for task in tasks)
    said = Said()
    for task in tasks:
        _say(task, ladder, said, now=now)
    record(*said.events)
    enqueue(*said.mails)
    with connection.cursor() as cursor:
        cursor.execute(
            _STEP_ON, [list(column) for column in zip(*((each.pk, each.next_alert_at, each.broken_at) for each in tasks), strict=True)]
        )
    return len(tasks), said.rungs


def _say(task: Task, ladder: Ladder, batch: Said, *, now: datetime) -> None:
    """Say every rung of the task that is past, and step to the next one."""
    offsets = timeline.LADDERS[task.template.ladder]
    while task.due_at is not None and task.next_alert_at is not None and task.next_alert_at <= now:
        at = task.next_alert_at
        rung = timeline.rung(task.due_at, offsets, at)
        if at >= task.due_at:
            task.broken_at = task.broken_at or task.due_at
            batch.events.append(of_task(EventType.TASK_BROKEN, task, now=now))
        elif rung == 0:
            batch.events.append(of_task(EventType.TASK_AT_RISK, task, now=now))
        if rung is not None:  # else its template says nothing, and only the miss is recorded
            late = now - at > LATE_AFTER
            batch.mails += mails.warnings(task, ladder.told(task, rung), rung=rung, said_at=at, late=late, now=now)
            batch.rungs += 1
        task.next_alert_at = timeline.next_alert(task.due_at, offsets, at)
