"""The command prints keys that open the API, and makes the demo only on a development machine."""

import pytest
from django.core.management import CommandError, call_command

from assist_portal.demo import api_key_of
from customers.models import Organisation
from tests.catalog.conftest import catalogue, loaded_once

__all__ = ["catalogue", "loaded_once"]  # fixtures


def test_the_printed_keys_open_the_api(catalogue, client, capsys):
    call_command("make_demo", verbosity=0)
    printed = dict(line.split() for line in capsys.readouterr().out.splitlines()[1:])
    assert printed["northwind"] == api_key_of("northwind")
    answer = client.post("/api/v1/orders/", {}, "application/json", headers={"authorization": f"Bearer {printed['northwind']}"})
    assert answer.status_code not in {401, 403}
    rehearsed = {"authorization": f"Bearer {printed['northwind-sandbox']}"}
    assert client.get("/api/v1/sandbox/clock/", headers=rehearsed).json()["ahead_seconds"] == 0


def test_refused_outside_development(catalogue, settings):
    settings.DEVELOPMENT = False
    with pytest.raises(CommandError):
        call_command("make_demo")
    assert not Organisation.objects.exists()
