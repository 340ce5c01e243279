"""The provider's screens for what can be ordered: what each role may do here stands in scheduling.access."""

from catalog.admin.entitlements import EntitlementAdmin
from catalog.admin.packages import CellAdmin, DutyAdmin, FamilyAdmin, PackageAdmin, ServiceAdmin
from catalog.admin.texts import PolicyAdmin, ResourceAdmin, TermsAdmin

__all__ = [
    "CellAdmin",
    "DutyAdmin",
    "EntitlementAdmin",
    "FamilyAdmin",
    "PackageAdmin",
    "PolicyAdmin",
    "ResourceAdmin",
    "ServiceAdmin",
    "TermsAdmin",
]
