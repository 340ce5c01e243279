"""Someone else takes over."""

from datetime import timedelta

import pytest

from engagements.actions import (
    EngagementOver,
    LacksRole,
    book_appointment,
    cancel_engagement,
    find_cover,
    move_appointment,
    substitute,
    sync_states,
)
from engagements.models import Assignment, Engagement
from outbox.actions import BadAddress
from outbox.models import Message
from scheduling.actions import NobodyFree, add_leave, cancel_leave, change_staff
from scheduling.models import Booking
from tests import make
from tests.make import EVENT_STARTS, NOW

pytestmark = pytest.mark.usefixtures("everything")

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SOON = NOW + HOUR


@pytest.fixture
def team():
    return {role: make.staff_member(role) for role in ("PM", "ANALYST", "COORDINATOR")}


@pytest.fixture
def engagement(team):
    return make.engagement(booked=team["ANALYST"])


def fall_ill(staff, now=NOW):
    add_leave(staff, start_at=EVENT_STARTS - DAY, end_at=EVENT_STARTS + DAY, now=now)


def current(engagement, role="ANALYST"):
    return Assignment.objects.get(engagement=engagement, role=role, ended_at=None)


def subjects(engagement):
    return sorted((message.to, message.subject.split(":")[0]) for message in Message.objects.filter(about=engagement.number))


class TestAppointments:
    """Source: S56"""

    @pytest.fixture
    def rehearsal(self, team):
        package = make.staffed_package()
        make.cell(package, "rehearsal", minutes=120)
        engagement = make.engagement(package=package, booked=team["ANALYST"])
        week_before = EVENT_STARTS - 7 * DAY
        return book_appointment(engagement, kind="REHEARSAL", option=2, starts_at=week_before, by=None, now=NOW)

    def away(self, staff, at):
        return add_leave(staff, start_at=at - HOUR, end_at=at + HOUR, now=NOW)

    def told(self):
        return sorted(Message.objects.filter(subject__startswith="Needs another time").values_list("to", flat=True))

    def test_who_cannot_keep_only_that_time_is_told_to_the_pm_once(self, team, rehearsal):
        self.away(team["ANALYST"], rehearsal.starts_at)
        for hours in range(3):
            find_cover(now=SOON + hours * HOUR)
        assert self.told() == [team["PM"].user.email]
        message = Message.objects.get(subject__startswith="Needs another time: Rehearsal")
        assert str(team["ANALYST"].user.get_full_name()) in message.text and f"/appointment/{rehearsal.pk}/move/" in message.text
        rehearsal.refresh_from_db()
        assert rehearsal.state == "BOOKED"

    def test_of_the_pms_own_absence_the_coordinator_hears(self, team, rehearsal):
        self.away(team["PM"], rehearsal.starts_at)
        find_cover(now=SOON)
        assert self.told() == [team["COORDINATOR"].user.email]

    def test_who_is_back_keeps_it_and_nobody_hears_of_it(self, team, rehearsal):
        cancel_leave(self.away(team["ANALYST"], rehearsal.starts_at))
        find_cover(now=SOON)
        assert self.told() == []
        assert not Booking.objects.filter(needs_cover_since__isnull=False).exists()

    def test_once_moved_nothing_is_open(self, team, rehearsal):
        self.away(team["ANALYST"], rehearsal.starts_at)
        find_cover(now=SOON)
        move_appointment(rehearsal, starts_at=rehearsal.starts_at + DAY, by=None, now=SOON)
        Message.objects.all().delete()
        find_cover(now=SOON + HOUR)
        assert self.told() == []


