"""Who reaches an order without signing in."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order


class OneTimeLink(models.Model):
    """A secret sent by mail that opens one action on one order once, for 30 minutes. Source: S45."""

    class Action(models.TextChoices):
        """What the link opens."""

        MOVE = "MOVE", _("Move")
        CANCEL = "CANCEL", _("Cancel")

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    order = models.ForeignKey(Order, models.CASCADE, verbose_name=_("order"), related_name="links")
    action = models.CharField(_("action"), max_length=6, choices=Action)
    token_hash = models.CharField(_("hash of the secret"), max_length=64, unique=True)
    order_version = models.PositiveIntegerField(_("version of the order"))
    created_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("valid until"))
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("one-time link")
        verbose_name_plural = _("one-time links")
        constraints = [models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="link_expires_after_it_is_made")]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.action}"
