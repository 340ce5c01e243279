"""Every request leaves one line that says who, what, when, whose, and its number; no secret and no forged line. Source: promises row 53

"Who" is the person's id or the key's prefix, and of a stranger the address alone; "whose" is the organisation they work for. A request
under a foreign host name is refused before there is a visitor: Django's own line tells of it.
"""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from assist_portal.log_lines import SECRET
from tests.make import PASSWORD
from tests.reliability.figures import size
from tests.security.addresses import addresses
from tests.security.tenants import TwoTenants, Visitor, undone

REQUESTS = size(80, 1_000)
FORGED = '\r\n{"event": "request_finished", "user_id": 1, "forged": true}\r\n'
TYPED = {"login": f"eve@evil.example{FORGED}", "email": f"eve@evil.example{FORGED}", "password": PASSWORD, "q": FORGED, "reason": FORGED}
VISITORS = ("anonymous", "viewer", "orderer", "administrator", "coordinator", "our key", "their key")
LOOKED_AT = ("accounts/", "orders/", "settings/", "resources/", "reports/", "api/v1/", "my-day/", "")


def mixed(world: TwoTenants) -> Iterator[tuple[Visitor, str, str]]:
    """Looks and posts, everybody everywhere, with objects that exist nowhere."""
    paths = [
        each.path(**dict.fromkeys(each.parameters, "1")) for each in addresses() if each.route.startswith(LOOKED_AT[:-1]) or not each.route
    ]
    number = 0
    while True:
        visitor = world.visitors[VISITORS[number % len(VISITORS)]]
        yield visitor, "POST" if number % 3 == 0 else "GET", paths[(number * 7) % len(paths)]
        number += 1


def ask(visitor: Visitor, method: str, path: str) -> int:
    with undone(), visitor.kept_session():
        data = TYPED if not path.startswith("/api/") else {"q": "x"} if method == "GET" else None
        forged = {"user-agent": f"Browser{FORGED}", "referer": f"https://x.example/{FORGED}", "x-forwarded-for": "203.0.113.9"}
        return int(visitor.ask(method, path, data, **forged).status_code)


def of_requests(lines: io.StringIO) -> list[dict[str, Any]]:
    """The last line of each request; who it was stands in its first, also when they sign out in between."""
    began = {line["request_id"]: line["user_id"] for line in told(lines) if line["event"] == "request_started"}
    ended = (line for line in told(lines) if line["event"] in {"request_finished", "request_failed"})
    return [{**line, "user_id": line["user_id"] or began[line["request_id"]]} for line in ended]


def told(lines: io.StringIO) -> list[dict[str, Any]]:
    """Each line is one object, or this raises."""
    return [json.loads(line) for line in lines.getvalue().splitlines()]


@pytest.mark.promise(53, "mixed requests with forged lines in their inputs: who, what, when, whose and number of each; no secret")
def test_every_request_leaves_one_true_line(world: TwoTenants, lines: io.StringIO, record_property: Callable[[str, int], None]) -> None:
    questions, expected = mixed(world), []
    for _number in range(REQUESTS):
        visitor, method, path = next(questions)
        expected.append((visitor, SECRET.sub(r"\1***", f"{method} {path}"), ask(visitor, method, path)))
    finished = of_requests(lines)
    assert [(line["request"].partition("?")[0], line["code"]) for line in finished] == [(what, status) for _who, what, status in expected]
    faults = [
        what for (visitor, what, _status), line in zip(expected, finished, strict=True) if not says_who_and_whose(visitor, what, line)
    ]
    assert faults == []
    assert len({line["request_id"] for line in finished}) == REQUESTS
    assert not [line for line in told(lines) if "forged" in line]
    assert {line["ip"] for line in finished} == {"127.0.0.1"}
    secrets = [
        PASSWORD,
        world.ours.key_token,
        world.theirs.key_token,
        *(each.client.cookies[name].value for each in world.visitors.values() for name in each.client.cookies),
    ]
    assert [secret for secret in secrets if secret and secret in lines.getvalue()] == []
    record_property("n", REQUESTS)
    record_property("refused", sum(status in {401, 403, 404, 405, 429} for _who, _what, status in expected))


def says_who_and_whose(visitor: Visitor, what: str, line: dict[str, Any]) -> bool:
    here = {"request_id", "ip", "timestamp", "code", "user_id"} <= set(line)
    if "key" in visitor.name:
        asks_the_api = "/api/v1/" in what and line["code"] not in {404, 405} and "docs" not in what and "openapi" not in what
        return here and (
            not asks_the_api or (line["organisation"], line["api_key"]) == (visitor.tenant.organisation.pk, visitor.tenant.key_prefix)
        )
    if visitor.name == "anonymous":
        return here and line["user_id"] is None and "organisation" not in line
    knows_whose = visitor.is_staff or line.get("organisation") == visitor.tenant.organisation.pk
    return here and knows_whose and line["user_id"] == int(visitor.client.session["_auth_user_id"])


@pytest.mark.promise(53, "mixed requests with forged lines in their inputs: who, what, when, whose and number of each; no secret")
@pytest.mark.parametrize(
    "kind", ["a wrong password", "a form of another site", "NUL in an address", "a wrong key", "without a second factor"]
)
def test_what_is_refused_is_told_too(world: TwoTenants, lines: io.StringIO, settings: Any, kind: str) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = kind == "without a second factor"
    visitor = world.visitors["coordinator" if "factor" in kind else "anonymous"]
    visitor.client.handler.enforce_csrf_checks = kind == "a form of another site"
    where = {"a wrong key": "/api/v1/orders/", "NUL in an address": "/orders/%00/", "without a second factor": "/my-day/"}.get(
        kind, "/accounts/login/"
    )
    more = {"authorization": "Bearer ap_0123456789abcdef_" + "s" * 43} if kind == "a wrong key" else {}
    try:
        with undone(), visitor.kept_session():
            visitor.ask("POST" if where == "/accounts/login/" else "GET", where, TYPED if not more else None, **more)
    finally:
        visitor.client.handler.enforce_csrf_checks = False
    (line,) = [each for each in told(lines) if each["event"] == "request_finished"]
    assert {"request_id", "ip", "timestamp", "user_id"} <= set(line)
    assert line["code"] == {"a wrong password": 200, "a form of another site": 403, "NUL in an address": 400, "a wrong key": 401}.get(
        kind, 302
    )
    assert PASSWORD not in lines.getvalue() and "s" * 43 not in lines.getvalue()


def test_a_line_in_a_line_would_be_seen() -> None:
    """The control: in a log of plain text it stands as a line of its own."""
    plain = logging.Formatter().format(logging.makeLogRecord({"msg": f"Browser{FORGED}"}))
    assert [each for each in plain.splitlines() if each.startswith("{") and json.loads(each)["forged"]]
