"""The privacy desk: give somebody what is kept about them, or forget them. For administrators of the portal."""

import json
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.decorators import action

from customers.refusals import Refusal
from reports.actions.privacy import erase_person, export_person
from reports.models import Person, RetentionRun


class ReadOnly(ModelAdmin):
    """Nothing is typed in here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People come by invitation, runs by the clock."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Looked at only."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Forgetting is more than deleting a row."""
        return False


@admin.register(Person)
class PersonAdmin(ReadOnly):
    """Everybody with an account."""

    list_display = ("email", "first_name", "last_name", "is_active", "is_staff")
    search_fields = ("email",)
    fields = ("email", "first_name", "last_name", "phone", "language", "zone", "is_active", "is_staff")
    ordering = ("email",)
    actions_detail = ("export", "erase")

    def has_privacy_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Administrators of the portal alone."""
        return bool(request.user.is_active and request.user.is_superuser)

    @action(description=gettext_lazy("Export the data"), icon="download", permissions=["privacy"])
    def export(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Everything kept about the person, as JSON."""
        person = self._or_404(request, object_id)
        body = json.dumps(export_person(person.email), cls=DjangoJSONEncoder, indent=2, default=str)
        answer = HttpResponse(body, content_type="application/json")
        answer["Content-Disposition"] = 'attachment; filename="person.json"'
        return answer

    @action(description=gettext_lazy("Erase"), icon="person_off", permissions=["privacy"])
    def erase(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then forget the person."""
        person = self._or_404(request, object_id)
        back = reverse("admin:reports_person_change", args=[person.pk])
        if request.method == "POST":
            try:
                erase_person(person.email, by=request.user, now=timezone.now())  # type: ignore[arg-type]  # staff are signed in
            except Refusal as refused:
                messages.error(request, str(refused))
                return redirect(back)
            messages.success(request, _("The person is erased."))
            return redirect("admin:reports_person_changelist")
        question = _("Erase %(email)s for good? Names and addresses become pseudonyms everywhere; exports are deleted.") % {
            "email": person.email
        }
        context = {**self.admin_site.each_context(request), "title": _("Erase"), "question": question, "back_url": back, "opts": self.opts}
        return TemplateResponse(request, "admin/confirm.html", context)

    def _or_404(self, request: HttpRequest, object_id: str) -> Any:
        found = self.get_object(request, unquote(str(object_id)))
        if found is None:
            raise Http404
        return found


@admin.register(RetentionRun)
class RetentionRunAdmin(ReadOnly):
    """What the daily job let go."""

    list_display = ("ran_at", "counts")
    ordering = ("-ran_at",)
