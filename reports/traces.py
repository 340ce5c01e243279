"""Where a person's name, address and number stand in the database: every text of every table, whoever added it. Source: promises row 52"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Field, Model

TEXTS = {"CharField", "TextField", "EmailField", "URLField", "SlugField"}
SHORTEST = 4  # letters of a name; a shorter one would be found in other words


@dataclass(frozen=True)
class Identity:
    """What somebody is recognised by."""

    emails: frozenset[str]
    names: frozenset[str]
    phones: frozenset[str]

    @property
    def words(self) -> list[str]:
        """All of it, the longest first."""
        words = {word for word in (*self.emails, *self.names, *self.phones) if len(word) >= SHORTEST}
        return sorted(words, key=lambda word: (-len(word), word))


@dataclass(frozen=True)
class Place:
    """The texts of one table."""

    table: str
    texts: tuple[tuple[str, int | None], ...]
    documents: tuple[str, ...]


def places() -> Iterator[Place]:
    """Every table of ours and of the libraries' with texts or documents in it."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy or not model._meta.managed:
            continue
        fields = list(_own(model))
        texts = tuple((str(each.column), each.max_length) for each in fields if each.get_internal_type() in TEXTS and not each.choices)
        documents = tuple(str(each.column) for each in fields if each.get_internal_type() == "JSONField")
        if texts or documents:
            yield Place(model._meta.db_table, texts, documents)


def _own(model: type[Model]) -> "Iterable[Field[Any, Any]]":
    return (each for each in model._meta.concrete_fields if each.model is model)


def pattern_of(words: Iterable[str]) -> str:
    """A pattern for PostgreSQL that finds any of the words, whatever their capitals."""
    return "|".join(re.sub(r"([^\w@ ])", r"\\\1", word) for word in words)


def count_traces(identity: Identity) -> dict[str, int]:
    """How many rows of each table still name the person."""
    pattern, found = pattern_of(identity.words), {}
    with connection.cursor() as cursor:
        for place in places():
            columns = [*(name for name, _most in place.texts), *place.documents]
            where = " OR ".join(f'"{name}"::text ~* %s' for name in columns)
            cursor.execute(f'SELECT count(*) FROM "{place.table}" WHERE {where}', [pattern] * len(columns))  # noqa: S608 - names of our tables
            if number := cursor.fetchone()[0]:
                found[place.table] = number
    return found


def replace_traces(identity: Identity, *, email: str, name: str) -> dict[str, int]:
    """Put pseudonyms in the place of what names the person, and return how many rows of each table that changed."""
    steps = [(identity.emails, email), (identity.names, name), (identity.phones, "")]
    wanted = [(pattern_of(sorted(each for each in words if len(each) >= SHORTEST)), instead) for words, instead in steps]
    changed: dict[str, int] = {}
    with connection.cursor() as cursor:
        for place in places():
            for pattern, instead in wanted:
                if pattern and (number := _replace(cursor, place, pattern, instead)):
                    changed[place.table] = changed.get(place.table, 0) + number
    return changed


def _replace(cursor: Any, place: Place, pattern: str, instead: str) -> int:
    sets, values = [], []
    for column, most in place.texts:
        cut = f"left(regexp_replace(\"{column}\", %s, %s, 'gi'), {most})" if most else f"regexp_replace(\"{column}\", %s, %s, 'gi')"
        sets.append(f'"{column}" = {cut}')
        values += [pattern, instead]
    for column in place.documents:
        sets.append(f'"{column}" = regexp_replace("{column}"::text, %s, %s, \'gi\')::jsonb')
        values += [pattern, instead]
    columns = [*(name for name, _most in place.texts), *place.documents]
    where = " OR ".join(f'"{name}"::text ~* %s' for name in columns)
    statement = f'UPDATE "{place.table}" SET {", ".join(sets)} WHERE {where}'  # noqa: S608 - names of our tables
    cursor.execute(statement, [*values, *([pattern] * len(columns))])
    return int(cursor.rowcount)
