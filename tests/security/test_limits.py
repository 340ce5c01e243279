"""How often each door may be tried, from one address, from many, and for one account, under the limits we ship. Source: promises row 32"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.http import HttpResponse
from django.test import Client

from customers.models import Role, User
from customers.rest.counting import counter
from orders.numbers import new_number
from tests import make
from tests.reliability.figures import FULL, size

ROW = "tries of each limited door: one address, 100 addresses, one account, forged addresses"
TRIES = size(35, 1000)
LOGIN = "/accounts/login/"
NUMBERS = [new_number() for _ in range(TRIES)]
FORGED = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "True-Client-IP", "CF-Connecting-IP", "X-Client-IP")


@dataclass(frozen=True)
class Door:
    """What is tried, for which of the accounts, and how many tries are let through for one account and from one address."""

    path: str
    typed: Callable[[int], dict[str, str]]
    per_account: int
    per_address: int
    status: int = 429  # of a refusal; sign-in's form itself says that it is too much for one account


def email_of(account: int) -> str:
    return "dana@northwind.example" if account == 0 else f"person-{account}@northwind.example"


DOORS = {
    "sign-in": Door(LOGIN, lambda account: {"login": email_of(account), "password": "a wrong password"}, 5, 10),
    "code by mail": Door("/accounts/login/code/", lambda account: {"email": email_of(account)}, 3, 20, 200),
    "new password": Door("/accounts/password/reset/", lambda account: {"email": email_of(account)}, 5, 20),
    "order by number": Door("/orders/find/", lambda account: {"number": NUMBERS[account], "email": "x@example.org"}, 5, 5),
    "link to move": Door("/orders/{number}/move/", lambda account: {"number": NUMBERS[account], "link-email": "x@example.org"}, 5, 5),
}


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(make.NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def dana(db: None) -> User:
    return make.member(email=email_of(0), password=make.PASSWORD)


def address(number: int) -> str:
    return f"198.51.{number // 250}.{number % 250 + 1}"


def attempt(door: Door, *, account: int = 0, where: int = 0, **headers: str) -> HttpResponse:
    """A browser without a past; only where it comes from and what it types tell it from others."""
    typed = door.typed(account)
    return Client(REMOTE_ADDR=address(where)).post(door.path.format(**typed), typed, headers=headers)


def let_through(answers: list[HttpResponse]) -> int:
    """How many were not refused; every refusal by status says when to come back."""
    refused = [each for each in answers if each.status_code == 429]
    assert all(int(each["Retry-After"]) > 0 for each in refused)
    return sum(each.status_code in {200, 302, 401} and b"Too many" not in each.content for each in answers)


# One address, many addresses, one account ---------------------------------------------------------------------------


@pytest.mark.timeout(1800)
@pytest.mark.promise(32, ROW)
@pytest.mark.parametrize("name", DOORS)
def test_one_address_tries_many_accounts(dana: User, record_property: Any, name: str) -> None:
    answers = [attempt(DOORS[name], account=n) for n in range(TRIES)]
    assert let_through(answers) == DOORS[name].per_address
    assert answers[-1].status_code == DOORS[name].status
    record_property("n", TRIES)


@pytest.mark.timeout(1800)
@pytest.mark.promise(32, ROW)
@pytest.mark.parametrize("name", DOORS)
def test_a_hundred_addresses_try_one_account(dana: User, record_property: Any, name: str) -> None:
    answers = [attempt(DOORS[name], where=n % 100) for n in range(TRIES)]
    assert let_through(answers) == DOORS[name].per_account
    record_property("n", TRIES)


@pytest.mark.timeout(1800)
@pytest.mark.promise(32, ROW)
@pytest.mark.parametrize("name", DOORS)
def test_one_address_tries_one_account(dana: User, record_property: Any, name: str) -> None:
    answers = [attempt(DOORS[name]) for _ in range(TRIES)]
    assert let_through(answers) == DOORS[name].per_account
    assert answers[-1].status_code == DOORS[name].status
    record_property("n", TRIES)


@pytest.mark.timeout(1800)
@pytest.mark.promise(32, ROW)
@pytest.mark.parametrize("name", DOORS)
def test_what_a_caller_says_of_its_address_is_not_believed(dana: User, record_property: Any, name: str) -> None:
    answers = [attempt(DOORS[name], account=n, **dict.fromkeys(FORGED, address(n + 1))) for n in range(TRIES)]
    assert let_through(answers) == DOORS[name].per_address
    record_property("n", TRIES)


@pytest.mark.timeout(1800)
@pytest.mark.promise(32, ROW)
@pytest.mark.parametrize("name", DOORS)
def test_nor_does_another_port_of_our_host_begin_anew(dana: User, record_property: Any, name: str) -> None:
    answers = [attempt(DOORS[name], where=n % 100, Host=f"testserver:{8000 + n}") for n in range(TRIES)]
    assert let_through(answers) == DOORS[name].per_account
    record_property("n", TRIES)


@pytest.mark.promise(32, ROW)
@pytest.mark.parametrize("name", DOORS)
def test_behind_a_proxy_each_visitor_counts_alone(dana: User, settings: Any, name: str) -> None:
    """The proxy adds the address it sees to the header, last; what the visitor wrote there before is not believed."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    door, n = DOORS[name], DOORS[name].per_address
    seen = {"X-Forwarded-For": "203.0.113.7"}
    answers = [attempt(door, account=n, **{"X-Forwarded-For": f"{address(n)}, 203.0.113.9"}) for n in range(n + 1)]
    assert let_through(answers) == n
    assert let_through([attempt(door, account=n + 1, **seen)]) == 1, "the control: somebody else behind the same proxy"


