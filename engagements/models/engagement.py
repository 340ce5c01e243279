"""The work of one order, and the days it is for."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from engagements.models.staffed import team_stays_complete

# How an engagement may go on. A move inside the first day's lead-in finds it RUNNING and takes it back. Nothing leaves the last two.
ENGAGEMENT_STEPS = (
    ("OPEN", "STAFFED"),
    ("OPEN", "RUNNING"),
    ("OPEN", "CANCELLED"),
    ("STAFFED", "OPEN"),
    ("STAFFED", "RUNNING"),
    ("STAFFED", "CANCELLED"),
    ("RUNNING", "OPEN"),
    ("RUNNING", "STAFFED"),
    ("RUNNING", "WRAPPING_UP"),
    ("RUNNING", "CANCELLED"),
    ("WRAPPING_UP", "CLOSED"),
)


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["title", "contact_name", "contact_email"],  # personal or free text: not kept beyond its row
    append_only=True,
    model_name="EngagementEvent",
)
class Engagement(models.Model):
    """What the provider does for one confirmed order; it bears the order's number."""

    class State(models.TextChoices):
        """Where the work stands."""

        OPEN = "OPEN", _("Open")
        STAFFED = "STAFFED", _("Staffed")
        RUNNING = "RUNNING", _("Running")
        WRAPPING_UP = "WRAPPING_UP", _("Wrapping up")
        CLOSED = "CLOSED", _("Closed")
        CANCELLED = "CANCELLED", _("Cancelled")

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"), db_index=False)
    number = models.CharField(_("number"), max_length=16, unique=True)
    reference = models.CharField(_("reference of the bookings"), max_length=40, unique=True)
    package = models.ForeignKey("catalog.Package", models.PROTECT, verbose_name=_("package"), related_name="+")
    title = models.CharField(_("title"), max_length=200)
    contact_name = models.CharField(_("contact"), max_length=160)
    contact_email = models.EmailField(_("contact e-mail"))
    language = models.CharField(_("language of the contact"), max_length=8)
    assist_language = models.CharField(_("language of the assist"), max_length=8)
    zone = models.CharField(_("time zone"), max_length=64)
    starts_at = models.DateTimeField(_("start"))
    ends_at = models.DateTimeField(_("end"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OPEN)
    answers = models.JSONField(_("answers"), default=dict, help_text=_("What the order answered: conditions and services that are on."))
    agenda_final_at = models.DateTimeField(
        _("agenda final since"), null=True, blank=True, help_text=_("What is counted from the final agenda waits while this is empty.")
    )
    agenda_version = models.PositiveSmallIntegerField(
        _("version of the agenda"), default=0, help_text=_("How often it was declared final.")
    )
    opened_at = models.DateTimeField(_("opened at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("engagement")
        verbose_name_plural = _("engagements")
        triggers = [
            pgtrigger.FSM(name="engagement_goes_its_way", field="state", transitions=list(ENGAGEMENT_STEPS)),
            team_stays_complete("NEW.id", pgtrigger.Insert | pgtrigger.Update),
        ]
        indexes = [
            models.Index(fields=["organisation", "-starts_at"], name="engagement_of_organisation"),
            models.Index(fields=["starts_at"], name="engagement_ahead", condition=~Q(state__in=["CLOSED", "CANCELLED"])),
        ]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "id"], name="engagement_organisation_and_id"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="engagement_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(state__in=["CLOSED", "CANCELLED"], closed_at__isnull=False)
                | (~Q(state__in=["CLOSED", "CANCELLED"]) & Q(closed_at__isnull=True)),
                name="engagement_closed_exactly_when_over",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_closed(self) -> bool:
        """Nothing is done any more: all is settled, or it was cancelled."""
        return self.state in {self.State.CLOSED, self.State.CANCELLED}

    @property
    def is_over(self) -> bool:
        """Nothing is planned any more: the event has ended, or was cancelled."""
        return self.state in {self.State.WRAPPING_UP, self.State.CLOSED, self.State.CANCELLED}


class EventDay(models.Model):
    """One day of the event, with the interval that is staffed and the support room if one was asked for. Source: S76, S85 to S87"""

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    engagement = models.ForeignKey(Engagement, models.CASCADE, verbose_name=_("engagement"), related_name="days")
    position = models.PositiveSmallIntegerField(_("day"))
    starts_at = models.DateTimeField(_("start"))
    ends_at = models.DateTimeField(_("end"))
    window_starts_at = models.DateTimeField(_("staffed from"))
    window_ends_at = models.DateTimeField(_("staffed until"))
    support_room_url = models.URLField(_("address of the support room"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("event day")
        verbose_name_plural = _("event days")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "id"], name="eventday_organisation_and_id"),
            models.UniqueConstraint(fields=["engagement", "position"], name="one_event_day_per_position"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="event_day_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(window_ends_at__gt=F("window_starts_at")), name="window_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.engagement_id} / {self.position}"
