"""What the columns of people, organisations and sites accept."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from customers.zones import is_zone

_HOST_NAME = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9][a-z0-9-]{0,61}[a-z0-9]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def validate_zone(name: str) -> None:
    """Refuse what is no IANA zone."""
    if not is_zone(name):
        raise ValidationError(_("Choose a time zone from the list."), code="unknown_zone")


def validate_host_name(name: str) -> None:
    """Refuse what is no lower-case host name, such as an address with https:// or a path."""
    if not _HOST_NAME.fullmatch(name):
        raise ValidationError(_("Enter the site's name only, for example acme.webex.com."), code="not_a_host_name")


def validate_one_line(text: str) -> None:
    """Refuse control and direction characters: the text goes into mail headers and calendars."""
    if _CONTROL.search(text):
        raise ValidationError(_("Remove line breaks and control characters."), code="control_characters")
