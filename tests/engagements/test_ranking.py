"""Who suits best, and why: rules on plain values. Source: S74"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagements.ranking import MOST_A_DAY, OBJECTIONS, REST, Facts, Reason, busiest_day, rank, shortest_rest

HOUR = timedelta(hours=1)
MORNING = datetime(2027, 4, 6, 9, tzinfo=UTC)
WINDOW = (MORNING, MORNING + 2 * HOUR)


def order(*people, windows=()):
    return [each.id for each in rank(people, windows)]


class TestSoft:
    def test_fewest_engagements_first(self):
        assert order(Facts(1, engagements=2), Facts(2, engagements=1), Facts(3)) == [3, 2, 1]

    def test_who_knows_the_customer_wins_against_one_engagement_more_but_not_two(self):
        assert order(Facts(1), Facts(2, engagements=1, knows_customer=1)) == [2, 1]
        assert order(Facts(1), Facts(2, engagements=2, knows_customer=1)) == [1, 2]

    def test_a_clock_near_the_events_breaks_the_tie(self):
        assert order(Facts(1, minutes_apart=6 * 60), Facts(2, minutes_apart=60)) == [2, 1]

    def test_otherwise_who_was_here_first(self):
        assert order(Facts(7), Facts(3), Facts(5)) == [3, 5, 7]

    def test_every_reason_is_named(self):
        (ranked,) = rank([Facts(1, is_present=True, knows_customer=3, engagements=2, minutes_apart=90)])
        assert ranked.why == (Reason("present"), Reason("knows_customer", 3), Reason("load", 2), Reason("hours_apart", 2))
        assert ranked.fits


class TestHard:
    @pytest.mark.parametrize("code", [code for code in OBJECTIONS if code not in {"short_rest", "too_many"}])
    def test_whoever_cannot_comes_after_whoever_can_however_busy(self, code):
        first, last = rank([Facts(1, frozenset({code}), knows_customer=9), Facts(2, engagements=50, minutes_apart=720)])
        assert (first.id, last.id) == (2, 1)
        assert last.why_not == (Reason(code),)

    def test_the_gravest_objection_comes_last(self):
        assert order(*(Facts(n, frozenset({code})) for n, code in enumerate(OBJECTIONS))) == list(range(len(OBJECTIONS)))[::-1]

    def test_less_than_ten_hours_of_rest_before_and_after(self):
        late, early = (MORNING - 12 * HOUR, MORNING - 9.5 * HOUR), (MORNING + 11 * HOUR, MORNING + 12 * HOUR)
        (ranked,) = rank([Facts(1, booked=[late])], [WINDOW])
        assert ranked.why_not == (Reason("short_rest", 570),)
        (ranked,) = rank([Facts(1, booked=[early], zone="Asia/Tokyo")], [WINDOW])  # the next day there
        assert ranked.why_not == (Reason("short_rest", 540),)

    def test_ten_hours_are_enough_and_the_same_day_needs_none(self):
        before = (MORNING - 12 * HOUR, MORNING - REST)
        assert rank([Facts(1, booked=[before])], [WINDOW])[0].fits
        assert rank([Facts(1, booked=[(MORNING + 3 * HOUR, MORNING + 4 * HOUR)])], [WINDOW])[0].fits

    def test_a_shift_over_midnight_belongs_to_the_day_it_began(self):
        night = (MORNING - 10 * HOUR, MORNING - 8 * HOUR)  # 23:00 to 01:00
        assert shortest_rest([WINDOW], [night], "UTC") == 8 * HOUR

    def test_at_most_three_bookings_on_a_day_of_the_persons_calendar(self):
        booked = [(MORNING + n * HOUR, MORNING + (n + 1) * HOUR) for n in (3, 5)]
        assert rank([Facts(1, booked=booked)], [WINDOW])[0].fits
        (ranked,) = rank([Facts(1, booked=[*booked, (MORNING + 7 * HOUR, MORNING + 8 * HOUR)])], [WINDOW])
        assert ranked.why_not == (Reason("too_many", MOST_A_DAY + 1),)

    def test_without_windows_time_does_not_matter(self):
        assert rank([Facts(1, booked=[WINDOW] * 9)])[0].fits


SPANS = st.lists(st.tuples(st.integers(0, 2000), st.integers(1, 600)), max_size=6)


@given(SPANS, SPANS, st.sampled_from(["UTC", "America/Montreal", "Pacific/Auckland"]))
def test_rest_and_fullest_day_agree_with_a_slow_count(windows, booked, zone):
    def spans(pairs):
        return [(MORNING + timedelta(minutes=a), MORNING + timedelta(minutes=a + b)) for a, b in pairs]

    def day(span):
        return span[0].astimezone(ZoneInfo(zone)).date()

    ours, theirs = spans(windows), spans(booked)
    rests = [max(w[0] - b[1], b[0] - w[1]) for w in ours for b in theirs if day(w) != day(b)]
    assert shortest_rest(ours, theirs, zone) == (min(rests) if rests else None)
    assert busiest_day(ours, theirs, zone) == max((sum(day(each) == day(w) for each in ours + theirs) for w in ours), default=0)


@given(st.permutations([Facts(1, engagements=3), Facts(2, frozenset({"busy"})), Facts(3, knows_customer=1), Facts(4, frozenset({"left"}))]))
def test_the_order_of_asking_does_not_matter(people):
    assert order(*people) == [3, 1, 2, 4]
