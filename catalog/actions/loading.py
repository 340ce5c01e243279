"""Bringing the catalogue file into the database, again and again, without undoing what was edited in the admin."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import DatabaseError, connection, models, transaction

from catalog.models import (
    CancellationPolicy,
    CancellationTier,
    Family,
    FileEntry,
    Package,
    PackageRole,
    PackageService,
    Prerequisite,
    ProductionShare,
    Resource,
    Service,
    TaskTemplate,
    Terms,
)
from catalog.reading import CatalogueError, Entry, read_catalogue

CATALOGUE_FILE = Path(__file__).resolve().parent.parent / "catalogue.yaml"
LOCK = 7_301_001  # any number that no other advisory lock uses

# The table of each kind of entry, and the fields that name a row of it.
TABLES: dict[str, tuple[Any, tuple[str, ...]]] = {
    "family": (Family, ("code",)),
    "service": (Service, ("code",)),
    "package": (Package, ("code",)),
    "role": (PackageRole, ("package", "role")),
    "share": (ProductionShare, ("package", "code")),
    "cell": (PackageService, ("package", "service")),
    "policy": (CancellationPolicy, ("code",)),
    "tier": (CancellationTier, ("policy", "hours_before")),
    "terms": (Terms, ("package", "version")),
    "prerequisite": (Prerequisite, ("package", "code")),
    "resource": (Resource, ("code",)),
    "duty": (TaskTemplate, ("package", "code")),
}
POINTERS = ("family", "service", "package", "policy")  # fields that hold another entry's code


@dataclass
class LoadReport:
    """What a load did, by the keys of the entries. `kept` left the file, but other rows still need them."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{len(self.created)} created, {len(self.updated)} updated, {len(self.removed)} removed, {len(self.kept)} kept"


@transaction.atomic
def load_catalogue(text: str | None = None) -> LoadReport:
    """Bring the file (by default the portal's own) into the database, all or nothing.

    A field is written only when its value in the file has changed since the last load: what the admin changed stays until
    then, and so does a row the admin deleted. A row that left the file is deleted unless another row needs it. Safe to run
    twice and by several processes at once.

    :raises CatalogueError: naming the line, when the file or a row of it is not valid; then nothing was changed.
    """
    entries = read_catalogue(CATALOGUE_FILE.read_text(encoding="utf-8") if text is None else text)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    known = {entry.key: entry for entry in FileEntry.objects.all()}
    report = LoadReport()
    for kind in TABLES:
        changes = [_Change(entry, known.pop(entry.key, None)) for entry in entries if entry.kind == kind]
        _load_kind(kind, [change for change in changes if change.is_one], report)
    _remove(sorted(known.values(), key=_latest_kind_first), report)
    return report


@transaction.atomic
def confirm(rows: Iterable[Package | PackageService | TaskTemplate]) -> int:
    """Clear the mark `assumed` on cells, duties or packages that the provider has confirmed. Returns how many."""
    count = 0
    for row in rows:
        row.assumed = False
        row.save(update_fields=["assumed"])
        count += 1
    return count


class _Change:
    """What one entry says now against what it said when it was last loaded."""

    def __init__(self, entry: Entry, known: FileEntry | None) -> None:
        self.entry = entry
        self.values: dict[str, Any] = json.loads(json.dumps(entry.values, default=str))  # as they will be read back: dates as text
        before: dict[str, Any] = known.values if known else {}
        self.changed = {key for key, value in self.values.items() if key not in before or before[key] != value}
        self.cleared = before.keys() - self.values.keys()
        self.is_one = known is None or bool(self.changed or self.cleared)


def _load_kind(kind: str, changes: list[_Change], report: LoadReport) -> None:
    """Write the entries of one kind: the new ones together, the others one by one."""
    if not changes:
        return
    model, naming = TABLES[kind]
    attributes = [model._meta.get_field(name).attname for name in naming]
    existing = {tuple(str(getattr(row, name)) for name in attributes): row for row in model.objects.all()}
    coded = {name: {row.code: row for row in TABLES[name][0].objects.all()} for name in POINTERS}
    new = []
    for change in changes:
        values = {key: _resolved(key, value, coded, change.entry) for key, value in change.values.items()}
        row = existing.get(tuple(str(getattr(values[name], "pk", values[name])) for name in naming))
        if row is None:
            new.append((change.entry, _filled(model(), change.entry, values, set())))
            continue
        _filled(row, change.entry, {key: values[key] for key in change.changed}, change.cleared)
        _save(change.entry, row, update_fields=[*change.changed, *change.cleared])
        report.updated.append(change.entry.key)
    _create(new, report)
    remembered = [FileEntry(key=change.entry.key, values=change.values) for change in changes]
    FileEntry.objects.bulk_create(remembered, update_conflicts=True, unique_fields=["key"], update_fields=["values"])


def _resolved(key: str, value: Any, coded: dict[str, dict[str, Any]], entry: Entry) -> Any:
    """Replace the code of another entry by its row."""
    if key not in POINTERS or value is None:
        return value
    if value not in coded[key]:
        raise CatalogueError(entry.line, entry.key, f"there is no {key} '{value}'")
    return coded[key][value]


def _filled(row: models.Model, entry: Entry, values: dict[str, Any], cleared: set[str]) -> models.Model:
    """Set the values, the defaults of what is no longer named, and check them; asks the database nothing."""
    meta = row._meta
    try:
        columns: dict[str, Any] = {name: meta.get_field(name) for name in values.keys() | cleared}
        for name, column in columns.items():
            setattr(row, name, values[name] if name in values else column.get_default())
        row.clean_fields(exclude={f.name for f in meta.fields if f.name not in columns or f.is_relation or f.primary_key})
    except FieldDoesNotExist as error:
        raise CatalogueError(entry.line, entry.key, f"unknown key: {error}") from error
    except ValidationError as error:
        raise CatalogueError(entry.line, entry.key, "; ".join(f"{k}: {' '.join(v)}" for k, v in error.message_dict.items())) from error
    return row


def _create(new: list[tuple[Entry, Any]], report: LoadReport) -> None:
    """Insert rows together; if the database refuses, one by one, to learn which it was."""
    if not new:
        return
    try:
        with transaction.atomic():
            type(new[0][1]).objects.bulk_create([row for _, row in new])
    except DatabaseError:
        for entry, row in new:
            _save(entry, row)
        raise
    report.created += [entry.key for entry, _ in new]


def _save(entry: Entry, row: models.Model, update_fields: list[str] | None = None) -> None:
    try:
        row.save(update_fields=update_fields)
    except DatabaseError as error:
        raise CatalogueError(entry.line, entry.key, str(error).splitlines()[0]) from error


def _latest_kind_first(known: FileEntry) -> tuple[int, str]:
    """Order what must go so that rows that point go before those they point at."""
    return (-list(TABLES).index(known.key.split(" ")[0]), known.key)


def _remove(gone: list[FileEntry], report: LoadReport) -> None:
    for known in gone:
        kind = known.key.split(" ")[0]
        model, naming = TABLES[kind]
        lookup = {f"{name}__code" if name in POINTERS else name: known.values[name] for name in naming}
        try:
            model.objects.filter(**lookup).delete()
        except (models.ProtectedError, models.RestrictedError):
            report.kept.append(known.key)
        else:
            known.delete()
            report.removed.append(known.key)
