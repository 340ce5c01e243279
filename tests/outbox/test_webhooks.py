"""Webhooks out: promises rows 41 and 42. The receivers are real programs on loopback."""

import asyncio
import base64
import hashlib
import hmac
import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

import pytest
from django.db import IntegrityError, transaction

from assist_portal.running.surroundings import free_port
from customers.models import Organisation
from customers.sealing import unseal
from outbox.actions import event_of, number_events, record
from outbox.actions.webhooks import (
    EndpointIsOff,
    StillQueued,
    TooManyEndpoints,
    add_endpoint,
    disable_endpoint,
    enable_endpoint,
    replay,
    replay_failed,
    rotate_secret,
)
from outbox.backoff import wait_before_post
from outbox.hooks.delivering import _loop, deliver_webhooks
from outbox.hooks.posting import WHOLE_PATIENCE
from outbox.models import Delivery, EventType, Message, State, WebhookEndpoint
from tests import make
from tests.receivers import Receiver, receiving
from tests.reliability.figures import row, size

MANY = size(60, 1000)
MINUTE = timedelta(minutes=1)
pytestmark = pytest.mark.usefixtures("everything")


@dataclass
class Clock:
    """Stands still until told."""

    now: datetime = make.NOW

    def __call__(self) -> datetime:
        return self.now

    def __iadd__(self, length: timedelta) -> Self:
        self.now += length
        return self


@dataclass
class Told:
    """An organisation, its endpoint and what happens to it."""

    receiver: Receiver
    kinds: list[str] = field(default_factory=list)
    of: Organisation = field(default_factory=make.organisation)
    clock: Clock = field(default_factory=Clock)
    secret: str = ""

    def __post_init__(self) -> None:
        made = add_endpoint(organisation=self.of, url=self.receiver.url, kinds=self.kinds, now=self.clock.now)
        self.endpoint, self.secret = made.endpoint, made.secret

    def happen(self, *abouts: str, kind: str = EventType.ORDER_CONFIRMED) -> None:
        for about in abouts:
            record(event_of(organisation=self.of, kind=kind, about=about, payload={"number": about}, now=self.clock.now))
        number_events(now=self.clock.now)

    def deliver(self) -> int:
        return deliver_webhooks(clock=self.clock, at_most=MINUTE)

    def deliveries(self) -> list[Delivery]:
        return list(Delivery.objects.filter(endpoint=self.endpoint).order_by("id"))


