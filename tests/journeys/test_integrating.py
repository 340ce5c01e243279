"""The integrator's guide, run as it is written: every command against the running portal. Source: issue 4"""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from assist_portal.sandbox.opening import open_sandbox
from catalog.models import Package
from customers.models import KeyScope
from customers.tenancy import EVERYTHING, scope
from outbox.hooks.signing import body_of, headers_of, new_secret
from outbox.models import Delivery, Event, State, WebhookEndpoint
from tests import make
from tests.northwind import make_northwind
from tests.portal import Portal, until
from tests.receivers import receiving

GUIDE = (Path(settings.BASE_DIR) / "docs" / "integrating.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def run(commands: str, **environment: str) -> str:
    script = f"set -euo pipefail\n{commands}"
    done = subprocess.run(
        ["bash", "-c", script], check=False, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def verifier() -> Any:
    """The guide's own function."""
    names: dict[str, Any] = {}
    [code] = blocks("python")
    exec(code, names)
    return names["verify"]


@pytest.mark.servers
@pytest.mark.skipif(not shutil.which("curl"), reason="the guide's commands are written for curl, which is not here")
def test_every_command_of_the_guide_runs(portal: Portal) -> None:
    with scope(EVERYTHING):
        if not Package.objects.exists():
            call_command("load_catalogue", verbosity=0)
        northwind = make_northwind()
        _key, token = make.api_key(northwind.organisation, KeyScope.values)
        rehearsal = open_sandbox(key="rehearsal", name="Rehearsal", now=timezone.now()).organisation
        _key, sandbox = make.api_key(rehearsal, KeyScope.values)
    with receiving() as receiver:
        said = run("\n".join(blocks("bash")), PORTAL=portal.address, KEY=token, HOOK=receiver.url, SANDBOX=sandbox)
    lines = said.splitlines()
    assert "True" in lines and "CANCELLED" in lines and "WRAPPING_UP" in lines
    [number] = {line.removeprefix("ordered ") for line in lines if line.startswith("ordered ")}
    assert lines.count(number) >= 1
    with scope(EVERYTHING):
        events = list(Event.objects.filter(organisation=northwind.organisation).order_by("sequence").values_list("kind", flat=True))
        assert events == ["order.confirmed", "engagement.staffed", "order.moved", "order.cancelled"]


@pytest.mark.servers
def test_the_workers_post_what_happens_and_the_guide_s_verifier_accepts_it(portal: Portal) -> None:
    with receiving() as receiver:
        with scope(EVERYTHING):
            northwind = make_northwind()
            _key, token = make.api_key(northwind.organisation, KeyScope.values)
        added = "\n".join([blocks("bash")[0], next(each for each in blocks("bash") if "SECRET=" in each), 'echo "$SECRET"'])
        secret = run(added, PORTAL=portal.address, KEY=token, HOOK=receiver.url).split()[-1]
        northwind.place(northwind.dana, "mc-premium", northwind.monday())
        until(lambda: receiver.posts, seconds=30)
        _at, headers, body = receiver.posts[0]
        verifier()(secret, headers, body)
        until(lambda: _taken(northwind.organisation), seconds=10)


def _taken(organisation: Any) -> bool:
    with scope(EVERYTHING):
        return Delivery.objects.filter(organisation=organisation, state=State.SENT).exists()


def test_the_guide_s_verifier_refuses_what_is_not_ours(everything: None) -> None:
    event = Event(key="evt_1", kind="order.confirmed", about="PR-1", payload={}, happened_at=make.NOW, sequence=1)
    body, secret = body_of(event), new_secret()
    headers = headers_of(event, body, [secret], now=timezone.now())
    verifier()(secret, headers, body)
    for broken in ((new_secret(), headers, body), (secret, headers, body + b" "), (secret, {**headers, "webhook-timestamp": "1"}, body)):
        with pytest.raises(ValueError, match=r"not signed by us|too old"):
            verifier()(*broken)
    assert WebhookEndpoint.objects.count() == 0
