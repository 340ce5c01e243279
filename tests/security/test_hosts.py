"""A request that claims another host gets nothing, and no link is built from what it claims. Source: promises row 37"""

import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from assist_portal.middleware import MACHINES
from customers.models import User
from customers.tenancy import EVERYTHING, scope
from tests import make
from tests.reliability.figures import FULL, size
from tests.security.addresses import Address, samples, some_addresses
from tests.security.tenants import TwoTenants, browser, shown

ROW = "50 odd values of Host and of X-Forwarded-Host at every address, and in mails"
OURS, EVIL = "testserver", "evil.example"
ODD = [
    EVIL, f"www.{EVIL}", f"{EVIL}:80", f"{EVIL}:443", f"{EVIL}.", f".{EVIL}", EVIL.upper(), f"{OURS}.{EVIL}", f"{EVIL}.{OURS}",
    f"{OURS}@{EVIL}", f"{EVIL}@{OURS}", f"{OURS}:80@{EVIL}", f"{OURS}:{EVIL}", f"{EVIL}#{OURS}", f"{EVIL}?{OURS}", f"{EVIL}/{OURS}",
    f"{EVIL}\\{OURS}", f"{EVIL}, {OURS}", f"{OURS}, {EVIL}", f"{EVIL} {OURS}", f"{OURS} {EVIL}", f"{OURS}\t{EVIL}", f"{OURS};{EVIL}",
    f"{OURS}|{EVIL}", f"{OURS}%00{EVIL}", f"{OURS}%2e{EVIL}", f"{OURS}%0d%0aLocation: {EVIL}", f"http://{EVIL}", f"https://{EVIL}/",
    f"//{EVIL}", f"'{EVIL}'", f'"{EVIL}"', f"<{EVIL}>", f"<script>{EVIL}</script>", "${jndi:ldap://evil.example}", "{{ settings }}",
    f"-{EVIL}", f"evil_{OURS}", f"{OURS}:8000:80", f"{OURS}:99999999999x", f"{OURS}:-1", f"{OURS}:x", "127.0.0.1.nip.io", "0x7f000001",
    "2130706433", "169.254.169.254", "[::ffff:10.0.0.1]", "[::1", "::1]:80", "еvil.example".encode().decode("latin-1"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def asked(world: TwoTenants) -> list[tuple[Address, str, list[str]]]:
    """Every address with the values it is asked under; a common run shares the values out among some."""
    with scope(EVERYTHING):
        every = [(each, each.path(**(samples(each, world).own if each.parameters else {}))) for each in some_addresses()]
    return [(address, path, ODD if FULL or path == "/accounts/login/" else [ODD[n % 50]]) for n, (address, path) in enumerate(every)]


def test_there_are_fifty() -> None:
    assert len(set(ODD)) == len(ODD) == 50


@pytest.mark.timeout(3600)
@pytest.mark.promise(37, ROW)
def test_another_host_is_refused_everywhere(world: TwoTenants, record_property: Any) -> None:
    """But by the machines' addresses: a probe may ask by number, and they name no host but the configured one."""
    visitor, bad, count = browser(), [], 0
    for address, path, values in asked(world):
        for odd in values:
            answer = visitor.get(path, headers={"Host": odd})
            told = shown(answer, path)
            bad += [f"{address.route} as {odd}: {told.status}"] if (told.status != 400) == (path not in MACHINES) else []
            bad += [f"{address.route} repeats {odd}"] if odd in told.body or EVIL in told.body + repr(told.headers) else []
            count += 1
    assert bad == []
    record_property("n", count)


@pytest.mark.timeout(3600)
@pytest.mark.promise(37, ROW)
def test_a_forwarded_host_changes_nothing_anywhere(world: TwoTenants, record_property: Any) -> None:
    visitor, bad, count = browser(), [], 0
    for address, path, values in asked(world)[:: 1 if FULL else 4]:
        if path in MACHINES:
            continue
        with_none = shown(visitor.get(path))
        for odd in values:
            told = shown(visitor.get(path, headers={"X-Forwarded-Host": odd, "X-Host": odd, "Forwarded": f"host={odd}"}))
            bad += [f"{address.route} as {odd}"] if told != with_none else []
            count += 1
    assert bad == []
    record_property("n", count)


@pytest.mark.promise(37, ROW)
def test_our_own_host_is_not_refused(client: Client, db: None) -> None:
    """The control."""
    assert client.get("/accounts/login/", headers={"Host": OURS}).status_code == 200


# Links in mails -----------------------------------------------------------------------------------------------------


@pytest.fixture
def dana(db: None) -> User:
    return make.member(email="dana@northwind.example", password=make.PASSWORD)


@pytest.mark.promise(37, ROW)
@pytest.mark.parametrize("address", ["/accounts/password/reset/", "/accounts/login/code/"])
def test_mails_name_the_configured_host_only(dana: User, settings: Any, record_property: Any, address: str) -> None:
    """Even were every host allowed; what is no name of a host is refused then too."""
    settings.ALLOWED_HOSTS, settings.ACCOUNT_RATE_LIMITS, settings.PORTAL_URL = ["*"], False, "https://portal.example"
    refused = 0
    for odd in ODD[:: 1 if FULL else 5]:
        for email in (dana.email, "nobody@northwind.example"):
            refused += browser().post(address, {"email": email}, headers={"Host": odd}).status_code == 400
            browser().post(address, {"email": email}, headers={"X-Forwarded-Host": odd})
    assert len(mail.outbox) == size(40, 200) - refused > size(20, 100)
    for sent in mail.outbox:
        named = set(re.findall(r"https?://([^/\s]+)", sent.body))
        assert named == {"portal.example"} and EVIL not in sent.body + sent.subject
    record_property("n", len(mail.outbox))
