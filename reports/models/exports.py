"""Files that the workers make, with how far they are and until when they can be fetched."""

from secrets import token_urlsafe

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


def file_key() -> str:
    """Draw what the file is called in its address: 128 random bits."""
    return token_urlsafe(16)


class Format(models.TextChoices):
    """How rows become a file."""

    CSV = "csv", _("CSV")
    XLSX = "xlsx", _("Excel")
    JSON = "json", _("JSON")


class ExportJob(models.Model):
    """A list that is too long to wait for: asked for by somebody, made by a worker, kept for some days."""

    Format = Format

    class State(models.TextChoices):
        """How far it is."""

        QUEUED = "QUEUED", _("Waiting")
        RUNNING = "RUNNING", _("Being made")
        DONE = "DONE", _("Ready")
        FAILED = "FAILED", _("Failed")

    organisation = models.ForeignKey(
        "customers.Organisation",
        models.PROTECT,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        help_text=_("Empty: asked by staff."),
    )
    key = models.CharField(_("key"), max_length=32, unique=True, default=file_key, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("asked by"), related_name="+")
    table = models.CharField(_("list"), max_length=40)
    format = models.CharField(_("format"), max_length=4, choices=Format)
    language = models.CharField(_("language"), max_length=8)
    filters = models.JSONField(_("filters"), default=dict)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.QUEUED)
    rows_total = models.PositiveIntegerField(_("rows"))
    rows_done = models.PositiveIntegerField(_("rows made"), default=0)
    asked_at = models.DateTimeField(_("asked at"))
    claimed_until = models.DateTimeField(_("being made until"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("kept until"))

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        indexes = [
            models.Index(fields=["asked_at"], name="export_to_be_made", condition=Q(state__in=["QUEUED", "RUNNING"])),
            models.Index(fields=["expires_at"], name="export_by_expiry"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "id"], name="export_organisation_and_id"),
            models.CheckConstraint(
                condition=Q(state__in=["DONE", "FAILED"], finished_at__isnull=False)
                | (~Q(state__in=["DONE", "FAILED"]) & Q(finished_at__isnull=True)),
                name="export_finished_exactly_when_over",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("asked_at")), name="export_expires_after_it_was_asked"),
        ]

    def __str__(self) -> str:
        return f"{self.table}.{self.format}"

    @property
    def percent(self) -> int:
        """How much of it is made."""
        return 100 if self.state == self.State.DONE else min(99, 100 * self.rows_done // max(1, self.rows_total))


class ExportPart(models.Model):
    """A piece of a finished file: kept in the database, so that it stands behind the same walls and needs no shared disk."""

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"), null=True, blank=True)
    job = models.ForeignKey(ExportJob, models.CASCADE, verbose_name=_("export"), related_name="parts")
    position = models.PositiveIntegerField(_("position"))
    content = models.BinaryField(_("content"))

    class Meta:
        verbose_name = _("part of an export")
        verbose_name_plural = _("parts of an export")
        constraints = [models.UniqueConstraint(fields=["job", "position"], name="one_export_part_per_position")]

    def __str__(self) -> str:
        return f"{self.job_id} / {self.position}"
