"""Time zones by their IANA names, as people's and organisations' settings store them."""

from functools import cache
from zoneinfo import available_timezones

_NOT_PLACES = ("Etc/", "SystemV/", "posix", "right/", "US/", "Brazil/", "Canada/", "Chile/", "Mexico/")


def is_zone(name: str) -> bool:
    """Tell whether the pinned tzdata knows the zone."""
    return name in available_timezones()


@cache
def zone_choices() -> tuple[tuple[str, str], ...]:
    """List the zones people choose from: UTC first, then Continent/City in alphabetical order, with its spaces written out."""
    places = sorted(name for name in available_timezones() if "/" in name and not name.startswith(_NOT_PLACES))
    return (("UTC", "UTC"), *((name, name.replace("_", " ")) for name in places))
