"""The admin's form for granting the right to order."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.actions import last_day
from catalog.models import Entitlement
from customers.refusals import Refusal


class EntitlementForm(forms.ModelForm):  # type: ignore[type-arg]
    """A grant; the service term of the package fills in or bounds the last day. Source: S77"""

    class Meta:
        model = Entitlement
        fields = ("organisation", "site", "package", "valid_from", "valid_until", "quantity", "contract_percent")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "valid_until" in self.fields:
            self.fields["valid_until"].required = False
            self.fields["valid_until"].help_text = _("Empty: the end of the package's service term. In the organisation's own zone.")

    def clean(self) -> dict[str, Any]:
        """Work out the last day, and keep to the sites of the organisation."""
        cleaned = super().clean() or {}
        package, valid_from = (cleaned.get(name, getattr(self.instance, name, None)) for name in ("package", "valid_from"))
        if package and valid_from:
            try:
                cleaned["valid_until"] = last_day(package=package, valid_from=valid_from, valid_until=cleaned.get("valid_until"))
            except Refusal as refusal:
                self.add_error("valid_until", str(refusal))
        site, organisation = cleaned.get("site"), cleaned.get("organisation")
        if site and organisation and site.organisation_id != organisation.pk:
            self.add_error("site", _("This site belongs to another organisation."))
        return cleaned
