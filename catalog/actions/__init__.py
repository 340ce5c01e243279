"""What changes the catalogue and who may order from it."""

from catalog.actions.entitling import LastDayMissing, TermTooLong, give_back, grant_entitlement, last_day, use_one
from catalog.actions.loading import CATALOGUE_FILE, LoadReport, confirm, load_catalogue

__all__ = [
    "CATALOGUE_FILE",
    "LastDayMissing",
    "LoadReport",
    "TermTooLong",
    "confirm",
    "give_back",
    "grant_entitlement",
    "last_day",
    "load_catalogue",
    "use_one",
]
