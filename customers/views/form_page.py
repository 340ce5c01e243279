"""The one shape of every settings form: show, check, act, say so, go back."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from customers.refusals import Refusal


def form_page(
    request: HttpRequest,
    form: BaseForm,
    do: Callable[..., object],
    *,
    template: str,
    said: str,
    back_to: str = "customers:settings",
    **context: Any,
) -> HttpResponse:
    """Run `do(**values)` when a valid form was sent, then go back; a refusal is shown on the form with what was typed.

    One that names `retry_after` is answered 429.
    """
    wait = 0
    if request.method == "POST" and form.is_valid():
        try:
            do(**form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            wait = getattr(refusal, "retry_after", 0)
        else:
            messages.success(request, said)
            return redirect(back_to)
    page = render(request, template, {"form": form, **context})
    if wait:
        page.status_code, page["Retry-After"] = HTTPStatus.TOO_MANY_REQUESTS, str(wait)
    return page


def do_and_go_back(request: HttpRequest, do: Callable[[], object], *, said: str) -> HttpResponse:
    """Run what one button does and go back to the settings, with the reason if it was refused."""
    try:
        do()
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("customers:settings")
