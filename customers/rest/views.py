"""The view behind every call: who may call it, in which language it answers, and the headers of its answers."""

from contextlib import nullcontext
from typing import Any, ClassVar

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.access import Audience
from customers.models import ApiKey
from customers.requests import KeyRequest
from customers.rest.calls import Call


class ApiView(APIView):
    """An address of the REST API; `calls` says for each method who may call it, and what it takes and gives."""

    audience = Audience("anyone")  # the key decides, per method
    calls: ClassVar[dict[str, Call]] = {}
    required_scopes: ClassVar[dict[str, str]] = {}
    versioned: ClassVar[bool] = False  # writes want If-Match

    def __init_subclass__(cls, **options: Any) -> None:
        """The permission reads the scopes."""
        super().__init_subclass__(**options)
        cls.required_scopes = {method: call.scope for method, call in cls.calls.items()}

    @classmethod
    def as_view(cls, **options: Any) -> Any:
        """Open the savepoint of ATOMIC_REQUESTS in `dispatch`, where there is something to undo."""
        return transaction.non_atomic_requests(super().as_view(**options))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let a write that is refused undo itself alone; what only reads needs none, and saves two round trips."""
        with nullcontext() if request.method in SAFE_METHODS else transaction.atomic():
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Speak the language the program asks for, else its organisation's."""
        super().initial(request, *args, **kwargs)
        if "Accept-Language" not in request.headers and isinstance(request.auth, ApiKey):
            translation.activate(request.auth.organisation.language)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Say how many more may follow."""
        response = super().finalize_response(request, response, *args, **kwargs)
        for header, value in getattr(request, "rate_headers", {}).items():
            response[header] = value
        return response


def language_of(request: KeyRequest) -> str:
    """The language that the program's mails and answers are in: what it asks for, else its organisation's."""
    asked = translation.get_language()
    return asked if asked in dict(settings.LANGUAGES) else request.auth.organisation.language


def address(path: str) -> str:
    """A full address, from the configured name of the portal and never from the request's Host."""
    return f"{settings.PORTAL_URL}{path}"
