"""Lists as files: short ones at once, long ones by a worker with a progress bar. Source: peers, idea of scheduled reports; row 44"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Semaphore

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from customers.access import signed_in
from customers.requests import SignedInRequest
from customers.times import reader_language
from reports.actions.exporting import ask_for_export, write_file
from reports.forms import ExportForm
from reports.lists import LISTINGS, Filters, Listing
from reports.models import ExportJob
from reports.queries import exports_of

AT_ONCE = 500  # rows; more than that is a worker's
_MAKING = Semaphore()  # one list at a time in each process: several would only slow each other, and whoever orders meanwhile
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@signed_in
def exports(request: SignedInRequest) -> HttpResponse:
    """Which lists there are, and which files were asked for."""
    forms = [(each, ExportForm(listing=each)) for each in LISTINGS.values()]
    jobs = exports_of(request.user, request.organisation, now=timezone.now())[:20]
    return render(request, "reports/exports.html", {"forms": forms, "jobs": jobs})


@signed_in
def export(request: SignedInRequest, table: str) -> HttpResponseBase:
    """The file, or the page of the job that makes it."""
    listing = LISTINGS.get(table)
    if listing is None:
        raise Http404
    form = ExportForm(request.GET, listing=listing)
    if not form.is_valid():
        jobs = exports_of(request.user, request.organisation, now=timezone.now())[:20]
        return render(request, "reports/exports.html", {"forms": [(listing, form)], "jobs": jobs, "form": form}, status=422)
    filters, kind = form.filters(), form.kind()
    if listing.narrowed(request.user, filters)[: AT_ONCE + 1].count() <= AT_ONCE and _MAKING.acquire(blocking=False):
        try:
            return _download([_made(request, listing, filters, kind)], listing.name, kind)
        finally:
            _MAKING.release()
    job = ask_for_export(
        listing=listing, filters=filters, kind=kind, organisation=request.organisation, by=request.user, language=reader_language(),
        now=timezone.now(),
    )  # fmt: skip
    return redirect("reports:job", job.key)


@signed_in
def job(request: SignedInRequest, key: str) -> HttpResponse:
    """How far the file is; where scripts run, the bar moves by itself."""
    found = get_object_or_404(exports_of(request.user, request.organisation, now=timezone.now()), key=key)
    template = "reports/_progress.html" if request.headers.get("HX-Request") else "reports/job.html"
    return render(request, template, {"job": found, "title": LISTINGS[found.table].title})


@signed_in
def file(request: SignedInRequest, key: str) -> HttpResponseBase:
    """The finished file, for who asked for it, until it expires."""
    mine = exports_of(request.user, request.organisation, now=timezone.now())
    found = get_object_or_404(mine, key=key, state=ExportJob.State.DONE)
    return _download(_parts(found), found.table, found.format)


def _parts(found: ExportJob) -> Iterator[bytes]:
    parts = found.parts.order_by("position").values_list("content", flat=True)
    for position in range(found.parts.count()):
        yield bytes(parts[position])


def _made(request: SignedInRequest, listing: Listing, filters: Filters, kind: str) -> bytes:
    rows = map(listing.line, listing.narrowed(request.user, filters).iterator())
    with TemporaryDirectory() as folder:
        path = Path(folder) / "export"
        write_file(path, kind, listing, rows)
        return path.read_bytes()


def _download(content: Iterable[bytes], name: str, kind: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(content, content_type=TYPES[kind])
    answer["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return answer
