"""Nobody sees another tenant: every address x every kind of visitor x ours, theirs and nobody's x every method.

Made from the URLconf: a new address is in it without a word here, unless it lacks an audience or a sample object; then this fails.
Source: promises rows 21, 55
"""

import logging
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import path

from customers.models import Role
from customers.tenancy import EVERYTHING, scope
from tests.reliability.figures import FULL
from tests.security.addresses import DECLARED_HERE, NO_TENANT, PROVIDERS, SECRETS, SEVERAL, Address, addresses, samples
from tests.security.conftest import tenants, world
from tests.security.tenants import Shown, TwoTenants, Visitor, shown, undone

__all__ = ["tenants", "world"]  # fixtures

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
RANKS = {Role.VIEWER: 1, Role.ORDERER: 2, Role.ADMINISTRATOR: 3}
# What `make prove` asks in full, a common run asks for those who stand for others: the desk's three see the same portal pages,
# a key is nobody outside /api/, and PUT and its like reach the same doors as POST.
STANDING_FOR_OTHERS = {"anonymous", "guest", "viewer", "orderer", "administrator", "analyst", "producer", "coordinator"}
STANDING_FOR_PROGRAMS = {"anonymous", "orderer", "our key", "their key"}  # a session opens nothing below /api/, whoever has it
ONE_OF_EACH_DOOR = {"anonymous", "administrator", "producer"}
ADMIN_VISITS = {
    "anonymous": ("GET", "POST"), "administrator": ("GET", "POST"), "producer": ("GET",), "PM": ("POST",), "coordinator": ("GET",),
    "portal administrator": ("GET", "POST"),
}  # fmt: skip
# The frameworks' own pages decide by who asks, not by what is asked for: these visitors stand for all.
FEW = {
    "accounts/": {"anonymous", "viewer", "coordinator"},
    "mailbox/": {"anonymous", "orderer"},
    "styleguide/": {"anonymous"},
    "my-day/engagements/<number>/": {"anonymous", "viewer", "analyst", "producer", "coordinator"},
}
# Allowed to say that something is wrong.
MAY_BE_UNWELL = {"readyz"}  # no worker runs here
# What a form of any page would take; the addresses are real ones of the other customer, and nobody's.
TYPED = {
    "email": "contact@southeast.example", "link-email": "contact@southeast.example", "number": "PR-3333-3333-R", "date": "2027-04-23",
    "time": "10:00", "confirm": "1", "schedule_update": "DONE", "fee": "0", "role": "VIEWER", "accept": "1", "accept_terms": "on",
    "zone": "UTC", "platform": "EVENTS", "reason": "none",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Thousands of requests would write thousands of lines."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def opens_for(address: Address, visitor: Visitor) -> str:
    """What the audience promises this visitor: "open", "sign in" or "nothing". Written anew, not asked of the code under test."""
    audience = address.audience
    assert audience
    if audience.kind == "anyone":
        return "open"
    if visitor.name in {"anonymous", "guest", "our key", "their key"}:
        return "sign in"
    if audience.kind == "signed_in":
        return "open"
    if audience.kind == "staff":
        return "open" if visitor.is_desk or (visitor.is_staff and not audience.roles) else "nothing"
    enough = bool(visitor.role) and all(RANKS[Role(visitor.role)] >= RANKS[Role(role)] for role in audience.roles)
    return "open" if enough else "nothing"


def takes_part(address: Address, visitor: Visitor, method: str) -> bool:
    few = next((names for start, names in FEW.items() if address.shape.startswith(start)), None)
    if few is not None:
        return visitor.name in few
    if FULL:
        return True
    if address.route.startswith("api/"):
        return visitor.name == "our key" or (visitor.name in STANDING_FOR_PROGRAMS and is_dealt(address, visitor, method))
    if method in {"GET", "POST"}:
        return visitor.name == "administrator" or (visitor.name in STANDING_FOR_OTHERS and is_dealt(address, visitor, method))
    return visitor.name in ONE_OF_EACH_DOOR and is_dealt(address, visitor, method)


def is_dealt(address: Address, visitor: Visitor, method: str) -> bool:
    """One in ten, always the same: of many alike, a common run asks some of each."""
    return zlib.crc32(f"{method} {address.route} {visitor.name}".encode()) % 10 == 0


def answer(visitor: Visitor, method: str, where: str, values: dict[str, Any]) -> Shown:
    with undone(), visitor.kept_session():
        return shown(
            visitor.ask(method, where, TYPED if method == "POST" and not where.startswith("/api/") else None), *map(str, values.values())
        )


def names_a_tenant(address: Address) -> bool:
    return bool(address.parameters) and address.shape not in SECRETS and not any(address.shape.startswith(start) for start in NO_TENANT)


def portal_addresses() -> list[Address]:
    return [address for address in addresses() if not address.is_admin]


def admin_addresses() -> list[Address]:
    return [address for address in addresses() if address.is_admin]


# The build fails for ------------------------------------------------------------------------------------------------


def undeclared(found: list[Address]) -> list[str]:
    return [address.route for address in found if address.audience is None]


@pytest.mark.promise(21, "every address, kind of visitor and method; theirs answers as nobody's, to the byte")
def test_every_view_declares_its_audience() -> None:
    assert undeclared(addresses()) == []


@pytest.mark.promise(21, "every address, kind of visitor and method; theirs answers as nobody's, to the byte")
def test_a_view_without_an_audience_is_found(settings: Any) -> None:
    """The control."""
    bare = path("bare/", lambda _request: HttpResponse())
    assert undeclared([Address(str(bare.pattern), "", bare.callback)]) == ["bare/"]


@pytest.mark.promise(21, "every address, kind of visitor and method; theirs answers as nobody's, to the byte")
def test_every_address_has_a_sample_object(world: TwoTenants) -> None:
    with scope(EVERYTHING):
        for address in addresses():
            if address.parameters:
                samples(address, world)


@pytest.mark.promise(21, "every address, kind of visitor and method; theirs answers as nobody's, to the byte")
def test_an_address_without_a_sample_object_is_found(world: TwoTenants) -> None:
    """The control."""
    with pytest.raises(LookupError, match="no sample object for bare"):
        samples(Address("bare/<str:number>/", "bare", lambda: None), world)


@pytest.mark.promise(21, "every address, kind of visitor and method; theirs answers as nobody's, to the byte")
def test_every_exception_is_still_needed() -> None:
    routes = [address.shape for address in addresses()]
    for start in {*DECLARED_HERE, *NO_TENANT, *SECRETS, *PROVIDERS, *SEVERAL}:
        assert any(route.startswith(start) for route in routes), start


# The matrix ---------------------------------------------------------------------------------------------------------


@pytest.mark.promise(21, "every address, kind of visitor and method; theirs answers as nobody's, to the byte")
@pytest.mark.parametrize("method", METHODS)
def test_who_opens_what(world: TwoTenants, method: str, record_property: Callable[[str, object], None]) -> None:
    """Ours, theirs and nobody's; the answers to theirs and nobody's are the same to the byte."""
    faults, asked = [], 0
    for address in portal_addresses():
        for visitor in world.visitors.values():
            if not takes_part(address, visitor, method):
                continue
            answers = answers_to(world, address, visitor, method)
            asked += len(answers)
            faults += faults_of(address, visitor, method, answers)
    record_property("n", asked)
    assert faults == []
    assert asked > (100 if FULL else 40)


@pytest.mark.promise(21, "every address, kind of visitor and method; theirs answers as nobody's, to the byte")
@pytest.mark.parametrize("name", ADMIN_VISITS)
def test_who_opens_the_admin(world: TwoTenants, name: str, record_property: Callable[[str, object], None]) -> None:
    visitor, faults, asked = world.visitors[name], [], 0
    for address in admin_addresses():
        for method in METHODS if FULL else ADMIN_VISITS[name]:
            if FULL or is_dealt(address, visitor, method):
                answers = answers_to(world, address, visitor, method)
                asked += len(answers)
                faults += faults_of(address, visitor, method, answers)
    record_property("n", asked)
    assert faults == []


def answers_to(world: TwoTenants, address: Address, visitor: Visitor, method: str) -> dict[str, Shown]:
    if not address.parameters:
        return {"own": answer(visitor, method, address.path(), {})}
    with scope(EVERYTHING):
        found = samples(address, world, visitor.name)
    kinds = {"own": found.own, "foreign": found.foreign, "missing": found.missing}
    if address.is_admin and visitor.name == "coordinator" and not FULL:
        del kinds["missing"]
    if visitor.name == "their key":
        kinds["own"], kinds["foreign"] = found.foreign, found.own
    if not names_a_tenant(address):
        del kinds["foreign"]
    return {kind: answer(visitor, method, address.path(**values), values) for kind, values in kinds.items()}


def faults_of(address: Address, visitor: Visitor, method: str, answers: dict[str, Shown]) -> list[str]:
    """What is wrong, in words."""
    place = f"{method} {address.route} as {visitor.name}"
    faults = [
        f"{place}: {kind} answers {each.status}"
        for kind, each in answers.items()
        if each.status >= 500 and address.route not in MAY_BE_UNWELL
    ]
    promised = opens_for(address, visitor)
    if promised == "nothing":
        faults += [f"{place}: {kind} answers {each.status}, not 404" for kind, each in answers.items() if each.status != 404]
    if promised == "sign in":
        faults += [f"{place}: {kind} does not lead to the sign-in page" for kind, each in answers.items() if not leads_to_sign_in(each)]
    if "foreign" in answers and not visitor.is_desk and answers["foreign"] != answers["missing"]:
        faults.append(f"{place}: theirs differs from nobody's: {difference(answers['foreign'], answers['missing'])}")
    return faults


def leads_to_sign_in(each: Shown) -> bool:
    """Straight, or by way of the admin's own door."""
    return each.status == 302 and dict(each.headers)["Location"].startswith(("/accounts/login/?next=/", "/admin/"))


def difference(one: Shown, other: Shown) -> str:
    for name in ("status", "headers", "cookies"):
        if getattr(one, name) != getattr(other, name):
            return f"{name}: {getattr(one, name)} / {getattr(other, name)}"
    at = next((n for n, (a, b) in enumerate(zip(one.body, other.body, strict=False)) if a != b), 0)
    return f"body: {one.body[max(at - 60, 0) : at + 60]!r} / {other.body[max(at - 60, 0) : at + 60]!r}"


@pytest.mark.promise(21, "every address, kind of visitor and method; theirs answers as nobody's, to the byte")
def test_what_is_ours_opens(world: TwoTenants) -> None:
    """The control: were every sample wrong, everything would look missing and the matrix would prove nothing."""
    closed = []
    for address in portal_addresses():
        if not address.parameters or address.route.startswith(("mailbox/", "accounts/", "hooks/")):
            continue
        with scope(EVERYTHING):
            values = samples(address, world).own
        is_api = address.route.startswith("api/")
        names, opened = (("our key",), {200, 202, 400, 409, 422}) if is_api else (("orderer", "administrator", "PM"), {200, 302})
        asked = ((world.visitors[name], method) for name in names for method in ("GET", "POST"))
        if not any(answer(visitor, method, address.path(**values), values).status in opened for visitor, method in asked):
            closed.append(address.route)
    assert closed == []


@pytest.mark.promise(21, "every address, kind of visitor and method; theirs answers as nobody's, to the byte")
def test_the_desk_finds_every_customers_order(world: TwoTenants) -> None:
    """Declared: administrators, coordinators and PMs see everything, analysts and producers what they work on."""
    for name in ("PM", "coordinator", "portal administrator"):
        for tenant in (world.ours, world.theirs):
            assert world.visitors[name].ask("GET", f"/orders/{tenant.orders['confirmed'].number}/").status_code == 200
    for name in ("analyst", "producer"):
        statuses = [
            world.visitors[name].ask("GET", f"/orders/{tenant.orders[order].number}/").status_code
            for tenant in (world.ours, world.theirs)
            for order in ("french", "confirmed")
        ]
        assert sorted(statuses) == [200, 404, 404, 404], name
