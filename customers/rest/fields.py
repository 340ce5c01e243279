"""Instants as programs write and read them."""

from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers.times import rfc3339
from customers.validators import validate_one_line

_EARLIEST, _LATEST = 2000, 2200  # a year beyond them is a typing error, and no zone rule says anything about it


@extend_schema_field(OpenApiTypes.DATETIME)
class InstantField(serializers.CharField):
    """An RFC 3339 instant; without an offset it is refused, because it would not say when."""

    def to_internal_value(self, data: Any) -> Any:
        """Read the text."""
        try:
            instant = parse_datetime(super().to_internal_value(data))
            if instant is not None and instant.tzinfo is not None:
                instant = instant.astimezone(UTC)
        except (ValueError, OverflowError):
            instant = None
        if instant is None or not _EARLIEST <= instant.year < _LATEST:
            raise serializers.ValidationError(_("Write the instant as 2027-03-16T09:30:00-04:00."), code="malformed_instant")
        if instant.tzinfo is None:
            raise serializers.ValidationError(_("Add the offset from UTC, for example 2027-03-16T09:30:00-04:00."), code="offset_missing")
        return instant


def line(length: int, *, required: bool = False, **options: Any) -> serializers.CharField:
    """A text of one line."""
    return serializers.CharField(max_length=length, required=required, allow_blank=not required, validators=[validate_one_line], **options)


def instant(value: datetime | None) -> str | None:
    """An instant in RFC 3339, in UTC."""
    return rfc3339(value) if value else None
