"""Holding, booking, moving and releasing people's time."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from scheduling import actions, queries
from scheduling.models import Booking, StaffMember
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.django_db

TEN = datetime(2027, 3, 8, 10, 0, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
UNTIL = NOW + 15 * MINUTE


def hold(need=None, reference="mine", now=NOW, **options):
    return actions.hold(need or make.need(TEN), reference=reference, now=now, until=now + 15 * MINUTE, **options)


def live(reference, now=NOW):
    return list(queries.bookings_of(reference, now=now))


class TestHold:
    def test_it_takes_the_window_with_the_help_before(self):
        staff = make.staff_member()
        (row,) = hold()
        assert (row.staff_id, row.state, row.expires_at) == (staff.pk, "HELD", UNTIL)
        assert (row.start_at, row.end_at) == (TEN - 30 * MINUTE, TEN + HOUR)

    def test_it_takes_the_same_person_for_all_days(self):
        make.staff_member()
        make.staff_member()
        assert len({row.staff_id for row in hold(make.need(TEN, days=3))}) == 1
        assert len(live("mine")) == 3

    def test_it_takes_the_preferred_person(self):
        make.staff_member()
        other = make.staff_member(load=7)
        assert hold(prefer=other.pk)[0].staff_id == other.pk

    def test_two_holds_take_two_people_and_a_third_finds_nobody(self):
        people = {make.staff_member().pk, make.staff_member().pk}
        assert {hold(reference="one")[0].staff_id, hold(reference="two")[0].staff_id} == people
        with pytest.raises(actions.NobodyFree) as refused:
            hold(reference="three")
        assert (refused.value.code, refused.value.status) == ("nobody_free", 409)
        assert str(refused.value)

    def test_a_new_hold_gives_up_the_old_one(self):
        make.staff_member()
        hold()
        (row,) = hold(make.need(TEN + 30 * MINUTE))
        assert live("mine") == [row]

    def test_the_same_hold_again_stays_one_hold(self):
        make.staff_member()
        hold()
        (row,) = hold()
        assert live("mine") == [row]

    def test_when_nobody_is_free_the_old_hold_stays(self):
        make.booking(make.staff_member(), TEN + 24 * HOUR)
        rows = hold()
        with pytest.raises(actions.NobodyFree):
            hold(make.need(TEN + 24 * HOUR))
        assert live("mine") == rows

    def test_an_expired_hold_of_somebody_else_gives_way(self):
        make.staff_member()
        hold(reference="theirs")
        (row,) = hold(reference="mine", now=UNTIL)
        assert live("mine", UNTIL) == [row]
        assert Booking.objects.get(reference="theirs").state == "RELEASED"

    def test_references_that_hold_are_counted(self):
        make.staff_member()
        hold(make.need(TEN, days=3))
        assert queries.live_holds(["mine", "other"], now=NOW) == 1
        assert queries.live_holds(["mine", "other"], now=UNTIL) == 0


class TestBook:
    def test_the_hold_becomes_a_booking_of_the_same_rows(self):
        staff = make.staff_member()
        rows = hold()
        (row,) = actions.book("mine", need=make.need(TEN), now=NOW + MINUTE)
        assert (row.pk, row.state, row.expires_at) == (rows[0].pk, "BOOKED", None)
        assert StaffMember.objects.get(pk=staff.pk).load == 1

    def test_an_expired_hold_is_tried_again_with_the_same_person(self):
        make.staff_member()
        staff = make.staff_member(load=3)
        hold(prefer=staff.pk)
        (row,) = actions.book("mine", need=make.need(TEN), now=UNTIL)
        assert (row.staff_id, row.state) == (staff.pk, "BOOKED")

    def test_after_the_beat_has_tidied_too(self):
        staff = make.staff_member()
        hold()
        actions.expire_holds(now=UNTIL)
        assert actions.book("mine", need=make.need(TEN), now=UNTIL)[0].staff_id == staff.pk

    def test_it_is_refused_when_somebody_has_the_time_now(self):
        make.staff_member()
        hold(reference="mine")
        hold(reference="theirs", now=UNTIL)
        with pytest.raises(actions.HoldGone) as refused:
            actions.book("mine", need=make.need(TEN), now=UNTIL + MINUTE)
        assert (refused.value.code, refused.value.status) == ("hold_gone", 409)
        assert not live("mine", UNTIL)

    def test_a_hold_of_another_time_is_not_booked(self):
        make.staff_member()
        hold()
        (row,) = actions.book("mine", need=make.need(TEN + 5 * HOUR), now=NOW)
        assert live("mine") == [row]
        assert row.end_at == TEN + 6 * HOUR

    def test_without_any_hold_it_takes_the_named_person(self):
        staff = make.staff_member()
        assert actions.book("mine", need=make.need(TEN), now=NOW, prefer=staff.pk)[0].staff_id == staff.pk
        with pytest.raises(actions.HoldGone):
            actions.book("other", need=make.need(TEN), now=NOW, prefer=staff.pk)
        with pytest.raises(actions.HoldGone):
            actions.book("other", need=make.need(TEN), now=NOW)

    def test_anyone_will_do_when_that_person_is_taken(self):
        first = make.staff_member()
        hold(reference="mine")
        hold(reference="theirs", now=UNTIL)
        other = make.staff_member()
        (row,) = actions.book("mine", need=make.need(TEN), now=UNTIL + MINUTE, anyone=True)
        assert (row.staff_id, row.state, live("theirs", UNTIL)[0].staff_id) == (other.pk, "BOOKED", first.pk)
        with pytest.raises(actions.NobodyFree):
            actions.book("late", need=make.need(TEN), now=UNTIL + MINUTE, anyone=True)

    def test_who_went_on_leave_in_between_is_not_booked(self):
        staff = make.staff_member()
        hold()
        actions.add_leave(staff, start_at=TEN, end_at=TEN + HOUR, now=NOW)
        with pytest.raises(actions.HoldGone):
            actions.book("mine", need=make.need(TEN), now=NOW)


class TestSwap:
    """Source: S47: a move takes the same person even where the new time lies over the old."""

    def booked(self, at=TEN):
        hold(make.need(at), reference="order")
        actions.book("order", need=make.need(at), now=NOW)

    def test_the_same_person_can_be_held_over_their_own_booking(self):
        staff = make.staff_member()
        self.booked()
        later = make.need(TEN + 15 * MINUTE)
        (row,) = hold(later, reference="move", prefer=staff.pk, ignoring=["order"])
        assert (row.staff_id, row.instead_of) == (staff.pk, "order")
        with pytest.raises(actions.NobodyFree):
            hold(make.need(TEN + 90 * MINUTE), reference="theirs")
        (row,) = actions.swap("order", "move", now=NOW)
        assert (row.start_at, row.end_at, row.state) == (TEN - 15 * MINUTE, TEN + 75 * MINUTE, "BOOKED")
        assert live("order") == [row]
        assert not live("move")

    def test_moving_three_days_by_one(self):
        staff = make.staff_member()
        hold(make.need(TEN, days=3), reference="order")
        actions.book("order", need=make.need(TEN, days=3), now=NOW)
        hold(make.need(TEN + 24 * HOUR, days=3), reference="move", ignoring=["order"])
        rows = actions.swap("order", "move", now=NOW)
        assert [row.end_at for row in rows] == [TEN + HOUR + n * 24 * HOUR for n in (1, 2, 3)]
        assert StaffMember.objects.get(pk=staff.pk).load == 3

    def test_to_another_person(self):
        staff, other = make.staff_member(), make.staff_member()
        self.booked()
        hold(make.need(TEN), reference="move", prefer=other.pk, ignoring=["order"])
        (row,) = actions.swap("order", "move", now=NOW)
        assert row.staff_id == other.pk
        assert [StaffMember.objects.get(pk=each.pk).load for each in (staff, other)] == [0, 1]
        assert queries.free_ids(make.need(TEN), now=NOW) == [staff.pk]

    def test_an_expired_move_keeps_the_old_time(self):
        make.staff_member()
        self.booked()
        hold(make.need(TEN + 5 * HOUR), reference="move", ignoring=["order"])
        with pytest.raises(actions.HoldGone):
            actions.swap("order", "move", now=UNTIL)
        assert [row.end_at for row in live("order")] == [TEN + HOUR]

    @pytest.mark.parametrize("minutes", [15, 300])
    def test_an_expired_move_is_tried_again(self, minutes):
        make.staff_member()
        self.booked()
        later = make.need(TEN + minutes * MINUTE)
        hold(later, reference="move", ignoring=["order"])
        actions.expire_holds(now=UNTIL)
        (row,) = actions.swap("order", "move", now=UNTIL, need=later)
        assert live("order", UNTIL) == [row]
        assert row.end_at == TEN + HOUR + minutes * MINUTE

    def test_a_move_whose_new_time_was_lost_changes_nothing(self):
        make.staff_member()
        self.booked()
        later = make.need(TEN + 5 * HOUR)
        hold(later, reference="move", ignoring=["order"])
        hold(later, reference="theirs", now=UNTIL)
        with pytest.raises(actions.HoldGone):
            actions.swap("order", "move", now=UNTIL, need=later)
        assert [row.state for row in live("order", UNTIL)] == ["BOOKED"]

    def test_the_constraint_judges_the_new_time_when_it_is_booked(self):
        staff = make.staff_member()
        self.booked()
        hold(make.need(TEN + 45 * MINUTE), reference="move", ignoring=["order"])
        make.booking(staff, TEN + 70 * MINUTE)  # past the lock, as no code of ours does
        with pytest.raises(actions.HoldGone):
            actions.swap("order", "move", now=NOW)
        assert [row.end_at for row in live("order")] == [TEN + HOUR]


class TestRelease:
    def test_held_and_booked_time_is_given_back_once(self):
        staff = make.staff_member()
        hold(make.need(TEN, days=2))
        actions.book("mine", need=make.need(TEN, days=2), now=NOW)
        assert actions.release("mine", now=NOW) == 2
        assert actions.release("mine", now=NOW) == 0
        assert StaffMember.objects.get(pk=staff.pk).load == 0
        assert queries.free_ids(make.need(TEN), now=NOW) == [staff.pk]

    def test_a_thousand_abandoned_holds_leave_nothing_behind(self):
        """Row 5 of the promises."""
        staff = make.staff_member()
        for n in range(1000):
            make.booking(staff, TEN + n * 2 * HOUR, state="HELD", expires_at=UNTIL, reference=f"abandoned-{n}")
        assert actions.expire_holds(now=UNTIL - MINUTE) == 0
        assert queries.live_holds([f"abandoned-{n}" for n in range(1000)], now=UNTIL) == 0
        assert actions.expire_holds(now=UNTIL) == 1000
        assert actions.expire_holds(now=UNTIL) == 0
        assert not Booking.objects.filter(state="HELD").exists()


class TestReassign:
    def booked(self, staff, days=1):
        hold(make.need(TEN, days=days), reference="order", prefer=staff.pk)
        return actions.book("order", need=make.need(TEN, days=days), now=NOW)

    def give(self, to, need=None, now=NOW):
        actions.reassign(actions.Change("order", need or make.need(TEN), to=to.pk), now=now)

    def test_who_is_on_leave_is_replaced_in_the_same_row(self):
        sick, well = make.staff_member(), make.staff_member(load=5)
        (row,) = self.booked(sick)
        actions.add_leave(sick, start_at=TEN, end_at=TEN + HOUR, now=NOW)
        assert list(queries.bookings_needing_cover(NOW)) == [row]
        self.give(well)
        (moved,) = live("order")
        assert (moved.pk, moved.staff_id, moved.needs_cover_since) == (row.pk, well.pk, None)
        assert [StaffMember.objects.get(pk=each.pk).load for each in (sick, well)] == [0, 6]

    def test_who_fits_after_all_keeps_it(self):
        staff = make.staff_member(load=5)
        self.booked(staff)
        actions.change_staff(staff, roles=["ANALYST", "PRODUCER"], languages=["de", "en"], now=NOW)
        assert not queries.bookings_needing_cover(NOW).exists()
        actions.change_staff(staff, languages=["en"], now=NOW)
        assert queries.bookings_needing_cover(NOW).exists()
        self.give(staff)
        assert [row.staff_id for row in live("order")] == [staff.pk]
        assert StaffMember.objects.get(pk=staff.pk).load == 6
        assert not queries.bookings_needing_cover(NOW).exists()

    def test_the_days_that_are_over_stay_with_who_did_them(self):
        sick, well = make.staff_member(), make.staff_member()
        self.booked(sick, days=3)
        tomorrow = TEN + 24 * HOUR
        actions.add_leave(sick, start_at=TEN + 20 * HOUR, end_at=TEN + 99 * HOUR, now=TEN + 2 * HOUR)
        self.give(well, make.need(tomorrow, days=2), now=TEN + 2 * HOUR)
        assert [row.staff_id for row in live("order")] == [sick.pk, well.pk, well.pk]

    def test_who_is_not_free_gets_nothing(self):
        staff, least, named = make.staff_member(), make.staff_member(), make.staff_member(load=9)
        self.booked(staff)
        self.give(named)
        make.booking(least, TEN)
        with pytest.raises(actions.NobodyFree):
            self.give(least)
        assert [row.staff_id for row in live("order")] == [named.pk]

    def test_many_change_together_or_not_at_all(self):
        sick, well, busy = make.staff_member(), make.staff_member(load=5), make.staff_member(load=5)
        needs = {"first": make.need(TEN), "second": make.need(TEN + 3 * HOUR)}
        for reference, need in needs.items():
            actions.book(reference, need=need, now=NOW, prefer=sick.pk)
        Booking.objects.update(needs_cover_since=NOW)
        make.booking(busy, TEN + 3 * HOUR)

        def having():
            return [(row.staff_id, row.needs_cover_since) for name in needs for row in live(name)]

        def changes(*people):
            return [actions.Change(name, need, to=to.pk) for (name, need), to in zip(needs.items(), people, strict=True)]

        with pytest.raises(actions.NobodyFree):
            actions.reassign(*changes(well, busy), now=NOW)
        assert having() == [(sick.pk, NOW), (sick.pk, NOW)]
        actions.reassign(*changes(well, well), now=NOW)
        assert having() == [(well.pk, None), (well.pk, None)]
        assert [StaffMember.objects.get(pk=each.pk).load for each in (sick, well)] == [0, 7]

    def test_what_was_released_meanwhile_is_given_to_nobody(self):
        staff, other = make.staff_member(), make.staff_member()
        self.booked(staff)
        change = actions.Change("order", make.need(TEN), to=other.pk)
        actions.release("order", now=NOW)
        with pytest.raises(actions.NobodyFree):
            actions.reassign(change, now=NOW)


class TestConstraints:
    def refused(self, name, **fields):
        values = {"purpose": "EVENT", "state": "BOOKED", "reference": "x", "start_at": TEN, "end_at": TEN + HOUR, **fields}
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Booking.objects.create(**values)

    def test_nobody_is_booked_twice_at_once(self):
        staff = make.staff_member()
        make.booking(staff, TEN)
        self.refused("booking_no_staff_twice_at_once", staff=staff, start_at=TEN + 59 * MINUTE, end_at=TEN + 2 * HOUR)
        make.booking(staff, TEN + HOUR)

    def test_a_booking_lasts_between_nothing_and_25_hours(self):
        staff = make.staff_member()
        self.refused("booking_lasts_at_most_25_hours", staff=staff, end_at=TEN)
        self.refused("booking_lasts_at_most_25_hours", staff=staff, end_at=TEN + 25 * HOUR + MINUTE)

    def test_only_a_hold_expires(self):
        staff = make.staff_member()
        self.refused("booking_expires_exactly_when_held", staff=staff, expires_at=UNTIL)
        self.refused("booking_expires_exactly_when_held", staff=staff, state="HELD")

    def test_only_a_hold_lies_over_a_booking(self):
        self.refused("booking_once_booked_replaces_nothing", staff=make.staff_member(), instead_of="order")

    def test_full_clean_asks_about_this_person_only(self):
        staff, other = make.staff_member(), make.staff_member()
        make.booking(staff, TEN)
        values = {"purpose": "EVENT", "state": "BOOKED", "reference": "x", "start_at": TEN, "end_at": TEN + HOUR}
        Booking(staff=other, **values).full_clean()
        with pytest.raises(Exception, match="already booked"):
            Booking(staff=staff, **values).full_clean()
