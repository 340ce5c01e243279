"""Moves of an order, asked for by the customer or offered by us."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["reason"],
    append_only=True,
    model_name="OrderChangeEvent",
)
class OrderChange(models.Model):
    """A move of an order's date and time: the old and the new, who asked, and what was answered. Source: S39 to S52."""

    class State(models.TextChoices):
        """WAITING is a late move that the coordinator decides, or a time that the customer decides; the order keeps its old time."""

        WAITING = "WAITING", _("Waiting")
        APPLIED = "APPLIED", _("Done")
        DECLINED = "DECLINED", _("Declined")
        EXPIRED = "EXPIRED", _("Expired")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn")

    class ScheduleUpdate(models.TextChoices):
        """What the customer said about the schedule on the site. Source: S49 to S52."""

        NOT_ASKED = "NOT_ASKED", _("Not asked")
        DONE = "DONE", _("Already updated on the site")
        MYSELF = "MYSELF", _("I will update it")
        OPEN_SITE = "OPEN_SITE", _("Open my site now")
        CONNECTOR = "CONNECTOR", _("Update it for me once confirmed")
        TELL_ALL = "TELL_ALL", _("Update it for me once confirmed, and mail everyone invited")

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    order = models.ForeignKey(Order, models.CASCADE, verbose_name=_("order"), related_name="changes")
    state = models.CharField(_("state"), max_length=9, choices=State)
    offered = models.BooleanField(
        _("offered by us"), default=False, help_text=_("The coordinator proposes the time; the customer answers.")
    )
    old_starts_at = models.DateTimeField(_("old start"))
    new_starts_at = models.DateTimeField(_("new start"))
    old_days = models.JSONField(_("old days"))
    new_days = models.JSONField(_("new days"))
    staff_kept = models.BooleanField(_("same person"), default=True)
    schedule_update = models.CharField(_("schedule on the site"), max_length=10, choices=ScheduleUpdate, default=ScheduleUpdate.NOT_ASKED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("asked by"), null=True, blank=True, related_name="+", db_index=False
    )
    requested_at = models.DateTimeField(_("asked at"))
    answer_due_at = models.DateTimeField(_("answer promised by"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("decided by"), null=True, blank=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("move")
        verbose_name_plural = _("moves")
        indexes = [models.Index(fields=["answer_due_at"], name="order_change_waiting", condition=Q(state="WAITING"))]
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(state="WAITING"), name="one_waiting_change_per_order"),
            models.CheckConstraint(
                condition=Q(state="WAITING", decided_at__isnull=True, answer_due_at__isnull=False)
                | (~Q(state="WAITING") & Q(decided_at__isnull=False)),
                name="order_change_decided_exactly_when_not_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.old_starts_at:%Y-%m-%d %H:%M} - {self.new_starts_at:%Y-%m-%d %H:%M}"


class WaitingMove(OrderChange):
    """The coordinator's list of late moves that wait for an answer."""

    class Meta:
        proxy = True
        verbose_name = _("waiting move")
        verbose_name_plural = _("waiting moves")
