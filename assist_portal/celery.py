"""The Celery application: tasks of every app, schedule and options from the settings."""

import os
from datetime import datetime, timedelta
from typing import Any

from celery import Celery
from celery.beat import ScheduleEntry, Scheduler
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "assist_portal.settings")


class DueAtStart(ScheduleEntry):
    """Due at once when beat starts: after an outage every sweep looks at the present state first."""

    def default_now(self) -> datetime:
        """Pretend that the last run was long ago."""
        now: datetime = super().default_now()
        return now - timedelta(days=1)


class StartsAtOnce(Scheduler):
    """Keeps nothing on disk: the schedule is static and the sweeps are idempotent."""

    Entry = DueAtStart


app: Any = Celery("assist_portal", task_cls="assist_portal.tasks:PortalTask")  # by name: it needs Django, which is not set up yet
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)
