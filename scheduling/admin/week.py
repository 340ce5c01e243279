"""The week: who is booked, away or free, as a picture."""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from catalog.models import StaffRole
from customers import times
from scheduling.localtime import local_date
from scheduling.models import StaffMember
from scheduling.queries import week_of

PEOPLE_PER_PAGE = 30
WEEK = timedelta(days=7)


def week_page(request: HttpRequest, staff_admin: ModelAdmin) -> HttpResponse:
    """Show `?week=2027-03-08&role=PRODUCER&page=2`; nonsense in the address shows this week, and everyone."""
    if not staff_admin.has_view_permission(request):
        raise PermissionDenied
    now, zone = timezone.now(), request.user.zone  # type: ignore[union-attr]  # nobody gets here without signing in
    monday = _monday(request.GET.get("week", ""), local_date(now, zone))
    role = request.GET.get("role", "")
    people = (
        StaffMember.objects.filter(is_active=True, sandbox=None)
        .select_related("user")
        .order_by("user__last_name", "user__first_name", "pk")
    )
    if role in StaffRole.values:
        people = people.filter(roles__contains=[role])
    page = Paginator(people, PEOPLE_PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        **staff_admin.admin_site.each_context(request),
        "title": _("Week"),
        "opts": staff_admin.opts,
        "weeks": week_of(list(page), monday=monday, zone=zone, now=now),
        "headings": [(times.day(day, year=False), day == local_date(now, zone)) for day in (monday + timedelta(days=n) for n in range(7))],
        "zone": zone,
        "role": role,
        "roles": StaffRole.choices,
        "page": page,
        "this_week": monday,
        "week_before": monday - WEEK,
        "week_after": monday + WEEK,
        "now": now,
    }
    return TemplateResponse(request, "admin/scheduling/week.html", context)


def _monday(wish: str, today: date) -> date:
    try:
        day = date.fromisoformat(wish)
    except ValueError:
        day = today
    day = min(max(day, date(2000, 1, 3)), date(2100, 1, 4))
    return day - timedelta(days=day.weekday())
