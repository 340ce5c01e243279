"""What can be read about the catalogue: who may order what, the comparison, the texts."""

from catalog.queries.comparing import Cell, Column, Comparison, Row, Share, comparison, with_contents
from catalog.queries.entitlements import (
    EntitlementExpired,
    EntitlementUsedUp,
    NotEntitled,
    OutsideServiceTerm,
    check_entitlement_covers,
    entitlement_for,
    entitlements_visible_to,
    packages_available_to,
    packages_offered_to,
    packages_orderable_by,
)
from catalog.queries.texts import Shelf, current_terms, default_policy, library

__all__ = [
    "Cell",
    "Column",
    "Comparison",
    "EntitlementExpired",
    "EntitlementUsedUp",
    "NotEntitled",
    "OutsideServiceTerm",
    "Row",
    "Share",
    "Shelf",
    "check_entitlement_covers",
    "comparison",
    "current_terms",
    "default_policy",
    "entitlement_for",
    "entitlements_visible_to",
    "library",
    "packages_available_to",
    "packages_offered_to",
    "packages_orderable_by",
    "with_contents",
]
