"""Hours that cannot be bent: what a package gives one engagement, and what was spent of it."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from engagements.models.engagement import Engagement

# The last word for every path: entries are only added, and each changes the balance of its own budget in the same statement.
# Updating the budget's row makes two who write at once wait for each other; its CHECK refuses what passes the limit.
_COUNT = """
UPDATE engagements_hoursbudget SET
    used_minutes = used_minutes + CASE WHEN NEW.kind = 'WORK' THEN NEW.minutes ELSE 0 END,
    added_minutes = added_minutes + CASE WHEN NEW.kind = 'ADD_ON' THEN NEW.minutes ELSE 0 END
WHERE id = NEW.budget_id;
RETURN NEW;
"""
_ONLY_ENTRIES_COUNT = """
IF (NEW.organisation_id, NEW.engagement_id, NEW.kind, NEW.limit_minutes)
    IS DISTINCT FROM (OLD.organisation_id, OLD.engagement_id, OLD.kind, OLD.limit_minutes) THEN
    RAISE EXCEPTION 'hours stay with their engagement' USING ERRCODE = 'check_violation', CONSTRAINT = 'hours_stay_with_their_engagement';
END IF;
IF pg_trigger_depth() = 1 THEN
    RAISE EXCEPTION 'only entries change a balance' USING ERRCODE = 'check_violation', CONSTRAINT = 'only_entries_change_a_balance';
END IF;
RETURN NEW;
"""


class HoursBudget(models.Model):
    """What an engagement may spend of one kind of hours, and has spent; the limit is frozen when it opens. Source: S54, S55, S91"""

    class Kind(models.TextChoices):
        """Which hours."""

        PRODUCTION = "PRODUCTION", _("Production")
        RECORDING = "RECORDING", _("Recording management")

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    engagement = models.ForeignKey(Engagement, models.CASCADE, verbose_name=_("engagement"), related_name="budgets")
    kind = models.CharField(_("hours"), max_length=10, choices=Kind)
    limit_minutes = models.PositiveIntegerField(_("minutes in the package"))
    added_minutes = models.PositiveIntegerField(_("minutes added"), default=0)
    used_minutes = models.IntegerField(_("minutes used"), default=0)

    class Meta:
        verbose_name = _("hours")
        verbose_name_plural = _("hours")
        triggers = [
            pgtrigger.Trigger(
                name="hours_stay_and_only_entries_count", when=pgtrigger.Before, operation=pgtrigger.Update, func=_ONLY_ENTRIES_COUNT
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "id"], name="hoursbudget_organisation_and_id"),
            models.UniqueConstraint(fields=["engagement", "kind"], name="one_budget_per_engagement_and_kind"),
            models.CheckConstraint(
                condition=Q(used_minutes__lte=F("limit_minutes") + F("added_minutes")), name="hours_never_pass_their_limit"
            ),
            models.CheckConstraint(condition=Q(used_minutes__gte=0), name="hours_used_are_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.engagement_id} / {self.kind}"

    @property
    def allowed_minutes(self) -> int:
        """The package's and those added."""
        return self.limit_minutes + self.added_minutes

    @property
    def left_minutes(self) -> int:
        """What may still be spent."""
        return self.allowed_minutes - self.used_minutes


class HoursEntry(models.Model):
    """Minutes spent, or an add-on that was approved; a mistake is corrected by a further entry. Source: S54, S55, S91"""

    class Kind(models.TextChoices):
        """What it changes."""

        WORK = "WORK", _("Work")
        ADD_ON = "ADD_ON", _("Add-on")

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    budget = models.ForeignKey(HoursBudget, models.CASCADE, verbose_name=_("hours"), related_name="entries")
    key = models.CharField(_("key"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    minutes = models.IntegerField(_("minutes"), help_text=_("Negative takes back what was entered by mistake."))
    share = models.SlugField(_("part of the plan"), blank=True, db_index=False)
    reason = models.CharField(_("what for"), max_length=300)
    entered_at = models.DateTimeField(_("entered"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("entered by"), null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("hours entry")
        verbose_name_plural = _("hours entries")
        triggers = [
            pgtrigger.Trigger(name="entry_counts_in_its_budget", when=pgtrigger.After, operation=pgtrigger.Insert, func=_COUNT),
            pgtrigger.Protect(name="entry_stays_as_it_was", operation=pgtrigger.Update | pgtrigger.Delete),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(minutes=0), name="hours_entry_has_minutes"),
            models.CheckConstraint(condition=Q(kind="WORK") | Q(kind="ADD_ON", minutes__gt=0), name="hours_add_on_adds"),
            models.CheckConstraint(condition=~Q(reason=""), name="hours_entry_says_what_for"),
        ]

    def __str__(self) -> str:
        return self.key
