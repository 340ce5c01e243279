"""Whose time is free and whose is booked: the provider's people, their hours, leave and bookings."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, BigIntegerRangeField, DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from catalog.models import StaffRole

LONGEST_BOOKING = timedelta(hours=25)  # a 24-hour event and its lead-in; the bound keeps the reads' index range tight


class Int8Range(Func):
    """An integer range: lets GiST compare staff without an extension."""

    function = "int8range"
    output_field: Any = BigIntegerRangeField()


class TsTzRange(Func):
    """A range of instants, half-open."""

    function = "tstzrange"
    output_field: Any = DateTimeRangeField()


class StaffMember(models.Model):
    """One of the provider's people: what they do, where they are and which languages they work in. Source: S4, S30, S74."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("user"), related_name="staff_member")
    roles = ArrayField(models.CharField(max_length=14, choices=StaffRole.choices), verbose_name=_("roles"))
    zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    languages = ArrayField(models.CharField(max_length=8), verbose_name=_("languages"))
    holiday_calendar = models.CharField(_("public holidays of"), max_length=12, blank=True, help_text=_("For example CA-QC or FR."))
    load = models.PositiveIntegerField(_("load"), default=0, help_text=_("Bookings given so far; the least loaded is asked first."))
    is_active = models.BooleanField(_("works here"), default=True)
    sandbox = models.ForeignKey(
        "customers.Organisation", models.PROTECT, null=True, blank=True, editable=False, db_index=False, related_name="+",
        verbose_name=_("stand-in of"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")
        indexes = [
            models.Index(fields=["load", "id"], name="staff_least_loaded_first", condition=Q(is_active=True)),
            models.Index(fields=["zone"], name="staff_zones", condition=Q(is_active=True)),
        ]

    def __str__(self) -> str:
        return str(self.user)


class Certificate(models.Model):
    """A proof that a person may produce a family's sessions, until its last valid day. Source: S4."""

    staff = models.ForeignKey(StaffMember, models.CASCADE, verbose_name=_("staff member"), related_name="certificates")
    family = models.ForeignKey("catalog.Family", models.PROTECT, verbose_name=_("family"), db_index=False)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("last valid day"))

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        indexes = [models.Index(fields=["family", "staff"], include=["valid_from", "valid_until"], name="certificate_of_family")]
        constraints = [
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="certificate_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.staff}: {self.family} - {self.valid_until}"


class WorkingHours(models.Model):
    """When a person works on a weekday, in their own zone; an end of 00:00 is midnight at the end of the day."""

    staff = models.ForeignKey(StaffMember, models.CASCADE, verbose_name=_("staff member"), related_name="hours")
    weekday = models.PositiveSmallIntegerField(_("weekday"), help_text=_("0 is Monday."))
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("until"))

    class Meta:
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="working_hours_are_on_a_weekday"),
            models.CheckConstraint(condition=Q(ends__gt=F("starts")) | Q(ends="00:00"), name="working_hours_end_after_they_start"),
            models.UniqueConstraint(fields=["staff", "weekday", "starts"], name="working_hours_once_per_start"),
        ]

    def __str__(self) -> str:
        return f"{WEEKDAYS[self.weekday]} {self.starts:%H:%M} - {self.ends:%H:%M}"


class Holiday(models.Model):
    """A public holiday of a region: its people do not work on that day of their zone."""

    calendar = models.CharField(_("region"), max_length=12)
    on = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        verbose_name = _("public holiday")
        verbose_name_plural = _("public holidays")
        constraints = [models.UniqueConstraint(fields=["calendar", "on"], name="one_holiday_per_region_and_day")]

    def __str__(self) -> str:
        return f"{self.calendar} {self.on} {self.name}"


class Leave(models.Model):
    """Time off; bookings inside it need cover."""

    staff = models.ForeignKey(StaffMember, models.CASCADE, verbose_name=_("staff member"), related_name="leaves")
    start_at = models.DateTimeField(_("from"))
    end_at = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("leave")
        verbose_name_plural = _("leave")
        indexes = [models.Index(fields=["staff", "end_at"], include=["start_at"], name="leave_of_staff")]
        constraints = [models.CheckConstraint(condition=Q(end_at__gt=F("start_at")), name="leave_ends_after_it_begins")]

    def __str__(self) -> str:
        return f"{self.staff}: {self.start_at:%Y-%m-%d} - {self.end_at:%Y-%m-%d}"


