"""What can be ordered, as data: every figure here has its source, and the comparison page and the price read the same rows."""

from catalog.models.comparison import PackageService, Service
from catalog.models.duties import TaskTemplate
from catalog.models.entitlements import Entitlement
from catalog.models.entries import FileEntry
from catalog.models.kinds import EventKind, StaffRole, every_change
from catalog.models.packages import Family, Package, PackageRole, Prerequisite, ProductionShare, Terms
from catalog.models.policies import CancellationPolicy, CancellationTier
from catalog.models.resources import Resource

__all__ = [
    "CancellationPolicy",
    "CancellationTier",
    "Entitlement",
    "EventKind",
    "Family",
    "FileEntry",
    "Package",
    "PackageRole",
    "PackageService",
    "Prerequisite",
    "ProductionShare",
    "Resource",
    "Service",
    "StaffRole",
    "TaskTemplate",
    "Terms",
    "every_change",
]
