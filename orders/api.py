"""Orders over the REST API: the same actions as the pages."""

import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language_from_request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.queries import packages_available_to
from customers.access import Audience
from customers.models import KeyScope
from customers.queries import sites_visible_to
from customers.requests import KeyRequest
from orders.actions.drafting import KEY_BYTES
from orders.actions.placing import order_directly
from orders.idempotency import answer_once
from orders.serializers import OrderIn, order_out


class OrdersView(APIView):
    """`POST /api/v1/orders/` places an order."""

    audience = Audience("anyone")  # the key decides, per method
    required_scopes: ClassVar[dict[str, str]] = {"POST": KeyScope.ORDERS_WRITE}

    def post(self, request: KeyRequest) -> HttpResponse:
        """Place an order: 201 with it, confirmed or waiting; 409 `nobody_free` with at most three alternatives. Source: S31, S48"""
        now = timezone.now()
        return answer_once(self, request, lambda: self._place(request, now=now), now=now)

    def _place(self, request: KeyRequest, *, now: Any) -> Response:
        organisation = request.auth.organisation
        body = OrderIn(
            data=request.data,
            packages=packages_available_to(organisation, now=now),
            sites=sites_visible_to(request.user, organisation).filter(is_active=True),
        )
        body.is_valid(raise_exception=True)
        supported = {code for code, _name in settings.LANGUAGES}
        language = get_language_from_request(request._request)
        order = order_directly(
            organisation,
            ask=body.ask(),
            meeting=body.asked_meeting(),
            event=body.asked_event(),
            key=secrets.token_urlsafe(KEY_BYTES),
            by=None,
            language=language if language in supported else organisation.language,
            now=now,
        )
        return Response(order_out(order), status=201, headers={"Location": f"/api/v1/orders/{order.number}/"})
