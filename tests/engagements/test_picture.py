"""Where marks stand on the timeline: arithmetic on plain values."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from engagements.picture import LANES, NEAR, TICKS, Mark, draw

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
EVENT = NOW + 36 * DAY
WINDOW = (EVENT, EVENT + 3 * HOUR)


def picture(*marks, now=NOW, zone="America/Montreal"):
    return draw(marks, windows=[WINDOW], opened_at=NOW, zone=zone, now=now)


def test_everything_lies_inside_in_order_of_time():
    drawn = picture(Mark("PLANNING", NOW + DAY, "kept", "a"), Mark("AFTER", EVENT + 2 * DAY, "open", "b"))
    places = [each.x for lane in drawn.lanes for each in lane.marks]
    assert places == sorted(places)
    assert all(0 < x < 100 for x in [*places, drawn.windows[0].x, drawn.today])
    assert [lane.name for lane in drawn.lanes] == list(LANES)


def test_today_is_left_out_long_after():
    assert picture(now=EVENT + 90 * DAY).today is None


def test_marks_at_the_same_time_are_stacked():
    lane = picture(*(Mark("PLANNING", NOW + DAY, "open", word) for word in "abc")).lanes[0]
    assert ([each.row for each in lane.marks], lane.rows) == ([0, 1, 2], 3)


MARKS = st.lists(
    st.builds(Mark, st.sampled_from(LANES), st.integers(0, 90).map(lambda n: NOW + n * DAY), st.just("open"), st.text("ab")), max_size=30
)


@given(MARKS)
def test_no_mark_hides_another_and_ticks_are_few_midnights(marks):
    drawn = picture(*marks)
    for lane in drawn.lanes:
        for one in lane.marks:
            for other in lane.marks:
                assert one is other or one.row != other.row or abs(one.x - other.x) >= NEAR - 0.02
    assert sum(len(lane.marks) for lane in drawn.lanes) == len(marks)
    assert len(drawn.ticks) <= TICKS
