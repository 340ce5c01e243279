"""People as the privacy desk sees them, and what the retention job has done."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models import User


class Person(User):
    """Somebody whose data can be exported and erased."""

    class Meta:
        proxy = True
        verbose_name = _("person")
        verbose_name_plural = _("people (privacy)")


class RetentionRun(models.Model):
    """One run of the retention job: how many rows of each kind it let go."""

    ran_at = models.DateTimeField(_("ran at"))
    counts = models.JSONField(_("what it did"))

    class Meta:
        verbose_name = _("retention run")
        verbose_name_plural = _("retention runs")

    def __str__(self) -> str:
        return f"{self.ran_at:%Y-%m-%d}"
