"""P1, P2 and the second half of P6: orders placed a second through the REST API, everything on, PostgreSQL with fsync.

50 organisations and entitlements, ours beside the limit in turns of BENCH_SECONDS, BENCH_ROUNDS of them; the ratio is the median of the
rounds'. Mail goes out meanwhile over the same two cores. Sizes: BENCH_STAFF and BENCH_BOOKINGS; of P2's larger portal BENCH_MANY_STAFF
and BENCH_MANY_BOOKINGS.
"""

import os
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

from tests.performance.limit import limit_beside
from tests.performance.production import ROUNDS, SECONDS, Production, production
from tests.performance.turns import Outcome

STAFF, BOOKINGS = int(os.environ.get("BENCH_STAFF", "1000")), int(os.environ.get("BENCH_BOOKINGS", "100000"))
FEW = (100, 1_000)
MANY = (int(os.environ.get("BENCH_MANY_STAFF", "10000")), int(os.environ.get("BENCH_MANY_BOOKINGS", "1000000")))
OF_THE_LIMIT = {1: 0.20, 8: 0.25}
KEEPS, WITHOUT_MAIL = 0.8, 0.95
SLOW_MAIL_SECONDS = 5


def run() -> Iterator[dict[str, Any]]:
    """Two portals: one beside its limit and with mail in trouble, then a small one beside a large one."""
    started = time.perf_counter()
    with production(staff=STAFF, bookings=BOOKINGS) as portal:
        with limit_beside(portal, staff=STAFF) as limit:
            yield {"id": "seed", "staff": STAFF, "bookings": BOOKINGS, "seconds": round(time.perf_counter() - started)}
            yield {"id": "P1 rows that one order writes", "in all": limit.rows.total(), **dict(sorted(limit.rows.items()))}
            limit.per_second(8, 1)
            for callers, target in OF_THE_LIMIT.items():
                ours, theirs = _in_turns(lambda c=callers: portal.place(c), lambda c=callers: limit.per_second(c, SECONDS))
                rates = [each.per_second for each in ours]
                yield _line(f"P1 place an order, {callers} at once", callers, ours, rates, theirs, f"{target} of the limit", target)
        yield from _with_mail_in_trouble(portal)
    yield _growth()


def _in_turns(*players: Callable[[], Any]) -> list[list[Any]]:
    """Let each play once per round, so that a slow minute of the machine meets all of them."""
    rounds = [[play() for play in players] for _round in range(ROUNDS)]
    return [list(each) for each in zip(*rounds, strict=True)]


def _line(
    name: str, callers: int, ours: list[Outcome], rates: list[float], reference: list[float], said: str, target: float
) -> dict[str, Any]:
    took = sorted(ms for each in ours for ms in each.took)
    ratio = median(mine / other for mine, other in zip(rates, reference, strict=True))
    return {
        "id": name, "c": callers, "p50": round(median(took), 1), "p95": round(took[int(len(took) * 0.95)], 1), "target": said,
        "holds": ratio >= target, "per_second": round(median(rates), 1), "beside": round(median(reference), 1), "ratio": round(ratio, 3),
    }  # fmt: skip


def _with_mail_in_trouble(portal: Production) -> Iterator[dict[str, Any]]:
    """P6: the mail server well, then refusing connections, then taking five seconds for a mail."""
    well, down, slow = _in_turns(lambda: portal.place(8), lambda: _down(portal), lambda: _slow(portal))
    reference = [each.per_second for each in well]
    for name, ours in (("down", down), (f"taking {SLOW_MAIL_SECONDS} s", slow)):
        rates = [each.per_second for each in ours]
        yield _line(f"P6 place an order, SMTP {name}", 8, ours, rates, reference, f"{WITHOUT_MAIL} of SMTP well", WITHOUT_MAIL)


def _down(portal: Production) -> Outcome:
    sink = portal.portal.sink
    sink.stop()
    try:
        return portal.place(8)
    finally:
        sink.start()


def _slow(portal: Production) -> Outcome:
    sink = portal.portal.sink
    sink.seconds_per_mail = SLOW_MAIL_SECONDS
    try:
        return portal.place(8)
    finally:
        sink.seconds_per_mail = 0


def _growth() -> dict[str, Any]:
    """P2: the same at both sizes, in turns."""
    with production(staff=FEW[0], bookings=FEW[1]) as small, production(staff=MANY[0], bookings=MANY[1]) as large:
        few, many = _in_turns(lambda: small.place(8), lambda: large.place(8))
    sizes = f"{MANY[0]:,} staff, {MANY[1]:,} bookings beside {FEW[0]}, {FEW[1]:,}"
    rates, reference = [each.per_second for each in many], [each.per_second for each in few]
    return _line(f"P2 place an order, {sizes}", 8, many, rates, reference, f"{KEEPS} of the small one", KEEPS)
