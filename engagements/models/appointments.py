"""What is agreed to happen before the event: calls, consultations, dry runs, the rehearsal, and what came out of them."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from engagements.models.engagement import Engagement
from engagements.models.speakers import Speaker

APPOINTMENT_STEPS = (("BOOKED", "DONE"), ("BOOKED", "CANCELLED"))


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["reason", "timeline", "backup_plan", "role_list"],  # free text: not kept beyond its row
    append_only=True,
    model_name="AppointmentEvent",
)
class Appointment(models.Model):
    """A time before the event at which customer and provider meet; our people are booked for it. Source: S56, S61 to S63, S81."""

    class Kind(models.TextChoices):
        """What it is for."""

        PLANNING_CALL = "PLANNING_CALL", _("Planning call")
        CONSULTATION = "CONSULTATION", _("Consultation")
        DRY_RUN = "DRY_RUN", _("Dry run")
        REHEARSAL = "REHEARSAL", _("Rehearsal")

    class Option(models.IntegerChoices):
        """Which of the two rehearsals. Source: S82, S83."""

        WALK_THROUGH = 1, _("Option 1: walk through the event day")
        WITH_SPEAKERS = 2, _("Option 2: with the speakers")

    class State(models.TextChoices):
        """Where it stands."""

        BOOKED = "BOOKED", _("Booked")
        DONE = "DONE", _("Held")
        CANCELLED = "CANCELLED", _("Cancelled")

    class Cancelled(models.TextChoices):
        """Why it does not take place."""

        BY_HAND = "BY_HAND", _("Cancelled by hand")
        EVENT_MOVED = "EVENT_MOVED", _("Not possible any more after the event moved")
        TEAM_CHANGED = "TEAM_CHANGED", _("The new person is not free then")
        EVENT_CANCELLED = "EVENT_CANCELLED", _("The event was cancelled")

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    engagement = models.ForeignKey(Engagement, models.CASCADE, verbose_name=_("engagement"), related_name="appointments")
    key = models.CharField(_("key"), max_length=24, unique=True)
    kind = models.CharField(_("kind"), max_length=13, choices=Kind)
    option = models.PositiveSmallIntegerField(_("option"), choices=Option, null=True, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.BOOKED)
    starts_at = models.DateTimeField(_("start"))
    ends_at = models.DateTimeField(_("end"))
    reason = models.CharField(_("why outside the usual days"), max_length=300, blank=True)
    cancelled_because = models.CharField(_("cancelled because"), max_length=15, choices=Cancelled, blank=True)
    sequence = models.PositiveIntegerField(_("calendar sequence"), default=0)
    booked_at = models.DateTimeField(_("booked at"))
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("booked by"), null=True, blank=True, related_name="+", db_index=False
    )
    timeline = models.TextField(_("final timeline"), blank=True)
    backup_plan = models.TextField(_("backup plan"), blank=True)
    role_list = models.TextField(_("roles and duties"), blank=True)

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        triggers = [pgtrigger.FSM(name="appointment_goes_its_way", field="state", transitions=list(APPOINTMENT_STEPS))]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "id"], name="appointment_organisation_and_id"),
            models.UniqueConstraint(
                fields=["engagement"],
                condition=Q(kind="REHEARSAL") & ~Q(state="CANCELLED"),
                name="one_rehearsal_per_engagement",
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="appointment_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(kind="REHEARSAL", option__isnull=False, option__in=[1, 2]) | (~Q(kind="REHEARSAL") & Q(option__isnull=True)),
                name="rehearsals_and_only_those_have_an_option",
            ),
            models.CheckConstraint(
                condition=(Q(state="CANCELLED") & ~Q(cancelled_because="")) | (~Q(state="CANCELLED") & Q(cancelled_because="")),
                name="appointment_cancelled_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.engagement_id}: {self.kind}"

    @property
    def missing_outputs(self) -> list[str]:
        """Name what a dry run still has to produce; nothing for the others. Source: S63"""
        if self.kind != self.Kind.DRY_RUN:
            return []
        names = ("timeline", "backup_plan", "role_list")
        return [str(self._meta.get_field(name).verbose_name) for name in names if not getattr(self, name).strip()]  # type: ignore[union-attr]

    def reference_of(self, role: str) -> str:
        """Name the booking of the person who is there in this role."""
        return f"appt-{self.key}-{role}"

    @staticmethod
    def named_by(reference: str) -> tuple[str, str]:
        """Take such a name apart: the appointment's key and the role."""
        key, _dash, role = reference.removeprefix("appt-").rpartition("-")
        return key, role


class RehearsalCheck(models.Model):
    """One line of a rehearsal's checklist: a step of the walk-through, or one thing of one speaker. Source: S82, S83."""

    class Item(models.TextChoices):
        """What is looked at."""

        WEB_APP = "WEB_APP", _("Web app")
        MOBILE_APP = "MOBILE_APP", _("Mobile app")
        STREAM_SUPPLIER = "STREAM_SUPPLIER", _("Live-stream supplier")
        OTHER = "OTHER", _("Other items of the event day")
        JOINS = "JOINS", _("Joins")
        SET_UP = "SET_UP", _("Sound, picture and network")
        SHARES = "SHARES", _("Shares the screen")

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    appointment = models.ForeignKey(Appointment, models.CASCADE, verbose_name=_("appointment"), related_name="checks")
    item = models.CharField(_("what"), max_length=15, choices=Item)
    speaker = models.ForeignKey(Speaker, models.CASCADE, verbose_name=_("speaker"), null=True, blank=True, related_name="checks")
    passed = models.BooleanField(_("passed"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("checked by"), null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("line of the rehearsal")
        verbose_name_plural = _("lines of the rehearsal")
        constraints = [
            models.UniqueConstraint(fields=["appointment", "speaker", "item"], name="one_line_per_item_and_speaker", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(passed__isnull=True, checked_at__isnull=True) | Q(passed__isnull=False, checked_at__isnull=False),
                name="rehearsal_line_is_checked_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appointment_id}: {self.item}"
