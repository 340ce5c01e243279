"""What happened, for programs to follow in order."""

from secrets import token_hex

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def event_key() -> str:
    """Draw what an event is called outside: the same in the feed, in every delivery and in every repeat."""
    return f"evt_{token_hex(12)}"


class EventType(models.TextChoices):
    """What programs filter by; the values are part of the interface."""

    ORDER_CONFIRMED = "order.confirmed", _("Order confirmed")
    ORDER_WAITING = "order.waiting", _("Order waiting")
    ORDER_MOVED = "order.moved", _("Order moved")
    ORDER_CANCELLED = "order.cancelled", _("Order cancelled")
    ENGAGEMENT_STAFFED = "engagement.staffed", _("Engagement staffed")
    TASK_COMPLETED = "task.completed", _("Task completed")
    TASK_AT_RISK = "task.at_risk", _("Task at risk")
    TASK_BROKEN = "task.broken", _("Task broken")
    RECORDING_AVAILABLE = "recording.available", _("Recording available")
    REPORT_READY = "report.ready", _("Report ready")


class Event(models.Model):
    """A fact about an organisation's orders, written in the transaction of the fact and numbered once that is committed.

    A number drawn at the insert could be committed out of order, and a reader past 11 would never see 10. Holds no personal data.
    """

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"), db_index=False)
    key = models.CharField(_("key"), max_length=28, unique=True, default=event_key, editable=False)
    kind = models.CharField(_("what happened"), max_length=24, choices=EventType)
    about = models.CharField(_("about"), max_length=40, help_text=_("The number of the order."))
    payload = models.JSONField(_("content"), encoder=DjangoJSONEncoder)
    happened_at = models.DateTimeField(_("happened at"))
    sequence = models.PositiveBigIntegerField(_("position"), null=True, blank=True, help_text=_("In the organisation's own order."))

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.UniqueConstraint(name="event_organisation_and_id", fields=["organisation", "id"]),
            models.UniqueConstraint(name="event_one_per_position", fields=["organisation", "sequence"]),
            models.CheckConstraint(name="event_kind_is_known", condition=Q(kind__in=EventType.values)),
            models.CheckConstraint(name="event_position_starts_at_one", condition=Q(sequence__isnull=True) | Q(sequence__gte=1)),
        ]
        indexes = [models.Index(name="event_unnumbered", fields=["id"], condition=Q(sequence__isnull=True))]
        triggers = [
            pgtrigger.ReadOnly(name="event_is_never_rewritten", exclude=["sequence"]),
            pgtrigger.Trigger(
                name="event_keeps_its_position",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.sequence IS NOT NULL AND NEW.sequence IS DISTINCT FROM OLD.sequence"),
                func="RAISE EXCEPTION 'an event keeps its position' USING ERRCODE = 'check_violation';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"
