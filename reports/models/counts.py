"""Figures that are counted ahead, because counting them while somebody waits would take too long."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement


class PromiseCount(models.Model):
    """How the promises of one engagement were kept, by side; counted every few minutes until the engagement is closed.

    Kept: done in time. Late: done afterwards. Broken: open though due. Ahead: not due yet. What was waived is in none of them.
    """

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"), db_index=False)
    engagement = models.OneToOneField(Engagement, models.CASCADE, verbose_name=_("engagement"), related_name="promise_count")
    package = models.ForeignKey("catalog.Package", models.PROTECT, verbose_name=_("package"), related_name="+", db_index=False)
    starts_at = models.DateTimeField(_("start"))
    ours_kept = models.PositiveIntegerField(_("ours kept"), default=0)
    ours_late = models.PositiveIntegerField(_("ours late"), default=0)
    ours_broken = models.PositiveIntegerField(_("ours broken"), default=0)
    ours_ahead = models.PositiveIntegerField(_("ours ahead"), default=0)
    theirs_kept = models.PositiveIntegerField(_("theirs kept"), default=0)
    theirs_late = models.PositiveIntegerField(_("theirs late"), default=0)
    theirs_broken = models.PositiveIntegerField(_("theirs broken"), default=0)
    theirs_ahead = models.PositiveIntegerField(_("theirs ahead"), default=0)
    counted_at = models.DateTimeField(_("counted at"))
    final = models.BooleanField(_("final"), default=False)

    class Meta:
        verbose_name = _("count of promises")
        verbose_name_plural = _("counts of promises")
        indexes = [
            models.Index(fields=["organisation", "starts_at"], name="promise_count_of_customer"),
            models.Index(fields=["counted_at"], name="promise_count_not_final", condition=Q(final=False)),
        ]

    def __str__(self) -> str:
        return str(self.engagement_id)
