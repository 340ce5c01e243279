"""Orders: list, place, read, move, cancel."""

import secrets
from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from catalog.queries import packages_orderable_by
from customers.clock import now_of
from customers.models import KeyScope, LeadTimePolicy
from customers.queries import sites_orderable_by
from customers.requests import KeyRequest
from customers.rest.calls import Call
from customers.rest.fields import InstantField
from customers.rest.idempotency import answer_once
from customers.rest.pages import ANY_KEY, Listing, UpdatedSince
from customers.rest.versions import check_condition, etag_of, is_known
from customers.rest.views import ApiView, language_of
from orders.actions.cancelling import cancel_order
from orders.actions.drafting import KEY_BYTES
from orders.actions.moving import move_order
from orders.actions.placing import order_directly
from orders.api.examples import A_CANCELLATION, A_MOVE, AN_ORDER
from orders.api.incoming import CancelIn, MoveIn, OrderIn
from orders.api.outgoing import ROWS, order_out, order_row_out, placed_out
from orders.api.shapes import OrderOut, OrderPlacedOut
from orders.models import Order
from orders.queries import is_late, orders_visible_to, wish_at

READ, WRITE = KeyScope.ORDERS_READ, KeyScope.ORDERS_WRITE


class OrdersQuery(UpdatedSince):
    """What the list of orders can be asked for."""

    status = serializers.ChoiceField(choices=[each for each in Order.State.choices if each[0] != Order.State.DRAFT], required=False)
    package = serializers.SlugField(required=False, help_text="The code of a package.")
    site = serializers.CharField(max_length=253, required=False, help_text="The host name of a site.")
    external_reference = serializers.CharField(max_length=80, required=False, help_text="Your own number: at most one order.")
    starts_from = InstantField(required=False, help_text="Events that start at or after this instant.")
    starts_before = InstantField(required=False, help_text="Events that start before this instant.")

    filters: ClassVar[dict[str, str]] = {
        "status": "state", "package": "package__code", "site": "site__host_name", "external_reference": "external_reference",
        "starts_from": "starts_at__gte", "starts_before": "starts_at__lt", "updated_since": "updated_at__gte",
    }  # fmt: skip


def named_rows(request: KeyRequest, *, now: datetime) -> dict[str, Any]:
    """What a program may name: the packages it may order now, and its active sites. Source: S15, S20"""
    organisation = request.auth.organisation
    return {
        "packages": {each.code: each for each in packages_orderable_by(organisation, now=now)},
        "sites": {each.host_name: each for each in sites_orderable_by(request.auth)},
    }


NEWEST = Listing(orders_visible_to(ANY_KEY, ROWS), "placed_at", "number", newest_first=True)
CHANGED = Listing(orders_visible_to(ANY_KEY, ROWS), "updated_at", "number")


class OrdersView(ApiView):
    """`/api/v1/orders/`"""

    calls: ClassVar[dict[str, Call]] = {
        "GET": Call("orders_list", READ, OrderOut, query=OrdersQuery, page=True),
        "POST": Call(
            "order_place", WRITE, OrderPlacedOut, body=OrderIn, status=201, refusals=(404, 409, 422), headers=("ETag", "Location"),
            example=AN_ORDER,
        ),
    }  # fmt: skip

    def get(self, request: KeyRequest) -> Response:
        """List orders, newest first; with `updated_since`, oldest change first."""
        asked = OrdersQuery.of(request)
        page = (CHANGED if "updated_at__gte" in asked.lookups else NEWEST).page(request, asked)
        return page.answer([order_row_out(row) for row in page.rows])

    def post(self, request: KeyRequest) -> HttpResponse:
        """Place an order: 201 with it, confirmed or waiting; 409 `nobody_free` with at most three alternatives. Source: S31, S48"""
        now = now_of(request)
        return answer_once(self, request, lambda: self._place(request, now=now), now=now)

    def _place(self, request: KeyRequest, *, now: datetime) -> Response:
        body = OrderIn(data=request.data, context=named_rows(request, now=now))
        body.is_valid(raise_exception=True)
        order = order_directly(
            request.auth.organisation,
            ask=body.ask(),
            meeting=body.asked_meeting(),
            event=body.asked_event(),
            key=secrets.token_urlsafe(KEY_BYTES),
            by=None,
            language=language_of(request),
            now=now,
        )
        headers = {"Location": f"/api/v1/orders/{order.number}/"}
        return versioned(placed_out(order), status=201, headers=headers, warnings=_warnings(order, now=now))


