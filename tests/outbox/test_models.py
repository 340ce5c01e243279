"""Each constraint by its name."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from outbox.models import AccountMessage, Heartbeat, Message, State
from tests import make
from tests.outbox.saying import say

pytestmark = pytest.mark.usefixtures("everything")


def refused_by(name, change, error=IntegrityError):
    with pytest.raises(error, match=name), transaction.atomic():
        change()


def rows(message):
    return type(message).objects.filter(pk=message.pk)


@pytest.fixture
def account_message(everything):
    return AccountMessage.objects.create(
        to="a@b.example", language="en", subject="Code", text="123", message_id="<1@x>", due_at=make.NOW, created_at=make.NOW
    )


def test_the_state_is_known(account_message):
    message = say()
    refused_by("message_state_is_known", lambda: Message.objects.bulk_create([_copy(message, state="LOST")]))
    refused_by("accountmessage_state_is_known", lambda: rows(account_message).update(state="LOST", text=""))


def test_sent_has_sent_at_and_nothing_else_has(account_message):
    message = say()
    refused_by("message_has_sent_at_exactly_when_sent", lambda: rows(message).update(state=State.SENT))
    refused_by("message_has_sent_at_exactly_when_sent", lambda: rows(message).update(sent_at=make.NOW))
    refused_by("accountmessage_has_sent_at_exactly_when_sent", lambda: rows(account_message).update(state=State.SENT, text=""))


def test_failed_says_why(account_message):
    refused_by("message_failed_says_why", lambda: rows(say()).update(state=State.FAILED))
    refused_by("accountmessage_failed_says_why", lambda: rows(account_message).update(state=State.FAILED, text=""))


def test_withdrawn_says_why_and_nothing_else_does():
    name = "message_says_why_exactly_when_withdrawn"
    refused_by(name, lambda: rows(say()).update(state=State.WITHDRAWN, withdrawn_at=make.NOW))
    refused_by(name, lambda: rows(say()).update(state=State.WITHDRAWN, withdrawn_because="moved"))
    refused_by(name, lambda: rows(say()).update(withdrawn_because="moved"))


def test_a_calendar_entry_has_its_method():
    refused_by("message_calendar_has_its_method", lambda: rows(say()).update(calendar="BEGIN:VCALENDAR"))
    refused_by("message_calendar_has_its_method", lambda: rows(say()).update(calendar_method="REQUEST"))


@pytest.mark.parametrize("part", ["text", "html", "calendar"])
def test_a_secret_stays_only_while_queued(part):
    secret = say(secret=True, html="<p>", calendar=b"BEGIN:VCALENDAR", calendar_method="REQUEST")
    emptied = {name: value for name, value in Message.EMPTY.items() if not name.startswith(part)}
    refused_by("message_secret_stays_only_while_queued", lambda: rows(secret).update(state=State.SENT, sent_at=make.NOW, **emptied))


def test_a_sign_in_message_stays_only_while_queued(account_message):
    refused_by("accountmessage_stays_only_while_queued", lambda: rows(account_message).update(state=State.SENT, sent_at=make.NOW))


def test_a_message_is_said_once():
    message = say()
    refused_by("message_is_said_once", lambda: Message.objects.bulk_create([_copy(message)]))


def test_the_state_moves_on():
    message = say()
    rows(message).update(state=State.SENT, sent_at=make.NOW)
    refused_by("Invalid transition", lambda: rows(message).update(state=State.QUEUED, sent_at=None), DatabaseError)


def test_the_heartbeat_is_one_row():
    refused_by("heartbeat_is_one_row", lambda: Heartbeat.objects.create(pk=2, seen_at=make.NOW))


def _copy(message, **fields):
    values = {field.attname: getattr(message, field.attname) for field in Message._meta.concrete_fields if field.name != "id"}
    return Message(**{**values, **fields})
