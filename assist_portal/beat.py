"""What asks for the sweeps: Celery beat without Django, since it needs no application and no models to name a task."""

from datetime import datetime, timedelta
from typing import Any

from celery import Celery
from celery.beat import ScheduleEntry, Scheduler
from celery.schedules import schedule

SECONDS_TO_COME = 10


class Sweep(ScheduleEntry):
    """Due at once when beat starts: after an outage every sweep looks at the present state first.

    It expires when the next is due, so that runs do not pile up behind a long one or while no worker is there; but not before a
    worker has had time to come: behind the other sweeps, what is asked for every second would else never have its turn.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(self.schedule, schedule):  # not Celery's own, which comes at an hour of the day
            self.options = {"expires": max(self.schedule.seconds, SECONDS_TO_COME), **(self.options or {})}

    def default_now(self) -> datetime:
        """Pretend that the last run was long ago."""
        now: datetime = super().default_now()
        return now - timedelta(days=1)


class StartsAtOnce(Scheduler):
    """Keeps nothing on disk: the schedule is static and the sweeps are idempotent."""

    Entry = Sweep


app: Any = Celery("assist_portal", fixups=[], set_as_current=False)  # Celery's fix-up would load every application
app.config_from_object("assist_portal.work_queue")
