"""Bookings, to look at, and the public holidays."""

from typing import ClassVar

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from customers import times
from scheduling import actions
from scheduling.models import Booking, Holiday


@admin.register(Booking)
class BookingAdmin(ModelAdmin):
    """Every stretch of time that is held, booked or was given back; orders and engagements write them."""

    list_display = ("staff", "when", "purpose", "shown_state", "needs_cover")
    list_filter = ("state", "purpose", ("needs_cover_since", admin.EmptyFieldListFilter), "start_at")
    list_select_related = ("staff__user",)
    search_fields = ("reference__exact",)
    search_help_text = _("The whole reference")
    ordering = ("-start_at", "-pk")
    show_full_result_count = False
    fields = ("staff", "when", "purpose", "state", "expires", "reference", "instead_of", "needs_cover")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Orders and engagements book."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Booking | None = None) -> bool:
        """What was agreed is moved or cancelled with its order."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Booking | None = None) -> bool:
        """What was agreed stays known."""
        return False

    @display(description=_("when"), ordering="start_at")
    def when(self, booking: Booking) -> str:
        """On the person's own clock."""
        return times.span(booking.start_at, booking.end_at, booking.staff.zone)

    @display(description=_("state"), ordering="state", label={"HELD": "warning", "BOOKED": "success"})
    def shown_state(self, booking: Booking) -> tuple[str, str]:
        """The word, coloured."""
        return booking.state, booking.get_state_display()

    @display(description=_("held until"))
    def expires(self, booking: Booking) -> str:
        """Only for what is held."""
        return times.moment(booking.expires_at, booking.staff.zone) if booking.expires_at else "–"

    @display(description=_("needs cover since"), ordering="needs_cover_since")
    def needs_cover(self, booking: Booking) -> str:
        """Empty while the person can keep it."""
        return times.moment(booking.needs_cover_since, booking.staff.zone) if booking.needs_cover_since else ""


@admin.register(Holiday)
class HolidayAdmin(ModelAdmin):
    """Days on which the people of a region do not work."""

    list_display = ("on", "calendar", "name")
    list_filter = ("calendar",)
    search_fields = ("calendar", "name")
    ordering = ("-on", "calendar")
    fields = ("calendar", "on", "name")
    actions_list: ClassVar[list[str]] = ["load"]

    @action(description=_("Load this year's and next year's"), url_path="load", permissions=["load"])
    def load(self, request: HttpRequest) -> HttpResponse:
        """Ask first, because the button above the list is a link, and a link must change nothing; then load every region in use."""
        if request.method != "POST":
            return self._ask_before_loading(request)
        count = actions.load_holidays(today=timezone.now().date())
        text = ngettext("%(count)d new public holiday.", "%(count)d new public holidays.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)
        return redirect("admin:scheduling_holiday_changelist")

    def _ask_before_loading(self, request: HttpRequest) -> HttpResponse:
        """Show the form that loads."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("Load this year's and next year's"),
            "opts": self.opts,
            "question": _("The public holidays of every region in which somebody works are added; what is listed already stays."),
            "back_url": reverse("admin:scheduling_holiday_changelist"),
        }
        return TemplateResponse(request, "admin/confirm.html", context)

    def has_load_permission(self, request: HttpRequest) -> bool:
        """Whoever may add one may load them."""
        return bool(self.has_add_permission(request))
