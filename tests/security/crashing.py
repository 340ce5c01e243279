"""A fault in whatever view is asked for: inside the view of the API, in place of any other."""

from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse

WORDS = "the-password-of-the-database"


class Fault(Exception):
    """What no stranger may read of."""


def fail(*_args: Any, **_kwargs: Any) -> Any:
    """Fail with something in its hands that must not be shown."""
    secret = WORDS
    raise Fault(secret)


class CrashInTheView:
    """Comes last in MIDDLEWARE, so that everything around a view is as it is."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse:
        """Fail where the view's own code would: behind the key and the scopes of a call of the API."""
        if not hasattr(view, "cls"):
            return fail()
        handlers = {name: fail for name in ("get", "post", "put", "patch", "delete") if hasattr(view.cls, name)}
        failing = type(view.cls.__name__, (view.cls,), handlers)
        return failing.as_view(**view.initkwargs)(request, *args, **kwargs)


class LoseTheDatabase(CrashInTheView):
    """As when PostgreSQL goes away in the middle of a request."""

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse:
        raise OperationalError(WORDS)
