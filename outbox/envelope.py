"""A row as a mail on the wire: its headers, the text, the HTML beside it, the calendar invitation."""

from datetime import datetime
from email.utils import format_datetime

from django.core.mail import EmailMultiAlternatives

from outbox.headers import ascii_address, one_line
from outbox.models import AccountMessage, Mail, Message


def write_mail(mail: Mail, *, sender: str, now: datetime) -> bytes:
    """Build the mail from `sender`, "Name <address>", to exactly one address.

    :raises ValueError: when a header cannot be written.
    """
    letter = EmailMultiAlternatives(
        subject=one_line(mail.subject),
        body=mail.text,
        from_email=sender,
        to=[ascii_address(mail.to)],
        headers={
            "Message-ID": mail.message_id,
            "Date": format_datetime(now),
            "Auto-Submitted": "auto-generated",  # nobody's holiday notice answers it (RFC 3834)
            "Content-Language": mail.language,
            **_unsubscribing(mail),
        },
    )
    if mail.html:
        letter.attach_alternative(mail.html, "text/html")
    if isinstance(mail, Message) and mail.calendar:
        _add_invitation(letter, mail)
    # Django's own builder: five times as fast as the standard library's newer one.
    return letter.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # its own as_bytes takes more


def _unsubscribing(mail: Mail) -> dict[str, str]:
    """Mail programs show a button for it. Source: RFC 8058"""
    if not (isinstance(mail, AccountMessage) and mail.unsubscribe_url):
        return {}
    return {"List-Unsubscribe": f"<{mail.unsubscribe_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _add_invitation(letter: EmailMultiAlternatives, message: Message) -> None:
    """It comes twice: beside the text, where calendars find it, and as a file for all others."""
    letter.attach_alternative(message.calendar, f"text/calendar; method={message.calendar_method}")
    letter.attach("invite.ics", message.calendar.encode(), "application/ics")
