"""The table of promises: what each side owes, and when."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import StaffRole, TaskTemplate
from engagements.models.agenda import Session
from engagements.models.engagement import Engagement, EventDay

# A tick can be undone and a waiver taken back; what a cancelled engagement no longer owes stays cancelled.
TASK_STEPS = (
    ("OPEN", "DONE"),
    ("OPEN", "WAIVED"),
    ("OPEN", "CANCELLED"),
    ("DONE", "OPEN"),
    ("WAIVED", "OPEN"),
)


@pghistory.track(
    pghistory.InsertEvent(level=pgtrigger.Statement),
    pghistory.UpdateEvent(level=pgtrigger.Statement),
    pghistory.DeleteEvent(),
    exclude=["evidence", "waived_because"],  # free text: not kept beyond its row
    append_only=True,
    model_name="TaskEvent",
)
class Task(models.Model):
    """One duty of one side with its due time: a row of the table of promises."""

    class State(models.TextChoices):
        """At risk and broken are computed from times (`engagements.timeline.standing`)."""

        OPEN = "OPEN", _("Open")
        DONE = "DONE", _("Done")
        WAIVED = "WAIVED", _("Not applicable")
        CANCELLED = "CANCELLED", _("Cancelled")

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    engagement = models.ForeignKey(Engagement, models.CASCADE, verbose_name=_("engagement"), related_name="tasks")
    key = models.CharField(_("key"), max_length=24, unique=True)
    template = models.ForeignKey(TaskTemplate, models.PROTECT, verbose_name=_("duty"), related_name="+")
    day = models.ForeignKey(EventDay, models.CASCADE, verbose_name=_("event day"), null=True, blank=True, related_name="tasks")
    session = models.ForeignKey(
        Session, models.CASCADE, verbose_name=_("session"), null=True, blank=True, related_name="tasks", help_text=_("One per session.")
    )
    side = models.CharField(_("side"), max_length=8, choices=TaskTemplate.Side)
    role = models.CharField(_("role"), max_length=14, choices=StaffRole, blank=True)
    phase = models.CharField(_("phase"), max_length=10, choices=TaskTemplate.Phase)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    wanted_at = models.DateTimeField(_("wanted"), null=True, blank=True)
    short_notice = models.BooleanField(_("short notice"), default=False)
    next_alert_at = models.DateTimeField(_("next warning"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.OPEN)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("done by"), null=True, blank=True, related_name="+", db_index=False
    )
    waived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("waived by"), null=True, blank=True, related_name="+", db_index=False
    )
    recorded_at = models.DateTimeField(
        _("recorded at"), null=True, blank=True, help_text=_("When we were told that it is done or not applicable.")
    )
    broken_at = models.DateTimeField(
        _("missed at"), null=True, blank=True, help_text=_("The first due time that passed while it was open.")
    )
    waived_because = models.CharField(_("not applicable because"), max_length=300, blank=True)
    evidence = models.TextField(_("evidence"), blank=True)

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        triggers = [pgtrigger.FSM(name="task_goes_its_way", field="state", transitions=list(TASK_STEPS))]
        indexes = [
            models.Index(fields=["due_at"], name="task_open_by_due", condition=Q(state="OPEN")),
            models.Index(fields=["next_alert_at"], name="task_alert_due", condition=Q(state="OPEN", next_alert_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "id"], name="task_organisation_and_id"),
            models.UniqueConstraint(
                fields=["engagement", "template", "day", "session"], name="one_task_per_duty_day_and_session", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(state="DONE", done_at__isnull=False) | (~Q(state="DONE") & Q(done_at__isnull=True, done_by__isnull=True)),
                name="task_done_exactly_when_done_at",
            ),
            models.CheckConstraint(
                condition=(Q(state="WAIVED") & ~Q(waived_because="")) | (~Q(state="WAIVED") & Q(waived_because="")),
                name="task_waived_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state="WAIVED") | Q(waived_by__isnull=True), name="task_waived_by_somebody_only_when_waived"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["DONE", "WAIVED"]) | Q(recorded_at__isnull=True), name="task_recorded_only_when_answered"
            ),
            models.CheckConstraint(condition=Q(state="OPEN") | Q(next_alert_at__isnull=True), name="task_warns_only_while_open"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def title(self) -> str:
        """What is to be done, in the reader's language."""
        return self.template.title
