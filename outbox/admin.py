"""What was sent to whom and when, or why not; and sending it again."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from outbox.actions import NotSendable, resend
from outbox.models import Message, State


@admin.register(Message)
class MessageAdmin(ModelAdmin):
    """Read only, but for sending again. The text of a message with a one-time link is never shown."""

    list_display = ("subject_and_recipient", "shown_state", "why_not", "about", "organisation", "created_at", "sent_at")
    list_filter = ("state", "created_at")
    list_select_related = ("organisation",)
    search_fields = ("about__exact", "to__exact")  # equality, so that the indexes serve under row-level security
    search_help_text = _("The whole order number, or the whole e-mail address")
    ordering = ("-pk",)
    show_full_result_count = False
    actions = ("send_again",)
    fieldsets: ClassVar[Any] = [
        (None, {"fields": ("state", "why_not", "to", "organisation", "about", "language")}),
        (_("When"), {"fields": ("created_at", "sent_at", "withdrawn_at", "due_at", "attempts", "claimed_until")}),
        (_("What it says"), {"fields": ("subject", "shown_text", "shown_html", "calendar_method")}),
        (_("To follow it in a mail server's log"), {"fields": ("message_id", "key")}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Messages are written by what happens."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Message | None = None) -> bool:
        """What was said stays as it was said."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Message | None = None) -> bool:
        """What was said cannot be unsaid."""
        return False

    def has_resend_permission(self, request: HttpRequest) -> bool:
        """Whoever may change messages may send them again."""
        return request.user.has_perm("outbox.change_message")

    @display(description=_("message"), header=True)
    def subject_and_recipient(self, message: Message) -> tuple[str, str]:
        """Two lines."""
        return message.subject, message.to

    @display(
        description=_("state"),
        ordering="state",
        label={State.QUEUED: "info", State.SENT: "success", State.FAILED: "danger", State.WITHDRAWN: "warning"},
    )
    def shown_state(self, message: Message) -> tuple[str, str]:
        """The state in words and colour."""
        return message.state, message.get_state_display()

    @display(description=_("why not"))
    def why_not(self, message: Message) -> str:
        """Why it was withdrawn, or what the mail server said last."""
        return message.withdrawn_because or message.last_error

    @display(description=_("text"))
    def shown_text(self, message: Message) -> str:
        """The text part."""
        return str(_("It carries a one-time link, so it is not shown.")) if message.secret else message.text

    @display(description=_("as the recipient sees it"))
    def shown_html(self, message: Message) -> SafeString | str:
        """The HTML part in a frame that may run nothing and reach nothing."""
        if message.secret or not message.html:
            return ""
        return format_html(
            '<iframe sandbox="" srcdoc="{}" title="{}" style="width: 100%; height: 40rem; background: white"></iframe>',
            message.html,
            message.subject,
        )

    @action(description=_("Send again"), permissions=["resend"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        """Send each chosen message again, and say which could not be."""
        again = 0
        for message in queryset:
            try:
                resend(message=message, now=timezone.now())
            except NotSendable as refusal:
                self.message_user(request, f"{message}: {refusal}", messages.WARNING)
            else:
                self.log_change(request, message, "Sent again.")
                again += 1
        if again:
            text = ngettext("%(count)d message will be sent again.", "%(count)d messages will be sent again.", again)
            self.message_user(request, text % {"count": again}, messages.SUCCESS)
