"""Where an organisation's programs are told what happens, and how far each telling has come."""

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.keys import public_key
from customers.validators import validate_one_line
from outbox.models.events import Event, EventType
from outbox.models.mails import State


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    fields=["organisation", "key", "url", "kinds", "disabled_at", "disabled_because"],
    append_only=True,
    model_name="WebhookEndpointEvent",
)
class WebhookEndpoint(models.Model):
    """An address that is told events; signed with a secret, and for a day after a rotation with the former one too."""

    class Because(models.TextChoices):
        """Why nothing is sent to it."""

        PAUSED = "PAUSED", _("Paused by you")
        GONE = "GONE", _("The receiver said that it is gone")
        FAILING = "FAILING", _("It took nothing for three days")

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"), db_index=False)
    key = models.CharField(_("key"), max_length=16, unique=True, default=public_key, editable=False)
    url = models.URLField(_("address"), max_length=500)
    description = models.CharField(_("description"), max_length=120, blank=True, validators=[validate_one_line])
    kinds = ArrayField(
        models.CharField(max_length=24, choices=EventType),
        verbose_name=_("events"),
        default=list,
        blank=True,
        help_text=_("None: every kind."),
    )
    sealed_secret = models.TextField(_("secret"))
    sealed_former_secret = models.TextField(_("former secret"), blank=True)
    former_secret_until = models.DateTimeField(_("former secret until"), null=True, blank=True)
    created_at = models.DateTimeField(_("made"))
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)
    disabled_at = models.DateTimeField(_("switched off at"), null=True, blank=True)
    disabled_because = models.CharField(_("switched off because"), max_length=8, choices=Because, blank=True)

    class Meta:
        verbose_name = _("webhook endpoint")
        verbose_name_plural = _("webhook endpoints")
        constraints = [
            models.UniqueConstraint(name="webhook_endpoint_organisation_and_id", fields=["organisation", "id"]),
            models.CheckConstraint(name="webhook_endpoint_kinds_are_known", condition=Q(kinds__contained_by=EventType.values)),
            models.CheckConstraint(
                name="webhook_endpoint_off_exactly_with_its_reason",
                condition=Q(disabled_at__isnull=True, disabled_because="") | (Q(disabled_at__isnull=False) & ~Q(disabled_because="")),
            ),
            models.CheckConstraint(
                name="webhook_endpoint_former_secret_ends",
                condition=Q(sealed_former_secret="", former_secret_until__isnull=True)
                | (~Q(sealed_former_secret="") & Q(former_secret_until__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.url


class Delivery(models.Model):
    """One event for one endpoint, until it is taken or given up after three days."""

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"), db_index=False)
    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, verbose_name=_("endpoint"), related_name="deliveries", db_index=False)
    event = models.ForeignKey(Event, models.CASCADE, verbose_name=_("event"), related_name="deliveries")
    key = models.CharField(_("key"), max_length=16, unique=True, default=public_key, editable=False)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.QUEUED)
    due_at = models.DateTimeField(_("next attempt"))
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    claimed_until = models.DateTimeField(_("being sent until"), null=True, blank=True)
    sent_at = models.DateTimeField(_("taken at"), null=True, blank=True)
    last_status = models.PositiveSmallIntegerField(_("last status"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(name="delivery_organisation_and_id", fields=["organisation", "id"]),
            models.UniqueConstraint(name="delivery_once_per_endpoint_and_event", fields=["endpoint", "event"]),
            models.CheckConstraint(
                name="delivery_has_sent_at_exactly_when_sent",
                condition=Q(state=State.SENT, sent_at__isnull=False) | (~Q(state=State.SENT) & Q(sent_at__isnull=True)),
            ),
            models.CheckConstraint(name="delivery_failed_says_why", condition=~Q(state=State.FAILED) | ~Q(last_error="")),
        ]
        indexes = [
            models.Index(name="delivery_waiting", fields=["endpoint", "due_at"], condition=Q(state=State.QUEUED)),
            models.Index(name="delivery_newest_of_endpoint", fields=["endpoint", "-id"]),
        ]
        triggers = [
            pgtrigger.FSM(
                name="delivery_state_moves_on",
                field="state",
                transitions=[
                    (State.QUEUED, State.SENT),
                    (State.QUEUED, State.FAILED),
                    (State.SENT, State.QUEUED),  # sent once more because somebody asked
                    (State.FAILED, State.QUEUED),
                ],
                condition=pgtrigger.AnyChange("state"),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Lease(models.Model):
    """Who does a job that one worker at a time does, until when."""

    name = models.CharField(max_length=40, primary_key=True)
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("lease")
        verbose_name_plural = _("leases")

    def __str__(self) -> str:
        return self.name
