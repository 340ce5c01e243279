"""P3: how long somebody waits who asks for a time, at 1,000 staff and at 2,000 with ten times the bookings; in the process, one asker.

Free is measured as orders, programs and workers ask: is there anybody? Alternatives as the asker meets them: that question, which finds
nobody, and then the search. Sizes of the larger: BENCH_STAFF and BENCH_BOOKINGS.
"""

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from catalog.models import Family
from scheduling import queries
from scheduling.needs import Need
from tests import make
from tests.performance import calendars

STAFF = int(os.environ.get("BENCH_STAFF", "2000"))
BOOKINGS = int(os.environ.get("BENCH_BOOKINGS", "1000000"))
SIZES = ((1_000, 100_000, 15), (STAFF, BOOKINGS, 50))  # staff, bookings, and the milliseconds that alternatives may take
NOW = datetime(2027, 1, 4, tzinfo=UTC)
DAY, QUARTER = timedelta(days=1), timedelta(minutes=15)
ZONE = "America/Toronto"

# Everyone with a certificate of the family is away while the wish lasts: each for a time of their own, as with bookings.
_NOBODY_THEN = """
INSERT INTO scheduling_leave (staff_id, start_at, end_at, reason)
SELECT DISTINCT staff_id,
    %s::timestamptz - (staff_id %% 9) * interval '15 minutes', %s::timestamptz + (staff_id %% 7) * interval '15 minutes', ''
FROM scheduling_certificate WHERE family_id = %s
"""
# Four bookings back to back, day and night, in the weeks around: the calendar of the family's people is full.
_FULL = """
DELETE FROM scheduling_booking USING scheduling_certificate c
WHERE c.staff_id = scheduling_booking.staff_id AND c.family_id = %(family)s AND start_at BETWEEN %(from)s - interval '2 days' AND %(until)s;
INSERT INTO scheduling_booking (staff_id, start_at, end_at, purpose, state, reference, instead_of)
SELECT c.staff_id, at, at + interval '6 hours', 'EVENT', 'BOOKED', 'full-' || c.staff_id || at, ''
FROM (SELECT DISTINCT staff_id FROM scheduling_certificate WHERE family_id = %(family)s) AS c,
generate_series(%(from)s::timestamptz, %(until)s::timestamptz - interval '6 hours', interval '6 hours') AS at
"""


def run() -> Iterator[dict[str, Any]]:
    """Seed each size anew, then measure."""
    for staff, bookings, most_ms in SIZES:
        started = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE scheduling_staffmember, customers_user CASCADE")
        calendars.write(staff=staff, bookings=bookings)
        seconds = round(time.perf_counter() - started)
        yield {"id": f"seed, {staff:,} staff", "staff": staff, "bookings": bookings, "seconds": seconds}
        for line in _ask_all(most_ms):
            yield {**line, "id": f"{line['id']}, {staff:,} staff"}


def _ask_all(most_ms: float) -> Iterator[dict[str, Any]]:
    family = Family.objects.get(code="family-2")
    chance = random.Random(3)

    def wish(**fields: Any) -> Need:
        """Some time on a working day of the middle of the year, in Toronto's office hours."""
        start = datetime(2027, 5, 3, 13, 0, tzinfo=UTC) + chance.randrange(60) * DAY + chance.randrange(24) * QUARTER
        return make.need(start, 1.5, of=family, zone=ZONE, **fields)

    yield _measured("free", 8, 300, lambda: queries.free_ids(wish(), now=NOW, limit=1), some=True)
    yield _measured("free, three days, French", 8, 300, lambda: queries.free_ids(_french(wish), now=NOW, limit=1))
    yield _measured("twenty who are free, by name, for the desk", None, 300, lambda: queries.free_staff(wish(), now=NOW), some=True)
    for name, fields in (("alternatives, English", {}), ("alternatives, French", {"language": "fr"})):
        need = wish(**fields)
        with _changed(_NOBODY_THEN, [need.days[0].starts_at, need.days[0].ends_at, family.pk]):
            yield _measured(name, most_ms, 60, lambda need=need: _ask(need), some=True)
    need = wish()
    around = {"family": family.pk, "from": need.days[0].starts_at - 20 * DAY, "until": need.days[0].starts_at + 20 * DAY}
    with connection.cursor() as cursor:
        cursor.execute(_FULL, around)
        cursor.execute("VACUUM ANALYZE scheduling_booking")
    yield _measured("alternatives, saturated", 250, 30, lambda: _ask(need))


def _french(wish: Callable[..., Need]) -> Need:
    return wish(days=3, language="fr", rule=make.NINE_HOURS)


def _ask(need: Need) -> list[Any]:
    """Do what the order form does."""
    assert queries.free_ids(need, now=NOW, limit=1) == []
    return queries.alternatives(need, now=NOW)


@contextmanager
def _changed(sql: str, values: Any) -> Iterator[None]:
    """Change the calendars until the end of the block."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            cursor.execute("ANALYZE scheduling_leave")
        yield
        transaction.set_rollback(True)


def _measured(name: str, target: float | None, times: int, ask: Callable[[], list[Any]], *, some: bool = False) -> dict[str, Any]:
    """Ask so many times, after five to warm up, and compare the 95th percentile in ms with the target, if it has one."""
    answers = [_timed(ask) for _ in range(times + 5)][5:]
    took = sorted(ms for ms, _count in answers)
    assert not some or all(count for _ms, count in answers), "nothing was found"
    p95 = took[int(len(took) * 0.95)]
    return {
        "id": f"P3 {name}",
        "c": 1,
        "p50": round(took[len(took) // 2], 1),
        "p95": round(p95, 1),
        **({} if target is None else {"target": target, "holds": p95 <= target}),
        "found": max(count for _ms, count in answers),
    }


def _timed(ask: Callable[[], list[Any]]) -> tuple[float, int]:
    before = time.perf_counter()
    found = ask()
    return (time.perf_counter() - before) * 1000, len(found)
