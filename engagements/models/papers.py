"""What the project manager hands over, and with whom was talked about what. Source: S80."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from engagements.models.engagement import Engagement


class Deliverable(models.Model):
    """Something that the customer gets from us besides the event itself: a run of show, a guide, a report. Source: S80."""

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    engagement = models.ForeignKey(Engagement, models.CASCADE, verbose_name=_("engagement"), related_name="deliverables")
    title = models.CharField(_("title"), max_length=200)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    link = models.URLField(_("link"), max_length=500, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    added_at = models.DateTimeField(_("added at"))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("added by"), null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("deliverable")
        verbose_name_plural = _("deliverables")

    def __str__(self) -> str:
        return self.title


class Communication(models.Model):
    """One entry of the communication log: when, how, with whom, and what was said. Source: S80."""

    class Channel(models.TextChoices):
        """How."""

        CALL = "CALL", _("Call")
        MEETING = "MEETING", _("Meeting")
        MAIL = "MAIL", _("Mail")
        CHAT = "CHAT", _("Chat")

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    engagement = models.ForeignKey(Engagement, models.CASCADE, verbose_name=_("engagement"), related_name="communications")
    at = models.DateTimeField(_("when"))
    channel = models.CharField(_("how"), max_length=7, choices=Channel)
    with_whom = models.CharField(_("with whom"), max_length=160)
    summary = models.TextField(_("what was said"), max_length=2000)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("noted by"), null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("entry of the communication log")
        verbose_name_plural = _("communication log")

    def __str__(self) -> str:
        return f"{self.engagement_id}: {self.channel} {self.with_whom}"
