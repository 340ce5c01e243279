"""How ready an event is, and which mark before it has passed."""

import random
from datetime import UTC, datetime, timedelta

from engagements.readiness import WEIGHTS, Item, last_mark, mark_at, readiness

PHASES, STATES = ("PLANNING", "REHEARSAL", "EVENT_DAY", "AFTER"), ("OPEN", "DONE", "WAIVED", "CANCELLED")


def test_readiness_is_done_weight_of_total_in_1000_random_states() -> None:
    """Counted anew, item by item, with a seed of its own."""
    chance = random.Random(7)
    for _state in range(1_000):
        items = [
            Item(chance.choice(PHASES), chance.choice(tuple(WEIGHTS)), chance.choice(STATES), chance.random() < 0.5)
            for _item in range(chance.randrange(41))
        ]
        done = total = 0
        for item in items:
            if item.phase in {"EVENT_DAY", "AFTER"} or item.state in {"WAIVED", "CANCELLED"}:
                continue
            weight = {"TICK": 1, "TEXT": 2, "LINK": 2, "FILE": 3}[item.evidence]
            total += weight
            done += weight if item.state == "DONE" else 0
        found = readiness(items)
        assert (found.done, found.total) == (done, total)
        assert found.percent == (int(done / total * 100 + 1e-9) if total else 100)
        assert (found.percent == 100) == (done == total)


def test_marks_keep_the_wall_time_across_a_clock_change() -> None:
    starts_at = datetime(2027, 3, 20, 14, tzinfo=UTC)  # 10:00 in Montreal, a week after its clocks go forward
    assert mark_at(starts_at, 14, "America/Montreal") == datetime(2027, 3, 6, 15, tzinfo=UTC)
    assert mark_at(starts_at, 2, "America/Montreal") == datetime(2027, 3, 18, 14, tzinfo=UTC)


def test_the_mark_is_the_nearest_that_has_passed_since_the_work_began() -> None:
    starts_at = datetime(2027, 6, 20, 14, tzinfo=UTC)
    day = timedelta(days=1)

    def at(before: float, opened: float = 60) -> int | None:
        return last_mark(starts_at, "UTC", opened_at=starts_at - opened * day, now=starts_at - before * day)

    assert [at(before) for before in (14.1, 14, 8, 7, 2.5, 2, 1, 0.1, 0, -1)] == [None, 14, 14, 7, 7, 2, 1, 1, None, None]
    assert [at(9, opened=10), at(6.5, opened=10)] == [None, 7], "a mark from before the work began is not looked at"
