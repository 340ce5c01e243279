"""Wall times against an oracle that only ever reads the clock from UTC."""

import shutil
import zoneinfo
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest

from scheduling import localtime
from scheduling.localtime import (
    AmbiguousLocalTime,
    ImpossibleLocalTime,
    UnknownZone,
    latest_ordering_instant,
    reached,
    resolve,
    same_wall_time_days_later,
)
from scheduling.windows import EventDay, Rule, cover
from tests.reliability.figures import size
from tests.scheduling.zones import Change, changes, changes_in, meanings, offset, shown, zones

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def naive(text: str) -> datetime:
    return datetime.fromisoformat(text)


def clock_around(change: Change) -> dict[datetime, list[datetime]]:
    """Walk UTC in steps of 5 minutes around a change and note what the clock shows."""
    clock: dict[datetime, list[datetime]] = defaultdict(list)
    for n in range(-66, 67):
        instant = change.at + n * 5 * MINUTE
        clock[shown(instant, change.zone)].append(instant)
    return clock


def check_around(change: Change) -> int:
    """Ask for every wall time around a change; answer how many were asked."""
    clock, start = clock_around(change), shown(change.at - 3 * HOUR, change.zone)
    asked = [start + n * 5 * MINUTE for n in range(72 if change.size < timedelta() else 84)]
    for local in asked:
        instants = clock[local]
        if len(instants) == 1:
            assert resolve(local, change.zone) == instants[0]
        elif instants:
            with pytest.raises(AmbiguousLocalTime) as twice:
                resolve(local, change.zone)
            assert [reading.instant for reading in twice.value.readings] == instants
            assert [resolve(local, change.zone, fold) for fold in (0, 1)] == instants
            assert [reading.offset for reading in twice.value.readings] == [change.before, change.after]
        else:
            check_gap(change, local, clock)
    return len(asked)


def check_gap(change: Change, local: datetime, clock: dict[datetime, list[datetime]]) -> None:
    for fold in (None, 0, 1):
        with pytest.raises(ImpossibleLocalTime) as jumped:
            resolve(local, change.zone, fold)
    before, after = jumped.value.before, jumped.value.after
    assert before < local < after or local < after == shown(change.at, change.zone)
    assert len(clock[before]) == len(clock[after]) == 1
    quarters = [wall for wall, instants in clock.items() if len(instants) == 1 and not wall.minute % 15]
    assert before == max(wall for wall in quarters if wall < local)
    assert after == min(wall for wall in quarters if wall > local)
    assert reached(local, change.zone) == change.at


@pytest.mark.promise(50, "every clock change 2026 to 2030 of every zone: times, windows, 48 hours, days before")
def test_every_clock_change_of_every_zone() -> None:
    """Row 50: 0 wrong instants around every transition of 2026 to 2030."""
    found = changes()
    asked = sum(check_around(change) for change in found)
    print(f"\n{len(zones())} zones, {len(found)} clock changes 2026-2030, {asked} wall times, 0 wrong")
    assert len(zones()) > 590
    assert len(found) > size(250, 1500)


@pytest.mark.promise(50, "every clock change 2026 to 2030 of every zone: times, windows, 48 hours, days before")
def test_every_zone_at_ordinary_times() -> None:
    for zone in zones():
        for month in range(1, 13):
            instant = datetime(2028, month, 10, 13, 37, tzinfo=UTC)
            assert resolve(shown(instant, zone), zone, fold=month % 2) == instant


@pytest.mark.promise(50, "every clock change 2026 to 2030 of every zone: times, windows, 48 hours, days before")
def test_windows_48_hours_and_day_shifts_across_every_change() -> None:
    """Row 50: buffers, the nine hours, 48 elapsed hours and the cancellation limit at every transition."""
    rule = Rule(30 * MINUTE, 30 * MINUTE, 9 * HOUR)
    for change in changes():
        start = change.at - 2 * HOUR - 30 * MINUTE
        covered = cover(EventDay(start, start + 10 * HOUR), rule)
        assert shown(covered.opens_at, change.zone) == shown(start, change.zone) - 30 * MINUTE
        assert offset(covered.closes_at, change.zone) == change.after
        assert covered.closes_at.timestamp() - covered.opens_at.timestamp() == 9 * 3600
        for days in (1, -14):
            for shift in (0, -20, 65):
                check_day_shift(change, days, shift * MINUTE)


def check_day_shift(change: Change, days: int, shift: timedelta) -> None:
    from_instant = change.at - days * DAY + shift
    wanted = shown(from_instant, change.zone) + days * DAY
    clock = meanings(wanted, change.zone)
    later = same_wall_time_days_later(from_instant, change.zone, days)
    latest = latest_ordering_instant(from_instant, change.zone, -days)
    if clock:
        assert (later, latest) == (clock[0], clock[-1])
    else:  # the first minute at or past the wish is the jump itself
        assert shown(later, change.zone) > wanted > shown(later - MINUTE, change.zone)
        assert latest == later


