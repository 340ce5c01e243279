"""The package comparison, which is also the price list: the page and the price read the same rows."""

from decimal import Decimal

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.bilingual import Bilingual
from catalog.models.kinds import every_change
from catalog.models.packages import Package


class Service(models.Model):
    """A row of the package comparison: something the provider does for an event. Source: S56 to S71."""

    code = models.SlugField(_("code"), unique=True)
    name_en = models.CharField(_("name (English)"), max_length=80)
    name_fr = models.CharField(_("name (French)"), max_length=80)
    description_en = models.TextField(_("description (English)"))
    description_fr = models.TextField(_("description (French)"))
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), null=True, blank=True, help_text=_("How long it takes, where it has a length.")
    )
    is_option = models.BooleanField(_("asked for at ordering"), default=False, help_text=_("The customer can tick it in the order form."))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    source = models.CharField(_("source"), max_length=40)
    name = Bilingual()
    description = Bilingual()

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")

    def __str__(self) -> str:
        return self.name


@pghistory.track(*every_change(), append_only=True, model_name="PackageServiceEvent")
class PackageService(models.Model):
    """One cell of the package comparison, which is also the price of that service in that package. Source: S7, S56 to S71."""

    class Inclusion(models.TextChoices):
        """How a package offers a service."""

        INCLUDED = "INCLUDED", _("Included")
        HOURLY = "HOURLY", _("Hourly charge")
        ADD_ON = "ADD_ON", _("Add-on")
        ON_REQUEST = "ON_REQUEST", _("On request")
        NOT_OFFERED = "NOT_OFFERED", _("Not offered")

    class Unit(models.TextChoices):
        """What one unit of the amount buys."""

        ONCE = "ONCE", _("once")
        HOUR = "HOUR", _("per hour")
        HALF_HOUR = "HALF_HOUR", _("per started 30 minutes")
        DAY = "DAY", _("per day")

    package = models.ForeignKey(Package, models.CASCADE, verbose_name=_("package"), related_name="cells")
    service = models.ForeignKey(Service, models.PROTECT, verbose_name=_("service"), related_name="cells")
    inclusion = models.CharField(_("inclusion"), max_length=12, choices=Inclusion)
    unit = models.CharField(_("unit"), max_length=10, choices=Unit, blank=True)
    amount = models.DecimalField(_("standard charge"), max_digits=10, decimal_places=2, null=True, blank=True)
    minimum_minutes = models.PositiveSmallIntegerField(_("minimum minutes billed"), null=True, blank=True, help_text=_("Source: S62, S63"))
    note_en = models.CharField(_("note (English)"), max_length=200, blank=True)
    note_fr = models.CharField(_("note (French)"), max_length=200, blank=True)
    assumed = models.BooleanField(_("assumed"), default=False, help_text=_("The sources do not settle this cell: confirm it."))
    source = models.CharField(_("source"), max_length=40, blank=True)
    note = Bilingual()

    class Meta:
        verbose_name = _("cell of the comparison")
        verbose_name_plural = _("cells of the comparison")
        constraints = [
            models.UniqueConstraint(
                fields=["package", "service"],
                name="one_cell_per_package_and_service",
                violation_error_message=_("The package says something about this service already."),
            ),
            models.CheckConstraint(
                condition=Q(
                    inclusion__in=["HOURLY", "ADD_ON"], amount__isnull=False, unit__in=["ONCE", "HOUR", "HALF_HOUR", "DAY"], amount__gte=0
                )
                | (~Q(inclusion__in=["HOURLY", "ADD_ON"]) & Q(amount__isnull=True, unit="")),
                name="charged_cells_and_only_those_have_an_amount",
                violation_error_message=_("A charge needs an amount and a unit; what is not charged has neither."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.package} / {self.service}"

    @property
    def minimum_hours(self) -> Decimal | None:
        """The least that is billed, the way a contract says it: 1.5 hours. Source: S62, S63"""
        return Decimal(self.minimum_minutes) / 60 if self.minimum_minutes else None
