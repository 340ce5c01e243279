"""What one more person would have taken: the exact number, against an oracle that tries minute by minute. Source: idea 12"""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from reports.whatif import Person, Wish, taken_by

PARIS = Person("PRODUCER", frozenset({"en", "fr"}), "Europe/Paris", 9 * 60, 17 * 60)


def wish(start: datetime, hours: float = 1, *, asked: int = 0, language: str = "fr", role: str = "PRODUCER", days: int = 1) -> Wish:
    spans = tuple((start + timedelta(days=n), start + timedelta(days=n, hours=hours)) for n in range(days))
    return Wish(datetime(2027, 1, 1, tzinfo=UTC) + timedelta(minutes=asked), role, None, language, spans)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, 3, day, hour, minute, tzinfo=ZoneInfo("Europe/Paris")).astimezone(UTC)


def count(*wishes: Wish) -> int:
    return len(taken_by(PARIS, wishes))


def test_inside_the_hours_and_not_a_minute_outside() -> None:
    assert count(wish(at(2, 9)), wish(at(2, 16), asked=1)) == 2
    assert count(wish(at(2, 8, 45))) == 0
    assert count(wish(at(2, 16, 15))) == 0
    assert count(wish(at(6, 10))) == 0, "a Saturday"


def test_hours_follow_the_clock_change() -> None:
    """Paris goes forward on 28 March 2027: 07:00 UTC is 09:00 from then on."""
    assert count(wish(datetime(2027, 3, 26, 7, tzinfo=UTC))) == 0
    assert count(wish(datetime(2027, 3, 29, 7, tzinfo=UTC))) == 1


def test_first_come_first_served_and_back_to_back() -> None:
    assert count(wish(at(2, 10), asked=2), wish(at(2, 10, 30), asked=1)) == 1
    assert count(wish(at(2, 10)), wish(at(2, 11), asked=1), wish(at(2, 9), asked=2)) == 3


def test_skill_language_and_every_day_must_fit() -> None:
    assert count(wish(at(2, 10), language="de")) == 0
    assert count(wish(at(2, 10), role="ANALYST")) == 0
    assert count(wish(at(4, 10), days=3)) == 0, "the third day is a Saturday"
    assert count(wish(at(2, 10), days=3)) == 1


def test_a_synthetic_month_gives_the_exact_number() -> None:
    chance = random.Random(9)
    for _month in range(20):
        wishes = [
            wish(
                at(chance.randint(1, 31), chance.randint(0, 22), chance.choice([0, 15, 30, 45])), chance.choice([0.5, 1, 2, 4]),
                asked=chance.randrange(10**6), language=chance.choice(["en", "fr", "de"]),
            )
            for _ in range(120)
        ]  # fmt: skip
        assert len(taken_by(PARIS, wishes)) == by_the_minute(wishes)


def by_the_minute(wishes: list[Wish]) -> int:
    taken: set[datetime] = set()
    number = 0
    for each in sorted(wishes, key=lambda one: one.asked_at):
        minutes = {
            opens + timedelta(minutes=n) for opens, closes in each.windows for n in range(int((closes - opens).total_seconds() // 60))
        }
        local = [minute.astimezone(ZoneInfo("Europe/Paris")) for minute in minutes]
        fits = all(9 <= minute.hour < 17 and minute.weekday() < 5 for minute in local)
        if fits and each.language in {"en", "fr"} and not minutes & taken:
            taken |= minutes
            number += 1
    return number
