"""Writing due times, in the transaction that changes what they are counted from."""

from collections.abc import Collection, Sequence
from datetime import datetime

from engagements.duties import Due
from engagements.models import Engagement, Session, Task
from engagements.queries.planning import replanned


def put_due_times(planned: Sequence[tuple[Task, Due]]) -> None:
    """Write new due times and the next warnings; what was missed before stays recorded."""
    for task, due in planned:
        task.due_at, task.wanted_at = due.due_at, due.wanted_at
        task.short_notice, task.next_alert_at = due.short_notice, due.next_alert_at
    # One INSERT ... ON CONFLICT: `bulk_update` writes a CASE per row and column, which takes Django five times as long.
    Task.objects.bulk_create(
        [task for task, _due in planned],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["due_at", "wanted_at", "short_notice", "next_alert_at"],
    )


def replan(engagement: Engagement, *, anchors: Collection[str], now: datetime) -> None:
    """Recompute the open duties that are counted from these anchors. The caller holds the engagement's lock."""
    days = list(engagement.days.order_by("position"))
    sessions = Session.objects.filter(organisation_id=engagement.organisation_id, engagement=engagement)
    planned = replanned(engagement, days, sessions=sessions, now=now, anchors=anchors)
    if planned:
        put_due_times(planned)