@pytest.mark.promise(50, "every clock change 2026 to 2030 of every zone: times, windows, 48 hours, days before")
@pytest.mark.parametrize(("zone", "hours"), [("Australia/Lord_Howe", 0.5), ("Antarctica/Troll", 2), ("America/Montreal", 1)])
def test_odd_shifts_are_among_them(zone: str, hours: float) -> None:
    assert {abs(change.size) for change in changes_in(zone)} == {timedelta(hours=hours)}


def test_spring_gap_names_the_two_nearest_times() -> None:
    """S22: an impossible time is refused with a choice."""
    with pytest.raises(ImpossibleLocalTime) as jumped:
        resolve(naive("2027-03-14 02:10"), "America/Montreal")
    assert (jumped.value.before, jumped.value.after) == (naive("2027-03-14 01:45"), naive("2027-03-14 03:00"))
    assert jumped.value.code == "impossible_local_time"


def test_doubled_time_asks_which() -> None:
    """S22: a doubled time asks which."""
    with pytest.raises(AmbiguousLocalTime) as twice:
        resolve(naive("2027-11-07 01:30"), "America/Montreal")
    early, late = twice.value.readings
    assert (early.instant, early.offset, early.fold) == (at("2027-11-07 05:30"), -4 * HOUR, 0)
    assert (late.instant, late.offset, late.fold) == (at("2027-11-07 06:30"), -5 * HOUR, 1)


@pytest.mark.parametrize("zone", ["", "Mars/Base", "America", "../etc/passwd", "/etc/localtime", "a\0b", "zone.tab"])
def test_unknown_zone_is_named(zone: str) -> None:
    with pytest.raises(UnknownZone) as unknown:
        resolve(naive("2027-01-01 10:00"), zone)
    assert unknown.value.zone == zone


def test_days_of_a_span() -> None:
    assert localtime.local_days(at("2027-03-16 03:00"), at("2027-03-17 04:00"), "America/Montreal") == (
        date(2027, 3, 15),
        date(2027, 3, 16),
    )
    assert localtime.local_date(at("2027-03-16 03:00"), "America/Montreal") == date(2027, 3, 15)
    opens, closes = localtime.day_bounds(date(2027, 3, 14), "America/Montreal")
    assert closes - opens == 23 * HOUR


def test_two_weeks_before_keeps_the_wall_time() -> None:
    """S9: 14 calendar days in the event's zone, across a clock change."""
    start = resolve(naive("2027-03-20 10:00"), "America/Montreal")
    limit = latest_ordering_instant(start, "America/Montreal", 14)
    assert limit == resolve(naive("2027-03-06 10:00"), "America/Montreal")
    assert start - limit == 14 * DAY - HOUR


@pytest.fixture
def newer_rules(tmp_path: Path) -> Iterator[None]:
    """Put a tzdata folder in front in which Paris has given up summer time for good."""
    target = tmp_path / "Europe"
    target.mkdir()
    with resources.as_file(resources.files("tzdata.zoneinfo") / "Africa" / "Lagos") as lagos:
        shutil.copy(lagos, target / "Paris")
    zoneinfo.reset_tzpath([str(tmp_path)])
    zoneinfo.ZoneInfo.clear_cache()
    localtime.zone_rules.cache_clear()
    yield
    zoneinfo.reset_tzpath(())
    zoneinfo.ZoneInfo.clear_cache()
    localtime.zone_rules.cache_clear()


SUMMER = naive("2027-07-01 10:00"), "Europe/Paris", at("2027-07-01 08:00")
WINTER = naive("2027-01-05 10:00"), "Europe/Paris", at("2027-01-05 09:00")


@pytest.mark.promise(51, "newer zone rules are noticed")
def test_unchanged_rules_move_nothing() -> None:
    assert localtime.moved_by_new_rules(*SUMMER) is None
    assert localtime.moved_by_new_rules(*WINTER) is None
    for instant in ("2027-10-31 00:30", "2027-10-31 01:30"):
        assert localtime.moved_by_new_rules(naive("2027-10-31 02:30"), "Europe/Paris", at(instant)) is None


@pytest.mark.promise(51, "newer zone rules are noticed")
@pytest.mark.usefixtures("newer_rules")
def test_newer_rules_are_noticed() -> None:
    """Row 51: a shifted order is found, and told what both times have become."""
    moved = localtime.moved_by_new_rules(*SUMMER)
    assert moved is not None
    assert moved.means == (at("2027-07-01 09:00"),)
    assert moved.shows == naive("2027-07-01 09:00")
    assert localtime.moved_by_new_rules(*WINTER) is None
