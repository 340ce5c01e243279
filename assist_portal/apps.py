"""The wiring as an app: its commands, its template tags, and the Celery application that `shared_task` attaches to."""

from django.apps import AppConfig

from assist_portal.celery import app as celery_app

__all__ = ["AssistPortalConfig", "celery_app"]


class AssistPortalConfig(AppConfig):
    """The portal as a whole."""

    name = "assist_portal"
