"""What cancelling costs."""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.bilingual import Bilingual
from catalog.models.kinds import every_change


class CancellationPolicy(models.Model):
    """What it costs to cancel, by how long before the start. Source: S37, S41."""

    code = models.SlugField(_("code"), unique=True)
    name_en = models.CharField(_("name (English)"), max_length=80)
    name_fr = models.CharField(_("name (French)"), max_length=80)
    text_en = models.TextField(_("text (English)"))
    text_fr = models.TextField(_("text (French)"))
    is_default = models.BooleanField(_("default"), default=False)
    name = Bilingual()
    text = Bilingual()

    class Meta:
        verbose_name = _("cancellation policy")
        verbose_name_plural = _("cancellation policies")
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="one_default_cancellation_policy",
                violation_error_message=_("Another policy is the default."),
            )
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(*every_change(), append_only=True, model_name="CancellationTierEvent")
class CancellationTier(models.Model):
    """One step of a cancellation policy: this percentage from so many hours before the start on."""

    policy = models.ForeignKey(CancellationPolicy, models.CASCADE, verbose_name=_("policy"), related_name="tiers")
    hours_before = models.PositiveIntegerField(_("less than so many hours before the start"))
    percent = models.PositiveSmallIntegerField(_("percent of the charge"))

    class Meta:
        verbose_name = _("cancellation tier")
        verbose_name_plural = _("cancellation tiers")
        constraints = [
            models.UniqueConstraint(fields=["policy", "hours_before"], name="one_tier_per_policy_and_hours"),
            models.CheckConstraint(condition=Q(percent__lte=100), name="tier_percent_is_at_most_100"),
        ]

    def __str__(self) -> str:
        return f"{self.percent} % < {self.hours_before} h"
