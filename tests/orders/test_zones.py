"""Orders in every zone, around every clock change: what is kept is the instant the wall time means. Rows 50 and 51 of the promises."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from catalog.models import Package
from orders.actions.days import resolve_days
from orders.actions.moving import move_order
from orders.actions.placing import place_order
from orders.asks import When, moved_to
from orders.models import Order
from orders.queries import orders_visible_to, shifted_by_new_rules, wish_at
from orders.wording import TimeRefusedInWords
from scheduling.windows import DayWish
from tests import make
from tests.orders.conftest import NOW, World, staff
from tests.reliability.figures import size
from tests.scheduling.test_localtime import newer_rules
from tests.scheduling.zones import QUARTER, Change, changes, meanings, shown, zones

__all__ = ["newer_rules"]  # a fixture

BEFORE_ALL = datetime(2025, 12, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PACKAGE = Package(max_days=3)


def kept(zone: str, *wishes: DayWish) -> list[datetime] | str:
    """The starts that an order would keep, or the code of the refusal."""
    try:
        days = resolve_days(When(zone, wishes), PACKAGE, now=BEFORE_ALL)
    except TimeRefusedInWords as refused:
        return refused.code
    assert [day.ends_at - day.starts_at for day in days] == [wish.duration for wish in wishes]
    return [day.starts_at for day in days]


def meant(local: datetime, zone: str) -> list[datetime] | str:
    """The same by the oracle."""
    instants = meanings(local, zone)
    return "impossible_local_time" if not instants else "ambiguous_local_time" if len(instants) > 1 else instants


def walls_around(change: Change) -> Iterator[datetime]:
    first = shown(change.at - HOUR, change.zone)
    length = 2 * HOUR + abs(change.size)
    yield from (first + n * QUARTER for n in range(int(length / QUARTER)))


@pytest.mark.promise(50, "orders around every clock change of every zone")
def test_an_asked_wall_time_is_kept_as_the_instant_it_means() -> None:
    """Around every change: an existing time as it is, a doubled one once it is said which, a skipped one never."""
    asked = 0
    for change in changes():
        for local in walls_around(change):
            assert kept(change.zone, DayWish(local, HOUR)) == meant(local, change.zone)
            for fold, instant in enumerate(meanings(local, change.zone)):
                assert kept(change.zone, DayWish(local, HOUR, fold)) == [instant]
            asked += 1
    print(f"\n{len(zones())} zones, {len(changes())} clock changes 2026-2030, {asked} wall times of orders, 0 wrong instants")
    assert len(zones()) > 590 and asked > size(2_000, 15_000)


@pytest.mark.promise(50, "orders around every clock change of every zone")
def test_an_instant_from_a_program_or_an_offer_is_kept_as_it_is() -> None:
    """Also in the hour that happens twice: nobody has to be asked which."""
    for change in changes():
        for n in range(-6, 7):
            instant = change.at + n * QUARTER
            wish = wish_at(instant, change.zone)
            first = moved_to((DayWish(wish.local_start - 3 * DAY, HOUR, 0),), wish)
            assert kept(change.zone, *first) == [instant]


@pytest.mark.promise(50, "orders around every clock change of every zone")
def test_a_moved_event_keeps_the_wall_times_of_its_days_across_a_change() -> None:
    """S40, S76: three days, the clocks change during the second."""
    for change in changes():
        second = shown(change.at, change.zone) + 2 * HOUR
        event = tuple(DayWish(second + (n - 20) * DAY, HOUR, 0) for n in range(3))
        days = moved_to(event, DayWish(second - DAY, timedelta(), 0))
        walls = [second + n * DAY for n in (-1, 0, 1)]
        expected = [meanings(local, change.zone) for local in walls]
        if all(expected):
            assert kept(change.zone, *days) == [instants[0] for instants in expected]


@pytest.mark.promise(50, "orders around every clock change of every zone")
def test_every_zone_on_ordinary_days() -> None:
    for zone in zones():
        for month in range(1, 13):
            local = datetime(2029, month, 12, 9, 15)
            assert kept(zone, DayWish(local, HOUR)) == meant(local, zone)


def placed(world: World, start: datetime, zone: str = "Europe/Paris") -> Order:
    return place_order(world.draft(when=world.when(start, zone=zone)), accept_terms=True, by=None, now=NOW)


@pytest.mark.promise(51, "orders that newer zone rules would move are listed and left alone")
def test_orders_that_newer_zone_rules_would_move_are_listed_and_left_alone(world: World, request: pytest.FixtureRequest) -> None:
    """Row 51"""
    staff("PRODUCER", 1)
    summer, winter = placed(world, datetime(2027, 7, 1, 10, 0)), placed(world, datetime(2027, 12, 6, 10, 0))
    elsewhere = placed(world, datetime(2027, 7, 1, 10, 0), zone="America/Montreal")
    desk = world.coordinator.user
    assert shifted_by_new_rules(orders_visible_to(desk), now=NOW) == []

    request.getfixturevalue("newer_rules")
    (shifted,) = shifted_by_new_rules(orders_visible_to(desk), now=NOW)
    assert (shifted.order, shifted.day.starts_at) == (summer, datetime(2027, 7, 1, 8, 0, tzinfo=UTC))
    assert shifted.moved.means == (datetime(2027, 7, 1, 9, 0, tzinfo=UTC),)
    assert shifted.moved.shows == datetime(2027, 7, 1, 9, 0)
    for order in (summer, winter, elsewhere):
        before = order.starts_at
        order.refresh_from_db()
        assert order.starts_at == before
    assert shifted_by_new_rules(orders_visible_to(desk), now=summer.ends_at) == []

    move_order(summer, first=DayWish(datetime(2027, 7, 1, 10, 0), timedelta()), schedule_update="DONE", by=desk, now=NOW)
    assert shifted_by_new_rules(orders_visible_to(desk), now=NOW) == []


@pytest.mark.promise(51, "orders that newer zone rules would move are listed and left alone")
def test_only_who_sees_the_orders_sees_the_list(world: World, request: pytest.FixtureRequest) -> None:
    placed(world, datetime(2027, 7, 1, 10, 0))
    request.getfixturevalue("newer_rules")
    assert len(shifted_by_new_rules(orders_visible_to(world.orderer), now=NOW)) == 1
    assert shifted_by_new_rules(orders_visible_to(make.member()), now=NOW) == []
