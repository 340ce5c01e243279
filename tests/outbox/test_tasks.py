"""What the beat asks of a worker; a real worker is in the journeys."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import redis
from celery import current_app
from django.conf import settings
from django.utils import timezone

from assist_portal import work_queue
from assist_portal.machines.metrics import QUEUE
from outbox.models import AccountMessage, State
from outbox.queries import heartbeat_age
from outbox.tasks import ONE_RUN, deliver_messages, heartbeat
from tests import make
from tests.outbox.saying import again, say

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_beat_asks_for_both():
    asked = {entry["task"] for entry in current_app.conf.beat_schedule.values()}
    assert {deliver_messages.name, heartbeat.name} <= asked


def test_one_run_ends_well_before_the_workers_limits():
    assert ONE_RUN.total_seconds() + settings.SMTP_TIMEOUT_SECONDS <= work_queue.task_soft_time_limit


def test_a_run_sends_what_is_due(mail_sink):
    message = say(now=timezone.now())
    deliver_messages()
    assert again(message).state == State.SENT
    assert [delivery.message_id for delivery in mail_sink.deliveries] == [message.message_id]


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    with redis.Redis.from_url(settings.BROKER.client) as client:
        client.delete(QUEUE)
        yield client
        client.delete(QUEUE)


def test_a_run_that_was_too_short_comes_back_for_the_rest(mail_sink, broker, monkeypatch):
    """What the beat asked for meanwhile expires behind the work of all the other sweeps."""
    monkeypatch.setattr("outbox.tasks.ONE_RUN", timedelta(seconds=0.3))
    mail_sink.seconds_per_mail = 0.2
    for number in range(4):
        say(key=f"m{number}", now=timezone.now())
    deliver_messages()
    assert len(mail_sink.deliveries) < 4
    [asked] = broker.lrange(QUEUE, 0, -1)
    headers = json.loads(asked)["headers"]
    assert (headers["task"], headers["expires"] > timezone.now().isoformat()) == (deliver_messages.name, True)


def test_a_run_that_sent_everything_does_not(mail_sink, broker):
    say(now=timezone.now())
    deliver_messages()
    assert len(mail_sink.deliveries) == 1
    assert broker.llen(QUEUE) == 0


def test_the_heartbeat_shows_that_a_worker_answered():
    heartbeat()
    age = heartbeat_age(timezone.now())
    assert age is not None
    assert age < timedelta(seconds=5)


def test_a_sign_in_code_reaches_the_mail_server_within_seconds(mail_sink, client):
    person = make.user("dana@northwind.example")
    started = time.monotonic()
    response = client.post("/accounts/login/code/", {"email": person.email})
    assert response.status_code == 302
    deliver_messages()
    assert time.monotonic() - started < 3
    [delivery] = mail_sink.to(person.email)
    assert delivery.subject
    message = AccountMessage.objects.get()
    assert (message.state, message.text, message.html) == (State.SENT, "", "")
    assert message.to == person.email
