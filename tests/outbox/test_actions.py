from datetime import timedelta

import pytest
from django.db import connection, transaction

from customers.tenancy import EVERYTHING, scope
from outbox.actions import (
    CLAIM_LASTS,
    BadAddress,
    NotSendable,
    claim_batch,
    compose,
    enqueue,
    enqueue_account_mail,
    give_back,
    record_failed,
    record_heartbeat,
    record_sent,
    resend,
    withdraw,
)
from outbox.backoff import MOST_ATTEMPTS
from outbox.models import Heartbeat, Message, State
from outbox.rendering import Rendered
from tests import make
from tests.make import NOW
from tests.outbox.saying import again, say

pytestmark = pytest.mark.usefixtures("everything")

LATER = NOW + timedelta(hours=1)
CALENDAR = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


# Saying -------------------------------------------------------------------------------------------------------------


def test_the_same_key_is_said_once_and_the_first_words_stand():
    organisation = make.organisation()
    first = say(organisation, key="confirmed", subject="First")
    second = say(organisation, key="confirmed", subject="Second", now=LATER)
    assert (second.pk, second.subject, second.due_at) == (first.pk, "First", NOW)


def test_keys_are_each_organisations_own():
    assert say(key="confirmed").pk != say(key="confirmed").pk


def test_it_is_said_with_the_fact_or_not_at_all():
    organisation = make.organisation()
    with transaction.atomic():
        say(organisation, key="confirmed")
        transaction.set_rollback(True)
    assert not Message.objects.exists()


def test_the_message_id_is_made_from_organisation_and_key():
    organisation = make.organisation()
    first = say(organisation, key="confirmed")
    Message.objects.all().delete()
    assert say(organisation, key="confirmed", subject="Other").message_id == first.message_id
    assert say(key="confirmed").message_id != first.message_id
    assert first.message_id.endswith("@assist.example>")


@pytest.mark.parametrize(
    "to", ["", "nobody", "a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example", '"a"@b.example', f"{'a' * 250}@b.example"]
)
def test_only_one_plain_address_is_written_to(to):
    with pytest.raises(BadAddress, match="not an e-mail address"):
        say(to=to)
    with pytest.raises(BadAddress):
        enqueue_account_mail(to=to, language="en", subject="Code", text="123", now=NOW)


def test_what_postgresql_cannot_hold_is_left_out():
    message = say(subject="a\0b\ud800", text="a\0b\ud800", html="<p>\0\ud800")
    assert (message.subject, message.text, message.html) == ("a b", "ab?", "<p>?")


def test_enqueue_is_cheap(django_assert_num_queries):
    organisation = make.organisation()
    hi = Rendered(language="en", subject="Hi", text="Hi")
    with django_assert_num_queries(1):
        enqueue(*[compose(hi, key=key, to="a@b.example", organisation=organisation, now=NOW) for key in "aba"])
    assert list(Message.objects.order_by("key").values_list("key", flat=True)) == ["a", "b"]


# Withdrawing --------------------------------------------------------------------------------------------------------


def test_what_still_waits_about_the_order_is_withdrawn():
    organisation = make.organisation()
    waiting, other = say(organisation), say(organisation, about="PR-2")
    secret = say(organisation, secret=True, text="link", html="link", calendar=CALENDAR, calendar_method="REQUEST")
    sent = say(organisation)
    record_sent(sent, now=NOW)
    assert withdraw(about="PR-1", because="The order was moved.", now=LATER) == 2
    assert [again(each).state for each in (waiting, secret, sent, other)] == ["WITHDRAWN", "WITHDRAWN", "SENT", "QUEUED"]
    assert again(waiting).withdrawn_because == "The order was moved."
    assert again(waiting).withdrawn_at == LATER
    assert again(waiting).text
    assert not again(secret).text + again(secret).html + again(secret).calendar
    assert claim_batch(Message, now=LATER) == [other]


