"""The Celery application: tasks of every app, options from the settings. Beat has one of its own, without tasks."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_before_create_process
from django_structlog.celery.steps import DjangoStructLogInitStep

from assist_portal.collector import share_what_is_loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "assist_portal.settings")

app: Any = Celery("assist_portal", task_cls="assist_portal.tasks:PortalTask")  # by name: it needs Django, which is not set up yet
app.config_from_object("assist_portal.work_queue")
app.autodiscover_tasks()
app.autodiscover_tasks(["assist_portal.sandbox"])
app.steps["worker"].add(DjangoStructLogInitStep)


@worker_before_create_process.connect
def before_forking(**kwargs: Any) -> None:
    """Share it with the process that is about to be made."""
    share_what_is_loaded()
