"""No secret of an address reaches the log."""

import io

import pytest
from django.test import Client

from assist_portal.log_lines import hide_secrets

TOKEN = "Zx81-spectrum_Token"


@pytest.mark.parametrize(
    "words", [f"GET /orders/link/{TOKEN}/", f"Not Found: /invitation/{TOKEN}/", f'File "x", path="/calendar/{TOKEN}.ics?x=1"']
)
def test_the_secret_is_left_out_and_the_rest_stays(words: str) -> None:
    hidden = hide_secrets(None, "info", {"event": words, "code": 404})
    assert TOKEN not in hidden["event"]
    assert hidden == {"event": words.replace(TOKEN, "***").replace("***.ics", "***"), "code": 404}


@pytest.mark.django_db
def test_opening_a_link_leaves_no_secret_in_the_log(client: Client, lines: io.StringIO) -> None:
    assert client.get(f"/orders/link/{TOKEN}/").status_code == 404
    written = lines.getvalue()
    assert "/orders/link/***" in written
    assert TOKEN not in written
