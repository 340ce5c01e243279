"""How orders look to programs: what they send, and what they get."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from phonenumber_field.serializerfields import PhoneNumberField
from rest_framework import serializers

from catalog.models import EventKind, Package
from customers.models import Site
from customers.validators import validate_one_line
from customers.zones import is_zone
from orders import pricing
from orders.asks import Availability, Contact, Event, Meeting, When, minutes_of
from orders.models import Order
from orders.queries import coverage_of, days_of_order, fee_table
from scheduling.languages import ASSIST_LANGUAGES
from scheduling.localtime import wall
from scheduling.windows import DayWish


class InstantField(serializers.CharField):
    """An RFC 3339 instant; without an offset it is refused, because it would not say when."""

    def to_internal_value(self, data: Any) -> Any:
        """Read the text."""
        try:
            instant = parse_datetime(super().to_internal_value(data))
        except ValueError:
            instant = None
        if instant is None:
            raise serializers.ValidationError(_("Write the instant as 2027-03-16T09:30:00-04:00."), code="malformed_instant")
        if instant.tzinfo is None:
            raise serializers.ValidationError(_("Add the offset from UTC, for example 2027-03-16T09:30:00-04:00."), code="offset_missing")
        return instant.astimezone(UTC)


def _line(length: int, *, required: bool = False) -> serializers.CharField:
    return serializers.CharField(max_length=length, required=required, allow_blank=not required, validators=[validate_one_line])


class DayIn(serializers.Serializer[Any]):
    """One day of the event."""

    starts_at = InstantField()
    duration_minutes = serializers.IntegerField(min_value=0, max_value=100_000)


class ContactIn(serializers.Serializer[Any]):
    """Who is asked back. Source: S18, S19"""

    first_name = _line(80, required=True)
    last_name = _line(80, required=True)
    phone = PhoneNumberField(required=False, default="")
    email = serializers.EmailField()
    company = _line(160)


class MeetingIn(serializers.Serializer[Any]):
    """The session on the site. Source: S24 to S26"""

    is_scheduled = serializers.BooleanField(required=False, allow_null=True, default=None)
    host_id = _line(80)
    host_name = _line(160)
    host_email = serializers.EmailField(required=False, allow_blank=True)
    meeting_number = _line(40)
    meeting_link = serializers.URLField(max_length=500, required=False, allow_blank=True)


class EventIn(serializers.Serializer[Any]):
    """What the event is. Source: S28, S29"""

    title = _line(200, required=True)
    event_kind = serializers.ChoiceField(choices=EventKind.choices)
    attendees = serializers.IntegerField(min_value=1, max_value=1_000_000, required=False, allow_null=True, default=None)
    presenters = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    sessions = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    comments = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    streaming = serializers.ChoiceField(choices=Order.Streaming.choices, default=Order.Streaming.NONE)
    branded_app = serializers.BooleanField(default=False)
    content_build = serializers.BooleanField(default=False)


class OrderIn(serializers.Serializer[Any]):
    """An order as a program places it: `starts_at` and `duration_minutes`, or `days` for one to three consecutive days."""

    package = serializers.SlugRelatedField("code", queryset=Package.objects.none())
    site = serializers.SlugRelatedField("host_name", queryset=Site.objects.none())
    time_zone = serializers.CharField(max_length=64)
    starts_at = InstantField(required=False)
    duration_minutes = serializers.IntegerField(min_value=0, max_value=100_000, required=False)
    days = DayIn(many=True, required=False, allow_empty=False)
    language = serializers.ChoiceField(choices=ASSIST_LANGUAGES, default="en")
    wait = serializers.BooleanField(default=False)
    contact = ContactIn()
    meeting = MeetingIn(required=False)
    event = EventIn()
    services = serializers.DictField(child=serializers.IntegerField(min_value=1, max_value=20), required=False)
    external_reference = _line(80)

    def __init__(self, *args: Any, packages: QuerySet[Package], sites: QuerySet[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["package"].queryset = packages  # type: ignore[attr-defined]
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]

    def validate_time_zone(self, zone: str) -> str:
        """An IANA name."""
        if not is_zone(zone):
            raise serializers.ValidationError(_("Choose a time zone by its IANA name, for example America/Montreal."), code="unknown_zone")
        return zone

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Either one day or a list of days."""
        single = "starts_at" in attrs and "duration_minutes" in attrs
        if single == ("days" in attrs):
            raise serializers.ValidationError(_("Send starts_at with duration_minutes, or days."), code="days_or_start")
        return attrs

    def ask(self) -> Availability:
        """What was asked, as the actions take it."""
        data = self.validated_data
        contact = {"company": "", **data["contact"], "phone": str(data["contact"]["phone"])}
        return Availability(Contact(**contact), data["site"], data["package"], self.when(), data["language"], data["wait"])

    def when(self) -> When:
        """The days in the wall time of the event's zone."""
        data = self.validated_data
        days = data.get("days") or [{"starts_at": data["starts_at"], "duration_minutes": data["duration_minutes"]}]
        return When(data["time_zone"], tuple(_wish(each, data["time_zone"]) for each in days))

    def asked_meeting(self) -> Meeting:
        """The session on the site."""
        return Meeting(**self.validated_data.get("meeting", {}))

    def asked_event(self) -> Event:
        """The event and the services asked for."""
        data = self.validated_data
        return Event(**data["event"], services=data.get("services", {}), external_reference=data.get("external_reference", ""))


def _wish(day: dict[str, Any], zone: str) -> DayWish:
    local = wall(day["starts_at"], zone)
    return DayWish(local.replace(fold=0), timedelta(minutes=day["duration_minutes"]), local.fold)


def order_out(order: Order) -> dict[str, Any]:
    """An order as programs get it; no primary keys, amounts as text."""
    assert order.package
    assert order.site
    assert order.starts_at
    assert order.ends_at
    return {
        "number": order.number,
        "status": order.state,
        "waiting_reason": order.waiting_reason or None,
        "answer_due_at": instant(order.answer_due_at),
        "package": order.package.code,
        "site": order.site.host_name,
        "starts_at": instant(order.starts_at),
        "ends_at": instant(order.ends_at),
        "time_zone": order.zone,
        "days": _days_out(order),
        "language": order.assist_language,
        "contact": {
            "first_name": order.first_name,
            "last_name": order.last_name,
            "phone": str(order.phone),
            "email": order.email,
            "company": order.company,
        },
        "event": {"title": order.title, "event_kind": order.event_kind, "attendees": order.attendees, "streaming": order.streaming},
        "price": order.price,
        "cancellation": [_fee_out(row) for row in fee_table(order)],
        "engagement": order.engagement.number if order.engagement else None,
        "external_reference": order.external_reference or None,
        "links": {"self": f"/api/v1/orders/{order.number}/", "page": f"/orders/{order.number}/"},
    }


def instant(value: datetime | None) -> str | None:
    """An instant in RFC 3339."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value else None


def _days_out(order: Order) -> list[dict[str, Any]]:
    assert order.package
    return [
        {
            "starts_at": instant(each.day.starts_at),
            "ends_at": instant(each.day.ends_at),
            "window": {"starts_at": instant(each.opens_at), "ends_at": instant(each.closes_at)},
            "uncovered_minutes": minutes_of(each.uncovered),
        }
        for each in coverage_of(order.package, days_of_order(order))
    ]


def _fee_out(row: pricing.FeeRow) -> dict[str, Any]:
    return {"from": instant(row.from_at), "until": instant(row.until_at), "percent": row.percent, "amount": str(row.amount)}