def test_another_organisations_messages_are_not_withdrawn():
    mine, theirs = say(), say()
    with scope(mine.organisation):
        assert withdraw(about="PR-1", because="Moved.", now=LATER) == 1
    assert again(theirs).state == State.QUEUED


# Sending again ------------------------------------------------------------------------------------------------------


def test_a_failed_message_waits_again():
    message = say()
    record_failed([message], error="550 nobody here", permanent=True, now=NOW)
    waiting = resend(message=message, now=LATER)
    assert (waiting.pk, waiting.state, waiting.attempts, waiting.last_error) == (message.pk, State.QUEUED, 0, "")
    assert claim_batch(Message, now=LATER) == [message]


def test_a_sent_message_is_said_anew_once_a_minute():
    message = say(html="<p>", calendar=CALENDAR, calendar_method="REQUEST")
    record_sent(message, now=NOW)
    first = resend(message=message, now=LATER)
    second = resend(message=message, now=LATER + timedelta(seconds=5))
    assert first.pk == second.pk != message.pk
    assert first.message_id != message.message_id
    assert (first.text, first.html, first.calendar, first.calendar_method) == (message.text, "<p>", CALENDAR.decode(), "REQUEST")
    assert resend(message=message, now=LATER + timedelta(minutes=1)).pk != first.pk


def test_what_waits_was_withdrawn_or_was_secret_is_not_sent_again():
    waiting = say()
    with pytest.raises(NotSendable, match="still waiting"):
        resend(message=waiting, now=LATER)
    withdraw(about="PR-1", because="Moved.", now=NOW)
    with pytest.raises(NotSendable, match="withdrawn"):
        resend(message=waiting, now=LATER)
    secret = say(secret=True)
    record_sent(secret, now=NOW)
    with pytest.raises(NotSendable, match="one-time link"):
        resend(message=secret, now=LATER)


# Claiming and recording ---------------------------------------------------------------------------------------------


def test_what_is_due_is_claimed_longest_waiting_first():
    second, first, future = say(now=NOW), say(now=NOW - timedelta(hours=1)), say(now=LATER)
    assert claim_batch(Message, now=NOW) == [first, second]
    assert claim_batch(Message, now=NOW) == []
    assert future not in claim_batch(Message, now=LATER - timedelta(seconds=1))


def test_a_claim_runs_out_and_the_attempt_counts():
    message = say()
    assert [each.attempts for each in claim_batch(Message, now=NOW)] == [1]
    assert claim_batch(Message, now=NOW + CLAIM_LASTS - timedelta(seconds=1)) == []
    [claimed] = claim_batch(Message, now=NOW + CLAIM_LASTS)
    assert (claimed, claimed.attempts, claimed.message_id) == (message, 2, message.message_id)


def test_a_batch_is_limited():
    organisation = make.organisation()
    for _each in range(3):
        say(organisation)
    assert len(claim_batch(Message, now=NOW, limit=2)) == 2


def test_what_was_not_tried_is_given_back():
    say()
    [claimed] = claim_batch(Message, now=NOW)
    give_back([claimed])
    assert [each.attempts for each in claim_batch(Message, now=NOW)] == [1]


def test_sent_is_recorded_and_a_secret_is_gone():
    plain, secret = say(html="<p>"), say(html="<p>", secret=True, calendar=CALENDAR, calendar_method="REQUEST")
    for each in claim_batch(Message, now=NOW):
        record_sent(each, now=LATER)
    assert (again(plain).state, again(plain).sent_at, again(plain).claimed_until) == (State.SENT, LATER, None)
    assert again(plain).html == "<p>"
    assert (again(secret).text, again(secret).html, again(secret).calendar) == ("", "", "")


def test_sent_twice_is_recorded_once():
    say()
    [message] = claim_batch(Message, now=NOW)
    record_sent(message, now=NOW)
    record_sent(message, now=LATER)
    assert again(message).sent_at == NOW