# Nobody is locked out for good, and nothing is forgotten ------------------------------------------------------------


@pytest.mark.promise(32, ROW)
def test_who_is_attacked_gets_in_by_mail_at_once_and_by_password_soon(dana: User, clock: time_machine.Traveller) -> None:
    for n in range(size(20, 1000)):
        attempt(DOORS["sign-in"], where=n % 100)
    right = {"login": dana.email, "password": make.PASSWORD}
    home = Client(REMOTE_ADDR="203.0.113.5")
    assert home.post(LOGIN, right).status_code == 200
    assert home.post("/accounts/login/code/", {"email": dana.email}).status_code == 302
    assert [sent.recipients() for sent in mail.outbox] == [[dana.email]]
    clock.shift(timedelta(minutes=5))
    assert Client(REMOTE_ADDR="203.0.113.5").post(LOGIN, right)["Location"] == "/"


@pytest.mark.promise(32, ROW)
def test_the_attacked_number_opens_after_fifteen_minutes_however_long_it_is_tried(db: None, clock: time_machine.Traveller) -> None:
    door = DOORS["order by number"]
    for n in range(size(20, 1000)):
        clock.shift(timedelta(minutes=14) / size(20, 1000))
        refused = attempt(door, where=n % 100)
    assert refused.status_code == 429 and int(refused["Retry-After"]) <= 150
    clock.shift(timedelta(seconds=int(refused["Retry-After"])))
    assert attempt(door, where=101).status_code == 200


@pytest.mark.promise(32, ROW)
def test_without_the_broker_the_doors_stay_limited_and_programs_are_served(dana: User, settings: Any) -> None:
    """Fails closed for people who sign in, open for programs: their key is the secret, not their number of calls."""
    settings.BROKER = type(settings.BROKER)(celery="", client="unix:///nowhere/valkey.sock")
    counter.cache_clear()
    try:
        for number, door in enumerate(DOORS.values()):
            assert let_through([attempt(door, account=number, where=10 * number + n) for n in range(8)]) == door.per_account
        assert call(make.api_key()[1]).status_code == 200
    finally:
        counter.cache_clear()


# Programs and invitations -------------------------------------------------------------------------------------------


def call(token: str, where: int = 0) -> HttpResponse:
    return Client(REMOTE_ADDR=address(where)).get("/api/v1/orders/", headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def sparing(settings: Any) -> Any:
    """What we ship at full size; a common run need not make a thousand calls to see a limit."""
    if not FULL:
        settings.API_CALLS_PER_MINUTE, settings.API_BAD_KEYS_PER_MINUTE, settings.INVITATIONS_PER_HOUR = 30, 20, 10
    assert not FULL or (settings.API_CALLS_PER_MINUTE, settings.API_BAD_KEYS_PER_MINUTE, settings.INVITATIONS_PER_HOUR) == (600, 60, 100)
    return settings


@pytest.mark.timeout(1800)
@pytest.mark.promise(32, ROW)
def test_a_key_from_a_hundred_addresses(db: None, sparing: Any, record_property: Any) -> None:
    _key, token = make.api_key()
    answers = [call(token, where=n % 100) for n in range(TRIES)]
    assert let_through(answers) == sparing.API_CALLS_PER_MINUTE
    assert answers[-1].status_code == 429
    record_property("n", TRIES)


@pytest.mark.timeout(1800)
@pytest.mark.promise(32, ROW)
def test_bad_keys_from_one_address_and_from_a_hundred(db: None, sparing: Any, record_property: Any) -> None:
    good = make.api_key()[1]
    answers = [call(f"ap_{n:016x}_{n:064x}", where=200) for n in range(TRIES)]
    assert let_through(answers) == sparing.API_BAD_KEYS_PER_MINUTE
    assert answers[-1].status_code == 429
    assert call(good, where=200).status_code == 200, "who has a key is not locked out by a neighbour who guesses"
    assert let_through([call(f"ap_{n:016x}_{n:064x}", where=n % 100) for n in range(TRIES)]) == TRIES
    record_property("n", 2 * TRIES)


@pytest.mark.timeout(1800)
@pytest.mark.promise(32, ROW)
def test_invitations(db: None, sparing: Any, record_property: Any, clock: time_machine.Traveller) -> None:
    """Of one organisation in an hour, whoever of its administrators sends them from wherever."""
    northwind = make.organisation()
    people = [make.member(northwind, Role.ADMINISTRATOR) for _ in range(2)]
    answers = []
    for n in range(TRIES):
        visitor = Client(REMOTE_ADDR=address(n % 100))
        visitor.force_login(people[n % 2])
        answers.append(visitor.post("/settings/members/invite/", {"email": f"new-{n}@northwind.example", "role": Role.VIEWER}))
    assert let_through(answers) == len(mail.outbox) == sparing.INVITATIONS_PER_HOUR
    assert answers[-1].status_code == 429
    clock.shift(timedelta(seconds=int(answers[-1]["Retry-After"])))
    assert visitor.post("/settings/members/invite/", {"email": "late@northwind.example", "role": Role.VIEWER}).status_code == 302
    record_property("n", TRIES)
