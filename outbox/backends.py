"""Django's own mail, and allauth's, written as rows like every other: nothing is sent while a page is being made."""

from collections.abc import Sequence

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from django.utils.translation import get_language

from outbox.actions import enqueue_account_mail


class OutboxBackend(BaseEmailBackend):
    """Queues each mail for each of its recipients, in the caller's transaction."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the rows and return how many mails that was.

        :raises ValueError: when a mail has an attachment; these have no place in a mail about signing in.
        """
        for mail in email_messages:
            if mail.attachments:
                raise ValueError("a mail about an account carries no attachments")
            for recipient in mail.recipients():
                enqueue_account_mail(
                    to=recipient,
                    language=get_language() or "en",
                    subject=str(mail.subject),
                    text=str(mail.body),
                    html=_html_part(mail),
                    now=timezone.now(),
                )
        return len(email_messages)


def _html_part(mail: EmailMessage) -> str:
    parts = mail.alternatives if isinstance(mail, EmailMultiAlternatives) else []
    return next((str(content) for content, mimetype in parts if mimetype == "text/html"), "")
