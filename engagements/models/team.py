"""Who works on an engagement, and who did."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models import StaffRole
from engagements.models.engagement import Engagement


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
