"""Collect every translatable string of the code and the templates, without GNU gettext on the machine."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
NOT_OURS = {".venv", "venv", "var", "tests", "migrations", "staticfiles", ".git"}
NOT_INSTALLED = {"constance", "guardian", "import_export", "location_field", "simple_history"}  # parts of Unfold
NOT_FOR_READERS = ("styleguide",)  # shown in development only
BOILERPLATE = tuple(f'"{word}'.encode() for word in ("Project-Id", "Report-Msgid", "POT-", "PO-", "Last-Tr", "Language-Team", "Generated"))
UNDATED = datetime(2026, 1, 1, tzinfo=UTC)
TEMPLATE_ENDINGS = {".html", ".txt"}


def collect(root: Path, packages: dict[str, Path]) -> Catalog:
    """Read the strings under `root`, and those of packages that ship no French of their own, named by their package."""
    catalog = Catalog(domain="django", charset="utf-8", fuzzy=False)
    for name, folder in {"": root, **packages}.items():
        for path in _sources(folder):
            place = f"{name}/{path.relative_to(folder)}" if name else str(path.relative_to(folder))
            for message, context in _messages(path):
                catalog.add(message, context=context, locations=[(place, 0)])
    return catalog


def update(catalog_file: Path, found: Catalog) -> Catalog:
    """Bring a language's file up to date: new strings empty, gone strings dropped, nothing guessed."""
    with catalog_file.open("rb") as source:
        catalog = read_po(source, locale=catalog_file.parts[-3], domain="django")
    catalog.update(found, no_fuzzy_matching=True, update_header_comment=False)
    catalog.obsolete.clear()
    return catalog


def as_po(catalog: Catalog) -> bytes:
    """Write the catalogue as text, in a stable order and without dates, so that a diff shows only words."""
    text = BytesIO()
    write_po(text, catalog, width=120, sort_output=True, omit_header=False, include_lineno=False)
    return b"\n".join(line for line in text.getvalue().split(b"\n") if not line.startswith(BOILERPLATE))


def as_mo(po: bytes) -> bytes:
    """Compile the text form, the same bytes each time; entries marked fuzzy are left out."""
    compiled = BytesIO()
    catalog = read_po(BytesIO(po), domain="django")
    catalog.creation_date = catalog.revision_date = UNDATED
    write_mo(compiled, catalog)
    return compiled.getvalue()


def untranslated(catalog: Catalog) -> list[str]:
    """List what has no words yet or only guessed ones."""
    return [str(each.id) for each in catalog if each.id and (each.fuzzy or not _has_words(each))]


def _has_words(message: Message) -> bool:
    words = message.string
    return bool(words) if isinstance(words, str) else bool(words) and all(words or ())


def _sources(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if not (NOT_OURS | NOT_INSTALLED).isdisjoint(inside.parts) or path.name.startswith(NOT_FOR_READERS):
            continue
        if path.suffix == ".py" or (path.suffix in TEMPLATE_ENDINGS and "templates" in inside.parts):
            yield path


def _messages(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    source = path.read_text(encoding="utf-8")
    if path.suffix in TEMPLATE_ENDINGS:
        blanked = templatize(source, origin=str(path))
        source = "\n".join(line.strip() for line in blanked.splitlines())  # what is left of the markup must not look indented
    for _line, message, _comments, context in extract("python", BytesIO(source.encode()), keywords=KEYWORDS):
        yield message, context
