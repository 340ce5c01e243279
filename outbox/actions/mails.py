"""Writing mails to send, and keeping the record of each attempt. Nothing here talks to a mail server."""

import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr
from hashlib import sha256
from typing import TypeVar
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from customers.models import Organisation
from customers.refusals import Refusal
from customers.tenancy import EVERYTHING, execute_alone, scope
from outbox.backoff import MOST_ATTEMPTS, wait_before_retry
from outbox.headers import is_single_address, one_line
from outbox.models import AccountMessage, Heartbeat, Mail, Message, State
from outbox.rendering import Rendered

AnyMail = TypeVar("AnyMail", bound=Mail)

# Longer than a task may live, so nobody else takes a mail that is still being handed over; after a crash it is tried again then.
CLAIM_LASTS = timedelta(seconds=120)
LONGEST_ADDRESS = 254  # RFC 5321
BATCH = 20  # few enough that a sign-in code never waits long behind other mail


class BadAddress(Refusal):
    """The recipient is not one plain address."""

    code = "bad_address"
    sentence = _("This is not an e-mail address we can write to: %(address)s")


class NotSendable(Refusal):
    """The message cannot be sent again."""

    code = "not_sendable"


def compose(
    mail: Rendered,
    *,
    key: str,
    to: str,
    calendar: bytes = b"",
    calendar_method: str = "",
    about: str = "",
    organisation: Organisation,
    secret: bool = False,
    now: datetime,
) -> Message:
    """Address a mail for `enqueue`. `about` is an order's number; `secret` empties the body when it has been sent.

    What a sandbox says about its orders is kept and never sent.

    :raises BadAddress: when `to` is not exactly one plain address.
    """
    _check_address(to)
    message = Message(
        organisation=organisation,
        key=key,
        to=to,
        language=mail.language,
        subject=one_line(mail.subject),
        text=_storable(mail.text),
        html=_storable(mail.html),
        calendar=calendar.decode(),
        calendar_method=calendar_method,
        about=about,
        secret=secret,
        message_id=_message_id(f"{organisation.pk}/{key}"),
        due_at=now,
        created_at=now,
    )
    if organisation.is_sandbox and about:  # what is rehearsed reaches nobody; docs/adr/0013
        message.state, message.withdrawn_at, message.withdrawn_because = State.WITHDRAWN, now, "sandbox"
    return message


def enqueue(*messages: Message) -> None:
    """Write mails to be sent once the caller's transaction commits; what was said before under the same key is not said again.

    Opens no transaction: the tenancy scope, without which nothing can be written, is one, and a savepoint more would double the cost.
    Safe to run twice.
    """
    Message.objects.bulk_create(messages, ignore_conflicts=True)  # one statement: a second sayer waits, then finds it said


@transaction.atomic
def enqueue_account_mail(
    *, to: str, language: str, subject: str, text: str, html: str = "", unsubscribe_url: str = "", now: datetime
) -> AccountMessage:
    """Write a mail about somebody's account, to be sent once this transaction commits.

    `unsubscribe_url` ends such mails by one POST to it. Source: RFC 8058

    :raises BadAddress: when `to` is not exactly one plain address.
    """
    _check_address(to)
    return AccountMessage.objects.create(
        to=to,
        language=language,
        subject=one_line(subject),
        text=_storable(text),
        html=_storable(html),
        unsubscribe_url=unsubscribe_url,
        message_id=_message_id(str(uuid4())),
        due_at=now,
        created_at=now,
    )


@transaction.atomic
def withdraw(*, about: str, because: str, now: datetime) -> int:
    """Take back what is still waiting about this order, and return how many messages that was.

    A mail that is being handed over this very second still goes out, and is then recorded as sent.
    """
    waiting = Message.objects.filter(about=about, state=State.QUEUED)
    waiting.filter(secret=True).update(**Message.EMPTY)
    return waiting.update(state=State.WITHDRAWN, withdrawn_at=now, withdrawn_because=one_line(because))


@transaction.atomic
def resend(*, message: Message, now: datetime) -> Message:
    """Send a failed message once more, or a sent one as a new message; return the one that waits now.

    A second request within the minute finds the first. Locks the message.

    :raises NotSendable: when it still waits, was withdrawn, or carried a one-time link that is gone.
    """
    current = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
    if current.secret:
        raise NotSendable(_("It carried a one-time link, and its text is gone. Send a new link instead."))
    if current.state == State.QUEUED:
        raise NotSendable(_("It is still waiting to be sent."))
    if current.state == State.WITHDRAWN:
        raise NotSendable(_("It was withdrawn because it is no longer true."))
    if current.state == State.SENT:
        return _say_again(current, now)
    current.state, current.attempts, current.last_error = State.QUEUED, 0, ""
    current.due_at, current.claimed_until = now, None
    current.save(update_fields=["state", "attempts", "last_error", "due_at", "claimed_until"])
    return current


