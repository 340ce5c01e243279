"""Due times, their warnings, and the day of the rehearsal."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from engagements import timeline
from engagements.timeline import LADDERS, Due, Standing, due_at, first_alert, next_alert, rehearsal_days, shifted, working_days_later
from scheduling.localtime import resolve
from tests.scheduling.zones import changes, meanings, shown

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ZONE = "Europe/Paris"
EVENT = resolve(datetime(2027, 4, 7, 10), ZONE)  # a Wednesday; the clocks went forward on 28 March
OPENED = EVENT - 30 * DAY


def local(text: str) -> datetime:
    return resolve(datetime.fromisoformat(text), ZONE)


@pytest.mark.parametrize(
    ("offset", "kind", "expected"),
    [
        (-14, "CALENDAR_DAYS", "2027-03-24 10:00"),
        (2, "CALENDAR_DAYS", "2027-04-09 10:00"),
        (-14 * 24 * 60, "ELAPSED_MINUTES", "2027-03-24 09:00"),
        (48 * 60, "ELAPSED_MINUTES", "2027-04-09 10:00"),
        (2, "WORKING_DAYS", "2027-04-09 10:00"),
        (3, "WORKING_DAYS", "2027-04-12 10:00"),
        (-3, "WORKING_DAYS", "2027-04-02 10:00"),
        (-8, "WORKING_DAYS", "2027-03-26 10:00"),
        (0, "WORKING_DAYS", "2027-04-07 10:00"),
    ],
)
def test_offsets(offset: int, kind: str, expected: str) -> None:
    """Hours pass, days keep the wall time, working days skip weekends."""
    assert shifted(EVENT, offset, kind, ZONE) == local(expected)


@pytest.mark.parametrize(("day", "expected"), [("02", "05"), ("03", "05"), ("04", "05"), ("05", "06")])
def test_one_working_day_after_a_weekend_is_monday(day: str, expected: str) -> None:
    assert working_days_later(local(f"2027-04-{day} 16:00"), 1, ZONE) == local(f"2027-04-{expected} 16:00")
    assert working_days_later(local("2027-04-04 16:00"), -1, ZONE) == local("2027-04-02 16:00")


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="FORTNIGHTS"):
        shifted(EVENT, 1, "FORTNIGHTS", ZONE)


def test_48_hours_are_48_hours_across_every_clock_change() -> None:
    """S93, row 50: elapsed from the end, whatever the clocks do; calendar days keep the wall time."""
    for change in changes():
        end = change.at - 20 * HOUR
        assert shifted(end, 48 * 60, "ELAPSED_MINUTES", change.zone).timestamp() - end.timestamp() == 48 * 3600
        two_days_on = meanings(shown(end, change.zone) + 2 * DAY, change.zone)
        assert shifted(end, 2, "CALENDAR_DAYS", change.zone) == two_days_on[0]


def due(anchor: str, offset: int, kind: str, *, written_at: datetime = OPENED) -> Due:
    anchors = {"EVENT_START": EVENT, "EVENT_END": EVENT + 2 * HOUR, "ORDER_CONFIRMED": OPENED}
    return due_at(anchors, anchor, offset, kind, zone=ZONE, written_at=written_at, event_starts_at=EVENT)


def test_due_in_time() -> None:
    wanted = local("2027-03-31 10:00")
    assert due("EVENT_START", -7, "CALENDAR_DAYS") == Due(wanted, wanted, short_notice=False)


def test_unknown_anchor_has_no_due_time() -> None:
    assert due("AGENDA_FINAL", 120 * 60, "ELAPSED_MINUTES") == Due(None, None)


def test_short_notice_gives_two_working_days() -> None:
    """Architecture, one table of promises: a due time before now becomes opening + 2 working days."""
    opened = local("2027-04-02 15:00")
    assert due("EVENT_START", -7, "CALENDAR_DAYS", written_at=opened) == Due(
        local("2027-04-06 15:00"), local("2027-03-31 10:00"), short_notice=True
    )


def test_short_notice_ends_at_the_start() -> None:
    opened = local("2027-04-06 15:00")
    late = due("EVENT_START", -7, "CALENDAR_DAYS", written_at=opened)
    assert (late.due_at, late.short_notice) == (EVENT, True)


def test_a_breach_after_the_event_stays_a_breach() -> None:
    wanted = EVENT + 50 * HOUR
    assert due("EVENT_END", 48 * 60, "ELAPSED_MINUTES", written_at=EVENT + 9 * DAY) == Due(wanted, wanted)


def test_due_exactly_when_written_is_in_time() -> None:
    assert not due("ORDER_CONFIRMED", 0, "ELAPSED_MINUTES").short_notice


@given(some.integers(-90, 5), some.integers(0, 60), some.sampled_from(["CALENDAR_DAYS", "WORKING_DAYS"]))
def test_no_due_time_before_the_event_lies_in_the_past(offset: int, days_left: int, kind: str) -> None:
    opened = EVENT - days_left * DAY - HOUR
    made = due("EVENT_START", offset, kind, written_at=opened)
    assert made.due_at is not None
    assert made.wanted_at is not None
    assert made.due_at >= opened
    assert made.due_at <= max(EVENT, made.wanted_at)
    assert made.short_notice is (made.due_at != made.wanted_at)


def test_warnings_of_the_48_hours() -> None:
    """S93: at 24, 36, 44 and 48 hours after the end."""
    end = EVENT + 2 * HOUR
    assert warnings(end + 48 * HOUR, "RECORDING", end) == [end + hours * HOUR for hours in (24, 36, 44, 48)]


def test_default_warnings_and_those_already_past() -> None:
    assert warnings(EVENT, "DEFAULT", EVENT - 9 * DAY) == [EVENT - 3 * DAY, EVENT - DAY, EVENT]
    assert warnings(EVENT, "DEFAULT", EVENT - 3 * DAY) == [EVENT - 3 * DAY, EVENT - DAY, EVENT]
    assert warnings(EVENT, "DEFAULT", EVENT - 2 * DAY) == [EVENT - DAY, EVENT]
    assert warnings(EVENT, "DEFAULT", EVENT + HOUR) == []
    assert warnings(EVENT, "NONE", EVENT - 9 * DAY) == []
    assert timeline.rung(EVENT, LADDERS["DEFAULT"], EVENT - DAY) == 1
    assert timeline.rung(EVENT, LADDERS["DEFAULT"], EVENT - HOUR) is None


def warnings(due_time: datetime, ladder: str, written_at: datetime) -> list[datetime]:
    """Follow the ladder as the beat does: each warning found by the one before it, however late it was sent."""
    found, at = [], first_alert(due_time, LADDERS[ladder], written_at)
    while at:
        found.append(at)
        at = next_alert(due_time, LADDERS[ladder], at)
    return found


@pytest.mark.parametrize(
    ("today", "before"),
    [
        (date(2027, 3, 1), [7, 6, 8, 5, 9]),
        (date(2027, 3, 29), [7, 6, 8, 5, 9]),  # nine days left
        (date(2027, 3, 30), [5, 6, 7]),  # eight: the latest feasible day that needs no reason, then back to tomorrow
        (date(2027, 4, 1), [5]),
        (date(2027, 4, 2), [1, 2, 3, 4]),
        (date(2027, 4, 5), [1]),
        (date(2027, 4, 6), [1]),  # the event is tomorrow: only today is left
        (date(2027, 4, 7), []),
    ],
)
def test_rehearsal_days(today: date, before: list[int]) -> None:
    """S81: day -7, -9 to -5 without a reason; with less than nine days left the latest feasible day."""
    now = resolve(datetime(today.year, today.month, today.day, 9), ZONE)
    assert list(rehearsal_days(EVENT, ZONE, now)) == [date(2027, 4, 7) - days * DAY for days in before]


@pytest.mark.parametrize(
    ("ladder", "before", "how"),
    [
        ("DEFAULT", timedelta(days=3, seconds=1), Standing.OPEN),
        ("DEFAULT", timedelta(days=3), Standing.AT_RISK),
        ("RECORDING", timedelta(hours=24), Standing.AT_RISK),
        ("EVENT_DAY", timedelta(seconds=1), Standing.OPEN),
        ("NONE", timedelta(seconds=1), Standing.OPEN),
        ("NONE", timedelta(), Standing.BROKEN),
    ],
)
def test_at_risk_is_what_one_is_warned_of(ladder: str, before: timedelta, how: Standing) -> None:
    assert timeline.standing(EVENT, LADDERS[ladder], None, EVENT - before) == how


def test_rehearsal_days_are_those_of_the_events_zone() -> None:
    late_evening_in_paris = datetime(2027, 3, 28, 22, 30, tzinfo=UTC)  # already the 29th there
    assert rehearsal_days(EVENT, ZONE, late_evening_in_paris)[0] == date(2027, 3, 31)


@pytest.mark.parametrize(("days", "reason"), [(10, True), (9, False), (7, False), (5, False), (4, True), (0, True)])
def test_rehearsal_outside_needs_a_reason(days: int, reason: bool) -> None:
    assert timeline.needs_reason(EVENT, ZONE, date(2027, 4, 7) - days * DAY) is reason