def test_a_message_withdrawn_while_it_went_out_was_sent():
    say()
    [message] = claim_batch(Message, now=NOW)
    withdraw(about="PR-1", because="Moved.", now=NOW)
    record_sent(message, now=LATER)
    assert (again(message).state, again(message).withdrawn_because) == (State.SENT, "")


def test_a_message_withdrawn_while_it_failed_stays_withdrawn():
    say()
    [message] = claim_batch(Message, now=NOW)
    withdraw(about="PR-1", because="Moved.", now=NOW)
    record_failed([message], error="451 later", now=LATER)
    assert again(message).state == State.WITHDRAWN


def test_a_failure_is_tried_again_later_and_later():
    say()
    [message] = claim_batch(Message, now=NOW)
    record_failed([message], error="451 try\r\nlater", now=NOW)
    assert (again(message).state, again(message).last_error, again(message).claimed_until) == (State.QUEUED, "451 try later", None)
    assert timedelta(seconds=8) <= again(message).due_at - NOW <= timedelta(seconds=12)
    [message] = claim_batch(Message, now=LATER)
    record_failed([message], error="451 later", now=LATER)
    assert timedelta(seconds=16) <= again(message).due_at - LATER <= timedelta(seconds=24)


def test_after_too_many_attempts_a_person_must_look():
    say()
    Message.objects.update(attempts=MOST_ATTEMPTS - 1)
    [message] = claim_batch(Message, now=NOW)
    record_failed([message], error="451 later", now=NOW)
    assert (again(message).state, again(message).last_error) == (State.FAILED, "451 later")
    assert claim_batch(Message, now=LATER) == []


def test_a_permanent_refusal_fails_at_once_and_a_secret_is_gone():
    secret = say(secret=True)
    record_failed([secret], error="550 nobody here", permanent=True, now=NOW)
    assert (again(secret).state, again(secret).last_error, again(secret).text) == (State.FAILED, "550 nobody here", "")


def test_whose_claim_ran_out_does_not_disturb_the_next_sender():
    say()
    [late] = claim_batch(Message, now=NOW)
    [message] = claim_batch(Message, now=LATER)
    record_failed([late], error="timed out", permanent=True, now=LATER)
    give_back([late])
    assert (again(message).state, again(message).claimed_until, again(message).attempts) == (
        State.QUEUED,
        LATER + CLAIM_LASTS,
        2,
    )


def test_mail_about_signing_in_is_gone_when_given_up():
    message = enqueue_account_mail(to="a@b.example", language="en", subject="Code", text="123", html="<b>123", now=NOW)
    record_failed([message], error="550 nobody here", permanent=True, now=NOW)
    message.refresh_from_db()
    assert (message.state, message.last_error, message.text, message.html) == (State.FAILED, "550 nobody here", "", "")


def test_the_claim_reads_only_the_index_of_waiting_messages():
    organisation = make.organisation()
    message = say(organisation)
    with connection.cursor() as cursor:
        cursor.execute(  # 20,000 sent ones around it
            """INSERT INTO outbox_message (organisation_id, key, "to", language, subject, text, html, message_id, state, due_at, attempts,
                   sent_at, last_error, created_at, about, calendar, calendar_method, secret, withdrawn_because)
               SELECT organisation_id, 'old-' || n, "to", language, subject, text, html, message_id, 'SENT', due_at, 1,
                   due_at, '', created_at, about, '', '', false, '' FROM outbox_message, generate_series(1, 20000) n"""
        )
        cursor.execute("ANALYZE outbox_message")
    with scope(EVERYTHING):
        plan = Message.objects.filter(state=State.QUEUED, due_at__lte=NOW).order_by("due_at")[:20].explain()
    assert "message_waiting" in plan
    assert claim_batch(Message, now=NOW) == [message]


def test_the_heartbeat_is_one_row_that_moves():
    record_heartbeat(now=NOW)
    record_heartbeat(now=LATER)
    assert list(Heartbeat.objects.values_list("pk", "seen_at")) == [(1, LATER)]