class TestFindCover:
    def test_a_free_person_stands_in_and_history_stays(self, engagement, team):
        other = make.staff_member("ANALYST")
        fall_ill(team["ANALYST"])
        assert find_cover(now=SOON) == 1
        assert (current(engagement).staff, current(engagement).reason) == (other, "COVER")
        old = Assignment.objects.get(engagement=engagement, staff=team["ANALYST"])
        assert (old.ended_at, old.ended_because) == (SOON, "UNAVAILABLE")
        booking = Booking.objects.get(reference=engagement.reference)
        assert (booking.staff, booking.needs_cover_since) == (other, None)

    def test_old_person_new_person_and_customer_are_told_once(self, engagement, team):
        other = make.staff_member("ANALYST")
        Message.objects.all().delete()
        fall_ill(team["ANALYST"])
        find_cover(now=SOON)
        find_cover(now=SOON + HOUR)
        assert subjects(engagement) == sorted(
            [
                (team["ANALYST"].user.email, "No longer yours"),
                (other.user.email, "New assist"),
                (engagement.contact_email, "Someone else will be with you"),
            ]
        )
        assert other.user.email in Message.objects.get(to=engagement.contact_email).text

    def test_nobody_free_tells_the_coordinator_once_and_looks_again(self, engagement, team):
        Message.objects.all().delete()
        fall_ill(team["ANALYST"])
        for hours in range(3):
            assert find_cover(now=SOON + hours * HOUR) == 0
        assert subjects(engagement) == [(team["COORDINATOR"].user.email, "Nobody free to stand in")]
        other = make.staff_member("ANALYST")
        assert find_cover(now=SOON + 4 * HOUR) == 1
        assert current(engagement).staff == other

    def test_who_fits_after_all_keeps_it_and_nobody_hears_of_it(self, engagement, team):
        Message.objects.all().delete()
        make.staff_member("ANALYST")
        Booking.objects.update(needs_cover_since=NOW)
        assert find_cover(now=SOON) == 0
        assert current(engagement).staff == team["ANALYST"]
        assert not Booking.objects.exclude(needs_cover_since=None).exists()
        assert subjects(engagement) == []

    def test_all_days_to_come_change_hands_and_past_ones_stay(self, team):
        engagement = make.engagement(booked=team["ANALYST"], days=make.day_briefs(days=3))
        other = make.staff_member("ANALYST")
        second_day = EVENT_STARTS + DAY
        add_leave(team["ANALYST"], start_at=second_day + 12 * HOUR, end_at=second_day + 3 * DAY, now=second_day - 3 * HOUR)
        assert find_cover(now=second_day - 2 * HOUR) == 1
        staff = Booking.objects.filter(reference=engagement.reference).order_by("start_at").values_list("staff", flat=True)
        assert list(staff) == [team["ANALYST"].pk, other.pk, other.pk]

    def test_language_and_certificate_are_asked_of_the_substitute(self, team):
        """Source: S4, S30"""
        package = make.staffed_package({"PRODUCER": 1}, booked="PRODUCER", requires_certificate=True, lead_out_minutes=0)
        sick = make.staff_member("PRODUCER", languages=["fr"])
        engagement = make.engagement(package=package, booked=sick, assist_language="fr")
        make.certificate(make.staff_member("PRODUCER", languages=["en"]))
        make.staff_member("PRODUCER", languages=["fr"])
        fit = make.staff_member("PRODUCER", languages=["fr"])
        make.certificate(fit)
        fall_ill(sick)
        assert find_cover(now=SOON) == 1
        assert current(engagement, "PRODUCER").staff == fit

    def test_bookings_without_an_engagement_are_left_to_whoever_made_them(self, team):
        make.booking(team["ANALYST"], EVENT_STARTS, needs_cover_since=NOW)
        assert find_cover(now=SOON) == 0

    def test_cancelled_engagements_are_left_alone(self, engagement, team):
        make.staff_member("ANALYST")
        fall_ill(team["ANALYST"])
        cancel_engagement(engagement, by=None, now=NOW)
        assert find_cover(now=SOON) == 0

    def test_a_pm_who_left_is_replaced(self, engagement, team):
        other = make.staff_member("PM")
        change_staff(team["PM"], now=NOW, is_active=False)
        assert find_cover(now=SOON) == 1
        assert current(engagement, "PM").staff == other
        assert find_cover(now=SOON) == 0

    def test_an_open_engagement_gets_its_pm_when_there_is_one(self, team):
        team["PM"].delete()
        engagement = make.engagement(booked=team["ANALYST"])
        assert engagement.state == Engagement.State.OPEN
        assert find_cover(now=SOON) == 0
        pm = make.staff_member("PM")
        assert find_cover(now=SOON) == 1
        engagement.refresh_from_db()
        assert (engagement.state, current(engagement, "PM").staff) == (Engagement.State.STAFFED, pm)


