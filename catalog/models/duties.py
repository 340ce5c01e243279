"""What both sides owe each other in a package."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.bilingual import Bilingual
from catalog.models.comparison import Service
from catalog.models.kinds import StaffRole
from catalog.models.packages import Package


class TaskTemplate(models.Model):
    """A duty of one side in a package: who, when it is due, and what proves it. Source: S54 to S126."""

    class Side(models.TextChoices):
        """Who owes it."""

        PROVIDER = "PROVIDER", _("Provider")
        CUSTOMER = "CUSTOMER", _("Customer")

    class Phase(models.TextChoices):
        """Which part of the engagement it belongs to. Source: S5."""

        PLANNING = "PLANNING", _("Planning")
        REHEARSAL = "REHEARSAL", _("Rehearsal")
        EVENT_DAY = "EVENT_DAY", _("Event day")
        AFTER = "AFTER", _("After the event")

    class Anchor(models.TextChoices):
        """The instant a due time is counted from; due times of unknown anchors stay empty."""

        ORDER_CONFIRMED = "ORDER_CONFIRMED", _("Order confirmed")
        AGENDA_FINAL = "AGENDA_FINAL", _("Agenda final")
        REHEARSAL = "REHEARSAL", _("Rehearsal")
        EVENT_START = "EVENT_START", _("Start of the event")
        DAY_START = "DAY_START", _("Start of each event day")
        DAY_END = "DAY_END", _("End of each event day")
        SESSION_START = "SESSION_START", _("Start of each session")
        SESSION_END = "SESSION_END", _("End of each session")
        EVENT_END = "EVENT_END", _("End of the event")

    class OffsetKind(models.TextChoices):
        """How the offset is counted."""

        ELAPSED_MINUTES = "ELAPSED_MINUTES", _("elapsed minutes")
        CALENDAR_DAYS = "CALENDAR_DAYS", _("calendar days in the event's zone")
        WORKING_DAYS = "WORKING_DAYS", _("working days in the event's zone")

    class Evidence(models.TextChoices):
        """What shows that it was done."""

        TICK = "TICK", _("Tick")
        LINK = "LINK", _("Link")
        FILE = "FILE", _("File")
        TEXT = "TEXT", _("Text")

    class Condition(models.TextChoices):
        """The answer of the order that switches the duty on."""

        ALWAYS = "ALWAYS", _("Always")
        PLATFORM_STREAMING = "PLATFORM_STREAMING", _("Streaming by the platform")
        MEETINGS = "MEETINGS", _("Meetings or webinars")
        THIRD_PARTY = "THIRD_PARTY", _("Third-party streaming")
        BRANDED_APP = "BRANDED_APP", _("Branded app")
        CONTENT_BUILD = "CONTENT_BUILD", _("Content-build package")
        LANGUAGE = "LANGUAGE", _("Another language than English")
        SERVICE = "SERVICE", _("A service was asked for")

    class Ladder(models.TextChoices):
        """When warnings are sent."""

        DEFAULT = "DEFAULT", _("3 days before, 1 day before, when due")
        RECORDING = "RECORDING", _("24, 36, 44 and 48 hours after the end")
        EVENT_DAY = "EVENT_DAY", _("When due")
        NONE = "NONE", _("None")

    package = models.ForeignKey(Package, models.CASCADE, verbose_name=_("package"), related_name="duties")
    code = models.SlugField(_("code"), max_length=60)
    title_en = models.CharField(_("title (English)"), max_length=200)
    title_fr = models.CharField(_("title (French)"), max_length=200)
    side = models.CharField(_("side"), max_length=8, choices=Side)
    role = models.CharField(_("role"), max_length=14, choices=StaffRole, blank=True)
    phase = models.CharField(_("phase"), max_length=10, choices=Phase)
    anchor = models.CharField(_("counted from"), max_length=16, choices=Anchor)
    offset = models.IntegerField(_("offset"), default=0, help_text=_("Negative is before. Minutes or days, as the next field says."))
    offset_kind = models.CharField(_("counted in"), max_length=16, choices=OffsetKind, default=OffsetKind.ELAPSED_MINUTES)
    condition = models.CharField(_("condition"), max_length=20, choices=Condition, default=Condition.ALWAYS)
    service = models.ForeignKey(Service, models.PROTECT, verbose_name=_("service"), null=True, blank=True, related_name="+")
    rehearsal_form = models.PositiveSmallIntegerField(
        _("form of the rehearsal"), null=True, blank=True, choices=[(1, _("First: the event day")), (2, _("Second: the speakers"))]
    )
    per_recording = models.BooleanField(_("for recorded sessions only"), default=False)
    evidence = models.CharField(_("evidence"), max_length=5, choices=Evidence, default=Evidence.TICK)
    ladder = models.CharField(_("warnings"), max_length=10, choices=Ladder, default=Ladder.DEFAULT)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    source = models.CharField(_("source"), max_length=40)
    assumed = models.BooleanField(_("assumed"), default=False)
    title = Bilingual()

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        constraints = [
            models.UniqueConstraint(fields=["package", "code"], name="one_duty_per_package_and_code"),
            models.CheckConstraint(
                condition=Q(side="PROVIDER", role__in=StaffRole.values) | Q(side="CUSTOMER", role=""),
                name="duty_has_exactly_one_responsible_side",
                violation_error_message=_("Our duties name a role; the customer's do not."),
            ),
            models.CheckConstraint(
                condition=Q(condition="SERVICE", service__isnull=False) | (~Q(condition="SERVICE") & Q(service__isnull=True)),
                name="duty_names_a_service_when_it_depends_on_one",
                violation_error_message=_("Name the service exactly when the duty depends on one."),
            ),
            models.CheckConstraint(
                condition=Q(per_recording=False) | Q(anchor__in=["SESSION_START", "SESSION_END"]),
                name="duty_for_recorded_sessions_is_counted_from_a_session",
                violation_error_message=_("Only a duty that is counted from a session can depend on its recording."),
            ),
        ]

    def __str__(self) -> str:
        return self.title
