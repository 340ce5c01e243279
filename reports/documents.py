"""What a post-event report says in words, for its page and its PDF. Source: S70"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from catalog.models import TaskTemplate
from customers import times
from engagements.models import HoursBudget
from outbox.typesetting import typeset
from reports.models import EventReport


def report_view(report: EventReport) -> dict[str, Any]:
    """The content in the reader's language: facts, and tables of plain texts."""
    content = report.content
    zone = content["time_zone"]
    facts = [
        (_("Request number"), content["number"]),
        (_("Organisation"), content["organisation"]),
        (_("Package"), content["package"][times.reader_language()]),
        *((_("Event"), _span(day, zone)) for day in content["days"]),
        (_("Made"), times.moment(_at(content["made_at"]), zone)),
    ]
    return {
        "facts": facts,
        "tables": [
            _days(content, zone),
            _sessions(content, zone),
            _promises(content),
            *_broken(content, zone),
            _hours(content),
            _incidents(content, zone),
        ],
    }


def report_pdf(report: EventReport, *, language: str) -> bytes:
    """The report as PDF/UA-1; the same bytes whenever it is asked for."""
    with translation.override(language):
        shown = report_view(report)
        title = _("Report: %(title)s") % {"title": report.content["title"] or report.content["number"]}
        values = {
            "sender": settings.PROVIDER_NAME,
            "footer": f"{settings.PROVIDER_NAME} · {report.content['number']}",
            "facts": shown["facts"],
            "tables": [table for table in shown["tables"] if table["rows"]],
            "notes": [_("Digest of the history behind this report: %(head)s") % {"head": report.head}],
        }
        return typeset("report", values, language=language, title=title, made_at=report.made_at)


def _table(title: str, columns: list[str], rows: list[list[str]]) -> dict[str, Any]:
    return {"title": title, "columns": columns, "rows": rows}


def _days(content: dict[str, Any], zone: str) -> dict[str, Any]:
    rows = [
        [
            _span(day, zone),
            times.hours(_at(day["window_starts_at"]), _at(day["window_ends_at"]), zone),
            _figure(day["registered"]),
            _figure(day["attended"]),
        ]
        for day in content["days"]
    ]
    return _table(_("Days"), [_("Event"), _("Staffed"), _("Enrolled"), _("Attended")], rows)


def _sessions(content: dict[str, Any], zone: str) -> dict[str, Any]:
    rows = []
    for each in content["sessions"]:
        actual = each["actual"]
        known = actual["starts_at"] and actual["ends_at"]
        rows.append(
            [
                each["title"],
                _span(each["planned"], zone),
                times.hours(_at(actual["starts_at"]), _at(actual["ends_at"]), zone) if known else "–",
                _figure(each["registered"]),
                _figure(each["attended"]),
                ", ".join(form for one in each["recordings"] for form in one["formats"]) or "–",
            ]
        )
    return _table(_("Sessions"), [_("Session"), _("Planned"), _("Actual"), _("Enrolled"), _("Attended"), _("Recordings")], rows)


def _promises(content: dict[str, Any]) -> dict[str, Any]:
    names = ("kept", "late", "broken", "ahead", "waived")
    rows = [[str(TaskTemplate.Side(side).label), *(str(found[name]) for name in names)] for side, found in content["promises"].items()]
    return _table(_("Promises"), [_("Side"), _("Kept"), _("Late"), _("Broken"), _("Not due yet"), _("Not applicable")], rows)


def _broken(content: dict[str, Any], zone: str) -> list[dict[str, Any]]:
    rows = [
        [
            each["title"][times.reader_language()],
            str(TaskTemplate.Side(side).label),
            times.moment(_at(each["due_at"]), zone),
            times.moment(_at(each["done_at"]), zone) if each["done_at"] else "–",
        ]
        for side, found in content["promises"].items()
        for each in found["not_kept"]
    ]
    return [_table(_("Late or broken"), [_("Promise"), _("Side"), _("Due"), _("Done")], rows)]


def _hours(content: dict[str, Any]) -> dict[str, Any]:
    rows = [
        [str(HoursBudget.Kind(each["kind"]).label), times.duration(each["used_minutes"]), times.duration(each["allowed_minutes"])]
        for each in content["hours"]
    ]
    return _table(_("Hours"), [_("Kind"), _("Used"), _("Allowed")], rows)


def _incidents(content: dict[str, Any], zone: str) -> dict[str, Any]:
    rows = [
        [
            each["what"],
            times.moment(_at(each["happened_at"]), zone),
            each["resolution"] or "–",
            times.moment(_at(each["resolved_at"]), zone) if each["resolved_at"] else "–",
        ]
        for each in content["incidents"]
    ]
    return _table(_("Incidents"), [_("What happened"), _("When"), _("How it was put right"), _("Put right at")], rows)


def _span(pair: dict[str, str], zone: str) -> str:
    return times.span(_at(pair["starts_at"]), _at(pair["ends_at"]), zone)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _figure(value: int | None) -> str:
    return "–" if value is None else str(value)
