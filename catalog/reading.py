"""Reads the catalogue file: from readable YAML to flat entries, one per row, each with the line it stands on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

# The parts of the file, in the order in which their rows can be written: what is pointed at comes first.
SECTIONS = ("families", "services", "packages", "matrix", "policies", "terms", "prerequisites", "resources", "duties")
LANGUAGES = ("en", "fr")
CUSTOMER = "CUSTOMER"
DUE = re.compile(r"(?:at|(?P<count>\d+) (?P<unit>minute|hour|day|working day)s? (?P<side>before|after)) (?P<anchor>[A-Z_]+)")
UNITS = {
    "minute": (1, "ELAPSED_MINUTES"),
    "hour": (60, "ELAPSED_MINUTES"),
    "day": (1, "CALENDAR_DAYS"),
    "working day": (1, "WORKING_DAYS"),
}


class CatalogueError(Exception):
    """The file cannot be read as a catalogue; says where and why."""

    def __init__(self, line: int, where: str, why: str) -> None:
        super().__init__(f"catalogue file, line {line}, {where}: {why}")
        self.line = line


@dataclass(frozen=True)
class Entry:
    """What the file says about one row: its kind, its name among its kind, and its values, other rows named by their codes."""

    kind: str
    name: str
    line: int
    values: dict[str, Any]

    @property
    def key(self) -> str:
        """The name under which the last load is remembered."""
        return f"{self.kind} {self.name}"


class Mapping(dict[str, Any]):
    """A mapping of the file that knows the line it starts on."""

    line = 0

    def need(self, key: str, where: str) -> Any:
        """Return what stands under the key.

        :raises CatalogueError: when nothing does.
        """
        if self.get(key) is None:
            raise CatalogueError(self.line, where, f"'{key}' is missing")
        return self[key]


class _LineLoader(yaml.CSafeLoader):
    """Plain YAML, whose mappings know their line and refuse a key given twice."""


def _mapping(loader: _LineLoader, node: yaml.MappingNode) -> Mapping:
    line = node.start_mark.line + 1
    keys = [key.value for key, _ in node.value]
    twice = {key for key in keys if keys.count(key) > 1}
    if twice:
        raise CatalogueError(line, "mapping", f"given twice: {', '.join(sorted(twice))}")
    mapping = Mapping({str(key): value for key, value in loader.construct_mapping(node, deep=True).items()})
    mapping.line = line
    return mapping


_LineLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_catalogue(text: str) -> list[Entry]:
    """Return every row the file describes, those that are pointed at first.

    :raises CatalogueError: naming the line, at anything that is not understood.
    """
    try:
        document = yaml.load(text, _LineLoader)  # noqa: S506  a subclass of SafeLoader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise CatalogueError(line, "YAML", str(error.problem)) from error
    if not isinstance(document, Mapping):
        raise CatalogueError(1, "file", "sections are expected")
    unknown = set(document) - set(SECTIONS)
    if unknown:
        raise CatalogueError(document.line, "file", f"unknown sections: {', '.join(sorted(unknown))}")
    entries = [entry for section in SECTIONS for entry in _section(section, document.need(section, "file"))]
    _refuse_twice(entries)
    return entries


def _refuse_twice(entries: list[Entry]) -> None:
    seen: dict[str, int] = {}
    for entry in entries:
        if entry.key in seen:
            raise CatalogueError(entry.line, entry.key, f"stands on line {seen[entry.key]} already")
        seen[entry.key] = entry.line


def _section(section: str, rows: list[Mapping]) -> Iterator[Entry]:
    readers = {
        "families": lambda row, at: _plain("family", row, at),
        "services": lambda row, at: _plain("service", row, at),
        "packages": _package,
        "matrix": _matrix_row,
        "policies": _policy,
        "terms": lambda row, _at: _for_packages("terms", "version", row, None),
        "prerequisites": lambda row, at: _for_packages("prerequisite", "code", row, at),
        "resources": lambda row, at: _plain("resource", row, at),
        "duties": _duty,
    }
    for position, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise CatalogueError(0, section, f"item {position + 1} is not a mapping")
        yield from readers[section](row, position)


def _flat(row: Mapping, where: str) -> dict[str, Any]:
    """Spread {en: ..., fr: ...} into two columns; both languages must be there."""
    values: dict[str, Any] = {}
    for key, value in row.items():
        if not isinstance(value, Mapping):
            values[key] = value
            continue
        if set(value) != set(LANGUAGES) or not all(str(text).strip() for text in value.values()):
            raise CatalogueError(value.line, f"{where}, {key}", "needs a text in en and in fr")
        values |= {f"{key}_{language}": value[language] for language in LANGUAGES}
    return values


def _plain(kind: str, row: Mapping, position: int | None) -> Iterator[Entry]:
    code = str(row.need("code", kind))
    placed = {} if position is None or kind == "family" else {"position": position}
    yield Entry(kind, code, row.line, _flat(row, f"{kind} {code}") | placed)


def _package(row: Mapping, position: int) -> Iterator[Entry]:
    code = str(row.need("code", "package"))
    parts = {key: row.pop(key, []) for key in ("team", "production")}
    yield from _plain("package", row, position)
    for part in parts["team"]:
        role = part.need("role", f"team of package {code}")
        yield Entry("role", f"{code}/{role}", part.line, {"package": code, **part})
    for place, part in enumerate(parts["production"]):
        name = f"{code}/{part.need('code', f'production of package {code}')}"
        yield Entry("share", name, part.line, {"package": code, "position": place, **_flat(part, name)})
    planned = sum(part["minutes"] for part in parts["production"])
    if planned != (row.get("production_minutes") or 0):
        raise CatalogueError(row.line, f"package {code}", f"the production plan is {planned} minutes, not production_minutes")


def _matrix_row(row: Mapping, _position: int) -> Iterator[Entry]:
    service = str(row.need("service", "matrix"))
    for package, cell in row.need("cells", f"matrix row {service}").items():
        where = f"cell {package}/{service}"
        values = _flat(cell, where)
        values["inclusion"] = cell.need("is", where)
        del values["is"]
        defaults = {"package": package, "service": service, "source": row.need("source", where)}
        yield Entry("cell", f"{package}/{service}", cell.line, defaults | values)


def _policy(row: Mapping, _position: int) -> Iterator[Entry]:
    tiers = row.pop("tiers", [])
    yield from _plain("policy", row, None)
    for tier in tiers:
        hours = tier.need("hours_before", f"tier of policy {row['code']}")
        yield Entry("tier", f"{row['code']}/{hours}", tier.line, {"policy": row["code"], **tier})


def _for_packages(kind: str, name: str, row: Mapping, position: int | None) -> Iterator[Entry]:
    """Yield one entry for each package the row is given for."""
    where = f"{kind} {row.need(name, kind)}"
    values = _flat(row, where) | ({} if position is None else {"position": position})
    del values["packages"]
    for package in row.need("packages", where):
        yield Entry(kind, f"{package}/{row[name]}", row.line, {"package": package, **values})


def _duty(row: Mapping, position: int) -> Iterator[Entry]:
    where = f"duty {row.need('code', 'duty')}"
    due, owner = row.need("due", where), row.need("owner", where)
    for key in ("due", "owner"):
        del row[key]
    row |= {"side": CUSTOMER, "role": ""} if owner == CUSTOMER else {"side": "PROVIDER", "role": owner}
    row |= _due(str(due), row.line, where)
    row["condition"] = row.pop("when", "SERVICE" if "service" in row else "ALWAYS")
    row["ladder"] = row.pop("warn", "DEFAULT")
    row["per_recording"] = row.pop("recorded", False)
    row["rehearsal_form"] = row.pop("form", None)
    yield from _for_packages("duty", "code", row, position)


def _due(text: str, line: int, where: str) -> dict[str, Any]:
    """Read "2 working days after EVENT_END"; "at X" is nought minutes from X."""
    match = DUE.fullmatch(text)
    if match is None:
        raise CatalogueError(line, where, f"due is not understood: '{text}'")
    factor, kind = UNITS[match["unit"] or "minute"]
    count = int(match["count"] or 0) * factor
    return {"anchor": match["anchor"], "offset": -count if match["side"] == "before" else count, "offset_kind": kind}
