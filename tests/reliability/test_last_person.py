"""Rows 1 and 3 of the promises, and the last sentence of S48: many customers, one person left."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import httpx
import pytest

from tests.reliability.crowd import at_once
from tests.reliability.database import deadlocks, no_guards, overlaps
from tests.reliability.figures import row, size
from tests.reliability.stage import Stage
from tests.reliability.visitors import OFFERS, Customer, Program

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]

CLIENTS = size(25, 500)
ORGANISATIONS = 25
PEOPLE = size(8, 200)  # who are all busy then but one
MOST_TRIES = 60


@dataclass
class Search:
    """What one of the losers went through until they had a time."""

    found: str = ""
    refused: list[str] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)

    def through(self, offers: list[str], attempt: Callable[[str], tuple[httpx.Response, bool, list[str]]]) -> "Search":
        """Try what was offered, the nearest first, then what was offered instead."""
        waiting, newest = list(offers), list(offers)
        for _try in range(MOST_TRIES):
            offer = waiting.pop(0)
            answer, taken, instead = attempt(offer)
            self.answers[answer.status_code] += 1
            if taken:
                self.found = offer
                return self
            self.refused.append(offer)
            newest = instead or newest
            waiting = waiting or list(newest)
        return self


def by_program(program: Program, offer: str) -> tuple[httpx.Response, bool, list[str]]:
    answer = program.order(offer)
    return answer, answer.status_code == 201, [each["starts_at"] for each in answer.json().get("alternatives", [])]


def by_customer(customer: Customer, offer: str) -> tuple[httpx.Response, bool, list[str]]:
    answer = customer.choose(offer)
    return answer, answer.headers.get("Location", "").endswith("/meeting/"), OFFERS.findall(answer.text)


def check_everyone_found_a_time(stage: Stage, searches: list[Search]) -> None:
    """Nobody was sent away from a time at which somebody was free; who has those times are the others."""
    assert all(each.found for each in searches)
    assert not [status for each in searches for status in each.answers if status >= 500]
    ours = stage.keys() | {"elsewhere"}
    for offer in {offer for each in searches for offer in each.refused}:
        held = stage.bookings_during(datetime.fromisoformat(offer))
        assert {booking.staff_id for booking in held} == {person.pk for person in stage.producers}, offer
        assert {booking.reference for booking in held} <= ours


def test_programs_order_the_last_free_person(set_stage: Callable[..., Stage]) -> None:
    stage = set_stage(ORGANISATIONS, people=PEOPLE)
    stage.occupy(stage.producers[1:], stage.at)
    broken_up, programs = deadlocks(), stage.programs(CLIENTS)
    with row(1, "the last free person through the API", n=CLIENTS) as counts:
        answers = at_once([partial(program.order, stage.at) for program in programs])
        counts |= {"wins": sum(each.status_code == 201 for each in answers), "losses": sum(each.status_code == 409 for each in answers)}
        assert Counter(each.status_code for each in answers) == {201: 1, 409: CLIENTS - 1}
        refused = [(program, each.json()) for program, each in zip(programs, answers, strict=True) if each.status_code == 409]
        assert {(each["code"], len(each["alternatives"])) for _program, each in refused} == {("nobody_free", 3)}
        assert next(each for each in answers if each.status_code == 201).json()["status"] == "CONFIRMED"
        assert overlaps() == 0

    with row(1, "their alternatives through the API", n=CLIENTS - 1) as counts:
        searches = at_once(
            [
                partial(Search().through, [offer["starts_at"] for offer in body["alternatives"]], partial(by_program, program))
                for program, body in refused
            ]
        )
        counts |= {"wins": sum(bool(each.found) for each in searches), "losses": sum(len(each.refused) for each in searches)}
        check_everyone_found_a_time(stage, searches)
    assert (overlaps(), deadlocks() - broken_up) == (0, 0)


def test_customers_ask_in_step_1_for_the_last_free_person(set_stage: Callable[..., Stage]) -> None:
    stage = set_stage(ORGANISATIONS, orderers=CLIENTS // ORGANISATIONS, people=PEOPLE)
    stage.occupy(stage.producers[1:], stage.at)
    broken_up, customers = deadlocks(), stage.customers()
    at_once([customer.begin for customer in customers])
    with row(1, "the last free person through step 1", n=CLIENTS) as counts:
        answers = at_once([partial(customer.ask_for, stage.at) for customer in customers])
        where = Counter(each.headers.get("Location", f"{each.status_code}").rstrip("/").rpartition("/")[2] for each in answers)
        counts |= {"wins": where["meeting"], "losses": where["times"]}
        assert where == {"meeting": 1, "times": CLIENTS - 1}
        assert stage.busy(stage.at) == PEOPLE and overlaps() == 0

    losers = [customer for customer, each in zip(customers, answers, strict=True) if each.headers["Location"].endswith("/times/")]
    with row(1, "their alternatives through the page of times", n=CLIENTS - 1) as counts:
        offers = at_once([customer.offers for customer in losers])
        assert {len(each) for each in offers} == {3}
        searches = at_once(
            [partial(Search().through, mine, partial(by_customer, loser)) for loser, mine in zip(losers, offers, strict=True)]
        )
        counts |= {"wins": sum(bool(each.found) for each in searches), "losses": sum(len(each.refused) for each in searches)}
        check_everyone_found_a_time(stage, searches)
    assert (overlaps(), deadlocks() - broken_up) == (0, 0)


def test_control_without_lock_and_constraint_several_win(set_stage: Callable[..., Stage]) -> None:
    """Row 3: the tests above can see the fault."""
    stage = set_stage(8)  # as many as the web server answers at the same time
    programs = stage.programs(8)
    with row(3, "the same with lock and constraint off", n=8) as counts, no_guards():
        at_once([partial(program.order, "nonsense") for program in programs])  # every thread of the server connects anew
        answers = at_once([partial(program.order, stage.at) for program in programs])
        counts["wins"] = sum(each.status_code == 201 for each in answers)
        counts["overlaps"] = overlaps()
        assert counts["wins"] >= 2 and counts["overlaps"] >= 1
    assert overlaps() == 0
