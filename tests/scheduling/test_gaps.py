"""Working time, freedom and alternatives against an oracle that looks at every five minutes of everybody."""

import random
import time as stopwatch
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import accumulate, pairwise

import pytest

from scheduling.gaps import Alternative, Wish, alternatives, span_to_read, wish_of
from scheduling.hours import ALL_WEEK, Interval, Person, WorkingHours, free_among, is_free, working_intervals
from scheduling.windows import EventDay, Rule, cover_days
from tests.reliability.figures import FULL, size
from tests.scheduling.zones import changes, shown, zones

CELL, HOUR, DAY = timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)
HALF_HOUR = timedelta(minutes=30)
NONE: frozenset[date] = frozenset()
OFFICE = tuple(WorkingHours(weekday, time(9), time(17)) for weekday in range(5))
NIGHT = (
    *(WorkingHours(weekday, time(0), time(2, 30)) for weekday in range(7)),
    *(WorkingHours(weekday, time(21, 15), time(0)) for weekday in range(6)),
)
SPLIT = (*(WorkingHours(d, time(8), time(12)) for d in (0, 2, 4)), *(WorkingHours(d, time(13), time(18, 30)) for d in (0, 2, 3, 6)))
PATTERNS = (OFFICE, NIGHT, SPLIT, ALL_WEEK)
HOLIDAYS = (NONE, frozenset({date(2027, 3, 15), date(2027, 3, 29), date(2027, 4, 5)}))
EVENT_ZONES = ("Europe/Paris", "America/Montreal", "Australia/Lord_Howe", "Antarctica/Troll", "Asia/Kolkata", "Africa/Cairo")
STAFF_ZONES = ("Europe/Paris", "America/Montreal", "Asia/Tokyo")
BASES = tuple(datetime(2027, month, day, tzinfo=UTC) for month, day in ((3, 14), (3, 28), (4, 4), (10, 31), (4, 30)))
CELLS = 44 * 288  # 22 days on either side of the base


