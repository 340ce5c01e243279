"""The shapes of what programs get about orders, for the description of the API; the values come from `orders.api.outgoing`."""

from typing import Any

from rest_framework import serializers

from catalog.models import EventKind
from orders.models import Order
from orders.pricing import Unit
from scheduling.languages import ASSIST_LANGUAGES

STATES = [each for each in Order.State.values if each != Order.State.DRAFT]


class SpanOut(serializers.Serializer[Any]):
    """From when to when, half-open."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class DayOut(SpanOut):
    """A day of the event, what is staffed around it, and what is not. Source: S85, S86"""

    window = SpanOut()
    uncovered_minutes = serializers.IntegerField()


class AlternativeOut(SpanOut):
    """Another time, and why it is offered. Source: S48"""

    why = serializers.CharField()


class AvailabilityOut(serializers.Serializer[Any]):
    """Whether somebody is free; `why_fewer` is there when fewer than three other times are."""

    available = serializers.BooleanField()
    inside_lead_time = serializers.BooleanField()
    days = DayOut(many=True)
    alternatives = AlternativeOut(many=True)
    why_fewer = serializers.CharField(required=False)


class RefusedOut(serializers.Serializer[Any]):
    """Why a question has no answer."""

    code = serializers.CharField()
    detail = serializers.CharField()


class BulkAnswerOut(serializers.Serializer[Any]):
    """An answer as to one question, or its error."""

    available = serializers.BooleanField(required=False)
    inside_lead_time = serializers.BooleanField(required=False)
    days = DayOut(many=True, required=False)
    alternatives = AlternativeOut(many=True, required=False)
    why_fewer = serializers.CharField(required=False)
    error = RefusedOut(required=False)


class BulkOut(serializers.Serializer[Any]):
    """Many questions and the answers so far, in the order of the questions."""

    key = serializers.CharField()
    status = serializers.ChoiceField(choices=["WORKING", "DONE"])
    questions = serializers.IntegerField()
    answers = BulkAnswerOut(many=True)
    asked_at = serializers.DateTimeField()
    done_at = serializers.DateTimeField(allow_null=True)
    links = serializers.DictField(child=serializers.CharField())


class ContactOut(serializers.Serializer[Any]):
    """Who is asked back."""

    first_name = serializers.CharField()
    last_name = serializers.CharField()
    phone = serializers.CharField()
    email = serializers.CharField()
    company = serializers.CharField()


class MeetingOut(serializers.Serializer[Any]):
    """The session on the site."""

    is_scheduled = serializers.BooleanField(allow_null=True)
    host_id = serializers.CharField()
    host_name = serializers.CharField()
    host_email = serializers.CharField()
    meeting_number = serializers.CharField()
    meeting_link = serializers.CharField()


class AboutEventOut(serializers.Serializer[Any]):
    """What the event is."""

    title = serializers.CharField()
    event_kind = serializers.ChoiceField(choices=EventKind.values)
    attendees = serializers.IntegerField(allow_null=True)
    presenters = serializers.CharField()
    sessions = serializers.CharField()
    comments = serializers.CharField()
    streaming = serializers.ChoiceField(choices=Order.Streaming.values)
    branded_app = serializers.BooleanField()
    content_build = serializers.BooleanField()


class PriceLineOut(serializers.Serializer[Any]):
    """One line of the price; amounts are decimal text."""

    code = serializers.CharField()
    quantity = serializers.CharField()
    unit = serializers.ChoiceField(choices=[each.value for each in Unit])
    unit_price = serializers.CharField()
    standard = serializers.CharField()
    contract = serializers.CharField()


class PriceOut(serializers.Serializer[Any]):
    """The price as it was frozen when the order was placed. Source: S35"""

    currency = serializers.CharField()
    standard = serializers.CharField()
    contract = serializers.CharField()
    lines = PriceLineOut(many=True)


_FeeOut = type("_FeeOut", (serializers.Serializer,), {"from": serializers.DateTimeField(allow_null=True)})


class FeeOut(_FeeOut):  # type: ignore[misc, valid-type]  # `from` cannot be written as a name
    """What cancelling costs from one instant until another. Source: S37"""

    until = serializers.DateTimeField()
    percent = serializers.IntegerField()
    amount = serializers.CharField()


class WaitingMoveOut(serializers.Serializer[Any]):
    """A new time that waits for an answer: ours, or yours when we offered it. Source: S39"""

    starts_at = serializers.DateTimeField()
    answer_due_at = serializers.DateTimeField(allow_null=True)
    offered_by_us = serializers.BooleanField()


class CancelledOut(serializers.Serializer[Any]):
    """When, by whom or what, and for which fee."""

    at = serializers.DateTimeField()
    because = serializers.ChoiceField(choices=Order.CancelledBecause.values)
    fee = serializers.CharField(allow_null=True)


class OrderOut(SpanOut):
    """An order."""

    number = serializers.CharField()
    status = serializers.ChoiceField(choices=STATES)
    version = serializers.IntegerField()
    waiting_reason = serializers.ChoiceField(choices=Order.WaitingReason.values, allow_null=True)
    answer_due_at = serializers.DateTimeField(allow_null=True)
    package = serializers.CharField()
    site = serializers.CharField()
    time_zone = serializers.CharField()
    days = DayOut(many=True)
    language = serializers.ChoiceField(choices=[code for code, _name in ASSIST_LANGUAGES])
    contact = ContactOut()
    meeting = MeetingOut()
    event = AboutEventOut()
    services = serializers.DictField(child=serializers.IntegerField())
    price = PriceOut()
    cancellation = FeeOut(many=True)
    waiting_move = WaitingMoveOut(allow_null=True)
    cancelled = CancelledOut(allow_null=True)
    engagement = serializers.CharField(allow_null=True)
    external_reference = serializers.CharField(allow_null=True)
    placed_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    links = serializers.DictField(child=serializers.CharField())


class WarningOut(serializers.Serializer[Any]):
    """What was let pass, but should be known."""

    code = serializers.CharField()
    detail = serializers.CharField()


class OrderPlacedOut(OrderOut):
    """The order just placed, with what should be known about it."""

    warnings = WarningOut(many=True)
