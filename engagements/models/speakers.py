"""Who speaks at the event, and when they had their link."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagements.models.agenda import Session
from engagements.models.engagement import Engagement


class Speaker(models.Model):
    """A person who speaks, with the link to join by and when it was sent. Source: S83, S84."""

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    engagement = models.ForeignKey(Engagement, models.CASCADE, verbose_name=_("engagement"), related_name="speakers")
    session = models.ForeignKey(
        Session, models.SET_NULL, verbose_name=_("session"), null=True, blank=True, related_name="speaker_list", db_index=False
    )
    name = models.CharField(_("name"), max_length=160)
    email = models.EmailField(_("e-mail"))
    link = models.URLField(_("invitation link"), max_length=500, blank=True)
    sent_at = models.DateTimeField(_("link sent at"), null=True, blank=True)
    sent_to = models.EmailField(_("link sent to"), blank=True, help_text=_("The speaker, or the customer’s contact who passes it on."))

    class Meta:
        verbose_name = _("speaker")
        verbose_name_plural = _("speakers")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "id"], name="speaker_organisation_and_id"),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True, sent_to="") | (Q(sent_at__isnull=False) & ~Q(sent_to="") & ~Q(link="")),
                name="speaker_link_sent_to_someone",
            ),
        ]

    def __str__(self) -> str:
        return self.name