def cell_at(base: datetime, cell: int) -> datetime:
    return base + (cell - CELLS // 2) * CELL


def cell_of(base: datetime, instant: datetime) -> int:
    return (instant - base) // CELL + CELLS // 2


def on_duty(local: datetime, hours: tuple[WorkingHours, ...], holidays: frozenset[date]) -> bool:
    return local.date() not in holidays and any(
        weekday == local.weekday() and starts <= local.time() and (local.time() < ends or ends == time()) for weekday, starts, ends in hours
    )


@cache
def worked(zone: str, hours: tuple[WorkingHours, ...], holidays: frozenset[date], base: datetime) -> list[bool]:
    return [on_duty(shown(cell_at(base, cell), zone), hours, holidays) for cell in range(CELLS)]


@cache
def first_cell_showing(zone: str, base: datetime) -> dict[datetime, int]:
    return {shown(cell_at(base, cell), zone): cell for cell in reversed(range(CELLS))}


def free_cells(person: Person, base: datetime) -> list[int]:
    """Return running counts of free cells, so that a window is free when the count over it is its length."""
    cells = list(worked(person.zone, person.hours, person.holidays, base))
    for begins, ends in (*person.busy, *person.leave):
        for cell in range(max(cell_of(base, begins), 0), min(cell_of(base, ends), CELLS)):
            cells[cell] = False
    return [0, *accumulate(cells)]


@dataclass(frozen=True)
class Case:
    base: datetime
    people: list[Person]
    wish: Wish
    now: datetime
    earliest: datetime | None
    latest: datetime | None
    prefer: frozenset[int]
    horizon: timedelta


def a_case(dice: random.Random) -> Case:
    base, zone = dice.choice(BASES), dice.choice(EVENT_ZONES)
    start = base + dice.randrange(-24, 48) * 15 * timedelta(minutes=1) + dice.choice([0, 0, 0, 1]) * CELL
    rule = dice.choice([Rule(HALF_HOUR), Rule(HALF_HOUR, HALF_HOUR, 9 * HOUR), Rule(timedelta())])
    length, count = dice.choice([1, 1, 2, 4, 8, 34]) * 15 * timedelta(minutes=1), dice.choice([1, 1, 1, 2, 3])
    days = [EventDay(start + n * DAY, start + n * DAY + length) for n in range(count)]
    fullness = dice.choice([0, 20, 120, 400])
    return Case(
        base=base,
        people=[a_person(dice, number, base, fullness) for number in dice.sample(range(100), dice.randint(1, 3))],
        wish=wish_of(cover_days(days, rule), zone),
        now=start - dice.choice([15 * DAY, 3 * DAY, 2 * HOUR]),
        earliest=dice.choice([None, start - DAY - HOUR, start + HOUR]),
        latest=dice.choice([None, None, start + 5 * DAY]),
        prefer=frozenset(dice.choice([[], range(50)])),
        horizon=dice.choice([14 * DAY, 14 * DAY, 3 * DAY, DAY]),
    )


def a_person(dice: random.Random, number: int, base: datetime, fullness: int) -> Person:
    busy = []
    for _ in range(fullness):
        begins = cell_at(base, dice.randrange(CELLS))
        busy.append((begins, begins + dice.randint(1, 30) * CELL))
    away = cell_at(base, dice.randrange(CELLS))
    leave = [(away, away + dice.randint(1, 10) * DAY)] if dice.random() < 0.3 else []
    return Person(number, dice.choice(STAFF_ZONES), dice.choice(PATTERNS), dice.choice(HOLIDAYS), busy, leave)


def expected(case: Case) -> list[tuple[datetime, int]]:
    """Try every start of every day for everybody, then choose as S48 says."""
    offers = possible(case)
    chosen: list[tuple[int, int, int]] = []
    by_day: dict[int, tuple[int, int, int]] = {}
    wished = shown(case.wish.days[0].starts_at, case.wish.zone)
    for offer in sorted(offers):
        by_day.setdefault((wished - offer[1] * timedelta(minutes=1)).toordinal(), offer)
    chosen = sorted(by_day.values())[:3]
    best_of_start: dict[int, tuple[int, int, int]] = {}
    for offer in sorted(offers):
        best_of_start.setdefault(offer[1], offer)
    chosen += [offer for offer in sorted(best_of_start.values()) if offer[1] not in {one[1] for one in chosen}][: 3 - len(chosen)]
    chosen.sort(key=lambda offer: (abs(offer[1]), offer[1]))
    clock = first_cell_showing(case.wish.zone, case.base)
    return [(cell_at(case.base, clock[wished - earlier * timedelta(minutes=1)]), case.people[rank].id) for _, earlier, rank in chosen]


def possible(case: Case) -> list[tuple[int, int, int]]:
    walls = [shown(day.starts_at, case.wish.zone) for day in case.wish.days]
    frees = [free_cells(person, case.base) for person in case.people]
    offers = []
    for shift in range(-(case.horizon // timedelta(minutes=1)), case.horizon // timedelta(minutes=1) + 1, 5):
        local = walls[0] + timedelta(minutes=shift)
        days = (local.date() - walls[0].date()).days
        away = abs(shift - days * 1440)
        if shift and (not away or not (local.hour * 60 + local.minute) % 15):
            cells = starting_cells(case, walls, shift)
            for rank, person in enumerate(case.people):
                if cells and all(fits(case, frees[rank], cell, index) for index, cell in enumerate(cells)):
                    other = 120 if case.prefer and person.id not in case.prefer else 0
                    offers.append((abs(days) * 1440 + 4 * away + other, -shift, rank))
    return offers


def starting_cells(case: Case, walls: list[datetime], shift: int) -> list[int]:
    clock, wished = first_cell_showing(case.wish.zone, case.base), case.wish.days[0]
    cells = [clock.get(local + timedelta(minutes=shift), -1) for local in walls]
    if -1 in cells:
        return []
    first, last = cell_at(case.base, cells[0]), cell_at(case.base, cells[-1])
    late = case.earliest and wished.starts_at >= case.earliest > first
    past = first - wished.before < case.now
    return [] if late or past or (case.latest and last > case.latest) else cells


def fits(case: Case, free: list[int], cell: int, index: int) -> bool:
    day = case.wish.days[index]
    opens, closes = cell - day.before // CELL, cell + day.after // CELL
    return free[closes] - free[opens] == closes - opens


def answer(case: Case) -> tuple[Alternative, ...]:
    return alternatives(
        case.people,
        case.wish,
        now=case.now,
        earliest=case.earliest,
        latest=case.latest,
        prefer=case.prefer,
        horizon=case.horizon,
    )


def test_alternatives_are_those_of_trying_everything() -> None:
    """S48: exactly three when three exist, the same ones that a search of every start of everybody finds.

    That search is long: a common run makes it where one or two are found, and for one case in six.
    """
    dice, counted, searched = random.Random(48), Counter[int](), 0
    for number in range(300):
        case = a_case(dice)
        found = answer(case)
        counted[len(found)] += 1
        if FULL or len(found) in {1, 2} or number % 6 == 0:
            assert [(one.starts_at, one.person) for one in found] == expected(case), case
            searched += 1
        span = span_to_read(case.wish, case.horizon)
        for one in found:
            assert span.starts_at < one.windows[0].starts_at < one.windows[-1].ends_at < span.ends_at
            person = next(person for person in case.people if person.id == one.person)
            assert is_free(person, one.windows)
            assert one.windows[0].starts_at >= case.now
    print(f"\nalternatives found in 300 cases: {dict(sorted(counted.items()))}, {searched} equal to the exhaustive search")
    assert set(counted) == {0, 1, 2, 3}


@pytest.mark.promise(4, "half an hour before and after, and back to back, against a walk minute by minute")
def test_freedom_is_that_of_looking_at_every_five_minutes() -> None:
    """Row 4: half-open, so back-to-back is free."""
    dice, free, cases = random.Random(4), 0, size(150, 2_000)
    for _ in range(cases):
        base = dice.choice(BASES)
        person = a_person(dice, 1, base, dice.choice([0, 20, 120]))
        first = dice.randrange(2000, CELLS - 2000)
        spans = [(first + n * 288, first + n * 288 + dice.randint(1, 30)) for n in range(dice.randint(1, 3))]
        cells = free_cells(person, base)
        windows = [(cell_at(base, begins), cell_at(base, ends)) for begins, ends in spans]
        wanted = all(cells[ends] - cells[begins] == ends - begins for begins, ends in spans)
        assert is_free(person, windows) is wanted
        free += wanted
    assert cases / 20 < free < cases * 19 / 20


@pytest.mark.promise(50, "working hours across clock changes")
def test_working_time_across_clock_changes() -> None:
    """Row 50: a moment is worked when the clock on the wall says so, before, in and after every kind of change."""
    dice = random.Random(50)
    for change in dice.sample(changes(), 100):
        start = change.at - 26 * HOUR
        hours, holidays = dice.choice(PATTERNS), frozenset({shown(change.at + dice.choice([-3, 1, 3]) * 12 * HOUR, change.zone).date()})
        found = working_intervals(change.zone, hours, holidays, start, change.at + 26 * HOUR)
        for n in range(624):
            instant = start + n * CELL
            inside = any(begins <= instant < ends for begins, ends in found)
            assert inside is on_duty(shown(instant, change.zone), hours, holidays), (change, instant)
        assert all(one.ends_at < following.starts_at for one, following in pairwise(found))


def test_hours_join_across_midnight() -> None:
    hours = (WorkingHours(0, time(16), time(0)), WorkingHours(1, time(0), time(2)))
    monday = datetime(2027, 3, 15, tzinfo=UTC)
    assert working_intervals("UTC", hours, NONE, monday, monday + 7 * DAY) == (Interval(monday + 16 * HOUR, monday + 26 * HOUR),)


def test_no_hours_no_freedom() -> None:
    monday = datetime(2027, 3, 15, 10, tzinfo=UTC)
    assert not is_free(Person(1, "UTC", ()), [(monday, monday + HOUR)])
    assert is_free(Person(1, "UTC", ALL_WEEK), [(monday, monday + HOUR)])


def test_those_who_are_free_keep_their_order() -> None:
    monday = datetime(2027, 3, 15, 10, tzinfo=UTC)
    window = (monday, monday + HOUR)
    people = [
        Person(3, "UTC", OFFICE, busy=[(monday - HOUR, monday), (monday + HOUR, monday + 2 * HOUR)]),
        Person(1, "UTC", OFFICE, busy=[(monday + HALF_HOUR, monday + HOUR)]),
        Person(4, "UTC", OFFICE, leave=[(monday - DAY, monday + DAY)]),
        Person(5, "UTC", OFFICE, holidays=frozenset({monday.date()})),
        Person(2, "Asia/Tokyo", OFFICE),
        Person(0, "Europe/Paris", OFFICE),
    ]
    assert [person.id for person in free_among(people, [window])] == [3, 0]


TUESDAY = datetime(2027, 3, 16, 14, tzinfo=UTC)
ONE_HOUR = wish_of(cover_days([EventDay(TUESDAY, TUESDAY + HOUR)], Rule(HALF_HOUR)), "Europe/Paris")


def taken(*spans: tuple[datetime, datetime]) -> list[Person]:
    return [Person(7, "Europe/Paris", OFFICE, busy=list(spans))]


def reasons(found: tuple[Alternative, ...]) -> list[list[tuple[str, int]]]:
    return [[tuple(reason) for reason in one.why] for one in found]


def test_three_offers_with_their_reasons() -> None:
    """S48: each with its reason, such as "same producer, one day later"."""
    found = alternatives(taken((TUESDAY - HOUR, TUESDAY + 3 * HOUR)), ONE_HOUR, now=TUESDAY - 20 * DAY, prefer={7})
    assert [one.starts_at for one in found] == [TUESDAY - 2 * HOUR, TUESDAY + DAY, TUESDAY - DAY]
    assert reasons(found) == [
        [("same_person", 0), ("same_day", 0), ("earlier_time", 120)],
        [("same_person", 0), ("later_day", 1), ("same_time", 0)],
        [("same_person", 0), ("earlier_day", 1), ("same_time", 0)],
    ]
    assert found[0].windows == (Interval(TUESDAY - 2 * HOUR - HALF_HOUR, TUESDAY - HOUR),)


def test_another_person_at_the_same_time_beats_a_far_shift_of_the_same_one() -> None:
    """S47: keeping the person is preferred, within reason."""
    people = [*taken((TUESDAY - 2 * DAY, TUESDAY + 6 * DAY)), Person(8, "Europe/Paris", OFFICE, busy=[(TUESDAY, TUESDAY + HOUR)])]
    found = alternatives(people, ONE_HOUR, now=TUESDAY - 20 * DAY, prefer={7})
    assert {one.person for one in found} == {8}
    assert {one.why[0].code for one in found} == {"other_person"}
    people = [*taken((TUESDAY, TUESDAY + HOUR)), Person(8, "Europe/Paris", OFFICE, busy=[(TUESDAY, TUESDAY + HOUR)])]
    assert {one.person for one in alternatives(people, ONE_HOUR, now=TUESDAY - 20 * DAY, prefer={8})} == {8}


def test_one_free_day_still_gives_three() -> None:
    """S48: exactly three if they exist, though on one day only (15:00 in Paris after the spring change)."""
    people = taken((TUESDAY - 20 * DAY, TUESDAY + 13 * DAY - 5 * HOUR), (TUESDAY + 14 * DAY - 8 * HOUR, TUESDAY + 20 * DAY))
    found = alternatives(people, ONE_HOUR, now=TUESDAY - 30 * DAY)
    assert [one.starts_at - TUESDAY for one in found] == [13 * DAY - HOUR + n * timedelta(minutes=15) for n in (-1, 0, 1)]


def test_neither_past_nor_inside_the_lead_time() -> None:
    """S9, S48: an order in time is never offered a late time; a late wish may be."""
    people = taken((TUESDAY - HOUR, TUESDAY + 3 * HOUR))
    in_time = alternatives(people, ONE_HOUR, now=TUESDAY - 20 * DAY, earliest=TUESDAY - HOUR)
    assert [one.starts_at - TUESDAY for one in in_time] == [DAY, 2 * DAY, 3 * DAY]
    late = alternatives(people, ONE_HOUR, now=TUESDAY - 20 * DAY, earliest=TUESDAY + HOUR)
    assert late[0].starts_at == TUESDAY - 2 * HOUR
    soon = alternatives(people, ONE_HOUR, now=TUESDAY - 2 * HOUR - 15 * timedelta(minutes=1))
    assert all(one.windows[0].starts_at >= TUESDAY - 2 * HOUR - 15 * timedelta(minutes=1) for one in soon)
    bounded = alternatives(people, ONE_HOUR, now=TUESDAY - 20 * DAY, latest=TUESDAY)
    assert [one.starts_at - TUESDAY for one in bounded] == [-2 * HOUR, -DAY, -4 * DAY]


def test_event_days_keep_their_wall_times() -> None:
    """S76: three days over the spring change of Paris stay at 15:00 local time each."""
    friday = datetime(2027, 3, 26, 14, tzinfo=UTC)
    days = [EventDay(friday + n * DAY, friday + n * DAY + HOUR) for n in range(2)]
    wish = wish_of(cover_days(days, Rule(HALF_HOUR)), "Europe/Paris")
    people = [Person(7, "Europe/Paris", ALL_WEEK, busy=[(friday, friday + HOUR)])]
    found = alternatives(people, wish, now=friday - 20 * DAY, earliest=friday)
    later = next(one for one in found if one.starts_at == friday + DAY)
    assert later.starts == (friday + DAY, friday + 2 * DAY - HOUR)
    assert [shown(start, "Europe/Paris").hour for start in later.starts] == [15, 15]


def saturated(count: int, end: timedelta) -> list[Person]:
    """Fill everybody's working time of 36 days with bookings of 90 minutes, back to back."""
    people = []
    for number in range(count):
        zone, busy = zones()[number % 50 * 11], []
        for opens, closes in working_intervals(zone, OFFICE, NONE, TUESDAY - 18 * DAY, TUESDAY + end):
            starts = [opens + n * 3 * HALF_HOUR for n in range(-((opens - closes) // (3 * HALF_HOUR)))]
            busy += [(start, min(closes, start + 3 * HALF_HOUR)) for start in starts]
        people.append(Person(number, zone, OFFICE, HOLIDAYS[1], busy))
    return people


@pytest.mark.parametrize(("end", "offers"), [(18 * DAY, 0), (13 * DAY, 3), (-18 * DAY, 3)], ids=["saturated", "nearly", "idle"])
def test_two_thousand_people(end: timedelta, offers: int) -> None:
    """Row 4 of what no peer has: the answer for 2,000 people takes under 200 ms of processor time, measured alone by `make prove`."""
    people, took = saturated(2_000, end), []
    for _ in range(3):
        before = stopwatch.process_time()
        found = alternatives(people, ONE_HOUR, now=TUESDAY - 20 * DAY)
        took.append(stopwatch.process_time() - before)
    print(f"\n2,000 people, {sum(len(person.busy) for person in people)} bookings, {len(found)} offers: {min(took) * 1000:.0f} ms")
    assert len(found) == offers
    assert min(took) < (0.2 if FULL else 0.5)  # beside the rest of the suite two cores are slower