def verified(secret: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """Written from the text of Standard Webhooks alone.

    The content that is signed is `msg_id.timestamp.payload`; the signature is HMAC-SHA256 under the base64 decoded part of the
    secret after `whsec_`, base64 encoded; the header lists signatures by spaces, each `v1,signature`.
    """
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    versions = [each.split(",", 1) for each in headers["webhook-signature"].split(" ")]
    assert any(version == "v1" and hmac.compare_digest(signature, expected) for version, signature in versions), "no signature matches"
    return dict(json.loads(body))


def test_an_event_arrives_signed_and_a_verifier_of_one_s_own_accepts_it():
    with receiving() as receiver:
        told = Told(receiver)
        told.happen("PR-1")
        assert told.deliver() == 1
        [(_at, headers, body)] = receiver.posts
    event = verified(told.secret, headers, body)
    assert (event["type"], event["data"], event["sequence"]) == ("order.confirmed", {"number": "PR-1"}, 1)
    assert event["id"] == headers["webhook-id"]
    assert int(headers["webhook-timestamp"]) == int(make.NOW.timestamp())
    assert (headers["host"], headers["content-type"]) == (f"127.0.0.1:{receiver.port}", "application/json")
    for tampered in (body + b" ", body.replace(b"PR-1", b"PR-2")):
        with pytest.raises(AssertionError, match="no signature"):
            verified(told.secret, headers, tampered)


def test_a_loop_that_runs_in_this_thread_is_left_alone():
    """As a browser of other tests keeps one."""

    async def post_beside_it():
        with _loop() as loop:
            return asyncio.run_coroutine_threadsafe(asyncio.sleep(0, "posted"), loop).result()

    assert asyncio.run(post_beside_it()) == "posted"


def test_for_a_day_both_secrets_sign():
    with receiving() as receiver:
        told = Told(receiver)
        fresh = rotate_secret(endpoint=told.endpoint, now=told.clock.now).secret
        told.happen("PR-1")
        told.deliver()
        told.clock += timedelta(days=1)
        told.happen("PR-2")
        told.deliver()
        (_1, both, first), (_2, one, second) = receiver.posts
    assert len(both["webhook-signature"].split()) == 2
    for secret in (told.secret, fresh):
        verified(secret, both, first)
    verified(fresh, one, second)
    with pytest.raises(AssertionError, match="no signature"):
        verified(told.secret, one, second)


def test_the_secret_lies_encrypted(everything):
    with receiving() as receiver:
        told = Told(receiver)
    assert told.secret not in told.endpoint.sealed_secret
    assert unseal(told.endpoint.sealed_secret) == told.secret


def test_only_the_events_that_are_wanted_and_only_one_s_own():
    with receiving() as receiver, receiving() as other:
        told = Told(receiver, kinds=[EventType.ORDER_MOVED])
        stranger = Told(other)
        told.happen("PR-1")
        told.happen("PR-2", kind=EventType.ORDER_MOVED)
        stranger.happen("PR-3")
        assert told.deliver() == 2
        assert [each["data"]["number"] for each in receiver.taken] == ["PR-2"]
        assert [each["data"]["number"] for each in other.taken] == ["PR-3"]


def test_a_receiver_that_fails_half_the_time_loses_nothing():
    """1,000 at full size: none lost, none twice under another id, the feed's order kept.

    Ten attempts that each fail half the time all fail once in a thousand: that one is sent again by hand, as an integrator would.
    """
    luck = random.Random(7)
    answers = [luck.choice([200, 200, 200, 200, 500, "reset", 429, 404]) for _each in range(MANY * 3)]
    with row(42, "events to a receiver that fails half the time", n=MANY) as counts, receiving(answers=answers) as receiver:
        told = Told(receiver)
        told.happen(*(f"PR-{n}" for n in range(MANY)))
        for _day in range(10):
            told.deliver()
            told.clock += timedelta(days=1, hours=5)
        attempts, posts = sum(each.attempts for each in told.deliveries()), len(receiver.posts)
        given_up = replay_failed(endpoint=told.endpoint, now=told.clock.now)
        for _day in range(10):
            told.deliver()
            told.clock += timedelta(days=1, hours=5)
        taken = Counter(each["id"] for each in receiver.taken)
        order = sorted(
            (each["sequence"], each["data"]["number"]) for each in {json.dumps(e, sort_keys=True): e for e in receiver.taken}.values()
        )
        counts |= {"posts": posts, "taken": len(taken), "sent_again": given_up, "lost": MANY - len(taken)}
        assert set(taken.values()) == {1}
        assert order == [(n + 1, f"PR-{n}") for n in range(MANY)]
    assert {each.state for each in told.deliveries()} == {State.SENT}
    assert attempts == posts > MANY


def test_a_slow_receiver_slows_nobody_else():
    with receiving(seconds=0.5) as slow, receiving() as quick:
        first, second = Told(slow), Told(quick)
        first.happen(*(f"PR-{n}" for n in range(8)))
        second.happen(*(f"PR-{n}" for n in range(8)))
        second.deliver()
        assert (len(slow.taken), len(quick.taken)) == (8, 8)
        assert max(at for at, *_rest in quick.posts) < min(at for at, *_rest in slow.posts) + 0.45


def test_no_redirect_is_followed_and_nobody_waits_for_ever():
    with receiving() as canary, receiving(answer=302, headers={"Location": canary.url}) as receiver:
        told = Told(receiver)
        told.happen("PR-1")
        assert told.deliver() == 0
        assert (len(receiver.posts), canary.posts) == (1, [])
    [delivery] = told.deliveries()
    assert (delivery.state, delivery.last_status, delivery.last_error) == (State.QUEUED, 302, "HTTP 302")
    assert WHOLE_PATIENCE <= 15


def test_retry_after_is_honoured_and_waits_grow_for_three_days():
    with receiving(answer=503, headers={"Retry-After": "7200"}) as receiver:
        told = Told(receiver)
        told.happen("PR-1")
        told.deliver()
        [delivery] = told.deliveries()
        assert delivery.due_at == make.NOW + timedelta(hours=2)
    waits = [wait_before_post(n, 0.5) for n in range(1, 11)]
    assert waits[-1] is None
    assert timedelta(days=3) <= sum((each for each in waits if each), timedelta()) <= timedelta(days=3, hours=6)
    assert wait_before_post(1, 0.0) == timedelta(seconds=4)
    assert wait_before_post(1, 0.5, timedelta(days=9)) == timedelta(days=1)


def test_gone_switches_the_endpoint_off_and_tells_the_administrators():
    with receiving(answer=410) as receiver:
        told = Told(receiver)
        person = make.member(told.of, "ADMINISTRATOR", language="fr")
        told.happen("PR-1", "PR-2", "PR-3")
        told.deliver()
        told.happen("PR-4")
        assert told.deliver() == 0
        receiver.answer = 200
        told.endpoint.refresh_from_db()
        assert told.endpoint.disabled_because == "GONE"
        assert {each.state for each in told.deliveries()} == {State.FAILED}
        [mail] = Message.objects.filter(to=person.email)
        assert receiver.url in mail.text
        with pytest.raises(EndpointIsOff):
            replay_failed(endpoint=told.endpoint, now=told.clock.now)
        enable_endpoint(endpoint=told.endpoint)
        assert replay_failed(endpoint=told.endpoint, now=told.clock.now) == 4  # what happened meanwhile too
        assert told.deliver() == 4


def test_three_days_of_failing_switch_it_off_and_one_success_in_between_does_not():
    with receiving(answer=500) as receiver:
        told = Told(receiver)
        make.member(told.of, "ADMINISTRATOR")
        told.happen("PR-1")
        for _attempt in range(10):
            told.deliver()
            told.clock += timedelta(days=1, hours=5)
        told.endpoint.refresh_from_db()
        assert (told.endpoint.disabled_because, told.deliveries()[0].state, len(receiver.posts)) == ("FAILING", State.FAILED, 10)
        enable_endpoint(endpoint=told.endpoint)
        receiver.answer = 200
        replay(delivery=told.deliveries()[0], now=told.clock.now)
        told.deliver()
        told.endpoint.refresh_from_db()
        assert (told.endpoint.failing_since, told.deliveries()[0].state) == (None, State.SENT)


def test_a_replay_has_the_same_id_and_is_asked_for_once():
    with receiving() as receiver:
        told = Told(receiver)
        told.happen("PR-1")
        told.deliver()
        [delivery] = told.deliveries()
        replay(delivery=delivery, now=told.clock.now)
        with pytest.raises(StillQueued):
            replay(delivery=delivery, now=told.clock.now)
        told.deliver()
        assert len({headers["webhook-id"] for _at, headers, _body in receiver.posts}) == 1
        assert len(receiver.posts) == 2


def test_what_another_has_claimed_is_left_alone_until_the_claim_runs_out():
    with receiving() as receiver:
        told = Told(receiver)
        told.happen("PR-1")
        Delivery.objects.update(claimed_until=told.clock.now + timedelta(seconds=60))
        assert told.deliver() == 0
        told.clock += timedelta(seconds=61)
        assert told.deliver() == 1


def test_ten_endpoints_are_enough(settings: Any):
    of = make.organisation()
    for n in range(10):
        add_endpoint(organisation=of, url=f"https://crm.example/{n}", kinds=[], now=make.NOW)
    with pytest.raises(TooManyEndpoints):
        add_endpoint(organisation=of, url="https://crm.example/10", kinds=[], now=make.NOW)


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("webhook_endpoint_off_exactly_with_its_reason", {"disabled_at": make.NOW}),
        ("webhook_endpoint_former_secret_ends", {"sealed_former_secret": "x"}),
        ("webhook_endpoint_kinds_are_known", {"kinds": ["coffee.ready"]}),
    ],
)
def test_constraints_of_endpoints(constraint: str, change: dict[str, Any]):
    endpoint = add_endpoint(organisation=make.organisation(), url="https://crm.example/", kinds=[], now=make.NOW).endpoint
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**change)


def test_switching_off_twice_changes_nothing():
    endpoint = add_endpoint(organisation=make.organisation(), url="https://crm.example/", kinds=[], now=make.NOW).endpoint
    off: Callable[..., WebhookEndpoint] = disable_endpoint
    first = off(endpoint=endpoint, because="PAUSED", now=make.NOW)
    assert off(endpoint=endpoint, because="GONE", now=make.NOW + MINUTE).disabled_because == first.disabled_because
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("answer", "words"),
    [("reset", "the connection broke off"), ("closed", "nobody answers at this address"), (500, "HTTP 500")],
)
def test_why_it_was_not_taken_is_told_in_words(answer: int | str, words: str) -> None:
    with receiving(answer=answer) as receiver:
        if answer == "closed":
            receiver.port = free_port()
        told = Told(receiver)
        told.happen("PR-1")
        told.deliver()
    assert [delivery.last_error for delivery in told.deliveries()] == [words]
