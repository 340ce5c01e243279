"""The buttons on an order's page, and the small page that each of them opens."""

from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.dataclasses import UnfoldAction
from unfold.decorators import action
from unfold.enums import ActionVariant

from customers.refusals import Refusal
from orders.admin import answers
from orders.admin.answers import Answer
from orders.admin.read_only import ReadOnlyAdmin
from orders.forms.times import FoldMixin
from orders.models import Order
from orders.notices import facts

DECIDE = "orders.change_order"  # coordinators and administrators; see scheduling.access


class DecidingAdmin(ReadOnlyAdmin):
    """Answers orders: each button calls the same action as the customers' pages, the API or the workers."""

    actions_detail_hide_default = True  # the page leads to its audit trail
    actions_detail = ("confirm", "offer", "withdraw_offer", "answer_move", "keep_time", "decline", "resend", "cancel")

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Project managers look on."""
        return request.user.has_perm(DECIDE)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[UnfoldAction]:
        """Show the buttons that make sense now."""
        names = answers.possible(self.order_or_404(request, object_id), now=timezone.now())
        return [each for each in super().get_actions_detail(request, object_id) if each.method.original_function_name in names]

    @action(description=_("Confirm"), icon="check", variant=ActionVariant.PRIMARY, permissions=["decide"])
    def confirm(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Confirm with whoever is free, or with somebody chosen. Source: S9, S30"""
        return self._answer(request, object_id, answers.CONFIRM)

    @action(description=_("Offer another time"), icon="schedule", permissions=["decide"])
    def offer(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Offer one of three times, or one's own. Source: S48"""
        return self._answer(request, object_id, answers.OFFER)

    @action(description=_("Withdraw the offer"), icon="undo", url_path="withdraw-offer", permissions=["decide"])
    def withdraw_offer(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take back a time that the customer has not answered."""
        return self._answer(request, object_id, answers.WITHDRAW_OFFER)

    @action(description=_("Answer the move"), icon="event", url_path="answer-move", variant=ActionVariant.PRIMARY, permissions=["decide"])
    def answer_move(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Approve or refuse a late move. Source: S39"""
        return self._answer(request, object_id, answers.ANSWER_MOVE)

    @action(description=_("Keep the time"), icon="event_available", url_path="keep-time", permissions=["decide"])
    def keep_time(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Leave an order of a zone with new rules where it is. Source: promises row 51"""
        return self._answer(request, object_id, answers.KEEP_TIME)

    @action(description=_("Decline"), icon="block", permissions=["decide"])
    def decline(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say that we cannot help, and why."""
        return self._answer(request, object_id, answers.DECLINE)

    @action(description=_("Send again"), icon="forward_to_inbox", url_path="send-again", permissions=["decide"])
    def resend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send the confirmation once more. Source: S36"""
        return self._answer(request, object_id, answers.RESEND)

    @action(description=_("Cancel"), icon="cancel", permissions=["decide"])
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Cancel in the customer's name, with the fee of this minute. Source: S39, S41, S53"""
        return self._answer(request, object_id, answers.CANCEL)

    def order_or_404(self, request: HttpRequest, object_id: Any) -> Order:
        """Return the order, through the door; what cannot be a key is missing like any other."""
        order: Order | None = self.get_object(request, unquote(str(object_id)))
        if order is None:
            raise Http404
        return order

    def _answer(self, request: HttpRequest, object_id: str, answer: Answer) -> HttpResponse:
        """Ask, and do it; a refusal is said on the same page, with everything typed still there."""
        now, order = timezone.now(), self.order_or_404(request, object_id)
        form = answer.form(request.POST if request.method == "POST" else None, initial=answer.initial(order, now))
        if request.method == "POST" and form.is_valid():
            try:
                said = answer.act(order, form, request.user, now)  # type: ignore[arg-type]  # staff are signed in
            except Refusal as refused:
                _show(form, refused)
            else:
                messages.success(request, said)
                return redirect("admin:orders_order_change", order.pk)
        context = {
            **self.admin_site.each_context(request),
            **facts(order),
            **answer.context(order, now),
            "opts": self.opts,
            "original": order,
            "title": answer.title,
            "answer": answer,
            "form": form,
            "is_possible": answer.name in answers.possible(order, now=now),
            "zone": request.user.zone,  # type: ignore[union-attr]
            "now": now,
        }
        return TemplateResponse(request, answer.template, context)


def _show(form: Any, refused: Refusal) -> None:
    if isinstance(form, FoldMixin):
        form.add_refusal(refused)
    else:
        form.add_error(None, ValidationError(str(refused), code=refused.code))
