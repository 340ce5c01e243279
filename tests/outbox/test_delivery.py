"""Delivering to a real mail server, on real transactions."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.db import connection, connections

from customers.tenancy import EVERYTHING, scope
from outbox.actions import claim_batch, enqueue_account_mail, withdraw
from outbox.delivery import deliver
from outbox.models import AccountMessage, Message, State
from tests import make
from tests.make import NOW
from tests.outbox.saying import again, say

pytestmark = pytest.mark.django_db(transaction=True)

CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nSUMMARY:Été\r\nEND:VCALENDAR\r\n"


def deliver_at(now, at_most=timedelta(seconds=20)):
    """One run, during which the clock stands still."""
    return deliver(clock=lambda: now, at_most=at_most)


def running_clock():
    started = time.monotonic()
    return lambda: NOW + timedelta(seconds=time.monotonic() - started)


def said(number):
    organisation = make.organisation()
    return [say(organisation, key=f"m{n}", to=f"{n}@people.example") for n in range(number)]


def in_parallel(work, threads):
    """Run it in threads that start together, each with its own connection."""
    barrier = threading.Barrier(threads)

    def run(_number):
        barrier.wait()
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def test_a_message_arrives_once_and_is_recorded(mail_sink):
    message = say(html="<p>It is confirmed.", to="dana@northwind.example", subject="Confirmed: PR-1")
    assert (deliver_at(NOW), deliver_at(NOW)) == (1, 0)
    [delivery] = mail_sink.deliveries
    assert (delivery.sender, delivery.recipients) == ("assist@assist.example", ["dana@northwind.example"])
    assert (delivery.subject, delivery.message_id) == ("Confirmed: PR-1", message.message_id)
    assert delivery.text.strip() == "It is confirmed."
    assert delivery.html.strip() == "<p>It is confirmed."
    assert (again(message).state, again(message).sent_at, again(message).attempts) == (State.SENT, NOW, 1)


def test_the_invitation_arrives_as_it_was_written(mail_sink):
    say(html="<p>", calendar=CALENDAR.encode(), calendar_method="REQUEST")
    deliver_at(NOW)
    beside, attached = list(mail_sink.deliveries[0].mail.walk())[-2:]
    assert beside["Content-Type"].params["method"] == "REQUEST"
    assert beside.get_content() == CALENDAR
    assert attached.get_content() == CALENDAR.encode()


def test_a_batch_goes_over_one_connection(mail_sink):
    said(50)
    assert deliver_at(NOW) == 50
    assert mail_sink.connections == 1


def test_several_senders_deliver_each_message_once(mail_sink):
    messages = said(200)
    assert sum(in_parallel(lambda: deliver_at(NOW), threads=4)) == 200
    assert sorted(each.message_id for each in mail_sink.deliveries) == sorted(each.message_id for each in messages)
    assert mail_sink.connections > 1


def test_control_without_the_claim_each_sender_would_send_everything():
    """What the claim is for: a plain look at what is due gives the same rows to both."""
    said(5)

    @scope(EVERYTHING)
    def look():
        return {message.pk for message in Message.objects.filter(state=State.QUEUED, due_at__lte=NOW)}

    first, second = in_parallel(look, threads=2)
    assert len(first & second) == 5
    first, second = in_parallel(lambda: {message.pk for message in claim_batch(Message, now=NOW)}, threads=2)
    assert (len(first | second), len(first & second)) == (5, 0)


def test_a_claim_does_not_wait_for_another(mail_sink):
    said(3)
    with scope(EVERYTHING):
        Message.objects.select_for_update().filter(key="m0").get()
        [rest] = in_parallel(lambda: claim_batch(Message, now=NOW), threads=1)
    assert [message.key for message in rest] == ["m1", "m2"]


def test_what_a_killed_sender_had_in_hand_is_sent_again_with_the_same_message_id(mail_sink):
    message = say()
    mail_sink.deliveries.clear()
    claim_batch(Message, now=NOW)  # and the process is gone, before or after the server's answer
    assert deliver_at(NOW) == 0
    assert deliver_at(NOW + timedelta(minutes=2)) == 1
    assert [each.message_id for each in mail_sink.deliveries] == [message.message_id]


def test_a_line_that_goes_dead_after_the_server_took_the_mail_repeats_it_recognisably(mail_sink):
    message = say()
    mail_sink.hang_ups = 1
    assert deliver_at(NOW) == 0
    assert again(message).state == State.QUEUED
    assert deliver_at(NOW + timedelta(seconds=12)) == 1
    assert [each.message_id for each in mail_sink.deliveries] == [message.message_id] * 2


def test_a_lost_connection_costs_the_next_message_nothing(mail_sink):
    first, second = said(2)
    mail_sink.hang_ups = 1
    assert deliver_at(NOW) == 1
    assert [again(each).state for each in (first, second)] == [State.QUEUED, State.SENT]


def test_a_server_that_is_down_is_tried_later(mail_sink):
    messages = said(3)
    mail_sink.stop()
    assert deliver_at(NOW) == 0
    for message in messages:
        row = again(message)
        assert (row.state, row.attempts, row.claimed_until) == (State.QUEUED, 1, None)
        assert "ConnectionRefusedError" in row.last_error
        assert row.due_at > NOW
    mail_sink.start()
    assert deliver_at(NOW + timedelta(seconds=12)) == 3


def test_a_server_that_does_not_answer_is_tried_later(mail_sink, settings):
    settings.SMTP_TIMEOUT_SECONDS = 0.2
    mail_sink.seconds_per_mail = 1
    message = say()
    assert deliver_at(NOW) == 0
    assert "TimeoutError" in again(message).last_error or "timed out" in again(message).last_error


def test_a_slow_server_does_not_hold_the_worker_and_what_is_left_is_free(mail_sink):
    said(10)
    mail_sink.seconds_per_mail = 0.2
    started = time.monotonic()
    assert 2 <= deliver(clock=running_clock(), at_most=timedelta(seconds=0.5)) <= 3
    assert time.monotonic() - started < 1.5
    with scope(EVERYTHING):
        left = Message.objects.filter(state=State.QUEUED)
        assert set(left.values_list("claimed_until", "attempts")) == {(None, 0)}


@pytest.mark.parametrize("where", ["recipient", "data"])
def test_a_refusal_for_good_fails_at_once_with_the_servers_reason(mail_sink, where):
    refused, other = said(2)
    if where == "recipient":
        mail_sink.answer_to_recipient = {"0@people.example": "550 5.1.1 nobody here"}
    else:
        mail_sink.answer_to_data = "550 5.1.1 nobody here"
    deliver_at(NOW)
    assert (again(refused).state, again(refused).last_error) == (State.FAILED, "550 5.1.1 nobody here")
    assert again(other).state == (State.SENT if where == "recipient" else State.FAILED)


def test_a_refusal_for_now_is_tried_later(mail_sink):
    message, other = said(2)
    mail_sink.answer_to_recipient = {"0@people.example": "451 4.7.1 greylisted"}
    assert deliver_at(NOW) == 1
    assert (again(message).state, again(message).last_error) == (State.QUEUED, "451 4.7.1 greylisted")
    assert again(other).state == State.SENT


def test_a_server_that_does_not_want_us_fails_no_message(mail_sink):
    messages = said(3)
    mail_sink.answer_to_sender = "530 5.7.0 sign in first"
    assert deliver_at(NOW) == 0
    assert {(again(each).state, again(each).last_error) for each in messages} == {(State.QUEUED, "530 5.7.0 sign in first")}


def test_a_mail_that_cannot_be_written_does_not_stop_the_others(mail_sink):
    broken, other = said(2)
    with scope(EVERYTHING):
        Message.objects.filter(pk=broken.pk).update(to="a@b.example, c@d.example")
    assert deliver_at(NOW) == 1
    assert again(broken).state == State.FAILED
    assert again(broken).last_error.startswith("ValueError")
    assert again(other).state == State.SENT


def test_a_withdrawn_message_is_not_sent(mail_sink):
    say()
    with scope(EVERYTHING):
        withdraw(about="PR-1", because="The order was moved.", now=NOW)
    assert deliver_at(NOW) == 0
    assert mail_sink.deliveries == []


def test_a_secret_arrives_and_is_gone_from_the_row(mail_sink):
    message = say(secret=True, text="https://portal.example/answer/token/", html="<a href='https://portal.example/answer/token/'>")
    deliver_at(NOW)
    assert "answer/token" in mail_sink.deliveries[0].text
    with connection.cursor() as cursor, scope(EVERYTHING):
        cursor.execute("SELECT outbox_message::text FROM outbox_message WHERE id = %s", [message.pk])
        assert "token" not in cursor.fetchone()[0]


def test_mail_about_signing_in_goes_first_and_is_emptied(mail_sink):
    say()
    enqueue_account_mail(to="dana@northwind.example", language="en", subject="Code", text="123456", now=NOW + timedelta(seconds=1))
    deliver_at(NOW + timedelta(seconds=1))
    assert [each.subject for each in mail_sink.deliveries] == ["Code", "Confirmed"]
    assert mail_sink.deliveries[0].text.strip() == "123456"
    message = AccountMessage.objects.get()
    assert (message.state, message.text) == (State.SENT, "")


@pytest.mark.parametrize(
    "typed",
    [
        "Acme\r\nBcc: evil@e.example",
        "=?utf-8?q?A=0D=0ABcc:_evil@e.example?=",
        "A\0B\u2028To: evil@e.example",
        "\u202eevil",
        "A\n.\r\nMAIL FROM:<>",
    ],
)
def test_what_somebody_typed_reaches_nobody_else(mail_sink, typed):
    say(subject=f"Confirmed: {typed}", text=f"{typed}\n.\r\nMAIL FROM:<evil@e.example>\r\n", to="dana@northwind.example")
    deliver_at(NOW)
    [delivery] = mail_sink.deliveries
    assert delivery.recipients == ["dana@northwind.example"]
    assert delivery.mail.get_all("To") == ["dana@northwind.example"]
    assert not {"Bcc", "Cc", "X-Evil"} & set(delivery.mail.keys())
    assert len(delivery.mail.get_all("Subject")) == 1


def test_no_transaction_is_open_while_the_server_is_talked_to(mail_sink):
    say()
    mail_sink.seconds_per_mail = 0.5
    idle = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND datname = current_database()"
    thread = threading.Thread(target=lambda: (deliver_at(NOW), connections.close_all()))
    thread.start()
    time.sleep(0.25)
    with connection.cursor() as cursor:
        cursor.execute(idle)
        assert cursor.fetchone() == (0,)
    thread.join()
    assert len(mail_sink.deliveries) == 1


@contextmanager
def timed():
    figures = {}
    started = time.perf_counter()
    yield figures
    figures["seconds"] = time.perf_counter() - started


def test_the_rate_beside_plain_smtplib(mail_sink, capsys):
    """Printed, not judged: the server shares this process. `make bench` judges (P6)."""
    import smtplib

    body = "<p>It is confirmed.</p>\n" * 100
    organisation = make.organisation()
    for number in range(200):
        say(organisation, key=f"m{number}", html=body)
    with timed() as ours:
        assert deliver_at(NOW) == 200
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@b.example", "c@d.example", "Confirmed"
    mail.set_content("It is confirmed.\n")
    mail.add_alternative(body, subtype="html")
    with timed() as plain, smtplib.SMTP("127.0.0.1", mail_sink.port) as server:
        for _number in range(200):
            server.send_message(mail)
    with capsys.disabled():
        print(f"\noutbox {200 / ours['seconds']:.0f} mails/s, plain smtplib {200 / plain['seconds']:.0f} mails/s")
