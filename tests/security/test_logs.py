"""Secrets in addresses stay out of the logs. Source: promises row 31"""

import logging
from pathlib import Path

import pytest

from assist_portal.running.stack import WEB
from customers.keys import new_key, new_token
from tests.project.source import BASE_DIR
from tests.security.addresses import addresses
from tests.security.tenants import TwoTenants, browser


def written(caplog: pytest.LogCaptureFixture) -> str:
    """What the configured formatter makes of everything that was said."""
    (formatter,) = {handler.formatter for handler in logging.getLogger().handlers if type(handler) is logging.StreamHandler}
    assert formatter
    return "\n".join(formatter.format(record) for record in caplog.records)


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


def test_no_api_key_is_logged(world: TwoTenants, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("anything").warning("Authorization: Bearer %s", new_key().token)
    assert "Bearer ***" in written(caplog)


def test_a_request_keeps_its_id(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("anything").warning("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 PR-7K3M-92QX-D")
    assert "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 PR-7K3M-92QX-D" in written(caplog)


def test_gunicorn_writes_no_access_log() -> None:
    """It would write whole addresses; the portal's own lines tell who asked for what."""
    docker = Path(BASE_DIR / "Dockerfile").read_text()
    assert not [option for option in (*WEB, docker) if "access" in option]
