"""The agenda of an engagement: the sessions of its event days, some of them at the same time."""

from datetime import datetime
from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from engagements.models.engagement import Engagement, EventDay


@pghistory.track(
    pghistory.InsertEvent(level=pgtrigger.Statement),
    pghistory.UpdateEvent(level=pgtrigger.Statement),
    pghistory.DeleteEvent(),
    exclude=["title", "speakers", "join_link"],  # personal or free text: not kept beyond its row
    append_only=True,
    model_name="SessionEvent",
)
class Session(models.Model):
    """One session of an event day; what is owed after it ends is counted from its actual end. Source: S84, S92 to S95."""

    class Platform(models.TextChoices):
        """How it reaches its audience; the values of an order's streaming."""

        NONE = "NONE", _("No streaming")
        MEETINGS = "MEETINGS", _("Meetings or webinars")
        PLATFORM = "PLATFORM", _("Streaming by the events platform")
        THIRD_PARTY = "THIRD_PARTY", _("Another live-stream supplier")

    IN_A_MEETING: ClassVar = (Platform.NONE, Platform.MEETINGS)  # the others are streamed by something else than the customer's site

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    engagement = models.ForeignKey(Engagement, models.CASCADE, verbose_name=_("engagement"), related_name="sessions")
    day = models.ForeignKey(EventDay, models.CASCADE, verbose_name=_("event day"), related_name="sessions")
    key = models.CharField(_("key"), max_length=24, unique=True)
    title = models.CharField(_("title"), max_length=200)
    starts_at = models.DateTimeField(_("start"))
    ends_at = models.DateTimeField(_("end"))
    actual_starts_at = models.DateTimeField(_("actual start"), null=True, blank=True)
    actual_ends_at = models.DateTimeField(_("actual end"), null=True, blank=True)
    platform = models.CharField(_("streaming"), max_length=12, choices=Platform, default=Platform.NONE)
    is_recorded = models.BooleanField(_("recording requested"), default=False)
    cloud_recording_on = models.BooleanField(_("cloud recording is on"), null=True, blank=True, help_text=_("Empty until somebody looked."))
    cloud_recording_checked_at = models.DateTimeField(_("cloud recording looked at"), null=True, blank=True)
    cloud_recording_checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("cloud recording looked at by"),
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    join_link = models.URLField(_("link to join"), max_length=500, blank=True)
    speakers = models.TextField(_("speakers"), blank=True)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        triggers = [pgtrigger.ReadOnly(name="session_stays_with_its_engagement", fields=["organisation", "engagement"])]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "id"], name="session_organisation_and_id"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(actual_starts_at__isnull=True) | Q(actual_ends_at__isnull=True) | Q(actual_ends_at__gt=F("actual_starts_at")),
                name="session_actually_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="session_has_a_title"),
            models.CheckConstraint(
                condition=Q(platform__in=["NONE", "MEETINGS", "PLATFORM", "THIRD_PARTY"]), name="session_platform_is_known"
            ),
            models.CheckConstraint(condition=~Q(platform="PLATFORM") | Q(is_recorded=True), name="platform_streaming_is_always_recorded"),
            models.CheckConstraint(
                condition=Q(cloud_recording_on__isnull=True, cloud_recording_checked_at__isnull=True)
                | Q(cloud_recording_on__isnull=False, cloud_recording_checked_at__isnull=False),
                name="cloud_recording_is_known_when_looked_at",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def end_at(self) -> datetime:
        """When it ended, or will by the agenda."""
        return self.actual_ends_at or self.ends_at
