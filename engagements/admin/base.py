"""What the planners' screens have in common: rows are read here, and changed by buttons that call actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from unfold.admin import TabularInline
from unfold.dataclasses import UnfoldAction

from customers.access import has_staff_role
from customers.admin.audited import AuditedAdmin
from customers.models import User
from customers.refusals import Refusal
from engagements.forms.planning import DeedForm
from engagements.queries import SEES_EVERYTHING

PLAN = "engagements.change_engagement"  # PMs, coordinators and administrators; see scheduling.access


class ForPlanners:
    """Read by administrators, coordinators and PMs; what happens to an engagement happens to its order."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the app to planners."""
        return has_staff_role(request.user, *SEES_EVERYTHING)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Planners see every engagement."""
        return has_staff_role(request.user, *SEES_EVERYTHING)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """A confirmed order opens it."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Moves, cancellations and cover write it."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """It is cancelled, never deleted."""
        return False


class Rows(ForPlanners, TabularInline):  # type: ignore[misc]  # unfold brings no types
    """Rows of one engagement."""

    extra = 0
    can_delete = False
    show_change_link = False
    tab = True


def nothing_more(target: Any, form: Any, now: datetime) -> dict[str, Any]:
    """For deeds whose page shows the form and nothing else."""
    return {}


def always(target: Any, now: datetime) -> bool:
    """For deeds that are never out of place."""
    return True


@dataclass(frozen=True)
class Deed:
    """One button: its page's form, what the page shows besides, when it makes sense, and the action that it calls.

    `act` does it and says what was done.
    """

    name: str
    title: Promise
    form: type[DeedForm]
    act: Callable[[Any, Any, User, datetime], str]
    context: Callable[[Any, Any, datetime], dict[str, Any]] = nothing_more
    is_possible: Callable[[Any, datetime], bool] = always
    template: str = "engagements/admin/deed.html"


class DoingAdmin(ForPlanners, AuditedAdmin):
    """A screen whose buttons each open a small page that does one thing."""

    actions_detail_hide_default = True
    deeds: dict[str, Deed] = {}

    def has_plan_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who looks at engagements here plans them."""
        return request.user.has_perm(PLAN)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[UnfoldAction]:
        """Show the buttons that make sense now."""
        target, now = self.target_or_404(request, object_id), timezone.now()
        possible = {name for name, deed in self.deeds.items() if deed.is_possible(target, now)}
        return [each for each in super().get_actions_detail(request, object_id) if each.method.original_function_name in possible]

    def target_or_404(self, request: HttpRequest, object_id: Any) -> Any:
        """Return the row, through the door; what cannot be a key is missing like any other."""
        target = self.get_object(request, unquote(str(object_id)))
        if target is None:
            raise Http404
        return target

    def back_url(self, target: Any) -> str:
        """Where a deed leads back to."""
        return f"admin:engagements_{self.opts.model_name}_change"

    def do(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Ask, and do it; a refusal is said on the same page, with everything typed still there."""
        deed, now, target = self.deeds[name], timezone.now(), self.target_or_404(request, object_id)
        form = deed.form(request.POST if request.method == "POST" else None, target=target, now=now, asked=request.GET)
        if request.method == "POST" and form.is_valid():
            try:
                said = deed.act(target, form, request.user, now)  # type: ignore[arg-type]  # staff are signed in
            except Refusal as refused:
                form.add_error(None, ValidationError(str(refused), code=refused.code))
            else:
                messages.success(request, said)
                return redirect(self.back_url(target), target.pk)
        context = {
            **self.admin_site.each_context(request),
            **deed.context(target, form, now),
            "opts": self.opts,
            "original": target,
            "title": deed.title,
            "deed": deed,
            "form": form,
            "is_possible": deed.is_possible(target, now),
            "engagement": getattr(target, "engagement", target),
            "back": self.back_url(target),
            "zone": request.user.zone,  # type: ignore[union-attr]
            "now": now,
        }
        return TemplateResponse(request, deed.template, context)
