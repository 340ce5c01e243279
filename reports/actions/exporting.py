"""Asking for a file, making it by steps with its progress, and letting it go when its days are over."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import translation

from customers.models import Membership, Organisation, User
from customers.tenancy import EVERYTHING, scope
from reports.cells import Value, csv_lines, json_lines
from reports.lists import LISTINGS, Filters, Listing
from reports.models import ExportJob, ExportPart

Clock = Callable[[], datetime]
PIECE = 256 * 1024  # bytes of a file in one row
STEP = 2_000  # rows between two looks at the progress
CLAIM = timedelta(minutes=3)  # begun anew with each step; longer than the last one takes
ONE_AT_A_TIME = 7_461_120_302  # the lock of whoever claims; any number that nothing else locks


@transaction.atomic
def ask_for_export(
    *,
    listing: Listing,
    filters: Filters,
    kind: str,
    organisation: Organisation | None,
    by: User,
    language: str,
    now: datetime,
) -> ExportJob:
    """Note that somebody wants this list as a file; a worker makes it within seconds. Asked again before it is begun, it is the same."""
    wish: dict[str, Any] = {
        "organisation": organisation, "by": by, "table": listing.name, "format": kind, "language": language, "filters": filters.to_json(),
    }  # fmt: skip
    if waiting := ExportJob.objects.filter(**wish, state=ExportJob.State.QUEUED).first():
        return waiting
    return ExportJob.objects.create(
        **wish,
        rows_total=listing.narrowed(by, filters).count(),
        asked_at=now,
        expires_at=now + timedelta(days=settings.EXPORT_DAYS),
    )


@scope(EVERYTHING)
def claim_export(*, now: datetime) -> ExportJob | None:
    """Take the oldest file that waits, or whose maker died; none while another is being made: one worker stays free for promises."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
    if ExportJob.objects.filter(state=ExportJob.State.RUNNING, claimed_until__gt=now).exists():
        return None
    free = Q(state=ExportJob.State.QUEUED) | Q(state=ExportJob.State.RUNNING, claimed_until__lte=now)
    job = ExportJob.objects.filter(free).order_by("asked_at").select_for_update(skip_locked=True, of=("self",)).first()
    if job:
        job.state, job.rows_done, job.claimed_until = ExportJob.State.RUNNING, 0, now + CLAIM
        job.save(update_fields=["state", "rows_done", "claimed_until"])
        job.parts.all().delete()
    return job


def make_export(job: ExportJob, *, clock: Clock) -> None:
    """Make a claimed file; each step is a transaction of its own, so its progress can be seen and no snapshot is held long."""
    try:
        with translation.override(job.language), tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "export"
            write_file(path, job.format, LISTINGS[job.table], _rows(job, clock))
            _keep(job, _pieces(path), now=clock())
    except Exception:
        with scope(EVERYTHING):
            ExportJob.objects.filter(pk=job.pk).update(state=ExportJob.State.FAILED, finished_at=clock(), claimed_until=None)
        raise


def write_file(path: Path, kind: str, listing: Listing, rows: Iterable[list[Value]]) -> None:
    """Write rows as a file of this kind."""
    if kind == ExportJob.Format.XLSX:
        from reports.sheets import Sheet  # noqa: PLC0415  # 4 MB that few processes need

        sheet = Sheet(listing.titles)
        for row in rows:
            sheet.add(row)
        sheet.save(path)
        return
    made = csv_lines(listing.titles, rows) if kind == ExportJob.Format.CSV else json_lines(listing.names, rows)
    with path.open("wb") as file:
        file.writelines(made)


@scope(EVERYTHING)
def forget_exports(*, now: datetime) -> int:
    """Delete the files whose days are over, and return how many."""
    old = ExportJob.objects.filter(expires_at__lte=now)
    ExportPart.objects.filter(job__in=old).delete()
    return old.delete()[0]


def _rows(job: ExportJob, clock: Clock) -> Iterator[list[Value]]:
    listing, last, done = LISTINGS[job.table], 0, 0
    while True:
        with scope(job.organisation_id or EVERYTHING):
            wanted = listing.narrowed(_caller(job), Filters.from_json(job.filters))
            batch: list[dict[str, Any]] = list(wanted.filter(pk__gt=last)[:STEP])
            done += len(batch)
            ExportJob.objects.filter(pk=job.pk).update(rows_done=done, claimed_until=clock() + CLAIM)
        yield from (listing.line(row) for row in batch)
        if len(batch) < STEP:
            return
        last = batch[-1]["pk"]


def _caller(job: ExportJob) -> User:
    """Who asked, as they stand now: who has left the organisation gets nothing.

    :raises Membership.DoesNotExist: when they no longer belong there.
    """
    by = User.objects.get(pk=job.by_id, is_active=True, is_staff=job.organisation_id is None)
    if job.organisation_id is not None:
        by.working_for = Membership.objects.get(user=by, organisation_id=job.organisation_id)
    return by


def _keep(job: ExportJob, content: Iterable[bytes], *, now: datetime) -> None:
    with scope(job.organisation_id or EVERYTHING):
        for position, piece in enumerate(content):
            ExportPart.objects.create(organisation_id=job.organisation_id, job=job, position=position, content=piece)
        ExportJob.objects.filter(pk=job.pk).update(state=ExportJob.State.DONE, finished_at=now, claimed_until=None)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
