"""Coverage against an oracle that walks minute by minute, and the refusals of asked days."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from scheduling import windows
from scheduling.localtime import AmbiguousLocalTime, ImpossibleLocalTime, TimeRefused
from scheduling.windows import Coverage, DayWish, EventDay, Rule, cover, cover_days, days_of
from tests.reliability.figures import size
from tests.scheduling.zones import changes_in, meanings, zones

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HALF_HOUR = timedelta(minutes=30)
SPEAKER_ASSIST = Rule(HALF_HOUR, HALF_HOUR, 9 * HOUR)
LIVE_EVENT = Rule(HALF_HOUR)
NOW = datetime(2025, 1, 1, tzinfo=UTC)


def walk(start: datetime, minutes: int, rule: Rule) -> tuple[int, int, int, int]:
    """Count minute by minute: opening, staffed, uncovered event and uncovered help after it."""
    before, after = rule.lead_in // MINUTE, rule.lead_out // MINUTE
    limit = None if rule.daily_cap is None else rule.daily_cap // MINUTE
    first = int(start.timestamp()) // 60 - before
    staffed = uncovered = missing_after = 0
    for spent in range(before + minutes + after):
        inside = limit is None or spent < limit
        staffed += inside
        if not inside and before <= spent < before + minutes:
            uncovered += 1
        if not inside and spent >= before + minutes:
            missing_after += 1
    return first, staffed, uncovered, missing_after


def seen(covered: Coverage) -> tuple[int, int, int, int]:
    return (
        int(covered.opens_at.timestamp()) // 60,
        covered.staffed // MINUTE,
        covered.uncovered // MINUTE,
        covered.uncovered_lead_out // MINUTE,
    )


@pytest.mark.promise(4, "half an hour before and after, and the nine hours, for 10,000 events")
def test_events_against_the_minute_walk() -> None:
    """S3, S64, S76, S85, S86: 0.25 to 16 hours, one to three days, 50 zones, every second case over a clock change."""
    dice = random.Random(20260316)
    fifty = dice.sample(zones(), 50)
    switches = [change for zone in fifty for change in changes_in(zone)]
    assert switches
    compared = refused = 0
    for case in range(size(2_000, 10_000)):
        zone, local = dice.choice(fifty), datetime(2026, 1, 1) + dice.randrange(5 * 365 * 96) * 15 * MINUTE
        if case % 2:
            change = dice.choice(switches)
            jump = (change.at + change.before).replace(tzinfo=None)
            zone, local = change.zone, jump - dice.randrange(-8, 80) * 15 * MINUTE
        count, minutes, fold = dice.randint(1, 3), dice.randint(1, 64) * 15, dice.choice([None, 0, 1])
        rule = dice.choice([SPEAKER_ASSIST, LIVE_EVENT, Rule(timedelta())])
        asked = tuple(DayWish(local + n * DAY, minutes * MINUTE, fold) for n in range(count))
        starts = [meanings(wish.local_start, zone) for wish in asked]
        if all(len(start) == 1 or (start and fold is not None) for start in starts):
            days = days_of(asked, zone, max_days=3, now=NOW)
            expected = [start[fold or 0] if len(start) > 1 else start[0] for start in starts]
            assert [seen(day) for day in cover_days(days, rule)] == [walk(start, minutes, rule) for start in expected]
            compared += 1
        else:
            with pytest.raises((ImpossibleLocalTime, AmbiguousLocalTime)):
                days_of(asked, zone, max_days=3, now=NOW)
            refused += 1
    print(f"\n{compared} events equal to the minute walk, {refused} impossible or doubled times refused")
    assert compared > size(1_800, 9_000)
    assert refused > size(10, 50)


@pytest.mark.promise(4, "half an hour before and after, and the nine hours, for 10,000 events")
@pytest.mark.parametrize(
    ("hours", "staffed", "uncovered", "missing_after", "capped"),
    [
        (8, 9, 0, 0, False),
        (8.5, 9, 0, 0.5, True),
        (9, 9, 0.5, 0.5, True),
        (12, 9, 3.5, 0.5, True),
        (0.25, 1.25, 0, 0, False),
    ],
)
def test_nine_hours_a_day(hours: float, staffed: float, uncovered: float, missing_after: float, capped: bool) -> None:
    """S85, S86: the half hours are inside the nine; the cut is at nine consecutive hours."""
    start = datetime(2027, 3, 16, 13, tzinfo=UTC)
    covered = cover(EventDay(start, start + timedelta(hours=hours)), SPEAKER_ASSIST)
    assert covered.opens_at == start - HALF_HOUR
    assert covered.staffed == timedelta(hours=staffed)
    assert covered.uncovered == timedelta(hours=uncovered)
    assert covered.uncovered_lead_out == timedelta(hours=missing_after)
    assert covered.capped_at == (covered.closes_at if capped else None)
    assert covered.covered == timedelta(hours=hours - uncovered)


def test_cap_shorter_than_the_help_before() -> None:
    start = datetime(2027, 3, 16, 13, tzinfo=UTC)
    covered = cover(EventDay(start, start + HOUR), Rule(HOUR, HOUR, HALF_HOUR))
    assert (covered.staffed, covered.uncovered, covered.uncovered_lead_out) == (HALF_HOUR, HOUR, HOUR)


def wish(text: str, duration: timedelta = HOUR, fold: int | None = None) -> DayWish:
    return DayWish(datetime.fromisoformat(text), duration, fold)


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        ([], "no_days"),
        ([wish(f"2027-05-0{n} 10:00") for n in range(1, 5)], "too_many_days"),
        ([wish("2027-05-01 10:00"), wish("2027-05-03 10:00")], "days_not_consecutive"),
        ([wish("2027-05-01 10:00"), wish("2027-05-01 15:00")], "days_not_consecutive"),
        ([wish("2027-05-01 20:00", 20 * HOUR), wish("2027-05-02 10:00")], "days_overlap"),
        ([wish("2027-05-01 10:00", timedelta())], "duration_too_short"),
        ([wish("2027-05-01 10:00", -HOUR)], "duration_too_short"),
        ([wish("2027-05-01 10:00", 24 * HOUR + 15 * MINUTE)], "duration_too_long"),
        ([wish("2027-05-01 10:00", 20 * MINUTE)], "duration_not_in_steps"),
        ([wish("2024-12-31 10:00")], "in_the_past"),
        ([wish("2027-03-14 02:30")], "impossible_local_time"),
        ([wish("2027-11-07 01:30")], "ambiguous_local_time"),
    ],
)
def test_refusals(wishes: list[DayWish], code: str) -> None:
    """S22, S76: each refusal has its own name."""
    with pytest.raises(TimeRefused) as refused:
        days_of(wishes, "America/Montreal", max_days=3, now=NOW)
    assert refused.value.code == code


def test_days_come_back_in_calendar_order() -> None:
    asked = [wish("2027-05-02 09:00"), wish("2027-05-01 10:00", 23 * HOUR)]
    days = days_of(asked, "Europe/Paris", max_days=3, now=NOW)
    assert [day.starts_at.hour for day in days] == [8, 7]
    assert days[0].ends_at == days[1].starts_at


def test_windows_may_touch_but_not_overlap() -> None:
    start = datetime(2027, 5, 1, 10, tzinfo=UTC)
    touching = [EventDay(start, start + 23.5 * HOUR), EventDay(start + DAY, start + DAY + HOUR)]
    assert len(cover_days(touching, LIVE_EVENT)) == 2
    with pytest.raises(windows.DaysOverlap):
        cover_days([touching[0], EventDay(start + DAY - 15 * MINUTE, start + DAY)], LIVE_EVENT)
    with pytest.raises(windows.DurationTooLong):
        cover_days([EventDay(start, start + 24 * HOUR)], Rule(HOUR, HALF_HOUR))
