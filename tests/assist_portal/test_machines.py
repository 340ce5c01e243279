"""What machines ask, and the headers of every answer."""

from datetime import timedelta

import pytest
from django.utils import timezone
from prometheus_client import REGISTRY

from assist_portal.machines.health import state_of_parts
from assist_portal.problems import problem_json
from outbox.actions import record_heartbeat
from scheduling.actions import NobodyFree
from tests.outbox.saying import say


@pytest.fixture
def beating(db):
    record_heartbeat(now=timezone.now())


def test_health_asks_nothing(client):
    """No database fixture: a query would fail."""
    assert client.get("/healthz").json() == {"status": "ok"}


def test_ready_when_every_part_is(client, beating):
    answer = client.get("/readyz")
    assert (answer.status_code, set(answer.json().values())) == (200, {"ok"})


def test_not_ready_before_the_first_heartbeat(client, db):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["heartbeat"], answer.headers["Retry-After"]) == (503, "none yet", "5")


def test_not_ready_when_the_worker_went_deaf(db, settings):
    now = timezone.now()
    record_heartbeat(now=now)
    assert state_of_parts(now + settings.OLDEST_HEARTBEAT)["heartbeat"] == "ok"
    assert state_of_parts(now + settings.OLDEST_HEARTBEAT + timedelta(seconds=1))["heartbeat"] == "61 s old"


def test_not_ready_without_the_broker(client, beating, settings):
    settings.BROKER = type(settings.BROKER)(celery="", client="unix:///nowhere/valkey.sock")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["broker"], answer.json()["database"]) == (503, "ConnectionError", "ok")


@pytest.mark.parametrize(
    ("address", "token", "behind_proxy", "status"),
    [
        ("127.0.0.1", "", False, 200),
        ("::1", "", False, 200),
        ("203.0.113.9", "", False, 404),
        ("203.0.113.9", "right", False, 200),
        ("203.0.113.9", "wrong", False, 404),
        ("127.0.0.1", "", True, 404),
        ("127.0.0.1", "right", True, 200),
    ],
)
def test_metrics_are_for_this_machine_or_for_who_knows_the_token(client, db, settings, address, token, behind_proxy, status):
    settings.METRICS_TOKEN, settings.BEHIND_TLS_PROXY = "right", behind_proxy
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    assert client.get("/metrics", REMOTE_ADDR=address, headers=headers).status_code == status


def test_an_empty_token_opens_nothing(client, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9", headers={"Authorization": "Bearer "}).status_code == 404


def test_metrics_say_how_the_work_stands(client, everything):
    now = timezone.now()
    record_heartbeat(now=now - timedelta(seconds=7))
    say(now=now - timedelta(minutes=3))
    lines = client.get("/metrics").content.decode().splitlines()
    values = {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line.startswith("portal_"))}
    assert values['portal_orders{state="CONFIRMED"}'] == 0
    assert 180 <= values["portal_message_lag_seconds"] < 240
    assert 7 <= values["portal_heartbeat_age_seconds"] < 67
    assert values["portal_warning_lag_seconds"] == 0
    assert values["portal_queue_depth"] >= 0


def test_metrics_leave_out_what_cannot_be_asked(client, db, settings):
    settings.BROKER = type(settings.BROKER)(celery="", client="unix:///nowhere/valkey.sock")
    text = client.get("/metrics").content.decode()
    assert "portal_message_lag_seconds" in text
    assert "portal_queue_depth" not in text


def test_metrics_count_refusals_by_reason(client, db):
    before = REGISTRY.get_sample_value("portal_refusals_total", {"code": "nobody_free"}) or 0
    problem_json(NobodyFree(), {})
    assert REGISTRY.get_sample_value("portal_refusals_total", {"code": "nobody_free"}) == before + 1


def test_whom_to_tell_about_a_weakness(client):
    text = client.get("/.well-known/security.txt").content.decode()
    assert "Contact: mailto:security@assist.example\n" in text
    assert "Canonical: http://127.0.0.1:8000/.well-known/security.txt\n" in text


def test_machines_are_answered_whatever_name_they_use(client):
    assert client.get("/healthz", headers={"Host": "10.0.0.7"}).status_code == 200


def test_a_page_carries_the_strict_headers(client, db):
    headers = client.get("/accounts/login/").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "no-store" in headers["Cache-Control"]


def test_only_the_admin_s_policy_is_relaxed(client, db):
    policy = client.get("/admin/").headers["Content-Security-Policy"]
    assert "'unsafe-eval'" in policy
    assert "frame-ancestors 'none'" in policy
