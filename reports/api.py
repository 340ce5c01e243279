"""Reports over the REST API: the lists that can be taken away, and what came of one event. Source: S70, S90"""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from customers.models import KeyScope
from customers.refusals import Refusal
from customers.requests import KeyRequest
from customers.rest.calls import Call
from customers.rest.rendering import JSON
from customers.rest.views import ApiView
from engagements.queries import engagements_visible_to
from reports.actions.exporting import write_file
from reports.after import reports_visible_to
from reports.cells import Value, object_of
from reports.lists import LISTINGS, Filters, Listing
from reports.models import ExportJob

READ = KeyScope.REPORTS_READ
MOST_ROWS = 5_000  # as many as a page gives at once
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class TooManyRows(Refusal):
    """One answer holds so many."""

    code = "too_many_rows"
    status = 422
    sentence = gettext_lazy("These are more than %(most)s rows. Narrow them by since, until and state.")


class Csv(BaseRenderer):
    """A file that is made already; problems stay JSON."""

    media_type, format, charset = "text/csv", "csv", "utf-8"

    def render(self, data: Any, *_about: Any) -> bytes:
        """Pass it on."""
        return data if isinstance(data, bytes) else JSON().render(data)


class Xlsx(Csv):
    """The same for Excel."""

    media_type, format, charset = XLSX, "xlsx", None  # type: ignore[assignment]  # the framework's way to say that it is no text
    render_style = "binary"


class FormatFirst(DefaultContentNegotiation):
    """`?format=` counts more than `Accept`."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """Choose by name, else by media type."""
        named = [each for each in renderers if each.format == request.query_params.get("format")]
        return (named[0], named[0].media_type) if named else super().select_renderer(request, renderers, format_suffix)

    def filter_renderers(self, renderers: Any, format: str) -> Any:  # noqa: A002 - the framework's name
        """Leave what is no format to the validation of the query."""
        return renderers


class ReportQuery(serializers.Serializer[Any]):
    """What narrows a list, and as what it comes."""

    since = serializers.DateField(required=False, help_text="The first day, in UTC.")
    until = serializers.DateField(required=False, help_text="The last day, in UTC.")
    state = serializers.CharField(max_length=20, required=False, help_text="As the list itself spells its states.")
    format = serializers.ChoiceField(choices=["json", "csv", "xlsx"], required=False, help_text="Counts more than `Accept`.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what is not on the list, and days in the wrong order."""
        unknown = sorted(set(self.initial_data) - set(self.fields))
        if unknown:
            raise serializers.ValidationError({name: _("There is no such parameter.") for name in unknown}, code="unknown_parameter")
        if attrs.get("since") and attrs.get("until") and attrs["until"] < attrs["since"]:
            raise serializers.ValidationError({"until": _("This day is before the first.")})
        states = {value for value, _label in self.context["listing"].states}
        if attrs.get("state", "") not in {"", *states}:
            raise serializers.ValidationError({"state": _("There is no such state.")})
        return attrs


class ListOut(serializers.Serializer[Any]):
    """The rows of a list, oldest first; money is text, so that nothing is rounded."""

    results = serializers.ListField(child=serializers.DictField())


class ReportDayOut(serializers.Serializer[Any]):
    """One event day; the two figures are of the customer's site, null where it told none."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    window_starts_at = serializers.DateTimeField()
    window_ends_at = serializers.DateTimeField()
    registered = serializers.IntegerField(allow_null=True)
    attended = serializers.IntegerField(allow_null=True)


class EventReportOut(serializers.Serializer[Any]):
    """What was promised for one event and what came of it; `head` is the digest that the evidence pack ends with."""

    number = serializers.CharField()
    organisation = serializers.CharField()
    title = serializers.CharField()
    package = serializers.DictField(child=serializers.CharField())
    time_zone = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    days = ReportDayOut(many=True)
    sessions = serializers.ListField(child=serializers.DictField())
    incidents = serializers.ListField(child=serializers.DictField())
    promises = serializers.DictField(child=serializers.DictField())
    hours = serializers.ListField(child=serializers.DictField())
    made_at = serializers.DateTimeField()
    head = serializers.CharField()


class ReportView(ApiView):
    """`/api/v1/reports/<table>/`"""

    renderer_classes = (JSON, Csv, Xlsx)
    content_negotiation_class = FormatFirst
    calls: ClassVar[dict[str, Call]] = {
        "GET": Call("report_read", READ, ListOut, query=ReportQuery, refusals=(404, 422), files=("text/csv", XLSX))
    }

    def get(self, request: KeyRequest, table: str) -> Response:
        """Read one of the lists `orders`, `engagements`, `promises` and `invoices`, as JSON, CSV or an Excel file."""
        listing = LISTINGS.get(table)
        if listing is None:
            raise Http404
        query = ReportQuery(data=request.query_params.dict(), context={"listing": listing})
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        filters = Filters(asked.get("since"), asked.get("until"), asked.get("state", ""))
        rows = list(listing.narrowed(request.user, filters)[: MOST_ROWS + 1])
        if len(rows) > MOST_ROWS:
            raise TooManyRows(most=MOST_ROWS)
        kind: str = request.accepted_renderer.format
        lines = (listing.line(row) for row in rows)
        if kind == "json":
            return Response({"results": [object_of(listing.names, each) for each in lines]})
        return Response(_file(listing, kind, lines), headers={"Content-Disposition": f'attachment; filename="{table}.{kind}"'})


class EventReportView(ApiView):
    """`/api/v1/reports/engagements/<number>/`"""

    calls: ClassVar[dict[str, Call]] = {"GET": Call("event_report_read", READ, EventReportOut, refusals=(404,))}

    def get(self, request: KeyRequest, number: str) -> Response:
        """Read what came of an event; 404 until `report.ready` has said that it is there. Source: S70, S90"""
        mine = engagements_visible_to(request.user)
        report = get_object_or_404(reports_visible_to(request.user), engagement__number=number, engagement__in=mine)
        content: Mapping[str, Any] = report.content
        return Response({**content, "head": report.head})


def _file(listing: Listing, kind: str, lines: Iterator[list[Value]]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report"
        write_file(path, ExportJob.Format.XLSX if kind == "xlsx" else ExportJob.Format.CSV, listing, lines)
        return path.read_bytes()
