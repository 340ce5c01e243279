"""Handing waiting mail over to the mail server, one after the other over one connection."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings

from outbox.actions import claim_batch, give_back, record_failed, record_sent
from outbox.envelope import write_mail
from outbox.headers import ascii_address
from outbox.models import AccountMessage, Mail, Message
from outbox.smtp import MailServer, TryLater, Undeliverable, Unreachable

Clock = Callable[[], datetime]


def deliver(*, clock: Clock, at_most: timedelta) -> int:
    """Send what is due, mail about signing in first, until nothing is due or the time is up; return how many were sent.

    Any number may run at once. A crash sends at most the one mail in hand again, with the same Message-ID.
    """
    until = clock() + at_most
    sent = 0
    with MailServer(settings.SMTP, timeout=settings.SMTP_TIMEOUT_SECONDS) as server:
        while clock() < until and (batch := _next_batch(clock())):
            sent += _send_batch(server, batch, clock=clock, until=until)
    return sent


def _next_batch(now: datetime) -> Sequence[Mail]:
    return claim_batch(AccountMessage, now=now) or claim_batch(Message, now=now)


def _send_batch(server: MailServer, batch: Sequence[Mail], *, clock: Clock, until: datetime) -> int:
    _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    sent = 0
    for position, mail in enumerate(batch):
        if clock() >= until:
            give_back(batch[position:])
            break
        try:
            server.send(_written(mail, clock()), sender=sender, recipient=ascii_address(mail.to))
        except Unreachable as trouble:
            record_failed(batch[position:], error=str(trouble), now=clock())
            break
        except TryLater as trouble:
            record_failed([mail], error=str(trouble), now=clock())
        except Undeliverable as refusal:
            record_failed([mail], error=str(refusal), permanent=True, now=clock())
        else:
            record_sent(mail, now=clock())
            sent += 1
    return sent


def _written(mail: Mail, now: datetime) -> bytes:
    """:raises Undeliverable: when it cannot be written as a mail at all."""
    try:
        return write_mail(mail, sender=settings.DEFAULT_FROM_EMAIL, now=now)
    except ValueError as trouble:
        raise Undeliverable(f"{type(trouble).__name__}: {trouble}") from trouble