class Booking(models.Model):
    """A stretch of one person's time that is held or taken; half-open, so back-to-back is allowed. Source: S3, S23, S48, S85.

    A hold for a move may lie over the same person's own booking that it would replace (`instead_of`, S47); everyone else finds
    that time busy, and the constraint judges it when the move is made.
    """

    class Purpose(models.TextChoices):
        """What the time is for."""

        EVENT = "EVENT", _("Event")
        APPOINTMENT = "APPOINTMENT", _("Appointment")

    class State(models.TextChoices):
        """HELD ends by itself at `expires_at`; RELEASED no longer blocks."""

        HELD = "HELD", _("Held")
        BOOKED = "BOOKED", _("Booked")
        RELEASED = "RELEASED", _("Released")

    staff = models.ForeignKey(StaffMember, models.PROTECT, verbose_name=_("staff member"), related_name="bookings", db_index=False)
    start_at = models.DateTimeField(_("from"))
    end_at = models.DateTimeField(_("until"))
    purpose = models.CharField(_("purpose"), max_length=11, choices=Purpose)
    state = models.CharField(_("state"), max_length=8, choices=State)
    expires_at = models.DateTimeField(_("held until"), null=True, blank=True)
    reference = models.CharField(_("reference"), max_length=40, help_text=_("The order's public key."))
    instead_of = models.CharField(
        _("instead of"), max_length=40, blank=True, help_text=_("The reference of this person's booking that a move would give up.")
    )
    needs_cover_since = models.DateTimeField(_("needs cover since"), null=True, blank=True)

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        indexes = [
            models.Index(
                fields=["staff", "start_at"],
                include=["end_at", "state", "expires_at"],
                name="booking_blocks_staff",
                condition=~Q(state="RELEASED"),
            ),
            models.Index(fields=["reference"], name="booking_of_reference"),
            models.Index(fields=["expires_at"], name="booking_holds_to_expire", condition=Q(state="HELD")),
            models.Index(
                fields=["needs_cover_since"], name="booking_needs_cover", condition=Q(needs_cover_since__isnull=False, state="BOOKED")
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_at__gt=F("start_at")) & Q(end_at__lte=F("start_at") + Value(LONGEST_BOOKING)),
                name="booking_lasts_at_most_25_hours",
            ),
            models.CheckConstraint(
                condition=Q(state="HELD", expires_at__isnull=False) | (~Q(state="HELD") & Q(expires_at__isnull=True)),
                name="booking_expires_exactly_when_held",
            ),
            models.CheckConstraint(condition=~Q(state="BOOKED") | Q(instead_of=""), name="booking_once_booked_replaces_nothing"),
            ExclusionConstraint(
                name="booking_no_staff_twice_at_once",
                index_type="GIST",
                expressions=[
                    (Int8Range("staff", "staff", Value("[]")), RangeOperators.EQUAL),
                    (TsTzRange("start_at", "end_at", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=~Q(state="RELEASED") & Q(instead_of=""),
                violation_error_message=_("This person is already booked at that time."),
                violation_error_code="staff_busy",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff} {self.start_at:%Y-%m-%d %H:%M} {self.state}"


class RefusedCheck(models.Model):
    """A question "is somebody free?" that was answered with no: who was needed, and when. Nobody's name is in it. Source: idea 12"""

    reference = models.CharField(_("reference"), max_length=40, blank=True, help_text=_("The order's key; empty for a mere question."))
    role = models.CharField(_("role"), max_length=14, choices=StaffRole)
    family = models.ForeignKey("catalog.Family", models.PROTECT, verbose_name=_("family"), null=True, blank=True, related_name="+")
    language = models.CharField(_("language"), max_length=8, blank=True)
    zone = models.CharField(_("time zone"), max_length=64)
    opens_at = models.DateTimeField(_("from"))
    closes_at = models.DateTimeField(_("until"))
    windows = models.JSONField(_("staffed intervals"))
    asked_at = models.DateTimeField(_("asked at"))
    last_asked_at = models.DateTimeField(_("last asked at"))
    times = models.PositiveIntegerField(_("times asked"), default=1)

    class Meta:
        verbose_name = _("refused check")
        verbose_name_plural = _("refused checks")
        indexes = [models.Index(fields=["asked_at"], name="refused_check_by_time")]
        constraints = [
            models.UniqueConstraint(
                fields=["reference", "role", "language", "opens_at", "closes_at"],
                condition=~Q(reference=""),
                name="one_refused_check_per_wish",
            ),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="refused_check_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.language} {self.opens_at:%Y-%m-%d %H:%M}"
