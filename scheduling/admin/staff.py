"""People: what they do, which languages they speak, where and when they work, and their week."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.decorators import action, display

from catalog.models import StaffRole
from scheduling import actions
from scheduling.admin.week import week_page
from scheduling.forms import LeaveForm, StaffMemberForm, WorkingHoursForm
from scheduling.languages import ASSIST_LANGUAGES
from scheduling.models import Certificate, Leave, StaffMember, WorkingHours


class _Rows(TabularInline):
    extra = 0
    show_change_link = False
    hide_title = True  # the row says it all


class CertificateRows(_Rows):
    """What the person may produce, and until when."""

    model = Certificate
    fields = ("family", "valid_from", "valid_until")
    ordering = ("valid_until",)


class WorkingHoursRows(_Rows):
    """The person's week, on their own clock."""

    model = WorkingHours
    form = WorkingHoursForm
    fields = ("weekday", "starts", "ends")
    ordering = ("weekday", "starts")


class LeaveRows(StackedInline):
    """Time off, on the person's own clock."""

    model = Leave
    form = LeaveForm
    extra = 0
    fields = (("first_day", "first_time", "last_day", "last_time"), "reason")
    ordering = ("-start_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Leave]:
        """Leave that is over is not edited any more."""
        leave: QuerySet[Leave] = super().get_queryset(request)
        return leave.filter(end_at__gt=timezone.now()).select_related("staff")


class _ListedIn(admin.SimpleListFilter):
    """Filters by one value of a list column."""

    choices_of: Sequence[tuple[str, Any]] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer every value."""
        return list(self.choices_of)

    def queryset(self, request: HttpRequest, queryset: QuerySet[StaffMember]) -> QuerySet[StaffMember]:
        """Keep who has it."""
        return queryset.filter(**{f"{self.parameter_name}__contains": [self.value()]}) if self.value() else queryset


class RoleFilter(_ListedIn):
    """By role."""

    title, parameter_name, choices_of = _("role"), "roles", StaffRole.choices


class LanguageFilter(_ListedIn):
    """By language."""

    title, parameter_name, choices_of = _("language"), "languages", ASSIST_LANGUAGES


@admin.register(StaffMember)
class StaffMemberAdmin(ModelAdmin):
    """Everyone who works for customers. Whatever is taken from a person marks their bookings for cover."""

    form = StaffMemberForm
    inlines = (CertificateRows, WorkingHoursRows, LeaveRows)
    list_display = ("shown_person", "shown_roles", "shown_languages", "zone", "holiday_calendar", "load", "is_active")
    list_filter = (RoleFilter, LanguageFilter, "is_active", "zone")
    list_select_related = ("user",)
    search_fields = ("user__first_name", "user__last_name", "user__email")
    ordering = ("user__last_name", "user__first_name", "pk")
    autocomplete_fields = ("user",)
    actions_list: ClassVar[list[str]] = ["week"]

    def get_urls(self) -> list[URLPattern]:
        """Add the week."""
        page = self.admin_site.admin_view(lambda request: week_page(request, self))
        return [path("week/", page, name="scheduling_staffmember_week"), *super().get_urls()]

    def get_inlines(self, request: HttpRequest, obj: StaffMember | None) -> Sequence[type[Any]]:
        """First who someone is, then when they work."""
        return self.inlines if obj else ()

    def get_readonly_fields(self, request: HttpRequest, obj: StaffMember | None = None) -> tuple[str, ...]:
        """Roles open doors, so administrators give them; a record stays with its person."""
        fixed = ("user", "load") if obj else ("load",)
        return fixed if request.user.is_superuser else (*fixed, "roles", "shown_roles")

    def get_fields(self, request: HttpRequest, obj: StaffMember | None = None) -> tuple[str, ...]:
        """Show roles to tick only to who may tick them."""
        roles = "roles" if request.user.is_superuser else "shown_roles"
        return ("user", roles, "languages", "zone", "holiday_calendar", "load", "is_active")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A new record opens doors too."""
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: StaffMember | None = None) -> bool:
        """Who leaves stays known as who did the work."""
        return False

    def response_post_save_add(self, request: HttpRequest, obj: StaffMember) -> HttpResponse:
        """Go on with certificates and hours: without hours nobody is ever free."""
        return redirect("admin:scheduling_staffmember_change", obj.pk)

    def save_model(self, request: HttpRequest, obj: StaffMember, form: forms.ModelForm, change: bool) -> None:  # type: ignore[type-arg]
        """Write through the action, and load the holidays of a region that is new here."""
        if not change:
            obj.save()
        names = {"roles", "languages", "zone", "holiday_calendar", "is_active"} & form.cleaned_data.keys()
        actions.change_staff(obj, now=timezone.now(), **{name: form.cleaned_data[name] for name in names})
        if obj.holiday_calendar:
            actions.load_holidays(today=timezone.now().date(), calendars=[obj.holiday_calendar])

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Write each kind of row through its actions."""
        rows = formset.save(commit=False)
        _WRITERS[formset.model](form.instance, formset, rows)

    @display(description=_("person"), header=True, ordering="user__last_name")
    def shown_person(self, staff: StaffMember) -> tuple[str, str]:
        """Name and address."""
        return str(staff.user), staff.user.email

    @display(description=_("roles"))
    def shown_roles(self, staff: StaffMember) -> str:
        """In words."""
        return ", ".join(str(StaffRole(role).label) for role in staff.roles)

    @display(description=_("languages"))
    def shown_languages(self, staff: StaffMember) -> str:
        """In words."""
        known = dict(ASSIST_LANGUAGES)
        return ", ".join(str(known.get(code, code)) for code in staff.languages)

    @action(description=_("Week"), url_path="open-week", icon="calendar_view_week")
    def week(self, request: HttpRequest) -> HttpResponse:
        """Show who is booked this week."""
        return redirect(reverse("admin:scheduling_staffmember_week"))


def _write_certificates(staff: StaffMember, formset: Any, rows: Sequence[Certificate]) -> None:
    for row in formset.deleted_objects:
        actions.withdraw_certificate(row, now=timezone.now())
    for row in rows:
        actions.set_certificate(row, now=timezone.now())


def _write_hours(staff: StaffMember, formset: Any, rows: Sequence[WorkingHours]) -> None:
    filled = [form.cleaned_data for form in formset.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
    actions.set_hours(staff, [(row["weekday"], row["starts"], row["ends"]) for row in filled if "weekday" in row])


def _write_leave(staff: StaffMember, formset: Any, rows: Sequence[Leave]) -> None:
    for row in formset.deleted_objects:
        actions.cancel_leave(row)
    for row in rows:
        if row.pk:
            actions.change_leave(row, start_at=row.start_at, end_at=row.end_at, reason=row.reason, now=timezone.now())
        else:
            actions.add_leave(staff, start_at=row.start_at, end_at=row.end_at, reason=row.reason, now=timezone.now())


_WRITERS: dict[type, Callable[[StaffMember, Any, Any], None]] = {
    Certificate: _write_certificates,
    WorkingHours: _write_hours,
    Leave: _write_leave,
}