def _say_again(message: Message, now: datetime) -> Message:
    """A deliberate repeat has its own Message-ID, or the recipient's mail program would drop it as a copy."""
    again = compose(
        Rendered(message.language, message.subject, message.text, message.html),
        key=f"{message.key}/again/{now:%Y-%m-%dT%H:%M}",
        to=message.to,
        calendar=message.calendar.encode(),
        calendar_method=message.calendar_method,
        about=message.about,
        organisation=message.organisation,
        now=now,
    )
    enqueue(again)
    return Message.objects.get(organisation=message.organisation, key=again.key)


# Sending: each step is its own transaction, and none is open while a mail server is talked to ----------------------------


@scope(EVERYTHING)
def claim_batch(kind: type[AnyMail], *, now: datetime, limit: int = BATCH) -> list[AnyMail]:
    """Take what is due, longest waiting first, for this sender alone until the claim runs out. Locks what it takes.

    What another sender is claiming in this moment is passed over.
    """
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    due: QuerySet[AnyMail] = QuerySet(kind).filter(free, state=State.QUEUED, due_at__lte=now).order_by("due_at")
    batch = list(due.select_for_update(skip_locked=True, of=("self",))[:limit])
    for mail in batch:
        mail.claimed_until = now + CLAIM_LASTS
        mail.attempts += 1
    QuerySet(kind).filter(pk__in=[mail.pk for mail in batch]).update(claimed_until=now + CLAIM_LASTS, attempts=F("attempts") + 1)
    return batch


def record_sent(mail: Mail, *, now: datetime) -> None:
    """Note that the mail server took the mail, and empty what must not stay. Safe to run twice.

    In one round trip: until it is written, a crash sends the mail again.
    """
    withdrawal = {"withdrawn_at": None, "withdrawn_because": ""} if isinstance(mail, Message) else {}
    new = {"state": State.SENT, "sent_at": now, "claimed_until": None, "last_error": "", **withdrawal, **mail.emptied}
    columns = ", ".join(f'"{name}" = %s' for name in new)
    statement = f"UPDATE {mail._meta.db_table} SET {columns} WHERE id = %s AND state IN (%s, %s)"  # noqa: S608 - our own names
    execute_alone(statement, [*new.values(), mail.pk, State.QUEUED, State.WITHDRAWN], under=EVERYTHING)


@scope(EVERYTHING)
def record_failed(mails: Iterable[Mail], *, error: str, permanent: bool = False, now: datetime) -> None:
    """Note why the mail was not taken; try again later, or give up for good: at once when `permanent`, else after too many attempts.

    Leaves a mail alone that was withdrawn or claimed by another sender meanwhile.
    """
    for mail in mails:
        ours = _row(mail).filter(state=State.QUEUED, claimed_until=mail.claimed_until)
        why = one_line(error)
        if permanent or mail.attempts >= MOST_ATTEMPTS:
            ours.update(state=State.FAILED, claimed_until=None, last_error=why, **mail.emptied)
        else:
            due_at = now + wait_before_retry(mail.attempts, random.random())  # noqa: S311 - spreads retries, guards nothing
            ours.update(due_at=due_at, claimed_until=None, last_error=why)


@scope(EVERYTHING)
def give_back(mails: Sequence[Mail]) -> None:
    """Let go of claimed mails that were not tried: this does not count as an attempt."""
    for mail in mails:
        ours = _row(mail).filter(state=State.QUEUED, claimed_until=mail.claimed_until)
        ours.update(claimed_until=None, attempts=F("attempts") - 1)


@transaction.atomic
def record_heartbeat(*, now: datetime) -> None:
    """Note that the beat asked and a worker answered."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(pk=Heartbeat.ONLY, seen_at=now)], update_conflicts=True, unique_fields=["id"], update_fields=["seen_at"]
    )


def _row(mail: AnyMail) -> QuerySet[AnyMail]:
    return QuerySet(type(mail)).filter(pk=mail.pk)


def _check_address(address: str) -> None:
    try:
        validate_email(address)
    except ValidationError as error:
        raise BadAddress(address=address) from error
    if len(address) > LONGEST_ADDRESS or not is_single_address(address):
        raise BadAddress(address=address)


def _storable(text: str) -> str:
    """PostgreSQL takes neither NUL nor half a character; JSON can bring both."""
    return text.replace("\0", "").encode(errors="replace").decode()


def _message_id(seed: str) -> str:
    """The same seed gives the same Message-ID, so a repeat after a crash can be recognised."""
    _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return f"<{sha256(seed.encode()).hexdigest()[:40]}@{sender.rpartition('@')[2]}>"
