"""The keys of an organisation's programs, and the answers that are kept for them."""

from datetime import datetime

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customers.choices import KeyScope
from customers.models.people import Organisation
from customers.validators import validate_one_line


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["digest", "last_used_at"],
    append_only=True,
    model_name="ApiKeyEvent",
)
class ApiKey(models.Model):
    """What a program of one organisation signs in with; the secret is shown once and only its digest is kept."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="api_keys", db_index=False, verbose_name=_("organisation"))
    name = models.CharField(_("name"), max_length=80, validators=[validate_one_line])
    prefix = models.CharField(_("prefix"), max_length=16, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    scopes = ArrayField(models.CharField(max_length=20, choices=KeyScope), verbose_name=_("may"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by"))
    created_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("valid until"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "id"], name="api_key_organisation_and_id"),
            models.CheckConstraint(
                condition=Q(scopes__contained_by=KeyScope.values) & Q(scopes__len__gt=0), name="api_key_scopes_are_known"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="api_key_expires_after_it_is_made"),
        ]

    def __str__(self) -> str:
        return f"{self.name} (ap_{self.prefix})"

    def is_valid_at(self, now: datetime) -> bool:
        """Tell whether the key still opens anything."""
        return self.revoked_at is None and now < self.expires_at


class IdempotentAnswer(models.Model):
    """The answer given to a POST with an Idempotency-Key, replayed for 24 hours. Source: promises row 8."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name=_("organisation"), db_index=False)
    key = models.CharField(_("key"), max_length=255)
    path = models.CharField(_("path"), max_length=200)
    body_hash = models.CharField(_("hash of the body"), max_length=64)
    status = models.PositiveSmallIntegerField(_("status"))
    body = models.BinaryField(_("body"))
    content_type = models.CharField(_("content type"), max_length=80)
    headers = models.JSONField(_("headers"), default=dict)
    created_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("idempotent answer")
        verbose_name_plural = _("idempotent answers")
        indexes = [models.Index(fields=["created_at"], name="kept_answer_by_age")]
        constraints = [models.UniqueConstraint(fields=["organisation", "key", "path"], name="one_kept_answer_per_key_and_path")]

    def __str__(self) -> str:
        return f"{self.path} {self.status}"


class CalendarFeed(models.Model):
    """An address that calendars subscribe to: an organisation's orders, or one person's; whoever has the address may read it.

    Of a person without organisation, who is staff: their bookings. The secret is in the address alone; here is its digest.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("organisation"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("person"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="one_calendar_feed_each", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False) | Q(user__isnull=False), name="calendar_feed_belongs_to_somebody"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation or ''} {self.user or ''}".strip()
