"""Changing what people can do and when they are there."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from scheduling import actions, queries
from scheduling.models import Certificate, Leave, StaffMember, WorkingHours
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.django_db

TEN = datetime(2027, 3, 8, 10, 0, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def marked(now=NOW):
    return set(queries.bookings_needing_cover(now))


def test_who_moved_to_a_zone_nobody_lived_in_is_not_said_to_be_free_there_at_all_hours():
    """The question was put before they moved, and names the working hours of the zones that were known."""
    here, moves = make.staff_member(), make.staff_member()
    asked = queries.Question(make.need(TEN), NOW, [])
    assert sorted(asked.free_ids()) == [here.pk, moves.pk]
    actions.change_staff(moves, now=NOW, zone="Asia/Tokyo")
    assert asked.answer(2, among=[here.pk, moves.pk]) == [here.pk]


class TestLeave:
    def test_it_is_accepted_over_bookings_and_marks_them(self):
        staff = make.staff_member()
        before, during, after = (make.booking(staff, TEN + n * HOUR) for n in range(3))
        actions.add_leave(staff, start_at=TEN + HOUR, end_at=TEN + 2 * HOUR, now=NOW)
        assert marked() == {during}
        assert {before.pk, after.pk} & {each.pk for each in marked()} == set()

    def test_it_takes_the_person_out_at_once(self):
        staff = make.staff_member()
        leave = actions.add_leave(staff, start_at=TEN, end_at=TEN + HOUR, now=NOW, reason="ill")
        assert not queries.free_ids(make.need(TEN), now=NOW)
        actions.cancel_leave(leave)
        assert queries.free_ids(make.need(TEN), now=NOW)

    def test_longer_leave_marks_more(self):
        staff = make.staff_member()
        booking = make.booking(staff, TEN + 5 * HOUR)
        leave = actions.add_leave(staff, start_at=TEN, end_at=TEN + HOUR, now=NOW)
        assert not marked()
        actions.change_leave(leave, start_at=TEN, end_at=TEN + 6 * HOUR, now=NOW)
        assert marked() == {booking}

    def test_the_first_mark_stays_and_other_people_are_left_alone(self):
        staff, other = make.staff_member(), make.staff_member()
        make.booking(staff, TEN)
        make.booking(other, TEN)
        for n in range(2):
            actions.add_leave(staff, start_at=TEN, end_at=TEN + HOUR, now=NOW + n * MINUTE)
        assert [(each.staff_id, each.needs_cover_since) for each in marked()] == [(staff.pk, NOW)]

    def test_what_is_over_or_given_back_is_not_marked(self):
        staff = make.staff_member()
        make.booking(staff, NOW - 2 * HOUR)
        make.booking(staff, TEN, state="RELEASED")
        actions.add_leave(staff, start_at=NOW - 9 * DAY, end_at=TEN + 9 * DAY, now=NOW)
        assert not marked(NOW - 9 * DAY)

    def test_empty_leave_is_refused(self):
        staff = make.staff_member()
        with pytest.raises(actions.LeaveEndsBeforeItBegins) as refused:
            actions.add_leave(staff, start_at=TEN, end_at=TEN, now=NOW)
        assert refused.value.code == "leave_ends_before_it_begins"
        leave = actions.add_leave(staff, start_at=TEN, end_at=TEN + HOUR, now=NOW)
        with pytest.raises(actions.LeaveEndsBeforeItBegins):
            actions.change_leave(leave, start_at=TEN, end_at=TEN, now=NOW)
        with pytest.raises(IntegrityError, match="leave_ends_after_it_begins"), transaction.atomic():
            Leave.objects.create(staff=staff, start_at=TEN, end_at=TEN)


class TestSkills:
    @pytest.mark.parametrize(
        ("change", "loses"),
        [
            ({"roles": ["ANALYST"]}, True),
            ({"roles": ["ANALYST", "PRODUCER"]}, False),
            ({"languages": ["fr"]}, True),
            ({"languages": ["en", "fr"]}, False),
            ({"is_active": False}, True),
            ({"is_active": True}, False),
            ({}, False),
        ],
    )
    def test_a_loss_marks_what_is_to_come(self, change, loses):
        staff = make.staff_member()
        booking = make.booking(staff, TEN)
        actions.change_staff(staff, now=NOW, **change)
        assert marked() == ({booking} if loses else set())

    def test_what_is_not_named_stays(self):
        staff = make.staff_member("PRODUCER", languages=["en", "fr"])
        actions.change_staff(staff, now=NOW, roles=["PRODUCER", "ANALYST", "ANALYST"])
        stored = StaffMember.objects.get(pk=staff.pk)
        assert (stored.roles, stored.languages, stored.is_active) == (["ANALYST", "PRODUCER"], ["en", "fr"], True)


class TestCertificates:
    def make(self, **fields):
        staff = make.staff_member()
        return make.certificate(staff, valid_until=date(2027, 12, 31)), make.booking(staff, TEN)

    def test_a_withdrawn_one_marks_what_is_to_come(self):
        certificate, booking = self.make()
        actions.withdraw_certificate(certificate, now=NOW)
        assert marked() == {booking}
        assert not Certificate.objects.exists()

    @pytest.mark.parametrize(("last_day", "loses"), [(date(2027, 3, 7), True), (date(2027, 3, 9), False), (date(2028, 1, 1), False)])
    def test_a_shorter_one_marks_what_it_no_longer_covers(self, last_day, loses):
        certificate, booking = self.make()
        certificate.valid_until = last_day
        actions.set_certificate(certificate, now=NOW)
        assert marked() == ({booking} if loses else set())

    @pytest.mark.parametrize(("first_day", "loses"), [(date(2027, 3, 9), True), (date(2027, 3, 6), False)])
    def test_a_later_one_too(self, first_day, loses):
        certificate, booking = self.make()
        certificate.valid_from = first_day
        actions.set_certificate(certificate, now=NOW)
        assert marked() == ({booking} if loses else set())

    def test_one_for_another_family_takes_the_first_away(self):
        certificate, booking = self.make()
        certificate.family = make.family("training")
        actions.set_certificate(certificate, now=NOW)
        assert marked() == {booking}

    def test_a_new_one_marks_nothing(self):
        certificate, _booking = self.make()
        new = Certificate(
            staff=certificate.staff, family=make.family("training"), valid_from=date(2026, 1, 1), valid_until=date(2026, 2, 1)
        )
        actions.set_certificate(new, now=NOW)
        assert not marked()

    def test_it_cannot_end_before_it_begins(self):
        with pytest.raises(IntegrityError, match="certificate_ends_after_it_begins"), transaction.atomic():
            make.certificate(make.staff_member(), valid_from=date(2027, 1, 2), valid_until=date(2027, 1, 1))


class TestHours:
    def hours(self, staff):
        return list(WorkingHours.objects.filter(staff=staff).order_by("weekday", "starts").values_list("weekday", "starts", "ends"))

    @pytest.mark.parametrize(
        ("given", "stored"),
        [
            ([(0, time(9), time(12)), (0, time(12), time(17))], [(0, time(9), time(17))]),
            ([(0, time(12), time(17)), (0, time(9), time(13))], [(0, time(9), time(17))]),
            ([(0, time(9), time(17)), (0, time(10), time(11))], [(0, time(9), time(17))]),
            ([(0, time(9), time(12)), (0, time(13), time(17))], [(0, time(9), time(12)), (0, time(13), time(17))]),
            ([(0, time(20), time()), (1, time(), time(4))], [(0, time(20), time()), (1, time(), time(4))]),
            ([(0, time(20), time()), (0, time(22), time(23))], [(0, time(20), time())]),
            ([(0, time(20), time(22)), (0, time(21), time())], [(0, time(20), time())]),
            ([], []),
        ],
    )
    def test_stretches_that_touch_become_one(self, given, stored):
        staff = make.staff_member(week=make.OFFICE_WEEK)
        actions.set_hours(staff, given)
        assert self.hours(staff) == stored

    def test_an_empty_stretch_is_refused_and_nothing_changes(self):
        staff = make.staff_member(week=make.OFFICE_WEEK)
        with pytest.raises(actions.HoursEndBeforeTheyBegin):
            actions.set_hours(staff, [(0, time(9), time(9))])
        assert len(self.hours(staff)) == 5

    @pytest.mark.parametrize(
        ("name", "row"),
        [
            ("working_hours_are_on_a_weekday", (7, time(9), time(17))),
            ("working_hours_end_after_they_start", (0, time(9), time(9))),
            ("working_hours_once_per_start", (1, time(9), time(10))),
        ],
    )
    def test_the_database_refuses_nonsense(self, name, row):
        staff = make.staff_member(week=[(1, time(9), time(17))])
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            make.working_week(staff, [row])


def test_a_region_has_one_holiday_a_day():
    make.holiday("FR", date(2027, 7, 14))
    with pytest.raises(IntegrityError, match="one_holiday_per_region_and_day"), transaction.atomic():
        make.holiday("FR", date(2027, 7, 14))
