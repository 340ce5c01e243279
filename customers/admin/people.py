"""People and what they may see, for administrators of the portal only."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from customers.actions.people import change_account, create_person
from customers.admin.audited import AuditedAdmin
from customers.models import User
from customers.zones import zone_choices


class UserForm(forms.ModelForm):  # type: ignore[type-arg]
    """A person; passwords are chosen by themselves, never here."""

    zone = forms.ChoiceField(label=_("time zone"), choices=zone_choices, widget=UnfoldAdminSelectWidget, initial="UTC")

    def clean_email(self) -> str:
        """Addresses are kept in lower case."""
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any]:
        """An administrator of the portal is staff."""
        values = self.cleaned_data
        if values.get("is_superuser") and not values.get("is_staff"):
            self.add_error("is_superuser", _("An administrator of the portal is staff as well."))
        return values


@admin.register(User)
class UserAdmin(AuditedAdmin):
    """Makes staff accounts, and locks people out. Customers' people come by invitation."""

    form = UserForm
    list_display = ("email", "first_name", "last_name", "language", "zone", "is_active", "is_staff", "is_superuser", "last_login")
    list_filter = ("is_staff", "is_superuser", "is_active", "language")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)
    fieldsets = (
        (None, {"fields": ("email", "first_name", "last_name", "phone", "language", "zone")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser")}),
    )

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Only administrators of the portal: who edits people could make themselves anything."""
        return bool(request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """See has_module_permission."""
        return bool(request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """See has_module_permission."""
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """See has_module_permission."""
        return bool(request.user.is_superuser)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """An address changes only where its owner proves the new one."""
        return ("email",) if obj else ()

    def save_model(self, request: HttpRequest, obj: User, form: UserForm, change: bool) -> None:
        """Make the account with its verified address, or change it."""
        values = {name: form.cleaned_data[name] for name in form.cleaned_data if name not in {"is_active", "email"}}
        if change:
            change_account(user=obj, is_active=form.cleaned_data["is_active"], **values)
        else:
            made = create_person(email=form.cleaned_data["email"], **values)
            obj.__dict__.update(made.__dict__)