class OrderView(ApiView):
    """`/api/v1/orders/<number>/`"""

    calls: ClassVar[dict[str, Call]] = {"GET": Call("order_read", READ, OrderOut, refusals=(304, 404), headers=("ETag",))}

    def get(self, request: KeyRequest, number: str) -> Response:
        """Read an order. With `If-None-Match` and an unchanged order: 304."""
        response = versioned(order_out(_order_of(request, number)))
        if is_known(request, response["ETag"]):
            return Response(status=304, headers={"ETag": response["ETag"]})
        return response


class MoveView(ApiView):
    """`/api/v1/orders/<number>/move/`"""

    calls: ClassVar[dict[str, Call]] = {
        "POST": Call("order_move", WRITE, OrderOut, body=MoveIn, refusals=(404, 409, 412, 422, 428), headers=("ETag",), example=A_MOVE)
    }
    versioned = True

    def post(self, request: KeyRequest, number: str) -> HttpResponse:
        """Move an order to another date and time; the same person is kept when free.

        409 `nobody_free` comes with at most three alternatives. Inside the lead time the order keeps its time, and `waiting_move` shows
        the new one until the coordinator has answered. Source: S39, S40, S46 to S48
        """
        now = now_of(request)
        return answer_once(self, request, lambda: self._move(request, number, now=now), now=now)

    def _move(self, request: KeyRequest, number: str, *, now: datetime) -> Response:
        order = _order_of(request, number)
        version = seen_version(request, order)
        body = MoveIn(data=request.data)
        body.is_valid(raise_exception=True)
        first = wish_at(body.validated_data["starts_at"], order.zone)
        move_order(order, first=first, schedule_update=body.validated_data["schedule_update"], by=None, now=now, version=version)
        return versioned(order_out(order))


class CancelView(ApiView):
    """`/api/v1/orders/<number>/cancel/`"""

    calls: ClassVar[dict[str, Call]] = {
        "POST": Call(
            "order_cancel", WRITE, OrderOut, body=CancelIn, refusals=(404, 409, 412, 422, 428), headers=("ETag",), example=A_CANCELLATION
        )
    }
    versioned = True

    def post(self, request: KeyRequest, number: str) -> HttpResponse:
        """Cancel an order. When a fee is due: 409 `fee_not_accepted` with the fee, until `accept_fee` names it. Source: S41, S53"""
        now = now_of(request)
        return answer_once(self, request, lambda: self._cancel(request, number, now=now), now=now)

    def _cancel(self, request: KeyRequest, number: str, *, now: datetime) -> Response:
        order = _order_of(request, number)
        version = seen_version(request, order)
        body = CancelIn(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        cancel_order(order, accept_fee=asked["accept_fee"], reason=asked.get("reason", ""), by=None, now=now, version=version)
        return versioned(order_out(order))


def versioned(shown: dict[str, Any], *, status: int = 200, headers: dict[str, str] | None = None, **more: Any) -> Response:
    """An order as programs get it, with its ETag."""
    return Response({**shown, **more}, status=status, headers={**(headers or {}), "ETag": etag_of(shown)})


def seen_version(request: KeyRequest, order: Order) -> int | None:
    """The version that `If-Match` was about, for the action to compare again under its lock; None for `*`."""
    check_condition(request, etag_of(order_out(order)))
    return None if request.headers["If-Match"].strip() == "*" else order.version


def _order_of(request: KeyRequest, number: str) -> Order:
    """:raises NotFound: the same for what is another's and what is nobody's."""
    try:
        return get_object_or_404(orders_visible_to(request.user), number=number)
    except ValueError as error:
        raise NotFound from error


def _warnings(order: Order, *, now: datetime) -> list[dict[str, str]]:
    """What the organisation's policy lets pass but says. Source: S9"""
    assert order.package
    assert order.starts_at
    advises = order.organisation.lead_time_policy == LeadTimePolicy.ADVISE
    if not advises or not is_late(order.package, starts_at=order.starts_at, zone=order.zone, now=now):
        return []
    detail = _("This is less than %(days)d days before the event.") % {"days": order.package.lead_days}
    return [{"code": "inside_lead_time", "detail": detail}]
