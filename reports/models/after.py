"""What remains of an event: attendance, the report, and the chain of digests behind it. Source: S70, S90; ideas 11"""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement, Session


class Attendance(models.Model):
    """How many people enrolled for a session and how many came; figures only, nobody's name. Source: S70, S90"""

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    session = models.OneToOneField(Session, models.CASCADE, verbose_name=_("session"), related_name="attendance")
    registered = models.PositiveIntegerField(_("enrolled"))
    attended = models.PositiveIntegerField(_("attended"))
    imported_at = models.DateTimeField(_("imported at"))
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("imported by"), null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")

    def __str__(self) -> str:
        return f"{self.session_id}: {self.attended} / {self.registered}"


class EventReport(models.Model):
    """The report of one engagement: its content as it was when it was made, and the head of the chain of digests it rests on."""

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    engagement = models.OneToOneField(Engagement, models.CASCADE, verbose_name=_("engagement"), related_name="event_report")
    content = models.JSONField(_("content"))
    head = models.CharField(_("head of the chain"), max_length=64)
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("post-event report")
        verbose_name_plural = _("post-event reports")

    def __str__(self) -> str:
        return f"{self.engagement_id} {self.made_at:%Y-%m-%d}"


class EvidenceLink(models.Model):
    """One link of an engagement's chain: a row of the history, numbered after its commit, and a digest over it and the link before."""

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    engagement = models.ForeignKey(Engagement, models.CASCADE, verbose_name=_("engagement"), related_name="evidence")
    position = models.PositiveIntegerField(_("position"))
    source = models.CharField(_("history"), max_length=60)
    row = models.BigIntegerField(_("row of the history"))
    digest = models.CharField(_("digest"), max_length=64)

    class Meta:
        verbose_name = _("link of evidence")
        verbose_name_plural = _("links of evidence")
        constraints = [
            models.UniqueConstraint(fields=["engagement", "position"], name="one_evidence_link_per_position"),
            models.UniqueConstraint(fields=["source", "row"], name="history_is_linked_once"),
            models.CheckConstraint(condition=Q(position__gte=1), name="evidence_positions_start_at_one"),
        ]
        triggers = [pgtrigger.Protect(name="evidence_is_never_rewritten", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.engagement_id} / {self.position}"
