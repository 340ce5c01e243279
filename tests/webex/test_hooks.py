"""Notifications of sites: signed, kept once, answered at once, looked after. webex.md sections 4 and 7."""

import hashlib
import hmac
import json
import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.sealing import unseal
from customers.tenancy import EVERYTHING, scope
from tests.webex.sites import END, HOUR, MINUTE, NOW, START, Customer, post_hook
from webex.actions.webhooks import WANTED, target_url
from webex.models import Hint
from webex.signing import signature
from webex.simulator.notifying import Happening, envelope, send, tell
from webex.simulator.world import Fault

BODY = json.dumps({"resource": "meetings", "event": "ended", "data": {"id": "7c1d_I_3", "meetingType": "meeting"}}).encode()


def secret_of(customer: Customer) -> str:
    return unseal(customer.connection.hook_secret_sealed)


SIGNED: dict[str, Any] = {
    "right": lambda secret: (BODY, signature(secret, BODY)),
    "wrong": lambda _secret: (BODY, signature("another", BODY)),
    "missing": lambda _secret: (BODY, None),
    "upper-case": lambda secret: (BODY, signature(secret, BODY).upper()),
    "one byte changed": lambda secret: (BODY.replace(b"ended", b"endee"), signature(secret, BODY)),
    "re-serialised": lambda secret: (json.dumps(json.loads(BODY), indent=1).encode(), signature(secret, BODY)),
    "SHA-256": lambda secret: (BODY, hmac.new(secret.encode(), BODY, hashlib.sha256).hexdigest()),
}


@pytest.mark.parametrize("how", SIGNED)
def test_only_the_right_signature_is_taken(customer: Customer, client: Client, how: str) -> None:
    body, said = SIGNED[how](secret_of(customer))
    answer = post_hook(client, target_url(customer.connection), body, said)
    assert (answer, Hint.objects.count()) == ((204, 1) if how == "right" else (403, 0))


def test_an_address_that_is_nobodys_is_not_there(customer: Customer, client: Client) -> None:
    assert post_hook(client, "http://portal/hooks/webex/" + "x" * 43 + "/", BODY, signature(secret_of(customer), BODY)) == 404
    assert client.get("/" + target_url(customer.connection).split("/", 3)[3]).status_code == 405


def test_a_body_that_is_too_long_is_refused(customer: Customer, client: Client) -> None:
    body = b"x" * 70_000
    assert post_hook(client, target_url(customer.connection), body, signature(secret_of(customer), body)) == 413


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"data": 3}', b"[" * 20_000, b'{"resource": "a\\u0000b", "data": {"id": 7}}'])
def test_what_webex_would_not_send_does_no_harm(customer: Customer, client: Client, body: bytes) -> None:
    assert post_hook(client, target_url(customer.connection), body, signature(secret_of(customer), body)) == 204
    customer.look_after()
    assert not Hint.objects.filter(look_at__isnull=False).exists()


def test_a_hundred_times_and_out_of_order_is_one_change(customer: Customer, client: Client) -> None:
    """Replay: 100 deliveries, ended before started: 1 state change."""
    watched, meeting = customer.watch(), customer.webex.meeting(customer.site)
    customer.look_after()
    customer.webex.begin(meeting, START)
    customer.webex.end(meeting, END)
    customer.webex.clock.set(END + MINUTE)
    sent: list[tuple[str, bytes, str]] = []
    tell(customer.webex.world, lambda url, body, headers: sent.append((url, body, headers["X-Spark-Signature"])) or 204)
    shuffled = sent[::-1] * 50
    random.Random(1).shuffle(shuffled)
    assert {post_hook(client, *each, at=END + MINUTE) for each in shuffled} == {204}
    assert Hint.objects.count() == len(sent) == 2
    for minutes in range(1, 4):
        customer.look_after(END + minutes * MINUTE)
    watched.refresh_from_db()
    assert (watched.started_at, watched.ended_at, watched.news_at) == (START, END, END + MINUTE)
    assert not Hint.objects.filter(look_at__isnull=False).exists()


def test_what_rest_does_not_show_yet_is_looked_for_again(customer: Customer, client: Client) -> None:
    """REST lag: 404 for 10 minutes after the notification: retried, not dropped."""
    watched, meeting = customer.watch(), customer.webex.meeting(customer.site)
    customer.look_after()
    customer.webex.world.lag = timedelta(minutes=10)
    customer.webex.begin(meeting, START)
    customer.webex.end(meeting, START + 2 * MINUTE)
    customer.webex.clock.set(START + 2 * MINUTE)
    assert customer.notify(client) == [204, 204]
    seen = None
    for minute in range(3, 20):
        customer.look_after(START + minute * MINUTE)
        watched.refresh_from_db()
        seen = seen or (minute if watched.ended_at else None)
    assert seen == 12
    assert not Hint.objects.filter(look_at__isnull=False).exists()


