"""Engagements opened before hours were counted get what their package gives."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def give_hours(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    budget_model = apps.get_model("engagements", "HoursBudget")
    for engagement in apps.get_model("engagements", "Engagement").objects.select_related("package").order_by("pk"):
        given = {"PRODUCTION": engagement.package.production_minutes, "RECORDING": engagement.package.recording_minutes}
        budget_model.objects.bulk_create(
            budget_model(organisation_id=engagement.organisation_id, engagement=engagement, kind=kind, limit_minutes=minutes)
            for kind, minutes in given.items()
            if minutes
        )


class Migration(migrations.Migration):

    dependencies = [("engagements", "0007_recordings_and_hours")]

    operations = [migrations.RunPython(give_hours, migrations.RunPython.noop)]
