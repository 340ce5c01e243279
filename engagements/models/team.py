"""Who works on an engagement, and who did."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models import StaffRole
from engagements.models.engagement import Engagement
from engagements.models.staffed import team_stays_complete


@pghistory.track(
    pghistory.InsertEvent(level=pgtrigger.Statement),
    pghistory.UpdateEvent(level=pgtrigger.Statement),
    pghistory.DeleteEvent(),
    exclude=["declined_because", "token_hash"],  # free text and a secret's shadow: not kept beyond the row
    append_only=True,
    model_name="AssignmentEvent",
)
class Assignment(models.Model):
    """Who works on an engagement in which role, from when until when; a substitute is a new row. Source: S74, S75."""

    class Reason(models.TextChoices):
        """Why this person."""

        BOOKED = "BOOKED", _("Free for all of it, and booked")
        LEAST_LOADED = "LEAST_LOADED", _("Has the fewest engagements")
        BEST = "BEST", _("Suits best")
        CUSTOMERS_OWN = "CUSTOMERS_OWN", _("Looks after this customer")
        MOVED = "MOVED", _("Free at the new time")
        COVER = "COVER", _("Stands in")
        CHOSEN = "CHOSEN", _("Chosen by hand")

    class Ended(models.TextChoices):
        """Why no longer."""

        MOVED = "MOVED", _("Not free at the new time")
        UNAVAILABLE = "UNAVAILABLE", _("No longer available")
        REPLACED = "REPLACED", _("Replaced by hand")
        DECLINED = "DECLINED", _("Declined")
        SILENT = "SILENT", _("Did not answer")
        CANCELLED = "CANCELLED", _("Cancelled")
        CLOSED = "CLOSED", _("All done")

    class Answer(models.TextChoices):
        """What the person said to it; empty for who was not asked."""

        ASKED = "ASKED", _("Asked")
        ACCEPTED = "ACCEPTED", _("Accepted")
        DECLINED = "DECLINED", _("Declined")
        SILENT = "SILENT", _("No answer in time")

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"), db_index=False)
    engagement = models.ForeignKey(Engagement, models.CASCADE, verbose_name=_("engagement"), related_name="assignments")
    role = models.CharField(_("role"), max_length=14, choices=StaffRole)
    staff = models.ForeignKey("scheduling.StaffMember", models.PROTECT, verbose_name=_("staff member"), related_name="assignments")
    assigned_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    reason = models.CharField(_("why this person"), max_length=13, choices=Reason)
    ended_because = models.CharField(_("why no longer"), max_length=12, choices=Ended, blank=True)
    why = models.JSONField(_("reasons"), default=list, blank=True, help_text=_("What spoke for this person: codes with their figures."))
    answer = models.CharField(_("answer"), max_length=8, choices=Answer, blank=True)
    answer_due_at = models.DateTimeField(_("answer due"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    declined_because = models.CharField(_("declined because"), max_length=300, blank=True)
    token_hash = models.CharField(_("hash of the answer link"), max_length=64, blank=True, editable=False)

    answer_token = ""  # the secret itself, known only while its mail is being written

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        indexes = [
            models.Index(fields=["staff", "engagement"], name="assignment_of_staff"),
            models.Index(fields=["organisation", "role", "-id"], name="assignment_latest_of_role"),
            models.Index(fields=["role", "staff"], name="assignment_current", condition=Q(ended_at__isnull=True)),
            models.Index(fields=["answer_due_at"], name="assignment_answer_due", condition=Q(answer="ASKED", ended_at__isnull=True)),
            models.Index(
                fields=["engagement"], name="assignment_to_replace", condition=Q(answer__in=["DECLINED", "SILENT"], ended_at__isnull=True)
            ),
        ]
        triggers = [team_stays_complete("NEW.engagement_id", pgtrigger.Update, pgtrigger.AnyChange("ended_at"))]
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
            models.UniqueConstraint(fields=["token_hash"], condition=~Q(token_hash=""), name="one_assignment_per_answer_link"),
            models.CheckConstraint(
                condition=Q(answer="", answer_due_at__isnull=True) | (~Q(answer="") & Q(answer_due_at__isnull=False)),
                name="assignment_answer_has_a_due_time",
            ),
            models.CheckConstraint(
                condition=Q(answer__in=["ACCEPTED", "DECLINED"], answered_at__isnull=False)
                | (~Q(answer__in=["ACCEPTED", "DECLINED"]) & Q(answered_at__isnull=True)),
                name="assignment_answered_exactly_with_a_time",
            ),
            models.CheckConstraint(
                condition=(Q(answer="DECLINED") & ~Q(declined_because="")) | (~Q(answer="DECLINED") & Q(declined_because="")),
                name="assignment_declined_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.engagement_id}: {self.staff} ({self.role})"

    @property
    def is_asked(self) -> bool:
        """An answer can still be given."""
        return self.ended_at is None and self.answer == self.Answer.ASKED
