"""The post-event report: page, PDF, JSON and evidence pack; and taking in attendance. Source: S70, S90, S121"""

from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from customers.access import signed_in
from customers.requests import SignedInRequest
from customers.times import reader_language
from engagements.models import Engagement
from engagements.queries import engagements_visible_to
from reports import attendance
from reports.actions.after import import_attendance
from reports.after import reports_visible_to
from reports.chain import pack
from reports.documents import report_pdf, report_view
from reports.evidence import links_of
from reports.forms import AttendanceForm
from reports.models import EventReport


def _report(request: SignedInRequest, number: str) -> EventReport:
    mine = engagements_visible_to(request.user)
    return get_object_or_404(reports_visible_to(request.user), engagement__number=number, engagement__in=mine)


@signed_in
def event_report(request: SignedInRequest, number: str) -> HttpResponse:
    """What was promised and what came of it."""
    found = _report(request, number)
    return render(request, "reports/event_report.html", {"report": found, **report_view(found)})


@signed_in
def event_report_pdf(request: SignedInRequest, number: str) -> HttpResponse:
    """The same to keep."""
    answer = HttpResponse(report_pdf(_report(request, number), language=reader_language()), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="report-{number}.pdf"'
    return answer


@signed_in
def event_report_json(request: SignedInRequest, number: str) -> HttpResponse:
    """The same for programs."""
    return JsonResponse(_report(request, number).content)


@signed_in
def evidence_pack(request: SignedInRequest, number: str) -> HttpResponse:
    """The report with the chained history behind it, as of now; `manage.py verify` checks it."""
    found = _report(request, number)
    links = links_of(found.engagement)
    data = pack(found.content, links, links[-1].digest if links else found.head)
    answer = HttpResponse(data, content_type="application/jsonl")
    answer["Content-Disposition"] = f'attachment; filename="evidence-{number}.jsonl"'
    return answer


@signed_in
def take_in(request: SignedInRequest, number: str) -> HttpResponse:
    """Paste or upload a CSV, see row by row what it means, then keep it."""
    engagement: Engagement = get_object_or_404(engagements_visible_to(request.user), number=number)
    if not request.user.is_staff:
        raise Http404
    sessions = list(engagement.sessions.select_related("attendance").order_by("starts_at", "pk"))
    form = AttendanceForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"engagement": engagement, "sessions": sessions, "form": form}
    if request.method == "POST" and form.is_valid():
        lines = attendance.read(form.text(), sessions)
        context |= {"lines": lines, "text": form.text(), "wrong": [line for line in lines if line.problem]}
        if "keep" in request.POST and lines and not context["wrong"]:
            figures = {line.session.pk: (line.registered, line.attended) for line in lines if line.session}
            import_attendance(engagement, figures=figures, by=request.user, now=timezone.now())
            return redirect("reports:attendance", number)
    return render(request, "reports/attendance.html", context)
