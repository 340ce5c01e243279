"""How many calls a key may make in a minute. Source: promises row 32"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from customers.models import ApiKey
from customers.rest.counting import WINDOW_SECONDS, counter, seconds_left

if TYPE_CHECKING:
    from rest_framework.views import APIView  # imports this module while it is being made


class KeyThrottle(BaseThrottle):
    """So many calls a minute for each key, said in every answer with the RateLimit headers of the IETF's draft."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count this call."""
        if not isinstance(request.auth, ApiKey):
            return True
        limit: int = settings.API_CALLS_PER_MINUTE
        used = counter().count(request.auth.prefix)
        rest = max(limit - used, 0)
        headers = {"RateLimit-Policy": f'"key";q={limit};w={WINDOW_SECONDS}', "RateLimit": f'"key";r={rest};t={seconds_left()}'}
        request.rate_headers = headers  # type: ignore[attr-defined]
        return used <= limit

    def wait(self) -> float:
        """When the next window begins."""
        return float(seconds_left())
