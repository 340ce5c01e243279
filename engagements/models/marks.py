"""What the customer still owed at the marks before an event."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from engagements.models.engagement import Engagement


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), append_only=True, model_name="ReadinessMarkEvent"
)
class ReadinessMark(models.Model):
    """How many of the customer's items were still open 14, 7, 2 and 1 days before the event; a move sets new marks."""

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    engagement = models.ForeignKey(Engagement, models.CASCADE, verbose_name=_("engagement"), related_name="marks")
    starts_at = models.DateTimeField(_("start of the event"))
    days = models.PositiveSmallIntegerField(_("days before"))
    looked_at = models.DateTimeField(_("looked at"))
    open_items = models.PositiveSmallIntegerField(_("items still open"))
    percent = models.PositiveSmallIntegerField(_("ready, in percent"))

    class Meta:
        verbose_name = _("mark before the event")
        verbose_name_plural = _("marks before the event")
        constraints = [
            models.UniqueConstraint(fields=["engagement", "starts_at", "days"], name="one_look_per_mark"),
            models.CheckConstraint(condition=models.Q(percent__lte=100), name="mark_is_at_most_100_percent"),
        ]

    def __str__(self) -> str:
        return f"{self.engagement_id}: {self.days}"