def test_a_hint_about_nothing_of_ours_is_put_aside(customer: Customer, client: Client) -> None:
    customer.webex.meeting(customer.site, number="99")
    customer.look_after()
    customer.webex.begin(customer.webex.world.meetings[0], NOW)
    assert customer.notify(client) == [204]
    customer.look_after(NOW + MINUTE)
    assert Hint.objects.get().look_at is None


def test_a_recording_is_found_by_its_notification(customer: Customer, client: Client) -> None:
    watched, meeting = customer.watch(), customer.webex.meeting(customer.site)
    customer.webex.begin(meeting, START)
    customer.webex.end(meeting, END)
    customer.look_after(END + HOUR)
    customer.webex.record(meeting, END + HOUR + MINUTE)
    customer.webex.clock.set(END + HOUR + MINUTE)
    customer.notify(client)
    customer.look_after()
    (recording,) = watched.recordings.all()
    assert recording.playback_url.startswith(f"https://{customer.site.host_name}/")
    assert Hint.objects.get(resource="recordings").look_at is None


def test_switched_off_notifications_are_switched_on_and_the_gap_is_closed(customer: Customer, client: Client) -> None:
    """Disabled webhook: 100 x 500 within 5 minutes; the portal notices, re-enables, reconciles, 0 lost."""
    watched, meeting = customer.watch(), customer.webex.meeting(customer.site)
    customer.look_after(START - HOUR)
    assert len(customer.webex.world.hooks) == len(WANTED)
    happening = Happening("x", START, customer.site.host_name, "meetings", "ended", {"id": "x"})
    ended = next(hook for hook in customer.webex.world.hooks if hook.event == "ended")
    for _ in range(100):
        send(customer.webex.world, ended, happening, lambda *_: 500)
    assert not ended.is_active
    customer.webex.begin(meeting, START)
    customer.webex.end(meeting, END)
    customer.webex.clock.set(END)
    assert customer.notify(client) == [204]  # started only
    Hint.objects.all().delete()
    customer.look_after(END + 6 * MINUTE)
    watched.refresh_from_db()
    assert ended.is_active and watched.ended_at == END


def test_deleted_notifications_are_registered_again(customer: Customer) -> None:
    customer.look_after()
    customer.webex.world.hooks.clear()
    customer.look_after(NOW + 6 * MINUTE)
    assert {(hook.resource, hook.event) for hook in customer.webex.world.hooks} == set(WANTED)
    assert {hook.owned_by for hook in customer.webex.world.hooks} == {"org"}
    customer.look_after(NOW + 12 * MINUTE)
    assert len(customer.webex.world.hooks) == len(WANTED)


def test_a_token_that_may_not_register_them_is_no_trouble(customer: Customer) -> None:
    customer.webex.world.faults.append(Fault(path="/webhooks", method="POST", status=403))
    customer.look_after()
    assert (customer.connection.trouble, customer.connection.checked_at) == ("", NOW)


def test_the_answer_needs_few_statements_and_asks_nobody(customer: Customer, client: Client) -> None:
    """Own handler is fast: it only stores. A hundred slow answers would switch the notifications off."""
    calls = len(customer.webex.calls())
    url, said = target_url(customer.connection), signature(secret_of(customer), BODY)
    with CaptureQueriesContext(connection) as statements:
        assert post_hook(client, url, BODY, said) == 204
    assert len([each for each in statements if not each["sql"].startswith(("SAVEPOINT", "RELEASE", "SELECT scope"))]) <= 4
    assert len(customer.webex.calls()) == calls


def test_a_hint_stays_within_its_organisation(customer: Customer, client: Client) -> None:
    """The address alone says whose it is, whatever the body says."""
    post_hook(client, target_url(customer.connection), BODY, signature(secret_of(customer), BODY))
    with scope(EVERYTHING):
        assert Hint.objects.get().organisation_id == customer.site.organisation_id


def test_the_envelope_is_webex_s(customer: Customer) -> None:
    customer.look_after()
    hook = customer.webex.world.hooks[0]
    said = json.loads(envelope(hook, Happening("x", NOW, hook.site, "meetings", "ended", {"id": "x"})))
    expected = {
        "id",
        "name",
        "targetUrl",
        "resource",
        "event",
        "orgId",
        "createdBy",
        "appId",
        "ownedBy",
        "status",
        "created",
        "actorId",
        "data",
    }
    assert set(said) == expected and "secret" not in said
