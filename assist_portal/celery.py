"""The Celery application: tasks of every app, schedule and options from the settings."""

import os
from datetime import datetime, timedelta
from typing import Any

from celery import Celery, Task
from celery.beat import ScheduleEntry, Scheduler
from django.core.exceptions import ImproperlyConfigured
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "assist_portal.settings")

SCOPE_MARK = "states_scope"  # set by customers.tenancy: scope, scoped_by and unscoped


class ScopedTask(Task[..., Any]):
    """A task says whose rows it works on, or that it opens a scope per step; forgetting fails at the start of the worker."""

    @classmethod
    def on_bound(cls, app: Celery) -> None:
        """:raises ImproperlyConfigured: when the function states no scope. Celery's own tasks touch no rows."""
        if cls.name.startswith("celery.") or getattr(cls.run, SCOPE_MARK, False):
            return
        raise ImproperlyConfigured(f"{cls.name} states no tenancy scope: put @scope(...), @scoped_by(...) or @unscoped under @shared_task")


class DueAtStart(ScheduleEntry):
    """Due at once when beat starts: after an outage every sweep looks at the present state first."""

    def default_now(self) -> datetime:
        """Pretend that the last run was long ago."""
        now: datetime = super().default_now()
        return now - timedelta(days=1)


class StartsAtOnce(Scheduler):
    """Keeps nothing on disk: the schedule is static and the sweeps are idempotent."""

    Entry = DueAtStart


app: Any = Celery("assist_portal", task_cls=ScopedTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)
