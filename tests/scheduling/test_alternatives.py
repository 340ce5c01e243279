"""Other times, when nobody is free at the time that was asked for. The search itself is tested in test_gaps."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from scheduling import queries
from scheduling.gaps import Alternative, Reason
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.django_db

TEN = datetime(2027, 3, 15, 10, 0, tzinfo=UTC)  # a Monday, two weeks after NOW
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def offers(need=None, **options):
    return queries.alternatives(need or make.need(TEN), now=NOW, **options)


def starts(need=None, **options):
    return [each.starts_at for each in offers(need, **options)]


def test_the_nearest_days_at_the_same_time():
    staff = make.staff_member()
    make.booking(staff, TEN - 10 * HOUR, 24)
    assert starts() == [TEN + DAY, TEN - DAY, TEN + 2 * DAY]
    assert {each.person for each in offers()} == {staff.pk}


def test_every_offer_is_free_when_it_is_asked_for():
    for _ in range(3):
        make.booking(make.staff_member(week=make.OFFICE_WEEK, zone="America/Toronto"), TEN - 10 * HOUR, 24)
    for offer in offers():
        assert offer.person in queries.free_ids(make.need(offer.starts_at), now=NOW)


def test_who_lacks_the_skills_is_not_offered():
    busy = make.staff_member()
    make.booking(busy, TEN)
    make.staff_member("ANALYST")
    make.staff_member(languages=["fr"])
    make.staff_member(is_active=False)
    make.staff_member(week=None)
    assert {each.person for each in offers()} == {busy.pk}


def test_with_nobody_to_do_it_there_is_nothing():
    assert offers() == []


def test_holds_count_until_they_expire_and_ignored_references_do_not():
    staff = make.staff_member(week=[(1, *make.OFFICE_WEEK[0][1:])])
    make.booking(staff, TEN + DAY - HOUR, 8, state="HELD", expires_at=NOW + MINUTE, reference="hold")
    assert TEN + DAY not in starts()
    assert TEN + DAY in starts(ignoring=["hold"])
    assert TEN + DAY in [each.starts_at for each in queries.alternatives(make.need(TEN), now=NOW + HOUR)]


def test_leave_and_holidays_are_off():
    staff = make.staff_member(holiday_calendar="FR")
    make.booking(staff, TEN - 10 * HOUR, 24)
    make.leave(staff, TEN + DAY - 10 * HOUR, TEN + 2 * DAY - 10 * HOUR)
    make.holiday("FR", date(2027, 3, 14))
    assert starts() == [TEN + 2 * DAY, TEN - 2 * DAY, TEN + 3 * DAY]


def test_a_certificate_ends_the_offers_on_its_last_day():
    kind, staff = make.family(), make.staff_member()
    make.certificate(staff, kind, valid_until=date(2027, 3, 16))
    make.certificate(staff, kind, valid_from=date(2027, 3, 18))
    make.booking(staff, TEN - 10 * HOUR, 24)
    assert starts(make.need(TEN, of=kind)) == [TEN + DAY, TEN - DAY, TEN - 2 * DAY]


def test_three_days_need_one_certificate_each_day():
    kind, staff = make.family(), make.staff_member()
    make.certificate(staff, kind, valid_until=date(2027, 3, 16))
    wanted = make.need(TEN, days=3, of=kind)
    assert starts(wanted) == [TEN - DAY, TEN - 2 * DAY, TEN - 3 * DAY]


def test_no_offer_before_the_earliest_or_after_the_latest_start():
    make.booking(make.staff_member(), TEN - 10 * HOUR, 24)
    found = starts(earliest=TEN, latest=TEN + 2 * DAY)
    assert {TEN + DAY, TEN + 2 * DAY} < set(found)
    assert all(TEN < each <= TEN + 2 * DAY for each in found)


def test_the_preferred_person_wins_a_tie():
    first, second = make.staff_member(), make.staff_member(load=9)
    for staff in (first, second):
        make.booking(staff, TEN - 10 * HOUR, 24)
    assert {each.person for each in offers()} == {first.pk}
    assert {each.person for each in offers(prefer=second.pk)} == {second.pk}


@pytest.mark.parametrize(("of", "ignoring"), [(False, []), (True, []), (True, ["x"])])
def test_the_number_of_queries_does_not_grow(django_assert_num_queries, of, ignoring):
    kind = make.family()
    for _ in range(5):
        staff = make.staff_member()
        make.certificate(staff, kind)
        make.booking(staff, TEN)
    with django_assert_num_queries(3):
        assert len(offers(make.need(TEN, of=kind if of else None), ignoring=ignoring)) == 3


def test_far_days_are_read_only_when_the_near_ones_do_not_answer(django_assert_num_queries):
    staff = make.staff_member()
    for n in range(-5, 6):
        make.booking(staff, TEN - 10 * HOUR + n * DAY, 24)
    with django_assert_num_queries(4):
        assert starts() == [TEN + 6 * DAY, TEN - 6 * DAY, TEN + 7 * DAY]


class TestWords:
    def say(self, *why, at=TEN + DAY):
        return queries.describe(Alternative(at, 1, (at,), (), tuple(Reason(*each) for each in why)), "America/Toronto")

    def test_the_reasons_make_a_sentence(self):
        assert self.say(("same_person",), ("later_day", 1), ("same_time",)) == (
            "The same person, one day later (Tuesday), at the same time of day"
        )
        assert self.say(("other_person",), ("earlier_day", 3), ("later_time", 90)) == (
            "Another person, 3 days earlier (Tuesday), 1\xa0h\xa030\xa0min later in the day"
        )
        assert self.say(("same_day",), ("earlier_time", 15)) == "The same day, 15\xa0min earlier in the day"
        assert self.say(("same_day",), ("earlier_time", 120)) == "The same day, 2\xa0h earlier in the day"

    def test_the_weekday_is_the_one_of_the_event(self):
        assert "Monday" in self.say(("later_day", 7), ("same_time",), at=datetime(2027, 3, 16, 3, 0, tzinfo=UTC))

    def test_the_weekday_is_in_the_readers_language(self):
        with translation.override("fr"):
            assert "mardi" in self.say(("later_day", 1), ("same_time",)).lower()
