"""What each role of the provider's staff may do in the admin, in one table."""

from typing import Any

from django.contrib.auth.backends import BaseBackend

from catalog.models import StaffRole
from customers.access import has_staff_role

READ = frozenset({"view"})
EDIT = frozenset({"view", "add", "change"})
EDIT_AND_DELETE = EDIT | {"delete"}

# Administrators are superusers and need no row. Who is not named here does not enter the admin at all.
PERMISSIONS: dict[str, dict[str, frozenset[str]]] = {
    StaffRole.COORDINATOR: {
        "orders": EDIT,
        "engagements": EDIT,
        "scheduling": EDIT_AND_DELETE,
        "catalog": EDIT,
        "outbox": frozenset({"view", "change"}),
        "customers": READ,
    },
    StaffRole.PM: {
        "orders": READ,
        "engagements": EDIT,
        "scheduling": READ,
        "catalog": READ,
        "outbox": READ,
        "customers": READ,
    },
}


def may_enter_admin(user: Any) -> bool:
    """Tell whether the person works at the desk: administrators, coordinators and PMs."""
    return bool(user.is_active and user.is_staff and has_staff_role(user, *PERMISSIONS))


class StaffRolePermissions(BaseBackend):
    """Answers Django's questions about permissions from the table; nobody signs in through it, and no group or flag adds to it."""

    def has_perm(self, user_obj: Any, perm: str, obj: object = None) -> bool:
        """Tell whether one of the person's roles allows it: `perm` is like "orders.change_order"."""
        app, _dot, codename = perm.partition(".")
        action = codename.partition("_")[0]
        return any(action in actions for actions in self._of(user_obj, app))

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Tell whether the person may do anything with an app."""
        return any(self._of(user_obj, app_label))

    @staticmethod
    def _of(user: Any, app: str) -> list[frozenset[str]]:
        if not (user.is_active and user.is_staff):
            return []
        return [apps.get(app, frozenset()) for role, apps in PERMISSIONS.items() if has_staff_role(user, role)]
