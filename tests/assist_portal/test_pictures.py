"""Pictures drawn on the server, each with its twin in words."""

from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils.html import strip_tags
from django.utils.translation import override

from assist_portal.coverage import lay_out

ZONE = "America/Montreal"
START = datetime(2027, 3, 16, 13, 0, tzinfo=UTC)
LEAD = timedelta(minutes=30)
NINE = timedelta(hours=9)


def drawn(length, cap=NINE):
    end = START + length
    window = (START - LEAD, min(end + LEAD, START - LEAD + NINE))
    return lay_out(event=(START, end), window=window, zone=ZONE, cap=cap)


def test_a_short_day_is_covered_and_shows_no_cap():
    coverage = drawn(timedelta(hours=1))
    assert coverage.uncovered == ()
    assert coverage.cap_x is None
    assert coverage.staffed.x < coverage.event.x
    assert coverage.staffed.x + coverage.staffed.width > coverage.event.x + coverage.event.width


def test_a_day_past_nine_hours_shows_the_tail_and_the_mark():
    """S86: an 8.5 h event leaves no tail, a 10 h event leaves 1.5 h."""
    assert drawn(timedelta(hours=8, minutes=30)).uncovered_spans == ()
    (tail,) = drawn(timedelta(hours=10)).uncovered_spans
    assert tail[1] - tail[0] == timedelta(hours=1, minutes=30)
    coverage = drawn(timedelta(hours=10))
    assert coverage.cap_x == pytest.approx(coverage.uncovered[0].x)


@pytest.mark.parametrize("hours", range(1, 25))
def test_everything_stays_on_the_axis_and_labels_stay_few(hours):
    coverage = drawn(timedelta(hours=hours))
    bars = [coverage.event, coverage.staffed, *coverage.uncovered]
    assert all(bar.x >= 0 and bar.x + bar.width <= 100.01 for bar in bars)
    assert all(0 <= tick.x <= 100 for tick in coverage.ticks)
    assert 1 <= sum(tick.labelled for tick in coverage.ticks) <= 7


def test_the_axis_keeps_elapsed_time_when_the_clocks_change():
    start = datetime(2027, 3, 14, 6, 0, tzinfo=UTC)  # 01:00 in Montreal; 02:00 does not exist that night
    coverage = lay_out(event=(start, start + timedelta(hours=3)), window=(start, start + timedelta(hours=3)), zone=ZONE, cap=None)
    steps = {round(later.x - earlier.x, 1) for earlier, later in zip(coverage.ticks, coverage.ticks[1:], strict=False)}
    assert len(steps) == 1


def test_the_words_say_what_the_picture_shows():
    source = "{% load pictures %}{% coverage_bar a b c d zone 9 %}"
    end = START + timedelta(hours=10)
    context = Context({"a": START, "b": end, "c": START - LEAD, "d": START - LEAD + NINE, "zone": ZONE})
    with override("en"):
        html = Template(source).render(context)
    assert "Not covered: 17:30 to 19:00 (UTC-4) (1\xa0h\xa030\xa0min)" in strip_tags(html)
    assert 'aria-hidden="true"' in html
    assert "style=" not in html


def test_a_state_is_a_word_an_icon_and_a_colour():
    html = Template('{% load pictures %}{% chip "WAITING" words %}').render(Context({"words": "<Waiting>"}))
    assert 'class="chip risk"' in html
    assert "icons.svg#clock" in html
    assert "&lt;Waiting&gt;" in html
