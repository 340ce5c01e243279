"""Many questions about availability at once, which workers answer."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class BulkCheck(models.Model):
    """Up to 200 questions of one program; answers are added until each has one, and kept for a week."""

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    key = models.CharField(_("key"), max_length=16, unique=True)
    language = models.CharField(_("language"), max_length=8)
    questions = models.JSONField(_("questions"))
    answers = models.JSONField(_("answers"), default=list)
    asked_at = models.DateTimeField(_("asked at"))
    done_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("bulk availability check")
        verbose_name_plural = _("bulk availability checks")
        indexes = [models.Index(fields=["asked_at"], name="bulk_check_to_answer", condition=Q(done_at__isnull=True))]

    def __str__(self) -> str:
        return self.key
