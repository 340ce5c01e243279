"""Mails on their way, and the sign that the beat and a worker are alive."""

from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """How far a mail has come."""

    QUEUED = "QUEUED", _("Waiting to be sent")
    SENT = "SENT", _("Sent")
    FAILED = "FAILED", _("Could not be sent")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")


class Mail(models.Model):
    """What every mail has: who gets it, what it says, and how far it has come."""

    to = models.CharField(_("to"), max_length=254)
    language = models.CharField(_("language"), max_length=7)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(_("HTML"), blank=True)
    message_id = models.CharField(_("message ID"), max_length=320, help_text=_("The same in every attempt."))
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.QUEUED)
    due_at = models.DateTimeField(_("next attempt"))
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    claimed_until = models.DateTimeField(_("being sent until"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("written at"))

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(name="%(class)s_state_is_known", condition=Q(state__in=State.values)),
            models.CheckConstraint(
                name="%(class)s_has_sent_at_exactly_when_sent",
                condition=Q(state=State.SENT, sent_at__isnull=False) | (~Q(state=State.SENT) & Q(sent_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="%(class)s_failed_says_why",
                condition=~Q(state=State.FAILED) | ~Q(last_error=""),
            ),
        ]
        indexes = [
            models.Index(name="%(class)s_waiting", fields=["due_at"], condition=Q(state=State.QUEUED)),
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.to})"

    @property
    def emptied(self) -> dict[str, Any]:
        """The columns to empty once the mail no longer waits."""
        raise NotImplementedError


class Message(Mail):
    """A mail to a person about an organisation's business: a confirmation, an invitation, a reminder."""

    EMPTY: ClassVar[dict[str, Any]] = {"text": "", "html": "", "calendar": "", "calendar_method": ""}

    organisation = models.ForeignKey(
        "customers.Organisation",
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        db_index=False,  # message_is_said_once starts with it
        related_name="+",
    )
    key = models.CharField(_("key"), max_length=400, help_text=_("What is said, and to whom: said once."))
    about = models.CharField(_("about"), max_length=40, blank=True, help_text=_("The number of the order."))
    calendar = models.TextField(_("calendar entry"), blank=True)
    calendar_method = models.CharField(_("calendar method"), max_length=10, blank=True)
    secret = models.BooleanField(_("secret"), default=False, help_text=_("Carries a one-time link."))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_because = models.CharField(_("withdrawn because"), max_length=200, blank=True)

    class Meta(Mail.Meta):
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            *Mail.Meta.constraints,
            models.UniqueConstraint(name="message_is_said_once", fields=["organisation", "key"]),
            models.CheckConstraint(
                name="message_says_why_exactly_when_withdrawn",
                condition=(Q(state=State.WITHDRAWN, withdrawn_at__isnull=False) & ~Q(withdrawn_because=""))
                | (~Q(state=State.WITHDRAWN) & Q(withdrawn_at__isnull=True, withdrawn_because="")),
            ),
            models.CheckConstraint(
                name="message_calendar_has_its_method",
                condition=Q(calendar="", calendar_method="") | (~Q(calendar="") & ~Q(calendar_method="")),
            ),
            models.CheckConstraint(
                name="message_secret_stays_only_while_queued",
                condition=Q(secret=False) | Q(state=State.QUEUED) | Q(text="", html="", calendar=""),
            ),
        ]
        indexes = [
            *Mail.Meta.indexes,
            models.Index(name="message_by_order", fields=["about"]),
            models.Index(name="message_by_recipient", fields=["to"]),
        ]
        triggers = [
            pgtrigger.FSM(
                name="message_state_moves_on",
                field="state",
                # A mail can be withdrawn while it is being handed over; then the truth is that it was sent.
                transitions=[
                    (State.QUEUED, State.SENT),
                    (State.QUEUED, State.FAILED),
                    (State.QUEUED, State.WITHDRAWN),
                    (State.WITHDRAWN, State.SENT),
                    (State.FAILED, State.QUEUED),
                ],
                condition=pgtrigger.AnyChange("state"),
            ),
        ]

    @property
    def emptied(self) -> dict[str, Any]:
        """Everything that may hold the one-time link; nothing of an ordinary message."""
        return self.EMPTY if self.secret else {}


class AccountMessage(Mail):
    """A mail to a person about their account: signing in, or the figures they asked for. No organisation's, and nobody else reads it."""

    unsubscribe_url = models.URLField(_("address that ends such mails"), max_length=300, blank=True)

    class Meta(Mail.Meta):
        verbose_name = _("account message")
        verbose_name_plural = _("account messages")
        constraints = [
            *Mail.Meta.constraints,
            models.CheckConstraint(
                name="accountmessage_stays_only_while_queued",
                condition=Q(state=State.QUEUED) | Q(text="", html=""),
            ),
        ]

    @property
    def emptied(self) -> dict[str, Any]:
        """Codes and links are gone as soon as the mail is."""
        return {"text": "", "html": ""}


class Heartbeat(models.Model):
    """When a worker last did what the beat asked: one row."""

    ONLY: ClassVar[int] = 1

    seen_at = models.DateTimeField(_("seen at"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")
        constraints = [models.CheckConstraint(name="heartbeat_is_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return str(self.seen_at)
