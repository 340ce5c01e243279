"""What comes up on an event day: ticks made on a phone, incidents, small changes asked for, and notes to who takes over."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from engagements.models.engagement import Engagement, EventDay
from engagements.models.tasks import Task

# A change that was noted is made, or is found to be the customer's own.
CHANGE_STEPS = (("OPEN", "DONE"), ("OPEN", "MAJOR"))


class Tick(models.Model):
    """One press on a checklist, with the time it was made; the key is the phone's own, so that sent twice it counts once."""

    class Outcome(models.TextChoices):
        """What became of it."""

        APPLIED = "APPLIED", _("Counts")
        ALREADY_SO = "ALREADY_SO", _("Was so already")
        OUTRUN = "OUTRUN", _("A later one came first")

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    task = models.ForeignKey(Task, models.CASCADE, verbose_name=_("task"), related_name="ticks")
    key = models.CharField(_("key"), max_length=40, unique=True)
    done = models.BooleanField(_("ticked"), help_text=_("Off for a tick that was taken back."))
    made_at = models.DateTimeField(_("made at"))
    arrived_at = models.DateTimeField(_("arrived at"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("made by"), related_name="+", db_index=False)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)

    class Meta:
        verbose_name = _("tick")
        verbose_name_plural = _("ticks")
        triggers = [
            pgtrigger.Protect(
                name="tick_stays_as_it_was",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("key", "done", "made_at", "arrived_at", "made_by", "outcome"),
            )
        ]
        constraints = [models.CheckConstraint(condition=Q(made_at__lte=F("arrived_at")), name="tick_was_made_before_it_arrived")]

    def __str__(self) -> str:
        return self.key


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["what", "resolution"],  # free text: not kept beyond its row
    append_only=True,
    model_name="IncidentEvent",
)
class Incident(models.Model):
    """Something that went wrong on an event day, and how it was put right."""

    class Severity(models.TextChoices):
        """How much it hurts."""

        MINOR = "MINOR", _("Small")
        MAJOR = "MAJOR", _("Serious")

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    engagement = models.ForeignKey(Engagement, models.CASCADE, verbose_name=_("engagement"), related_name="incidents")
    day = models.ForeignKey(EventDay, models.CASCADE, verbose_name=_("event day"), related_name="incidents")
    key = models.CharField(_("key"), max_length=40, unique=True)
    severity = models.CharField(_("severity"), max_length=5, choices=Severity, default=Severity.MINOR)
    what = models.CharField(_("what happened"), max_length=500)
    happened_at = models.DateTimeField(_("happened at"))
    reported_at = models.DateTimeField(_("reported at"))
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("reported by"), related_name="+", db_index=False
    )
    resolved_at = models.DateTimeField(_("put right at"), null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("put right by"), null=True, blank=True, related_name="+", db_index=False
    )
    resolution = models.CharField(_("how it was put right"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        constraints = [
            models.CheckConstraint(condition=~Q(what=""), name="incident_says_what_happened"),
            models.CheckConstraint(condition=Q(reported_at__gte=F("happened_at")), name="incident_is_reported_after_it_happened"),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True, resolution="")
                | (Q(resolved_at__isnull=False, resolved_by__isnull=False) & ~Q(resolution="")),
                name="incident_is_put_right_by_someone_with_words",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True) | Q(resolved_at__gte=F("happened_at")), name="incident_is_put_right_after_it_happened"
            ),
        ]

    def __str__(self) -> str:
        return self.key


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["what", "asked_by", "answer"],  # personal or free text: not kept beyond its row
    append_only=True,
    model_name="MinorChangeEvent",
)
class MinorChange(models.Model):
    """A small change somebody asked for during the event, which we make; a major one is the customer's own. Source: S89, S119"""

    class Kind(models.TextChoices):
        """What the description of the service names. Source: S89"""

        ANNOUNCEMENT = "ANNOUNCEMENT", _("Announcement")
        PLATFORM = "PLATFORM", _("Platform")
        COACHING = "COACHING", _("Coaching")

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = "OPEN", _("To do")
        DONE = "DONE", _("Done")
        MAJOR = "MAJOR", _("Major: the customer’s own")

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    engagement = models.ForeignKey(Engagement, models.CASCADE, verbose_name=_("engagement"), related_name="minor_changes")
    day = models.ForeignKey(EventDay, models.CASCADE, verbose_name=_("event day"), related_name="minor_changes")
    key = models.CharField(_("key"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    what = models.CharField(_("what is to change"), max_length=500)
    asked_by = models.CharField(_("asked by"), max_length=160, blank=True)
    asked_at = models.DateTimeField(_("asked at"))
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("noted by"), related_name="+", db_index=False)
    state = models.CharField(_("state"), max_length=5, choices=State, default=State.OPEN)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("settled by"), null=True, blank=True, related_name="+", db_index=False
    )
    answer = models.CharField(_("answer"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("minor change")
        verbose_name_plural = _("minor changes")
        triggers = [pgtrigger.FSM(name="minor_change_goes_its_way", field="state", transitions=list(CHANGE_STEPS))]
        constraints = [
            models.CheckConstraint(condition=~Q(what=""), name="minor_change_says_what_is_to_change"),
            models.CheckConstraint(
                condition=Q(state="OPEN", settled_at__isnull=True, settled_by__isnull=True, answer="")
                | (~Q(state="OPEN") & Q(settled_at__isnull=False, settled_by__isnull=False)),
                name="minor_change_is_settled_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(settled_at__gte=F("asked_at")), name="minor_change_is_settled_after_it_was_asked"
            ),
        ]

    def __str__(self) -> str:
        return self.key


class HandoverNote(models.Model):
    """What whoever works the next event day has to know; it stays as written, and says who has read it."""

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    engagement = models.ForeignKey(Engagement, models.CASCADE, verbose_name=_("engagement"), related_name="handover_notes")
    day = models.ForeignKey(EventDay, models.CASCADE, verbose_name=_("event day"), related_name="handover_notes")
    key = models.CharField(_("key"), max_length=40, unique=True)
    text = models.CharField(_("note"), max_length=2000)
    written_at = models.DateTimeField(_("written at"))
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("written by"), related_name="+", db_index=False)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("read by"), null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("hand-over note")
        verbose_name_plural = _("hand-over notes")
        triggers = [
            pgtrigger.Protect(
                name="handover_note_stays_as_written",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("text", "written_at", "written_by"),
            )
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="handover_note_says_something"),
            models.CheckConstraint(
                condition=Q(read_at__isnull=True, read_by__isnull=True) | Q(read_at__gte=F("written_at"), read_by__isnull=False),
                name="handover_note_is_read_by_someone_afterwards",
            ),
        ]

    def __str__(self) -> str:
        return self.key
