"""The resource library."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.bilingual import Bilingual
from catalog.models.packages import Family


class Resource(models.Model):
    """A tutorial, checklist or good-practice video in the resource library; without a family, for everyone. Source: S79."""

    class Kind(models.TextChoices):
        """What one finds behind the link."""

        TUTORIAL = "TUTORIAL", _("Tutorial")
        VIDEO = "VIDEO", _("Video")
        CHECKLIST = "CHECKLIST", _("Checklist")

    code = models.SlugField(_("code"), max_length=60, unique=True)
    family = models.ForeignKey(Family, models.PROTECT, verbose_name=_("family"), related_name="resources", null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    title_en = models.CharField(_("title (English)"), max_length=120)
    title_fr = models.CharField(_("title (French)"), max_length=120)
    summary_en = models.CharField(_("summary (English)"), max_length=300)
    summary_fr = models.CharField(_("summary (French)"), max_length=300)
    body_en = models.TextField(_("content (English)"), blank=True, help_text=_("One step per line."))
    body_fr = models.TextField(_("content (French)"), blank=True, help_text=_("One step per line."))
    url = models.URLField(_("address"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    title = Bilingual()
    summary = Bilingual()
    body = Bilingual()

    class Meta:
        verbose_name = _("resource")
        verbose_name_plural = _("resources")
        constraints = [
            models.CheckConstraint(
                condition=~Q(url="") | (~Q(body_en="") & ~Q(body_fr="")),
                name="resource_has_an_address_or_a_content_in_both_languages",
                violation_error_message=_("Give an address, or a content in both languages."),
            ),
        ]

    def __str__(self) -> str:
        return self.title
