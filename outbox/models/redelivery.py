"""Work that its worker did not survive."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Redelivery(models.Model):
    """How often the broker handed out the same piece of work again, because the worker before died over it or lost its line."""

    task_id = models.CharField(_("task"), max_length=155, unique=True)
    name = models.CharField(_("name"), max_length=155)
    times = models.PositiveSmallIntegerField(_("times"), default=1)
    last_at = models.DateTimeField(_("last at"))

    class Meta:
        verbose_name = _("redelivery")
        verbose_name_plural = _("redeliveries")

    def __str__(self) -> str:
        return f"{self.name} ({self.times})"
