"""Engagements opened before there was an agenda get one session per event day, like those opened since."""

import secrets

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

OF_SESSIONS = (
    "recording-links",
    "recording-formats",
    "recording-upload",
    "recording-download",
    "repository-upload",
    "cloud-recording-requested",
    "cloud-recording-every",
)
PLATFORMS = {"MEETINGS": "MEETINGS", "PLATFORM_STREAMING": "PLATFORM", "THIRD_PARTY": "THIRD_PARTY"}


def give_sessions(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    session_model, task_model = apps.get_model("engagements", "Session"), apps.get_model("engagements", "Task")
    for day in apps.get_model("engagements", "EventDay").objects.select_related("engagement").order_by("pk"):
        answered = day.engagement.answers.get("conditions", [])
        platform = next((PLATFORMS[each] for each in answered if each in PLATFORMS), "NONE")
        session = session_model.objects.create(
            organisation_id=day.organisation_id,
            engagement=day.engagement,
            day=day,
            key=secrets.token_urlsafe(12),
            title=day.engagement.title or day.engagement.number,
            starts_at=day.starts_at,
            ends_at=day.ends_at,
            platform=platform,
            is_recorded=platform != "THIRD_PARTY",
        )
        task_model.objects.filter(day=day, template__code__in=OF_SESSIONS).update(day=None, session=session)


class Migration(migrations.Migration):

    dependencies = [("engagements", "0003_agenda_and_answers")]

    operations = [migrations.RunPython(give_sessions, migrations.RunPython.noop)]
