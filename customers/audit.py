"""Reads the audit trail, which database triggers write: bulk and raw statements are caught too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Field, Model
from pghistory.core import event_models

from customers.models import User

_OWN = ("pgh_id", "pgh_created_at", "pgh_label", "pgh_obj", "pgh_context")


@dataclass(frozen=True)
class FieldChange:
    """One column before and after; before is None when the row was made."""

    name: str
    before: str | None
    after: str


@dataclass(frozen=True)
class Change:
    """What one statement did to a row: label is insert, update or delete; who is None for the portal itself."""

    at: datetime
    label: str
    who: User | None
    fields: tuple[FieldChange, ...]


def audit_trail(row: Model) -> list[Change]:
    """Return everything that happened to a tracked row, newest first."""
    history = next(iter(event_models(tracks_model=type(row))), None)
    if history is None:  # nobody keeps a history of such rows
        return []
    events: list[Any] = list(history._default_manager.filter(pgh_obj_id=row.pk).select_related("pgh_context").order_by("pgh_id"))
    people = User.objects.in_bulk({_user_id(event) for event in events} - {None})
    changes, former = [], None
    for event in events:
        who = people.get(_user_id(event))
        changes.append(Change(event.pgh_created_at, event.pgh_label, who, tuple(_differences(former, event))))
        former = event
    return changes[::-1]


def _user_id(event: Any) -> int | None:
    return event.pgh_context.metadata.get("user") if event.pgh_context else None


def _differences(former: Any, event: Any) -> list[FieldChange]:
    """Compare with the event before; the first one shows every value, the last of a deleted row none."""
    if event.pgh_label == "delete":
        return []
    fields = [field for field in event._meta.local_fields if field.name not in _OWN]
    return [
        FieldChange(str(field.verbose_name), None if former is None else _said(field, former), _said(field, event))
        for field in fields
        if former is None or getattr(former, field.attname) != getattr(event, field.attname)
    ]


def _said(field: Field[Any, Any], event: Any) -> str:
    """Write a value the way people read it."""
    value = getattr(event, field.attname)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return str(value)
    return str(dict(field.flatchoices).get(value, "" if value is None else value))
