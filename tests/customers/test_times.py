"""Times as sentences, in both languages."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis.strategies import datetimes, timezones

from assist_portal.templatetags import times as words
from customers import times

MONTREAL = "America/Montreal"
START = datetime(2027, 3, 16, 13, 30, tzinfo=UTC)
END = START + timedelta(minutes=90)


@pytest.fixture(params=["en"], autouse=True)
def language(request):
    with override(request.param):
        yield request.param


def test_a_span_names_day_hours_city_and_offset():
    assert times.span(START, END, MONTREAL) == "Tue 16 March 2027, 09:30 to 11:00, Montreal (UTC-4)"


def test_a_span_over_midnight_names_both_days():
    assert (
        times.span(START, START + timedelta(hours=16), MONTREAL) == "Tue 16 March 2027, 09:30 to Wed 17 March 2027, 01:30, Montreal (UTC-4)"
    )


def test_a_span_across_a_clock_change_names_both_offsets():
    start = datetime(2027, 3, 14, 6, 0, tzinfo=UTC)
    assert times.span(start, start + timedelta(hours=2), MONTREAL).endswith("Montreal (UTC-5, then UTC-4)")


def test_a_span_from_one_clock_reading_to_the_same_again_names_both_offsets():
    start = datetime(2027, 11, 7, 5, 30, tzinfo=UTC)
    assert times.span(start, start + timedelta(hours=1), MONTREAL) == "Sun 7 November 2027, 01:30 to 01:30, Montreal (UTC-4, then UTC-5)"


def test_one_moment_names_its_zone():
    assert words.in_zone(START, "Asia/Kolkata", autoescape=False) == "Tue 16 March 2027, 19:00, Kolkata (UTC+5:30)"
    assert words.in_zone(START, "Asia/Kolkata") == 'Tue 16 March 2027, 19:00, Kolkata <span class="nowrap">(UTC+5:30)</span>'
    assert words.in_zone(START, "UTC") == "Tue 16 March 2027, 13:30, UTC"
    assert words.in_zone(None, "UTC") == ""


def test_the_readers_own_hours_stand_beside_them():
    assert times.yours(START, END, MONTREAL, "Europe/Paris") == "14:30 to 16:00 your time, Paris (UTC+1)"
    assert times.yours(START, START, MONTREAL, "Europe/Paris") == "14:30 your time, Paris (UTC+1)"


def test_the_readers_own_hours_name_the_day_when_it_is_another():
    late = datetime(2027, 3, 17, 0, 0, tzinfo=UTC)
    assert times.yours(late, late + timedelta(hours=1), MONTREAL, "Asia/Tokyo") == "Wed 17 March, 09:00 to 10:00 your time, Tokyo (UTC+9)"


def test_the_readers_own_hours_are_left_out_when_the_clocks_agree():
    assert times.yours(START, END, MONTREAL, "America/New_York") == ""
    assert times.yours(START, END, MONTREAL, "") == ""


def test_cities_are_named_as_people_name_them():
    assert [times.city(zone) for zone in (MONTREAL, "America/Argentina/Buenos_Aires", "Europe/Kiev", "UTC")] == [
        "Montreal",
        "Buenos Aires",
        "Kiev",
        "UTC",
    ]


def test_lengths_are_short():
    assert [words.duration(minutes) for minutes in (90, 120, 45, 0)] == ["1\xa0h\xa030\xa0min", "2\xa0h", "45\xa0min", "0\xa0min"]
    assert words.duration(timedelta(hours=6, minutes=30)) == "6\xa0h\xa030\xa0min"
    assert words.duration(None) == ""


def test_how_far_off_is_said_in_words():
    assert words.relative_to(START, START - timedelta(days=3)) == "in 3 days"
    assert words.relative_to(START, START + timedelta(hours=2)) == "2 hours ago"
    assert {words.relative_to(START, START + timedelta(seconds=n)) for n in (-59, 0, 59)} == {"now"}


def test_money_and_numbers_follow_the_language():
    assert words.money(Decimal(1250), "USD") == "$1,250.00"
    assert words.number(Decimal("6.5")) == "6.5"
    with override("fr"):
        assert words.money(Decimal(1250), "USD") == "1\u202f250,00\xa0$US"
        assert words.number(Decimal("6.5")) == "6,5"


@pytest.mark.parametrize("language", ["fr"], indirect=True)
def test_french_is_written_the_french_way():
    assert times.span(START, END, MONTREAL) == "mar. 16 mars 2027, de 9\xa0h\xa030 à 11\xa0h, Montréal (UTC-4)"
    assert times.yours(START, END, MONTREAL, "Europe/Paris") == "de 14\xa0h\xa030 à 16\xa0h à votre heure, Paris (UTC+1)"
    assert times.day(date(2027, 4, 1)) == "jeu. 1er avril 2027"
    assert times.city("Europe/London") == "Londres"


@given(datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=timezones()))
def test_programs_read_the_very_instant(instant):
    assert times.rfc3339(instant) == instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
