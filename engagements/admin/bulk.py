"""What can be done to many rows at once: each row by the same action as alone, and a refusal leaves the others alone."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from customers.models import User
from customers.refusals import Refusal
from engagements.actions import complete_task, substitute, waive_task
from engagements.forms.planning import BulkAssignForm, BulkReasonForm
from engagements.models import Engagement, Task

PLAN = "plan"  # a permission of the screens; see engagements.admin.base


@admin.action(description=_("Done"), permissions=[PLAN])
def complete(screen: Any, request: HttpRequest, tasks: QuerySet[Task]) -> None:
    """Tick off what needs nothing shown; what does is named."""
    _each(request, tasks, lambda task, by, now: complete_task(task, by=by, now=now))


@admin.action(description=_("Not applicable, with a reason"), permissions=[PLAN])
def waive(screen: Any, request: HttpRequest, tasks: QuerySet[Task]) -> HttpResponse | None:
    """Ask for one reason, then say it of all of them."""
    form = BulkReasonForm(request.POST if "confirmed" in request.POST else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        _each(request, tasks, lambda task, by, now: waive_task(task, reason=reason, by=by, now=now))
        return None
    return _ask(screen, request, tasks, form, title=_("Not applicable, with a reason"), name="waive")


@admin.action(description=_("Assign a person"), permissions=[PLAN])
def assign(screen: Any, request: HttpRequest, engagements: QuerySet[Engagement]) -> HttpResponse | None:
    """Ask for role and person, then put them on all of them; who is not free somewhere is named."""
    form = BulkAssignForm(request.POST if "confirmed" in request.POST else None)
    if form.is_valid():
        role, staff_id = form.cleaned_data["role"], form.cleaned_data["staff"].pk
        _each(request, engagements, lambda each, by, now: substitute(each, role=role, staff_id=staff_id, by=by, now=now))
        return None
    return _ask(screen, request, engagements, form, title=_("Assign a person"), name="assign")


def _each(request: HttpRequest, rows: Iterable[Any], act: Callable[[Any, User, datetime], Any]) -> None:
    """Do it to one row after the other, each in its own savepoint; say how many, and name what was refused."""
    done, now = 0, timezone.now()
    for row in rows:
        try:
            act(row, request.user, now)  # type: ignore[arg-type]  # staff are signed in
        except Refusal as refused:
            messages.warning(request, f"{getattr(row, 'title', '') or row}: {refused}")
        else:
            done += 1
    if done:
        messages.success(request, ngettext("%(count)d done.", "%(count)d done.", done) % {"count": done})


def _ask(screen: Any, request: HttpRequest, rows: QuerySet[Any], form: Form, *, title: Any, name: str) -> HttpResponse:
    context = {
        **screen.admin_site.each_context(request),
        "opts": screen.opts,
        "title": title,
        "form": form,
        "rows": list(rows),
        "action_name": name,
        "checkbox": helpers.ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "engagements/admin/bulk.html", context)