class TestManyAtOnce:
    """What the sweep finds for one engagement counts when it looks at the next, and none keeps the others waiting."""

    def engagement(self, booked, starts_at=EVENT_STARTS, of=None):
        return make.engagement(of, make.staffed_package(), booked=booked, days=make.day_briefs(starts_at))

    @pytest.fixture
    def sick(self, team):
        return team["ANALYST"]

    def leave_for_good(self, *people):
        for each in people:
            change_staff(each, now=NOW, is_active=False)

    def test_each_takes_its_turn(self, sick):
        engagements = [self.engagement(sick, EVENT_STARTS + days * DAY) for days in range(4)]
        for _ in range(2):
            make.staff_member("ANALYST")
        self.leave_for_good(sick)
        assert find_cover(now=SOON) == 4
        first, second, third, fourth = [current(each).staff for each in engagements]
        assert first != second and (third, fourth) == (first, second)
        assert [current(each).why[0] for each in engagements] == [["load", 0], ["load", 0], ["load", 1], ["load", 1]]

    def test_who_was_found_for_a_customer_knows_them_from_then_on(self, sick):
        customer = make.organisation()
        engagements = [self.engagement(sick, EVENT_STARTS + days * DAY, of=customer) for days in range(2)]
        for _ in range(2):
            make.staff_member("ANALYST")
        self.leave_for_good(sick)
        find_cover(now=SOON)
        assert current(engagements[0]).staff == current(engagements[1]).staff
        assert current(engagements[1]).why[0] == ["knows_customer", 1]

    def test_nobody_is_found_for_two_at_the_same_time(self, team, sick):
        also_sick = make.staff_member("ANALYST")
        engagements = [self.engagement(sick), self.engagement(also_sick, EVENT_STARTS + HOUR)]
        other = make.staff_member("ANALYST")
        self.leave_for_good(sick, also_sick)
        assert find_cover(now=SOON) == 1
        assert [current(each).staff for each in engagements] == [other, also_sick]
        assert Message.objects.filter(to=team["COORDINATOR"].user.email).count() == 1

    def test_time_that_was_handed_over_is_free_for_the_next(self, sick):
        """The second one's best is whoever the first one just lost."""
        busy_in_the_morning = make.staff_member("ANALYST")
        morning = self.engagement(busy_in_the_morning)
        noon = self.engagement(sick, EVENT_STARTS + 2 * HOUR)  # its window begins before the other has ended
        free = make.staff_member("ANALYST")
        add_leave(busy_in_the_morning, start_at=EVENT_STARTS - HOUR, end_at=EVENT_STARTS + HOUR, now=NOW)
        self.leave_for_good(sick)
        assert find_cover(now=SOON) == 2
        assert [current(each).staff for each in (morning, noon)] == [free, busy_in_the_morning]
        assert [Booking.objects.get(reference=each.reference).staff for each in (morning, noon)] == [free, busy_in_the_morning]

    def test_one_that_fails_keeps_its_place_and_stops_no_other(self, team, sick):
        engagements = [self.engagement(sick, EVENT_STARTS + days * DAY) for days in range(3)]
        Engagement.objects.filter(pk=engagements[1].pk).update(contact_email="nobody")
        other = make.staff_member("ANALYST")
        self.leave_for_good(sick)
        with pytest.raises(ExceptionGroup) as failed:
            find_cover(now=SOON)
        assert [type(each) for each in failed.value.exceptions] == [BadAddress]
        assert [current(each).staff for each in engagements] == [other, sick, other]
        assert Booking.objects.get(reference=engagements[1].reference).staff == sick

    def test_empty_seats_are_shared_out(self, team):
        team["PM"].delete()
        engagements = [self.engagement(team["ANALYST"], EVENT_STARTS + days * DAY) for days in range(4)]
        pms = [make.staff_member("PM") for _ in range(2)]
        assert find_cover(now=SOON) == 4
        assert [current(each, "PM").staff for each in engagements] == pms * 2
        assert not Engagement.objects.exclude(state=Engagement.State.STAFFED).exists()

    def test_statements_grow_little_with_engagements(self, sick, django_assert_max_num_queries):
        engagements = 10
        for days in range(engagements):
            self.engagement(sick, EVENT_STARTS + days * DAY)
        for _ in range(3):
            make.staff_member("ANALYST")
        self.leave_for_good(sick)
        with django_assert_max_num_queries(44 + 5 * engagements):  # alone one takes 46
            assert find_cover(now=SOON) == engagements


class TestSubstitute:
    def test_the_booked_time_moves_along(self, engagement, team):
        other = make.staff_member("ANALYST")
        came = substitute(engagement, role="ANALYST", staff_id=other.pk, by=None, now=SOON)
        assert (came.staff, came.reason) == (other, "CHOSEN")
        assert Booking.objects.get(reference=engagement.reference).staff == other

    def test_a_busy_person_is_refused_and_nothing_changes(self, engagement, team):
        other = make.staff_member("ANALYST")
        make.booking(other, EVENT_STARTS)
        with pytest.raises(NobodyFree):
            substitute(engagement, role="ANALYST", staff_id=other.pk, by=None, now=SOON)
        assert current(engagement).staff == team["ANALYST"]

    def test_a_pm_needs_the_role(self, engagement, team):
        with pytest.raises(LacksRole):
            substitute(engagement, role="PM", staff_id=team["ANALYST"].pk, by=None, now=SOON)
        other = make.staff_member("PM")
        substitute(engagement, role="PM", staff_id=other.pk, by=make.superuser(), now=SOON)
        assert current(engagement, "PM").staff == other


@pytest.mark.parametrize("role", ["ANALYST", "PM"])
def test_nobody_is_chosen_once_the_last_window_has_closed(engagement, role):
    """Found by whole lives: without a window left the question who is free had no condition."""
    sync_states(now=EVENT_STARTS + DAY)
    with pytest.raises(EngagementOver):
        substitute(engagement, role=role, staff_id=make.staff_member(role).pk, by=None, now=EVENT_STARTS + DAY)
