"""What a customer has a right to order."""

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models.packages import Package


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["used"],
    append_only=True,
    model_name="EntitlementEvent",
)
class Entitlement(models.Model):
    """The right of an organisation to order a package, so many times, within these dates, at this rate. Source: S15, S35, S77."""

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"), db_index=False)
    site = models.ForeignKey(
        "customers.Site", models.PROTECT, verbose_name=_("site"), null=True, blank=True, help_text=_("Empty: every site.")
    )
    package = models.ForeignKey(Package, models.PROTECT, verbose_name=_("package"))
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("last valid day"), help_text=_("In the organisation's own zone, to the end of that day."))
    quantity = models.PositiveIntegerField(_("quantity"))
    used = models.PositiveIntegerField(_("used"), default=0)
    contract_percent = models.DecimalField(
        _("contract rate in percent of the standard charge"), max_digits=5, decimal_places=2, default=100
    )

    class Meta:
        verbose_name = _("entitlement")
        verbose_name_plural = _("entitlements")
        indexes = [models.Index(fields=["organisation", "package", "valid_until"], name="entitlement_of_organisation")]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "id"], name="entitlement_organisation_and_id"),
            models.CheckConstraint(
                condition=Q(used__lte=F("quantity")),
                name="entitlement_is_never_oversold",
                violation_error_message=_("More units are used than this."),
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")),
                name="entitlement_ends_after_it_begins",
                violation_error_message=_("The last valid day is before the first."),
            ),
            models.CheckConstraint(
                condition=Q(contract_percent__gte=0, contract_percent__lte=100), name="entitlement_contract_percent_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.package} ({self.used}/{self.quantity})"
