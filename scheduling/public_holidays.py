"""Public holidays by region, from the pinned `holidays` package: a region is a country ("FR") or a part of one ("CA-QC")."""

from collections.abc import Iterable
from datetime import date

import holidays
from holidays.registry import EntityLoader


def knows(calendar: str) -> bool:
    """Tell whether there is a list for the region."""
    country, _dash, part = calendar.partition("-")
    if country not in set(EntityLoader.get_country_codes(include_aliases=False)):  # asks the register alone: each list is a module
        return False
    return not part or part in getattr(holidays, country).subdivisions


def of_years(calendar: str, years: Iterable[int]) -> dict[date, str]:
    """Name the region's holidays of these years in its own language."""
    country, _dash, part = calendar.partition("-")
    return dict(holidays.country_holidays(country, subdiv=part or None, years=list(years)))
