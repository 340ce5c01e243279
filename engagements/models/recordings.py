"""Recordings of sessions: where they are, in which formats, who opened them, and the customer's repository they may go to."""

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from engagements.models.agenda import Session
from engagements.models.engagement import Engagement


class RecordingFormat(models.TextChoices):
    """In which forms a recording is given. Source: S71"""

    STREAM = "STREAM", _("Playback in the browser")
    MP4 = "MP4", _("MP4 video")
    WMV = "WMV", _("WMV video")
    MP3 = "MP3", _("MP3 sound")
    TRANSCRIPT = "TRANSCRIPT", _("Transcript")


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["trim_note", "url"],  # free text, and a link that opens what it points at: not kept beyond its row
    append_only=True,
    model_name="RecordingEvent",
)
class Recording(models.Model):
    """One recording of a session, hosted where the customer has it. Source: S71, S93, S95, S96"""

    class Place(models.TextChoices):
        """Whose house it is in."""

        SITE = "SITE", _("The customer’s site")
        REPOSITORY = "REPOSITORY", _("The customer’s repository")

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    session = models.ForeignKey(Session, models.PROTECT, verbose_name=_("session"), related_name="recordings")
    key = models.CharField(_("key"), max_length=24, unique=True)
    url = models.URLField(_("link"), max_length=2000)
    place = models.CharField(_("hosted in"), max_length=10, choices=Place)
    formats = ArrayField(models.CharField(max_length=10, choices=RecordingFormat), verbose_name=_("formats"))
    trim_note = models.CharField(
        _("what was trimmed"), max_length=500, blank=True, help_text=_("Only the beginning and the end. Source: S71")
    )
    added_at = models.DateTimeField(_("added"))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("added by"), null=True, blank=True, related_name="+", db_index=False
    )
    expires_at = models.DateTimeField(_("offered until"))

    class Meta:
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")
        triggers = [pgtrigger.ReadOnly(name="recording_stays_with_its_session", fields=["organisation", "session", "url"])]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "id"], name="recording_organisation_and_id"),
            models.UniqueConstraint(fields=["session", "url"], name="recording_once_per_session_and_link"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("added_at")), name="recording_is_offered_for_a_while"),
            models.CheckConstraint(condition=Q(formats__len__gt=0), name="recording_has_a_format"),
        ]

    def __str__(self) -> str:
        return self.key


class RecordingDownload(models.Model):
    """Somebody opened a recording: the log of the download list. Source: S95"""

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    recording = models.ForeignKey(Recording, models.CASCADE, verbose_name=_("recording"), related_name="downloads")
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("opened by"), null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("download")
        verbose_name_plural = _("downloads")
        triggers = [pgtrigger.Protect(name="download_stays_as_it_was", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.recording_id} / {self.opened_at:%Y-%m-%d}"


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), append_only=True, model_name="RepositoryGrantEvent"
)
class RepositoryGrant(models.Model):
    """The customer lets us put recordings into its own file repository, from when until when. Source: S96"""

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    engagement = models.ForeignKey(Engagement, models.CASCADE, verbose_name=_("engagement"), related_name="repository_grants")
    host_name = models.CharField(_("host"), max_length=253)
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"))
    granted_at = models.DateTimeField(_("granted"))
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("granted by"), null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("access to a repository")
        verbose_name_plural = _("accesses to repositories")
        constraints = [
            models.CheckConstraint(condition=Q(valid_until__gt=F("valid_from")), name="grant_ends_after_it_begins"),
            models.CheckConstraint(condition=~Q(host_name=""), name="grant_names_a_host"),
        ]

    def __str__(self) -> str:
        return self.host_name
