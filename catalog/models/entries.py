"""What the catalogue file said when it was last loaded."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FileEntry(models.Model):
    """What the catalogue file said about one row when it was last loaded, so that only what changed there is written again."""

    key = models.CharField(_("entry"), max_length=160, unique=True)
    values = models.JSONField(_("values"))

    class Meta:
        verbose_name = _("entry of the catalogue file")
        verbose_name_plural = _("entries of the catalogue file")

    def __str__(self) -> str:
        return self.key
