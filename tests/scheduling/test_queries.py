"""Who is free."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from scheduling import queries
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.django_db

TEN = datetime(2027, 3, 8, 10, 0, tzinfo=UTC)  # a Monday, a week after NOW
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def free(need, **options):
    return [staff.pk for staff in queries.free_staff(need, now=NOW, **options)]


def test_a_producer_with_nothing_to_do_is_free():
    staff = make.staff_member()
    assert free(make.need(TEN)) == [staff.pk]


def test_the_least_loaded_comes_first_and_the_preferred_before_everyone():
    busy, idle, middle = (make.staff_member(load=load) for load in (9, 0, 4))
    assert free(make.need(TEN)) == [idle.pk, middle.pk, busy.pk]
    assert free(make.need(TEN), prefer=busy.pk) == [busy.pk, idle.pk, middle.pk]
    assert free(make.need(TEN), limit=1) == [idle.pk]
    assert free(make.need(TEN), prefer=busy.pk, limit=1) == [busy.pk]


def test_a_preferred_person_who_is_busy_is_left_out():
    staff, other = make.staff_member(), make.staff_member()
    make.booking(staff, TEN)
    assert free(make.need(TEN), prefer=staff.pk) == [other.pk]


class TestSkills:
    def test_the_role_counts(self):
        make.staff_member("ANALYST")
        assert free(make.need(TEN)) == []

    def test_one_person_can_have_several_roles(self):
        both = make.staff_member("ANALYST", "PRODUCER")
        assert free(make.need(TEN)) == free(make.need(TEN, role="ANALYST")) == [both.pk]

    def test_the_language_counts_unless_any_will_do(self):
        english, french = make.staff_member(), make.staff_member(languages=["fr"])
        assert free(make.need(TEN, language="fr")) == [french.pk]
        assert free(make.need(TEN, language="")) == [english.pk, french.pk]

    def test_who_left_is_not_free(self):
        make.staff_member(is_active=False)
        assert free(make.need(TEN)) == []

    def test_a_certificate_of_the_family_is_needed(self):
        kind, certified = make.family("training"), make.staff_member()
        make.certificate(certified, kind)
        make.certificate(make.staff_member(), make.family("meetings"))
        make.staff_member()
        assert free(make.need(TEN, of=kind)) == [certified.pk]

    @pytest.mark.parametrize(("last_day", "is_free"), [(7, False), (8, True)])
    def test_it_is_valid_until_the_end_of_its_last_day(self, last_day, is_free):
        kind, staff = make.family(), make.staff_member()
        make.certificate(staff, kind, valid_until=date(2027, 3, last_day))
        assert bool(free(make.need(TEN, of=kind))) is is_free

    def test_it_must_be_valid_on_every_day(self):
        kind, staff = make.family(), make.staff_member()
        make.certificate(staff, kind, valid_until=date(2027, 3, 9))
        assert free(make.need(TEN, days=2, of=kind)) == [staff.pk]
        assert free(make.need(TEN, days=3, of=kind)) == []

    def test_a_renewal_between_the_days_is_fine(self):
        kind, staff = make.family(), make.staff_member()
        make.certificate(staff, kind, valid_until=date(2027, 3, 8))
        make.certificate(staff, kind, valid_from=date(2027, 3, 9))
        assert free(make.need(TEN, days=3, of=kind)) == [staff.pk]

    def test_the_day_is_the_one_in_the_zone_of_the_event(self):
        kind, staff = make.family(), make.staff_member()
        make.certificate(staff, kind, valid_until=date(2027, 3, 8))
        late = datetime(2027, 3, 9, 3, 0, tzinfo=UTC)  # still the 8th in Montreal
        assert free(make.need(late, of=kind)) == []
        assert free(make.need(late, of=kind, zone="America/Toronto")) == [staff.pk]


class TestBookings:
    @pytest.mark.promise(4, "half an hour before and after, and back to back, asked of the database")
    @pytest.mark.parametrize(
        ("starts", "hours", "is_free"),
        [
            (TEN - 90 * MINUTE, 1, True),  # ends when the help before the event begins
            (TEN - 90 * MINUTE, 1 + 1 / 60, False),
            (TEN + 59 * MINUTE, 1, False),
            (TEN + 60 * MINUTE, 1, True),  # begins when the event ends
            (TEN - 12 * HOUR, 24, False),
            (TEN + 10 * MINUTE, 0.5, False),
        ],
    )
    def test_half_open_and_with_the_half_hour_before(self, starts, hours, is_free):
        """Row 4 of the promises: back-to-back is allowed, the buffer is not for sale."""
        make.booking(make.staff_member(), starts, hours)
        assert bool(free(make.need(TEN))) is is_free

    @pytest.mark.promise(4, "half an hour before and after, and back to back, asked of the database")
    @pytest.mark.parametrize(("starts", "is_free"), [(TEN + 8 * HOUR + 29 * MINUTE, False), (TEN + 8 * HOUR + 30 * MINUTE, True)])
    def test_the_half_hour_after_an_eight_hour_day_counts(self, starts, is_free):
        """Source: S85."""
        make.booking(make.staff_member(), starts)
        assert bool(free(make.need(TEN, 8, rule=make.NINE_HOURS))) is is_free

    @pytest.mark.promise(4, "half an hour before and after, and back to back, asked of the database")
    def test_a_long_day_is_cut_after_nine_hours(self):
        """Source: S86: from 9:30, so the person is free again at 18:30 although the event goes on until 22:00."""
        make.booking(make.staff_member(), TEN + 8 * HOUR + 30 * MINUTE)
        assert free(make.need(TEN, 12, rule=make.NINE_HOURS))

    def test_the_longest_booking_is_seen(self):
        make.booking(make.staff_member(), TEN - 24 * HOUR, 25)
        assert free(make.need(TEN + HOUR - MINUTE)) == []

    def test_one_person_for_all_days(self):
        first, second = make.staff_member(), make.staff_member()
        make.booking(first, TEN)
        make.booking(second, TEN + timedelta(days=1))
        assert free(make.need(TEN, days=2)) == []

    def test_a_hold_blocks_until_it_expires(self):
        staff = make.staff_member()
        hold = make.booking(staff, TEN, state="HELD", expires_at=NOW + MINUTE)
        assert free(make.need(TEN)) == []
        hold.expires_at = NOW
        hold.save()
        assert free(make.need(TEN)) == [staff.pk]

    def test_released_time_is_free(self):
        make.booking(make.staff_member(), TEN, state="RELEASED")
        assert free(make.need(TEN))

    def test_bookings_to_be_replaced_are_ignored(self):
        """Source: S47."""
        make.booking(make.staff_member(), TEN, reference="mine")
        assert free(make.need(TEN), ignoring=["mine"])
        assert not free(make.need(TEN), ignoring=["yours"])

    def test_leave_blocks_and_is_half_open(self):
        staff = make.staff_member()
        make.leave(staff, TEN - 3 * HOUR, TEN - 30 * MINUTE)
        make.leave(staff, TEN + HOUR, TEN + 2 * HOUR)
        assert free(make.need(TEN)) == [staff.pk]
        make.leave(staff, TEN + 59 * MINUTE, TEN + 61 * MINUTE)
        assert free(make.need(TEN)) == []


class TestHours:
    def test_without_hours_nobody_is_free(self):
        make.staff_member(week=None)
        assert free(make.need(TEN)) == []

    @pytest.mark.parametrize(
        ("zone", "is_free"), [("UTC", True), ("Europe/Paris", True), ("America/Toronto", False), ("Asia/Tokyo", False)]
    )
    def test_hours_are_on_the_persons_own_clock(self, zone, is_free):
        make.staff_member(zone=zone, week=make.OFFICE_WEEK)
        assert bool(free(make.need(TEN))) is is_free

    @pytest.mark.parametrize(("starts", "is_free"), [(time(9, 30), True), (time(9, 29), False), (time(16, 0), True), (time(16, 1), False)])
    def test_the_help_before_lies_within_the_hours_too(self, starts, is_free):
        make.staff_member(week=make.OFFICE_WEEK)
        assert bool(free(make.need(datetime.combine(TEN, starts, UTC)))) is is_free

    def test_the_weekend_is_off(self):
        make.staff_member(week=make.OFFICE_WEEK)
        assert free(make.need(TEN - timedelta(days=1))) == []

    def test_a_night_shift_crosses_midnight(self):
        staff = make.staff_member(week=[(0, time(20), time()), (1, time(), time(4))])
        assert free(make.need(TEN + 12 * HOUR, 5)) == [staff.pk]
        assert free(make.need(TEN + 12 * HOUR, 6.5)) == []
        assert free(make.need(TEN + 36 * HOUR, 5)) == []

    def test_the_lunch_break_is_not_worked(self):
        make.staff_member(week=[(0, time(9), time(12)), (0, time(13), time(17))])
        assert free(make.need(TEN))
        assert not free(make.need(TEN + 90 * MINUTE))

    def test_a_holiday_of_the_region_is_off_in_the_persons_own_zone(self):
        make.holiday("CA-QC", date(2027, 3, 8))
        away = make.staff_member(holiday_calendar="CA-QC", zone="America/Toronto")
        other = make.staff_member(holiday_calendar="FR", zone="Europe/Paris")
        assert free(make.need(TEN)) == [other.pk]
        assert free(make.need(datetime(2027, 3, 9, 6, 0, tzinfo=UTC))) == [away.pk, other.pk]

    def test_nine_in_the_morning_is_an_hour_earlier_in_summer(self):
        make.staff_member(zone="America/Toronto", week=make.OFFICE_WEEK)
        winter, summer = datetime(2027, 3, 12, 14, 30, tzinfo=UTC), datetime(2027, 3, 15, 13, 30, tzinfo=UTC)
        for nine in (winter, summer):
            assert free(make.need(nine))
            assert not free(make.need(nine - MINUTE))

    def test_a_night_shift_over_a_clock_change_keeps_to_the_clock(self):
        """On 7 November 2027 Toronto shows 01:30 twice; who works until 01:00 has gone home, who works until 02:00 works both."""
        until_one = make.staff_member(zone="America/Toronto", week=[(6, time(), time(1))])
        until_two = make.staff_member(zone="America/Toronto", week=[(6, time(), time(2))])
        first, second = datetime(2027, 11, 7, 4, 30, tzinfo=UTC), datetime(2027, 11, 7, 5, 45, tzinfo=UTC)  # 00:30, and 01:45 to 01:45
        assert free(make.need(first, 0.5)) == [until_one.pk, until_two.pk]
        assert free(make.need(second)) == [until_two.pk]


def test_the_number_of_queries_does_not_grow(django_assert_num_queries):
    last = [make.staff_member() for _ in range(30)][-1]
    with django_assert_num_queries(3):
        assert len(queries.free_staff(make.need(TEN, days=3), now=NOW)) == 20
    with django_assert_num_queries(4):
        queries.free_staff(make.need(TEN, days=3), now=NOW, prefer=last.pk)
