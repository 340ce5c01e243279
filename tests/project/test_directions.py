"""Foreign keys point down, like imports; import-linter cannot see those written as strings."""

from django.apps import apps

from tests.project.source import APPS, layers


def test_every_app_has_a_place():
    assert set(layers()) == set(APPS)


def test_foreign_keys_point_down():
    height = layers()
    upwards = [
        f"{field} -> {field.related_model._meta.label}"
        for app in APPS
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model._meta.app_label in height
        if field.related_model._meta.app_label != app and height[field.related_model._meta.app_label] >= height[app]
    ]
    assert upwards == []
