"""Keeps what was refused while a request was answered, whatever became of the request's own transaction."""

import logging
from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from scheduling.actions.refusing import keep_refusals
from scheduling.refused import collecting

logger = logging.getLogger(__name__)


class KeepRefusals:
    """Stands around TenancyMiddleware, so that the request's transaction is over when it writes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, then keep; a figure that cannot be kept spoils no answer."""
        with collecting() as notes:
            response = self.get_response(request)
        if notes:
            try:
                keep_refusals(notes)
            except DatabaseError:
                logger.exception("refused checks could not be kept")
        return response
