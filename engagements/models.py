"""The work that a confirmed order opens: event days, the people on it, and what each side owes."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models import StaffRole, TaskTemplate

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
# A tick can be undone and a waiver taken back; what a cancelled engagement no longer owes stays cancelled.
TASK_STEPS = (
    ("OPEN", "DONE"),
    ("OPEN", "WAIVED"),
    ("OPEN", "CANCELLED"),
    ("DONE", "OPEN"),
    ("WAIVED", "OPEN"),
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
    opened_at = models.DateTimeField(_("opened at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("engagement")
        verbose_name_plural = _("engagements")
        triggers = [pgtrigger.FSM(name="engagement_goes_its_way", field="state", transitions=list(ENGAGEMENT_STEPS))]
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
    def is_over(self) -> bool:
        """Nothing is planned any more: the event has ended, or was cancelled."""
        return self.state in {self.State.WRAPPING_UP, self.State.CLOSED, self.State.CANCELLED}


class EventDay(models.Model):
    """One day of the event, with the interval that is staffed. Source: S76, S85, S86."""

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    engagement = models.ForeignKey(Engagement, models.CASCADE, verbose_name=_("engagement"), related_name="days")
    position = models.PositiveSmallIntegerField(_("day"))
    starts_at = models.DateTimeField(_("start"))
    ends_at = models.DateTimeField(_("end"))
    window_starts_at = models.DateTimeField(_("staffed from"))
    window_ends_at = models.DateTimeField(_("staffed until"))

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


@pghistory.track(
    pghistory.InsertEvent(level=pgtrigger.Statement),
    pghistory.UpdateEvent(level=pgtrigger.Statement),
    pghistory.DeleteEvent(),
    append_only=True,
    model_name="AssignmentEvent",
)
class Assignment(models.Model):
    """Who works on an engagement in which role, from when until when; a substitute is a new row. Source: S74, S75."""

    class Reason(models.TextChoices):
        """Why this person."""

        BOOKED = "BOOKED", _("Free for all of it, and booked")
        LEAST_LOADED = "LEAST_LOADED", _("Has the fewest engagements")
        CUSTOMERS_OWN = "CUSTOMERS_OWN", _("Looks after this customer")
        MOVED = "MOVED", _("Free at the new time")
        COVER = "COVER", _("Stands in")
        CHOSEN = "CHOSEN", _("Chosen by hand")

    class Ended(models.TextChoices):
        """Why no longer."""

        MOVED = "MOVED", _("Not free at the new time")
        UNAVAILABLE = "UNAVAILABLE", _("No longer available")
        REPLACED = "REPLACED", _("Replaced by hand")
        CANCELLED = "CANCELLED", _("Cancelled")
        CLOSED = "CLOSED", _("All done")

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"), db_index=False)
    engagement = models.ForeignKey(Engagement, models.CASCADE, verbose_name=_("engagement"), related_name="assignments")
    role = models.CharField(_("role"), max_length=14, choices=StaffRole)
    staff = models.ForeignKey("scheduling.StaffMember", models.PROTECT, verbose_name=_("staff member"), related_name="assignments")
    assigned_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    reason = models.CharField(_("why this person"), max_length=13, choices=Reason)
    ended_because = models.CharField(_("why no longer"), max_length=12, choices=Ended, blank=True)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        indexes = [
            models.Index(fields=["staff", "engagement"], name="assignment_of_staff"),
            models.Index(fields=["organisation", "role", "-id"], name="assignment_latest_of_role"),
            models.Index(fields=["role", "staff"], name="assignment_current", condition=Q(ended_at__isnull=True)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "role", "staff"],
                condition=Q(ended_at__isnull=True),
                name="one_current_assignment_per_role_and_person",
            ),
            models.UniqueConstraint(
                fields=["engagement", "role"],
                condition=Q(ended_at__isnull=True, role__in=["PM", "ANALYST"]),
                name="one_pm_and_one_analyst_at_most",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("assigned_at")), name="assignment_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_because="") | (Q(ended_at__isnull=False) & ~Q(ended_because="")),
                name="assignment_ends_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.engagement_id}: {self.staff} ({self.role})"


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
        """At risk and broken are computed from times."""

        OPEN = "OPEN", _("Open")
        DONE = "DONE", _("Done")
        WAIVED = "WAIVED", _("Not applicable")
        CANCELLED = "CANCELLED", _("Cancelled")

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    engagement = models.ForeignKey(Engagement, models.CASCADE, verbose_name=_("engagement"), related_name="tasks")
    key = models.CharField(_("key"), max_length=24, unique=True)
    template = models.ForeignKey(TaskTemplate, models.PROTECT, verbose_name=_("duty"), related_name="+")
    day = models.ForeignKey(EventDay, models.CASCADE, verbose_name=_("event day"), null=True, blank=True, related_name="tasks")
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
    waived_because = models.CharField(_("not applicable because"), max_length=300, blank=True)
    evidence = models.TextField(_("evidence"), blank=True)

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        triggers = [pgtrigger.FSM(name="task_goes_its_way", field="state", transitions=list(TASK_STEPS))]
        indexes = [
            models.Index(fields=["next_alert_at"], name="task_alert_due", condition=Q(state="OPEN", next_alert_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "template", "day"], name="one_task_per_duty_and_day", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(state="DONE", done_at__isnull=False) | (~Q(state="DONE") & Q(done_at__isnull=True, done_by__isnull=True)),
                name="task_done_exactly_when_done_at",
            ),
            models.CheckConstraint(
                condition=(Q(state="WAIVED") & ~Q(waived_because="")) | (~Q(state="WAIVED") & Q(waived_because="")),
                name="task_waived_with_a_reason",
            ),
            models.CheckConstraint(condition=Q(state="OPEN") | Q(next_alert_at__isnull=True), name="task_warns_only_while_open"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def title(self) -> str:
        """What is to be done, in the reader's language."""
        return self.template.title
