"""Webhook endpoints, their deliveries, and the feed of events, over the REST API."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from customers.models import KeyScope
from customers.requests import KeyRequest
from customers.rest.calls import Call
from customers.rest.fields import instant, line
from customers.rest.idempotency import answer_once
from customers.rest.pages import ANY_KEY, Listing, ListQuery
from customers.rest.views import ApiView
from customers.statements import Given
from outbox.actions.webhooks import (
    add_endpoint,
    change_endpoint,
    disable_endpoint,
    enable_endpoint,
    remove_endpoint,
    replay,
    replay_failed,
    rotate_secret,
)
from outbox.hooks.signing import event_out
from outbox.models import Delivery, EventType, State, WebhookEndpoint
from outbox.queries import deliveries_visible_to, endpoints_visible_to, events_visible_to

HOOKS = KeyScope.WEBHOOKS_WRITE
AN_ENDPOINT = {"url": "https://crm.example/hooks/assist", "events": ["order.confirmed", "order.moved", "order.cancelled"]}


class EventOut(serializers.Serializer[Any]):
    """Something that happened; `sequence` counts without gaps in your organisation."""

    id = serializers.CharField()
    type = serializers.ChoiceField(choices=EventType.values)
    timestamp = serializers.DateTimeField()
    sequence = serializers.IntegerField()
    about = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]  # a member of that name


class EventsQuery(ListQuery):
    """What the feed can be asked for."""

    type = serializers.ChoiceField(choices=EventType.choices, required=False)
    number = serializers.CharField(max_length=40, required=False, help_text="Of one order.")
    after = serializers.IntegerField(
        min_value=0, max_value=2**62, required=False, help_text="Events with a higher `sequence`: the last one you have handled."
    )
    filters: ClassVar[dict[str, str]] = {"type": "kind", "number": "about", "after": "sequence__gt"}


EVENTS = Listing(events_visible_to(ANY_KEY), "sequence")


class EventsView(ApiView):
    """`/api/v1/events/`"""

    calls: ClassVar[dict[str, Call]] = {"GET": Call("events_list", KeyScope.ORDERS_READ, EventOut, query=EventsQuery, page=True)}

    def get(self, request: KeyRequest) -> Response:
        """Follow what happened, oldest first. Remember the last `sequence` and ask for what comes `after` it."""
        page = EVENTS.page(request, EventsQuery.of(request))
        return page.answer([event_out(each) for each in page.rows])


class EndpointIn(serializers.Serializer[Any]):
    """Where to post, and which events; none means every kind."""

    url = serializers.URLField(max_length=500)
    events = serializers.ListField(child=serializers.ChoiceField(choices=EventType.choices), default=list, max_length=50)
    description = line(120, default="")


class EndpointChangeIn(serializers.Serializer[Any]):
    """What should be different; `disabled` switches it off and on."""

    url = serializers.URLField(max_length=500, required=False)
    events = serializers.ListField(child=serializers.ChoiceField(choices=EventType.choices), required=False, max_length=50)
    description = line(120)
    disabled = serializers.BooleanField(required=False)


class EndpointOut(serializers.Serializer[Any]):
    """An address that is told events."""

    key = serializers.CharField()
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.ChoiceField(choices=EventType.values))
    description = serializers.CharField()
    created_at = serializers.DateTimeField()
    failing_since = serializers.DateTimeField(allow_null=True)
    disabled_at = serializers.DateTimeField(allow_null=True)
    disabled_because = serializers.ChoiceField(choices=WebhookEndpoint.Because.values, allow_null=True)
    links = serializers.DictField(child=serializers.CharField())


class EndpointMadeOut(EndpointOut):
    """The endpoint with its secret, which is shown this once."""

    secret = serializers.CharField()


ENDPOINTS = Listing(endpoints_visible_to(ANY_KEY), "key")


class EndpointsView(ApiView):
    """`/api/v1/webhook-endpoints/`"""

    calls: ClassVar[dict[str, Call]] = {
        "GET": Call("webhook_endpoints_list", HOOKS, EndpointOut, query=ListQuery, page=True),
        "POST": Call(
            "webhook_endpoint_add", HOOKS, EndpointMadeOut, body=EndpointIn, status=201, headers=("Location",), example=AN_ENDPOINT
        ),
    }

    def get(self, request: KeyRequest) -> Response:
        """List the endpoints."""
        page = ENDPOINTS.page(request, ListQuery.of(request))
        return page.answer([_endpoint(each) for each in page.rows])

    def post(self, request: KeyRequest) -> HttpResponse:
        """Add an endpoint. The answer shows its secret, this once."""
        now = timezone.now()
        return answer_once(self, request, lambda: self._add(request, now=now), now=now)

    def _add(self, request: KeyRequest, *, now: datetime) -> Response:
        asked = _read(EndpointIn, request)
        made = add_endpoint(
            organisation=request.auth.organisation, url=asked["url"], kinds=asked["events"], description=asked["description"], now=now
        )
        shown = {**_endpoint(made.endpoint), "secret": made.secret}
        return Response(shown, status=201, headers={"Location": shown["links"]["self"]})


class EndpointView(ApiView):
    """`/api/v1/webhook-endpoints/<key>/`"""

    calls: ClassVar[dict[str, Call]] = {
        "GET": Call("webhook_endpoint_read", HOOKS, EndpointOut, refusals=(404,)),
        "PATCH": Call(
            "webhook_endpoint_change", HOOKS, EndpointOut, body=EndpointChangeIn, refusals=(404, 422), example={"disabled": True}
        ),
        "DELETE": Call("webhook_endpoint_remove", HOOKS, None, status=204, refusals=(404,)),
    }

    def get(self, request: KeyRequest, key: str) -> Response:
        """Read an endpoint."""
        return Response(_endpoint(_endpoint_of(request, key)))

    def patch(self, request: KeyRequest, key: str) -> Response:
        """Change an endpoint, or switch it off or on."""
        endpoint, asked = _endpoint_of(request, key), _read(EndpointChangeIn, request)
        if asked.keys() & {"url", "events", "description"}:
            endpoint = change_endpoint(
                endpoint=endpoint,
                url=asked.get("url", endpoint.url),
                kinds=asked.get("events", endpoint.kinds),
                description=asked.get("description", endpoint.description),
            )
        if asked.get("disabled") is True:
            endpoint = disable_endpoint(endpoint=endpoint, because=WebhookEndpoint.Because.PAUSED, now=timezone.now())
        if asked.get("disabled") is False:
            endpoint = enable_endpoint(endpoint=endpoint)
        return Response(_endpoint(endpoint))

    def delete(self, request: KeyRequest, key: str) -> Response:
        """Remove an endpoint and its list of deliveries."""
        remove_endpoint(endpoint=_endpoint_of(request, key))
        return Response(status=204)


class SecretView(ApiView):
    """`/api/v1/webhook-endpoints/<key>/rotate-secret/`"""

    calls: ClassVar[dict[str, Call]] = {"POST": Call("webhook_secret_rotate", HOOKS, EndpointMadeOut, refusals=(404,))}

    def post(self, request: KeyRequest, key: str) -> HttpResponse:
        """Get a new secret. For a day each post is signed with both, so that nothing is lost while you change over."""
        now = timezone.now()
        return answer_once(self, request, lambda: self._rotate(request, key, now=now), now=now)

    def _rotate(self, request: KeyRequest, key: str, *, now: datetime) -> Response:
        made = rotate_secret(endpoint=_endpoint_of(request, key), now=now)
        return Response({**_endpoint(made.endpoint), "secret": made.secret})


class DeliveriesQuery(ListQuery):
    """What the list of deliveries can be asked for."""

    state = serializers.ChoiceField(choices=[each for each in State.choices if each[0] != State.WITHDRAWN], required=False)
    filters: ClassVar[dict[str, str]] = {"state": "state"}


class DeliveryOut(serializers.Serializer[Any]):
    """How far the telling of one event has come."""

    key = serializers.CharField()
    event = serializers.CharField()
    type = serializers.ChoiceField(choices=EventType.values)
    sequence = serializers.IntegerField()
    state = serializers.ChoiceField(choices=[each for each in State.values if each != State.WITHDRAWN])
    attempts = serializers.IntegerField()
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    sent_at = serializers.DateTimeField(allow_null=True)
    last_status = serializers.IntegerField(allow_null=True)
    last_error = serializers.CharField()


DELIVERIES = Listing(deliveries_visible_to(ANY_KEY).filter(endpoint_id=Given("endpoint")), "created_at", "key", newest_first=True)


class DeliveriesView(ApiView):
    """`/api/v1/webhook-endpoints/<key>/deliveries/`"""

    calls: ClassVar[dict[str, Call]] = {
        "GET": Call("webhook_deliveries_list", HOOKS, DeliveryOut, query=DeliveriesQuery, page=True, refusals=(404,))
    }

    def get(self, request: KeyRequest, key: str) -> Response:
        """List what an endpoint was told, newest first."""
        page = DELIVERIES.page(request, DeliveriesQuery.of(request), endpoint=_endpoint_of(request, key).pk)
        return page.answer([_delivery(each) for each in page.rows])


class ReplayOut(serializers.Serializer[Any]):
    """How many events will be sent once more."""

    replayed = serializers.IntegerField()


class ReplayFailedView(ApiView):
    """`/api/v1/webhook-endpoints/<key>/replay/`"""

    calls: ClassVar[dict[str, Call]] = {"POST": Call("webhook_replay_failed", HOOKS, ReplayOut, status=202, refusals=(404,))}

    def post(self, request: KeyRequest, key: str) -> HttpResponse:
        """Send everything of the last 30 days that the endpoint did not take."""
        now = timezone.now()
        return answer_once(self, request, lambda: self._replay(request, key, now=now), now=now)

    def _replay(self, request: KeyRequest, key: str, *, now: datetime) -> Response:
        return Response({"replayed": replay_failed(endpoint=_endpoint_of(request, key), now=now)}, status=202)


class ReplayView(ApiView):
    """`/api/v1/webhook-endpoints/<key>/deliveries/<delivery>/replay/`"""

    calls: ClassVar[dict[str, Call]] = {"POST": Call("webhook_replay", HOOKS, DeliveryOut, status=202, refusals=(404,))}

    def post(self, request: KeyRequest, key: str, delivery: str) -> HttpResponse:
        """Send one event once more, under the same id."""
        now = timezone.now()
        return answer_once(self, request, lambda: self._replay(request, key, delivery, now=now), now=now)

    def _replay(self, request: KeyRequest, key: str, delivery: str, *, now: datetime) -> Response:
        found = get_object_or_404(deliveries_visible_to(request.user).filter(endpoint=_endpoint_of(request, key)), key=delivery)
        return Response(_delivery(replay(delivery=found, now=now)), status=202)


def _endpoint_of(request: KeyRequest, key: str) -> WebhookEndpoint:
    return get_object_or_404(endpoints_visible_to(request.user), key=key)


def _read(shape: Callable[..., serializers.Serializer[Any]], request: KeyRequest) -> dict[str, Any]:
    body = shape(data=request.data)
    body.is_valid(raise_exception=True)
    read: dict[str, Any] = body.validated_data
    return read


def _endpoint(endpoint: WebhookEndpoint) -> dict[str, Any]:
    here = f"/api/v1/webhook-endpoints/{endpoint.key}/"
    return {
        "key": endpoint.key,
        "url": endpoint.url,
        "events": endpoint.kinds,
        "description": endpoint.description,
        "created_at": instant(endpoint.created_at),
        "failing_since": instant(endpoint.failing_since),
        "disabled_at": instant(endpoint.disabled_at),
        "disabled_because": endpoint.disabled_because or None,
        "links": {"self": here, "deliveries": f"{here}deliveries/"},
    }


def _delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "key": delivery.key,
        "event": delivery.event.key,
        "type": delivery.event.kind,
        "sequence": delivery.event.sequence,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "next_attempt_at": instant(delivery.due_at) if delivery.state == State.QUEUED else None,
        "sent_at": instant(delivery.sent_at),
        "last_status": delivery.last_status,
        "last_error": delivery.last_error,
    }
