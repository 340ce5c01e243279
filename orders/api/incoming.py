"""What programs send about orders."""

import re
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from phonenumber_field.serializerfields import PhoneNumberField
from rest_framework import serializers

from catalog.models import EventKind
from customers.rest.fields import InstantField, line
from customers.zones import is_zone
from orders.asks import Availability, Contact, Event, Meeting, When
from orders.models import Order, OrderChange
from scheduling.languages import ASSIST_LANGUAGES
from scheduling.localtime import wall
from scheduling.windows import DayWish


class DayIn(serializers.Serializer[Any]):
    """One day of the event."""

    starts_at = InstantField()
    duration_minutes = serializers.IntegerField(min_value=0, max_value=100_000)


class ContactIn(serializers.Serializer[Any]):
    """Who is asked back. Source: S18, S19"""

    first_name = line(80, required=True)
    last_name = line(80, required=True)
    phone = PhoneNumberField(required=False, default="")
    email = serializers.EmailField()
    company = line(160)


class MeetingIn(serializers.Serializer[Any]):
    """The session on the site. Source: S24 to S26"""

    is_scheduled = serializers.BooleanField(required=False, allow_null=True, default=None)
    host_id = line(80)
    host_name = line(160)
    host_email = serializers.EmailField(required=False, allow_blank=True)
    meeting_number = line(40)
    meeting_link = serializers.URLField(max_length=500, required=False, allow_blank=True)


class EventIn(serializers.Serializer[Any]):
    """What the event is. Source: S28, S29"""

    title = line(200, required=True)
    event_kind = serializers.ChoiceField(choices=EventKind.choices)
    attendees = serializers.IntegerField(min_value=1, max_value=1_000_000, required=False, allow_null=True, default=None)
    presenters = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    sessions = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    comments = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    streaming = serializers.ChoiceField(choices=Order.Streaming.choices, default=Order.Streaming.NONE)
    branded_app = serializers.BooleanField(default=False)
    content_build = serializers.BooleanField(default=False)


class NamedRow(serializers.CharField):
    """A row by its public name, out of those the caller may name: `context` holds them by name, so a question costs no query."""

    default_error_messages = {"unknown": gettext_lazy("Nothing of this name is available to you.")}

    def __init__(self, rows: str, **options: Any) -> None:
        super().__init__(**options)
        self.rows = rows

    def to_internal_value(self, data: Any) -> Any:
        """Look the name up."""
        found = self.context[self.rows].get(super().to_internal_value(data))
        if found is None:
            self.fail("unknown")
        return found


class QuestionIn(serializers.Serializer[Any]):
    """When help is wanted: `starts_at` and `duration_minutes`, or `days` for one to three consecutive days."""

    package = NamedRow("packages", help_text="The code of a package, for example mc-premium.")
    site = NamedRow("sites", help_text="The host name of a site.")
    time_zone = serializers.CharField(max_length=64, help_text="An IANA name: the event's own zone.")
    starts_at = InstantField(required=False)
    duration_minutes = serializers.IntegerField(min_value=0, max_value=100_000, required=False)
    days = serializers.ListField(child=DayIn(), required=False, allow_empty=False, max_length=31)
    language = serializers.ChoiceField(choices=ASSIST_LANGUAGES, default="en")

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


class OrderIn(QuestionIn):
    """An order as a program places it."""

    wait = serializers.BooleanField(default=False, help_text="When nobody is free, let the order wait for someone.")
    contact = ContactIn()
    meeting = MeetingIn(required=False)
    event = EventIn()
    services = serializers.DictField(child=serializers.IntegerField(min_value=1, max_value=20), required=False)
    external_reference = line(80, help_text="Your own number for it, used once.")

    def validate_services(self, services: dict[str, int]) -> dict[str, int]:
        """Only codes can name a service."""
        if not all(re.fullmatch(r"[\w-]{1,50}", code, re.ASCII) for code in services):
            raise serializers.ValidationError(_("Name each service by its code."), code="unknown_service")
        return services

    def ask(self) -> Availability:
        """What was asked, as the actions take it."""
        data = self.validated_data
        contact = {"company": "", **data["contact"], "phone": str(data["contact"]["phone"])}
        return Availability(Contact(**contact), data["site"], data["package"], when_asked(data), data["language"], data["wait"])

    def asked_meeting(self) -> Meeting:
        """The session on the site."""
        return Meeting(**self.validated_data.get("meeting", {}))

    def asked_event(self) -> Event:
        """The event and the services asked for."""
        data = self.validated_data
        return Event(**data["event"], services=data.get("services", {}), external_reference=data.get("external_reference", ""))


class MoveIn(serializers.Serializer[Any]):
    """A new start of the first day; the other days keep their distance in days and their wall times. Source: S40"""

    starts_at = InstantField()
    schedule_update = serializers.ChoiceField(
        choices=OrderChange.ScheduleUpdate.choices, default=OrderChange.ScheduleUpdate.NOT_ASKED, help_text="Who changes it on the site."
    )


class CancelIn(serializers.Serializer[Any]):
    """`accept_fee` is the amount that `fee_not_accepted` named. Source: S41, S53"""

    reason = line(300)
    accept_fee = serializers.DecimalField(max_digits=10, decimal_places=2, min_value=0, required=False, allow_null=True, default=None)


def when_asked(question: dict[str, Any]) -> When:
    """The days in the wall time of the event's zone."""
    zone = question["time_zone"]
    days = question.get("days") or [{"starts_at": question["starts_at"], "duration_minutes": question["duration_minutes"]}]
    return When(zone, tuple(_wish(each, zone) for each in days))


def _wish(day: dict[str, Any], zone: str) -> DayWish:
    local = wall(day["starts_at"], zone)
    return DayWish(local.replace(fold=0), timedelta(minutes=day["duration_minutes"]), local.fold)
