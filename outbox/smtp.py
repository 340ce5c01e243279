"""The mail server: one connection, and its answers sorted by what to do about them."""

import smtplib
import ssl
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from django.core.mail.utils import DNS_NAME

CLOSING = 421  # the server is about to hang up, whatever was asked
IMPLICIT_TLS_PORT = 465


class TryLater(Exception):
    """The mail was not taken this time."""


class Unreachable(TryLater):
    """The server cannot be talked to at all; the next mail would fare no better."""


class Undeliverable(Exception):
    """The server will never take this mail."""


class MailServer:
    """One connection, opened by the first mail and kept; opened anew when it was lost.

    `address` is what django-environ makes of EMAIL_URL.
    """

    def __init__(self, address: dict[str, Any], *, timeout: float) -> None:
        self._address = address
        self._timeout = timeout
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._connection is not None and kind is None:
            with suppress(OSError, smtplib.SMTPException):  # every mail was answered; how the server says goodbye changes nothing
                self._connection.quit()
        self._hang_up()

    def send(self, content: bytes, *, sender: str, recipient: str) -> None:
        """Hand the mail over; returns once the server has taken responsibility.

        :raises Undeliverable: when the server refuses the recipient or the content for good (5xx).
        :raises Unreachable: when no connection could be made, or the server refuses us as a sender.
        :raises TryLater: for any other trouble.
        """
        connection = self._connection = self._connection or self._connect()
        try:
            connection.sendmail(sender, [recipient], content)
        except smtplib.SMTPRecipientsRefused as refusal:
            code, answer = next(iter(refusal.recipients.values()))
            raise self._sorted(code, answer) from refusal
        except smtplib.SMTPDataError as refusal:
            raise self._sorted(refusal.smtp_code, refusal.smtp_error) from refusal
        except smtplib.SMTPResponseException as refusal:  # refused as a sender: that is about us, not about the mail
            self._hang_up()
            raise Unreachable(_sentence(refusal.smtp_code, refusal.smtp_error)) from refusal
        except (OSError, smtplib.SMTPException) as lost:
            self._hang_up()
            raise TryLater(_named(lost)) from lost

    def _connect(self) -> smtplib.SMTP:
        host, port = self._address["EMAIL_HOST"], self._address["EMAIL_PORT"] or 0
        encrypted = port == IMPLICIT_TLS_PORT or self._address.get("EMAIL_USE_SSL")
        connection: smtplib.SMTP | None = None
        try:
            if encrypted:
                connection = smtplib.SMTP_SSL(host, port, str(DNS_NAME), timeout=self._timeout, context=ssl.create_default_context())
            else:
                connection = smtplib.SMTP(host, port, str(DNS_NAME), timeout=self._timeout)
                if self._address.get("EMAIL_USE_TLS"):
                    connection.starttls(context=ssl.create_default_context())
            if self._address["EMAIL_HOST_USER"]:
                connection.login(self._address["EMAIL_HOST_USER"], self._address["EMAIL_HOST_PASSWORD"] or "")
        except (OSError, smtplib.SMTPException) as trouble:
            if connection is not None:
                connection.close()
            raise Unreachable(_named(trouble)) from trouble
        return connection

    def _sorted(self, code: int, answer: bytes | str) -> TryLater | Undeliverable:
        if code == CLOSING:
            self._hang_up()
        permanent = code >= 500
        return (Undeliverable if permanent else TryLater)(_sentence(code, answer))

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _sentence(code: int, answer: bytes | str) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return f"{code} {text}"


def _named(trouble: Exception) -> str:
    if isinstance(trouble, smtplib.SMTPResponseException):
        return _sentence(trouble.smtp_code, trouble.smtp_error)
    return f"{type(trouble).__name__}: {trouble}"
