"""Words of one's choice in every field that people write into, and what an answer says, whatever its format."""

import io
from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.db import InternalError, connection, transaction
from django.db.models import CharField, EmailField, Field, Model, SlugField, TextField, URLField
from django.db.utils import IntegrityError
from openpyxl import load_workbook
from phonenumber_field.modelfields import PhoneNumberField
from pypdf import PdfReader

from customers.checks import tenant_column
from tests.project.source import APPS
from tests.security.tenants import text_of

# Read by programs, so no text of anybody's: what stands there has a form of its own.
FOR_PROGRAMS = set(
    """
    about assist_language body_hash calendar calendar_method code content_type currency digest format head holiday_calendar html
    instance_id instead_of key language meeting_id message_id password path prefix recording_id reference resource event role series_id
    share source subject_id table text_sent token_hash trouble unit version withdrawn_because zone cache_key value name_of_task task_id
    client_id number
    """.split()  # noqa: SIM905
)
OF_PROGRAMS = {"customers.Site.host_name", "engagements.RepositoryGrant.host_name", "outbox.Redelivery.name", "outbox.Lease.name"}


def typed_fields() -> Iterator[tuple[type[Model], Field]]:
    """Every field of ours that holds what people wrote; a new one is among them by itself."""
    for model in apps.get_models():
        if model._meta.app_label not in APPS or hasattr(model, "pgh_tracked_model"):
            continue
        for field in model._meta.local_concrete_fields:
            if isinstance(field, CharField | TextField) and not is_for_programs(model, field):
                yield model, field


def is_for_programs(model: type[Model], field: Field) -> bool:
    shaped = isinstance(field, EmailField | URLField | SlugField | PhoneNumberField)
    named = field.name in FOR_PROGRAMS or "sealed" in field.name or field.name.endswith(("_url", "_link", "link", "url"))
    return bool(shaped or named or field.choices or field.unique or f"{model._meta.label}.{field.name}" in OF_PROGRAMS)


def plant(words: Callable[[Field], str], *, organisation: int | None = None) -> list[str]:
    """Write the words into each field of every row, or of the organisation's rows; gives back the fields that hold them now."""
    planted = []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for model, field in typed_fields():
            whose = tenant_column(model)
            if organisation is not None and whose is None:
                continue
            where = "" if organisation is None else f" WHERE {whose} = {organisation}"
            statement = f'UPDATE "{model._meta.db_table}" SET "{field.column}" = %s{where}'
            if _done(cursor, model._meta.db_table, statement, words(field)):
                planted.append(f"{model._meta.label}.{field.name}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return planted


def _done(cursor: Any, table: str, statement: str, words: str) -> bool:
    """With its history, or without where a trigger guards the row; not where the database wants another form."""
    for before, after in (("", ""), (f'ALTER TABLE "{table}" DISABLE TRIGGER USER', f'ALTER TABLE "{table}" ENABLE TRIGGER USER')):
        try:
            with transaction.atomic():
                for each in (before, statement, after):
                    if each:
                        cursor.execute(each, [words] if each is statement else None)
                return bool(cursor.rowcount) or bool(after)
        except (InternalError, IntegrityError):
            continue
    return False


def read_out(answer: Any) -> str:
    """What somebody who opens the answer reads."""
    kind = answer.headers.get("Content-Type", "")
    if "spreadsheetml" in kind:
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        sheet = load_workbook(io.BytesIO(body)).active
        return "\n".join(str(cell.value) for line in sheet for cell in line)
    if kind == "application/pdf":
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    return text_of(answer)
