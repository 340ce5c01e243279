"""The free query of PostgreSQL and the plain search agree, in any zone, over midnights and clock changes."""

import random
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling import gaps, hours, queries
from scheduling.needs import stretches
from scheduling.queries.calendars import FIRST, Calendars
from scheduling.queries.people import people_of
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.django_db

ZONES = ["UTC", "America/Toronto", "Europe/Paris", "Asia/Kolkata", "Australia/Lord_Howe", "America/Havana", "Pacific/Apia", "Africa/Cairo"]
CLOCK_CHANGES = [
    datetime(2027, 3, 14, 7, 0, tzinfo=UTC),  # Toronto, forward
    datetime(2027, 11, 7, 6, 0, tzinfo=UTC),  # Toronto, back
    datetime(2027, 3, 28, 1, 0, tzinfo=UTC),  # Paris
    datetime(2027, 10, 31, 1, 0, tzinfo=UTC),
    datetime(2027, 4, 3, 15, 0, tzinfo=UTC),  # Lord Howe, half an hour back
    datetime(2027, 10, 2, 15, 30, tzinfo=UTC),
    datetime(2027, 11, 7, 5, 0, tzinfo=UTC),  # Havana: midnight is skipped, or one o'clock comes twice
    datetime(2027, 10, 28, 21, 0, tzinfo=UTC),  # Cairo: the last hour of a day comes twice
]
STEP = timedelta(minutes=15)


def a_week(chance):
    week = []
    for weekday in range(7):
        at = 0
        while (at := at + chance.randrange(0, 40)) < 92:
            until = min(at + chance.randrange(4, 60), 96)
            week.append((weekday, at, until))
            at = until + 1
    return [(day, time(at // 4, at % 4 * 15), time(until // 4 % 24, until % 4 * 15)) for day, at, until in week]


@pytest.mark.parametrize("seed", range(3))
def test_they_agree(seed):
    chance = random.Random(seed)
    for n in range(24):
        staff = make.staff_member(zone=ZONES[n % len(ZONES)], week=a_week(chance), holiday_calendar="FR" if n % 3 == 0 else "")
        for change in CLOCK_CHANGES[:6]:  # Havana changes in the same night as Toronto
            make.booking(staff, change + chance.randrange(-96, 96) * STEP, chance.choice([0.5, 2, 8]))
            make.leave(staff, change + chance.randrange(96, 200) * STEP, change + 220 * STEP)
    for day in {(change + timedelta(days=1)).date() for change in CLOCK_CHANGES}:
        make.holiday("FR", day)
    found = 0
    for _ in range(60):
        start = chance.choice(CLOCK_CHANGES) + chance.randrange(-120, 120) * STEP
        need = make.need(start, chance.choice([0.25, 1, 3, 8]), days=chance.choice([1, 1, 2]), zone=chance.choice(ZONES))
        windows = [(window.opens_at, window.closes_at) for window in need.windows]
        span = hours.Interval(windows[0][0] - timedelta(days=2), windows[-1][1] + timedelta(days=2))
        people = Calendars(need, span, now=NOW).read(lambda span=span: span)
        by_search = [person.id for person in hours.free_among(people, windows)]
        assert queries.free_ids(need, now=NOW, limit=100) == by_search, (start, need.zone)
        found += len(by_search)
    assert found > 20


@pytest.mark.parametrize("seed", range(2))
def test_other_times_are_those_of_everybodys_whole_calendar(seed):
    """However few people are looked at first, and however little is read of the others."""
    chance, ids, further = random.Random(seed), [], 0
    noon = NOW + timedelta(days=14, hours=3)
    for n in range(2 * FIRST):
        staff = make.staff_member(zone=ZONES[n % len(ZONES)], week=a_week(chance))
        ids.append(staff.pk)
        make.leave(staff, noon - chance.randrange(60) * STEP, noon + chance.randrange(1, 60) * STEP)
        for day in chance.sample(range(-16, 17), 8):
            make.booking(staff, noon + timedelta(days=day) + chance.randrange(48) * STEP, chance.choice([0.5, 2, 8]))
    for _ in range(30):
        need = make.need(noon + chance.randrange(-8, 8) * STEP, chance.choice([0.25, 1, 3, 8]), days=chance.choice([1, 1, 2, 3]))
        wish = gaps.wish_of(need.windows, need.zone)
        everybody = people_of(ids, gaps.span_to_read(wish), now=NOW)
        found = queries.alternatives(need, now=NOW)
        assert found == list(gaps.alternatives(everybody, wish, now=NOW)), need
        further += any(ids.index(each.person) >= FIRST for each in found)
    assert further > 5


def test_stretches_are_what_the_wall_clock_shows():
    doubled = make.need(datetime(2027, 11, 7, 5, 0, tzinfo=UTC), 2)
    parts = [(part.on.day, part.starts, part.ends) for part in stretches(doubled.windows, "America/Toronto")]
    assert parts == [(7, 30, 120), (7, 60, 120)]  # 00:30 to 02:00, and one o'clock again
    night = make.need(datetime(2027, 3, 8, 23, 30, tzinfo=UTC), 2)
    assert [(part.on.day, part.starts, part.ends) for part in stretches(night.windows, "UTC")] == [(8, 1380, 1440), (9, 0, 90)]


def test_bookings_are_read_through_the_partial_index():
    """Not through the index of the exclusion constraint, which is forty times slower. The bench measures; this only looks."""
    staff = make.staff_member()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO scheduling_booking (staff_id, start_at, end_at, purpose, state, reference, instead_of)"
            " SELECT %s, at, at + interval '1 hour', 'EVENT', 'BOOKED', 'x' || at, ''"
            " FROM generate_series(timestamptz '2027-01-01Z', '2028-01-01Z', '2 hours') AS at",
            [staff.pk],
        )
        cursor.execute("ANALYZE scheduling_booking")
        with CaptureQueriesContext(connection) as asked:
            queries.free_ids(make.need(), now=NOW)
        cursor.execute("EXPLAIN " + asked.captured_queries[-1]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "booking_blocks_staff" in plan
    assert "booking_no_staff_twice_at_once" not in plan
    assert "Seq Scan on scheduling_booking" not in plan
