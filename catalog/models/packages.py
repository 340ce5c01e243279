"""What can be ordered: every figure has its source."""

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.bilingual import Bilingual
from catalog.models.kinds import EventKind, StaffRole, every_change


class Family(models.Model):
    """A product family whose skills a producer can be certified for. Source: S2."""

    code = models.SlugField(_("code"), unique=True)
    name_en = models.CharField(_("name (English)"), max_length=80)
    name_fr = models.CharField(_("name (French)"), max_length=80)
    name = Bilingual()

    class Meta:
        verbose_name = _("family")
        verbose_name_plural = _("families")

    def __str__(self) -> str:
        return self.name


@pghistory.track(*every_change(), append_only=True, model_name="PackageEvent")
class Package(models.Model):
    """A type of assist that a customer can order. Source: S1 to S8, S54, S55, S72 to S77."""

    code = models.SlugField(_("code"), unique=True)
    family = models.ForeignKey(Family, models.PROTECT, verbose_name=_("family"), related_name="packages")
    name_en = models.CharField(_("name (English)"), max_length=80)
    name_fr = models.CharField(_("name (French)"), max_length=80)
    summary_en = models.TextField(_("summary (English)"))
    summary_fr = models.TextField(_("summary (French)"))
    event_kinds = ArrayField(models.CharField(max_length=10, choices=EventKind.choices), verbose_name=_("event kinds"))
    requires_scheduled_meeting = models.BooleanField(
        _("requires a scheduled meeting"), default=True, help_text=_("The customer schedules the session on the site first. Source: S8")
    )
    requires_certificate = models.BooleanField(
        _("requires a certificate"),
        default=False,
        help_text=_("The person holds a certificate of the family, valid on the day. Source: S4"),
    )
    lead_days = models.PositiveSmallIntegerField(_("lead time in days"), default=14, help_text=_("Source: S9"))
    lead_in_minutes = models.PositiveSmallIntegerField(
        _("minutes staffed before the start"), default=30, help_text=_("Source: S3, S64, S85")
    )
    lead_out_minutes = models.PositiveSmallIntegerField(_("minutes staffed after the end"), default=0, help_text=_("Source: S85"))
    max_days = models.PositiveSmallIntegerField(_("days at most"), default=1, help_text=_("Consecutive calendar days. Source: S76"))
    daily_cap_minutes = models.PositiveSmallIntegerField(
        _("staffed minutes a day at most"), null=True, blank=True, help_text=_("Source: S85, S86")
    )
    included_minutes = models.PositiveSmallIntegerField(
        _("event minutes a day in the price"), default=60, help_text=_("Longer events pay extra time. Source: S57")
    )
    production_minutes = models.PositiveSmallIntegerField(_("production minutes"), null=True, blank=True, help_text=_("Source: S54, S55"))
    recording_minutes = models.PositiveSmallIntegerField(_("recording minutes"), null=True, blank=True, help_text=_("Source: S91"))
    term_months = models.PositiveSmallIntegerField(_("service term in months"), null=True, blank=True, help_text=_("Source: S77"))
    price = models.DecimalField(_("standard charge"), max_digits=10, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("can be ordered"), default=True)
    assumed = models.BooleanField(_("assumed"), default=False, help_text=_("A figure here is ours, not the source's: confirm it."))
    name = Bilingual()
    summary = Bilingual()

    class Meta:
        verbose_name = _("package")
        verbose_name_plural = _("packages")
        constraints = [
            models.CheckConstraint(condition=Q(price__gte=0), name="package_price_is_not_negative"),
            models.CheckConstraint(condition=Q(max_days__gte=1), name="package_lasts_a_day_or_more"),
        ]

    def __str__(self) -> str:
        return self.name


class PackageRole(models.Model):
    """Whom a package needs: the role, how many, and whether they are booked for the event's windows. Source: S74, S75."""

    package = models.ForeignKey(Package, models.CASCADE, verbose_name=_("package"), related_name="team")
    role = models.CharField(_("role"), max_length=14, choices=StaffRole)
    count = models.PositiveSmallIntegerField(_("how many"), default=1)
    books_window = models.BooleanField(_("booked for the event"), default=False)

    class Meta:
        verbose_name = _("team role")
        verbose_name_plural = _("team roles")
        constraints = [
            models.UniqueConstraint(fields=["package", "role"], name="one_row_per_package_and_role"),
            models.UniqueConstraint(
                fields=["package"],
                condition=Q(books_window=True),
                name="one_booked_role_per_package",
                violation_error_message=_("Only one role of a package is booked for the event."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.package}: {self.count} {self.get_role_display()}"


class ProductionShare(models.Model):
    """How much of a package's production time is meant for what, unless agreed otherwise. Source: S54."""

    package = models.ForeignKey(Package, models.CASCADE, verbose_name=_("package"), related_name="production")
    code = models.SlugField(_("code"), max_length=60)
    name_en = models.CharField(_("name (English)"), max_length=80)
    name_fr = models.CharField(_("name (French)"), max_length=80)
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    name = Bilingual()

    class Meta:
        verbose_name = _("share of the production time")
        verbose_name_plural = _("shares of the production time")
        constraints = [models.UniqueConstraint(fields=["package", "code"], name="one_production_share_per_package_and_code")]

    def __str__(self) -> str:
        return f"{self.package}: {self.name}"


class Terms(models.Model):
    """A version of the text a package is read together with; an order keeps which one was accepted. Source: S73."""

    package = models.ForeignKey(Package, models.PROTECT, verbose_name=_("package"), related_name="terms")
    version = models.CharField(_("version"), max_length=20)
    valid_from = models.DateField(_("valid from"))
    text_en = models.TextField(_("text (English)"))
    text_fr = models.TextField(_("text (French)"))
    text = Bilingual()

    class Meta:
        verbose_name = _("terms")
        verbose_name_plural = _("terms")
        constraints = [
            models.UniqueConstraint(fields=["package", "version"], name="one_text_per_package_and_version"),
            models.UniqueConstraint(fields=["package", "valid_from"], name="one_text_per_package_and_day"),
        ]
        triggers = [pgtrigger.ReadOnly(name="terms_text_never_changes", fields=["package", "version", "text_en", "text_fr"])]

    def __str__(self) -> str:
        return f"{self.package} {self.version}"


class Prerequisite(models.Model):
    """Something the customer must have before a package can be delivered, shown before ordering. Source: S78."""

    package = models.ForeignKey(Package, models.CASCADE, verbose_name=_("package"), related_name="prerequisites")
    code = models.SlugField(_("code"), max_length=60)
    text_en = models.CharField(_("text (English)"), max_length=300)
    text_fr = models.CharField(_("text (French)"), max_length=300)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    text = Bilingual()

    class Meta:
        verbose_name = _("prerequisite")
        verbose_name_plural = _("prerequisites")
        constraints = [models.UniqueConstraint(fields=["package", "code"], name="one_prerequisite_per_package_and_code")]

    def __str__(self) -> str:
        return self.text
