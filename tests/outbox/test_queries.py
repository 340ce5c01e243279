from datetime import timedelta

from outbox.actions import claim_batch, enqueue_account_mail, record_heartbeat, record_sent
from outbox.models import Message
from outbox.queries import heartbeat_age, lag
from tests.make import NOW
from tests.outbox.saying import say

LATER = NOW + timedelta(minutes=5)


def test_the_heartbeats_age(db):
    assert heartbeat_age(NOW) is None
    record_heartbeat(now=NOW)
    assert heartbeat_age(LATER) == timedelta(minutes=5)


def test_the_lag_is_the_oldest_mails_wait_whatever_the_scope(db):
    assert lag(LATER) == timedelta(0)
    enqueue_account_mail(to="a@b.example", language="en", subject="Code", text="123", now=NOW + timedelta(minutes=2))
    assert lag(LATER) == timedelta(minutes=3)
    say()
    assert lag(LATER) == timedelta(minutes=5)
    [message] = claim_batch(Message, now=NOW)
    assert lag(LATER) == timedelta(minutes=5)
    record_sent(message, now=LATER)
    assert lag(LATER) == timedelta(minutes=3)
