"""Secrets in addresses stay out of the logs. Source: promises row 31"""

import logging
import re
from pathlib import Path
from typing import Any

import pytest
from django.core import mail

from assist_portal.running.stack import WEB
from customers.keys import new_key, new_token
from reports.actions.mailing import token_of
from tests.project.source import BASE_DIR
from tests.security.addresses import addresses
from tests.security.crashing import WORDS
from tests.security.tenants import TwoTenants, browser, text_of

ROW = "secrets in addresses: in no log line, no Referer, no cache, no mail, nothing loaded from elsewhere"


def written(caplog: pytest.LogCaptureFixture) -> str:
    """What the configured formatter makes of everything that was said."""
    (formatter,) = {handler.formatter for handler in logging.getLogger().handlers if type(handler) is logging.StreamHandler}
    assert formatter
    return "\n".join(formatter.format(record) for record in caplog.records)


@pytest.mark.promise(31, ROW)
def test_no_token_of_an_address_is_logged(world: TwoTenants, caplog: pytest.LogCaptureFixture) -> None:
    """Opened, spent, refused for want of a form token, and missing."""
    caplog.set_level(logging.DEBUG)
    visitor, strict = browser(), browser(enforce_csrf_checks=True)
    tokens = [*world.ours.link_tokens.values(), world.ours.invitation_token, new_token()]
    with_token = [address for address in addresses() if address.parameters == ("token",)]
    assert len(with_token) >= 2
    for address in with_token:
        for token in tokens:
            path = address.path(token=token)
            visitor.get(path)
            strict.post(path)
            visitor.get("/accounts/login/", {"next": path})
            visitor.post(path)
    assert "Not Found: /" in written(caplog) and "CSRF" in written(caplog)
    assert [token for token in tokens if token in written(caplog)] == []
    assert any(token in record.getMessage() for record in caplog.records for token in tokens), "the control: they would be there"


@pytest.mark.promise(31, ROW)
def test_nor_when_its_page_fails(world: TwoTenants, settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Neither in the log, with the whole fault in it, nor in a mail to whoever would be told of faults."""
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.security.crashing.CrashInTheView"]
    visitor, tokens = browser(), [*world.ours.link_tokens.values(), world.ours.invitation_token, world.ours.answer_token]
    for address in addresses():
        if address.parameters == ("token",):
            assert [visitor.get(address.path(token=token)).status_code for token in tokens] == [500] * len(tokens)
    assert WORDS in written(caplog)
    assert [token for token in tokens if token in written(caplog)] == []
    assert (settings.ADMINS, settings.MANAGERS, mail.outbox) == ([], [], [])


PAGES = {
    "orders/link/<token>/": lambda tenant: tenant.link_tokens["MOVE"],
    "answer/<token>/": lambda tenant: tenant.answer_token,
    "invitation/<token>/": lambda tenant: tenant.invitation_token,
    "unsubscribe/<token>/": lambda tenant: token_of(tenant.people["VIEWER"]),
}
LOADED = re.compile(r"""<(?:script|img|link|iframe|source|use|form)[^>]+?(?:src|href|action)=["']([^"']+)""")


@pytest.mark.promise(31, ROW)
@pytest.mark.parametrize("shape", PAGES)
def test_its_page_tells_no_other_place(world: TwoTenants, shape: str) -> None:
    """Nothing comes from elsewhere, no Referer names the address to another site, no cache keeps the page, a look spends nothing."""
    (address,) = (each for each in addresses() if each.shape == shape)
    token, visitor = PAGES[shape](world.ours), browser()
    path = address.path(token=token)
    for _ in range(3):
        answer = visitor.get(path)
        assert answer.status_code == 200 and visitor.head(path).status_code in {200, 405}, "what was opened is still there"
    assert answer["Referrer-Policy"] in {"same-origin", "strict-origin", "no-referrer"}
    assert "no-store" in answer["Cache-Control"]
    loaded = LOADED.findall(text_of(answer))
    assert len(loaded) >= 2 and [each for each in loaded if not re.match(r"/(?!/)|#|data:", each)] == []
    assert [each for each in loaded if token in each and each != path] == []


@pytest.mark.promise(31, ROW)
def test_no_api_key_is_logged(world: TwoTenants, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("anything").warning("Authorization: Bearer %s", new_key().token)
    assert "Bearer ***" in written(caplog)


def test_a_request_keeps_its_id(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("anything").warning("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 PR-7K3M-92QX-D")
    assert "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 PR-7K3M-92QX-D" in written(caplog)


@pytest.mark.promise(31, ROW)
def test_gunicorn_writes_no_access_log() -> None:
    """It would write whole addresses; the portal's own lines tell who asked for what."""
    docker = Path(BASE_DIR / "Dockerfile").read_text()
    assert not [option for option in (*WEB, docker) if "access" in option]
