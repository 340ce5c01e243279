"""Appointments before the event. Source: S56, S61 to S63, S81 to S83"""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from icalendar import Calendar

from customers.tenancy import EVERYTHING, scope
from engagements.actions import book_appointment, cancel_appointment, cancel_engagement, move_appointment, move_engagement, substitute
from engagements.actions.appointment_refusals import (
    AppointmentOver,
    NobodyInRole,
    NotInTime,
    NotOffered,
    OptionMissing,
    OutsideUsualDays,
    PersonBusy,
    RehearsalBooked,
)
from engagements.actions.outcomes import NotBegun, OutputsMissing, finish_appointment, record_check, record_outputs
from engagements.appointment_times import offered_kinds, proposals
from engagements.models import Appointment, RehearsalCheck, Speaker
from engagements.queries import preview_move
from outbox.models import Message
from scheduling.models import Booking
from tests import make
from tests.make import EVENT_STARTS, NOW

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
WEEK_BEFORE = EVENT_STARTS - 7 * DAY
REHEARSAL, DRY_RUN = Appointment.Kind.REHEARSAL, Appointment.Kind.DRY_RUN


@pytest.fixture
def team(everything):
    return {role: make.staff_member(role) for role in ("PM", "ANALYST", "COORDINATOR")}


@pytest.fixture
def engagement(team):
    return french(team)


def french(team):
    package = make.staffed_package()
    make.cell(package, "rehearsal", minutes=120)
    make.cell(package, "dry-run", "NOT_OFFERED")
    return make.engagement(package=package, booked=team["ANALYST"])


def english(producer, **fields):
    package = make.staffed_package({"PRODUCER": 1}, booked="PRODUCER")
    make.cell(package, "planning-call", minutes=15)
    make.cell(package, "consultation", "HOURLY")
    make.cell(package, "dry-run", "HOURLY")
    return make.engagement(package=package, booked=producer, **fields)


def rehearse(engagement, starts_at=WEEK_BEFORE, option=1, **more):
    return book_appointment(engagement, kind=REHEARSAL, option=option, starts_at=starts_at, by=None, now=NOW, **more)


def booked(appointment):
    rows = Booking.objects.filter(reference__startswith=f"appt-{appointment.key}", state="BOOKED")
    return {(row.staff, row.start_at, row.end_at, row.purpose) for row in rows}


def entries(appointment, to):
    """(method, sequence, start) of each calendar entry that somebody was sent, oldest first."""
    found = []
    for message in Message.objects.filter(to=to).exclude(calendar="").order_by("pk"):
        (event,) = Calendar.from_ical(message.calendar).walk("VEVENT")
        if event["UID"] == f"appointment-{appointment.key}@assist":
            found.append((message.calendar_method, event["SEQUENCE"], event["DTSTART"].dt))
    return found


def rehearsals(shifts):
    return [each for each in shifts if each.title == "Rehearsal"]


class TestBooking:
    def test_the_french_rehearsal_books_analyst_and_pm_for_two_hours(self, engagement, team):
        """Source: S75, S81"""
        rehearsal = rehearse(engagement)
        until = WEEK_BEFORE + 2 * HOUR
        assert booked(rehearsal) == {(team[role], WEEK_BEFORE, until, "APPOINTMENT") for role in ("ANALYST", "PM")}

    def test_the_english_dry_run_books_the_producer_for_an_hour(self, everything):
        """Source: S63"""
        producer = make.staff_member()
        engagement = english(producer, services=frozenset({"dry-run"}))
        run = book_appointment(engagement, kind=DRY_RUN, starts_at=WEEK_BEFORE, by=None, now=NOW)
        assert booked(run) == {(producer, WEEK_BEFORE, WEEK_BEFORE + HOUR, "APPOINTMENT")}

    def test_kinds_are_those_included_or_ordered(self, everything):
        """Source: S56, S58, S61 to S63"""
        producer = make.staff_member()
        assert [each.kind for each in offered_kinds(english(producer))] == ["PLANNING_CALL"]
        later = make.day_briefs(EVENT_STARTS + 7 * DAY)
        engagement = english(producer, services=frozenset({"additional-dry-run"}), days=later)
        assert [(each.kind, each.length) for each in offered_kinds(engagement)] == [("PLANNING_CALL", 15 * MINUTE), ("DRY_RUN", HOUR)]

    @pytest.mark.parametrize("days", [5, 6, 7, 8, 9])
    def test_five_to_nine_days_before_needs_no_reason(self, engagement, days):
        """Source: S81"""
        assert rehearse(engagement, EVENT_STARTS - days * DAY, reason="ignored").reason == ""

    @pytest.mark.parametrize("days", [4, 10])
    def test_outside_needs_a_reason(self, engagement, days):
        """Source: S81"""
        with pytest.raises(OutsideUsualDays):
            rehearse(engagement, EVENT_STARTS - days * DAY)
        assert not Appointment.objects.exists()
        assert rehearse(engagement, EVENT_STARTS - days * DAY, reason="Speakers travel.").reason == "Speakers travel."

    def test_somebody_busy_means_nobody_is_booked(self, engagement, team):
        make.booking(team["PM"], WEEK_BEFORE + HOUR)
        with pytest.raises(PersonBusy, match="is not free"):
            rehearse(engagement)
        assert not Booking.objects.filter(purpose="APPOINTMENT", state="BOOKED").exists()

    def test_other_refusals(self, engagement, team):
        for refusal, wish in (
            (OptionMissing, {"option": None}),
            (NotInTime, {"starts_at": NOW - HOUR, "reason": "x"}),
            (NotInTime, {"starts_at": EVENT_STARTS - HOUR, "reason": "x"}),
        ):
            with pytest.raises(refusal):
                rehearse(engagement, **wish)
        with pytest.raises(NotOffered):
            book_appointment(engagement, kind=DRY_RUN, starts_at=WEEK_BEFORE, by=None, now=NOW)
        rehearse(engagement)
        with pytest.raises(RehearsalBooked):
            rehearse(engagement, WEEK_BEFORE + DAY)
        assert Booking.objects.filter(purpose="APPOINTMENT", state="BOOKED").count() == 2

    def test_an_empty_role_is_named(self, everything):
        analyst = make.staff_member("ANALYST")
        with pytest.raises(NobodyInRole, match="Project manager"):
            rehearse(french({"ANALYST": analyst}))

    def test_everyone_is_invited_once_with_a_uid_of_its_own(self, engagement, team):
        rehearsal = rehearse(engagement)
        for to in (team["PM"].user.email, team["ANALYST"].user.email, engagement.contact_email):
            assert entries(rehearsal, to) == [("REQUEST", 0, WEEK_BEFORE)]
        assert entries(rehearsal, team["COORDINATOR"].user.email) == []


class TestTimes:
    def test_proposals_are_the_best_days_first_at_the_events_time_of_day(self, engagement, team):
        """Source: S81"""
        offer = offered_kinds(engagement)[0]
        found = proposals(engagement, offer, now=NOW)
        assert [(EVENT_STARTS - each.starts_at).days for each in found] == [7, 6, 8, 5, 9]
        assert {each.needs_reason for each in found} == {False}

    def test_a_busy_hour_and_a_day_off_are_passed_over(self, engagement, team):
        make.booking(team["PM"], WEEK_BEFORE)
        make.leave(team["ANALYST"], EVENT_STARTS - 6 * DAY - 12 * HOUR, EVENT_STARTS - 6 * DAY + 12 * HOUR)
        found = [each.starts_at for each in proposals(engagement, offered_kinds(engagement)[0], now=NOW)]
        assert found[0] == WEEK_BEFORE + HOUR
        assert not any(EVENT_STARTS - 6 * DAY - 12 * HOUR < at < EVENT_STARTS - 6 * DAY + 12 * HOUR for at in found)
        for at in found:
            assert cancel_appointment(rehearse(engagement, at, reason="x"), by=None, now=NOW).state == "CANCELLED"

    def test_number_of_queries(self, engagement, django_assert_num_queries):
        offer = offered_kinds(engagement)[0]
        with django_assert_num_queries(7):
            proposals(engagement, offer, now=NOW)


class TestRehearsalAnchor:
    def test_duties_follow_the_booked_rehearsal(self, team):
        """Source: S81"""
        package = make.staffed_package()
        make.cell(package, "rehearsal", minutes=120)
        make.duty(package, "REHEARSAL", -24 * 60)
        make.duty(package, "EVENT_START")
        engagement = make.engagement(package=package, booked=team["ANALYST"])

        def due():
            return engagement.tasks.get(template__anchor="REHEARSAL").due_at

        assert due() == WEEK_BEFORE - DAY
        rehearsal = rehearse(engagement, EVENT_STARTS - 8 * DAY + HOUR)
        assert due() == EVENT_STARTS - 9 * DAY + HOUR
        move_appointment(rehearsal, starts_at=EVENT_STARTS - 6 * DAY, by=None, now=NOW)
        assert due() == EVENT_STARTS - 7 * DAY
        cancel_appointment(rehearsal, by=None, now=NOW)
        assert due() == WEEK_BEFORE - DAY
        assert engagement.tasks.get(template__anchor="EVENT_START").due_at == EVENT_STARTS


class TestMovingOne:
    def test_same_people_same_uid_next_sequence(self, engagement, team):
        rehearsal, to = rehearse(engagement), WEEK_BEFORE + DAY
        move_appointment(rehearsal, starts_at=to, by=None, now=NOW)
        assert booked(rehearsal) == {(team[role], to, to + 2 * HOUR, "APPOINTMENT") for role in ("ANALYST", "PM")}
        assert entries(rehearsal, engagement.contact_email) == [("REQUEST", 0, WEEK_BEFORE), ("REQUEST", 1, to)]

    def test_by_an_hour_into_its_own_time(self, engagement):
        rehearsal = rehearse(engagement)
        assert move_appointment(rehearsal, starts_at=WEEK_BEFORE + HOUR, by=None, now=NOW).starts_at == WEEK_BEFORE + HOUR

    def test_refused_when_somebody_is_busy_and_it_keeps_its_time(self, engagement, team):
        rehearsal, before = rehearse(engagement), booked(rehearsal := Appointment.objects.get())
        make.booking(team["PM"], WEEK_BEFORE + DAY)
        with pytest.raises(PersonBusy):
            move_appointment(rehearsal, starts_at=WEEK_BEFORE + DAY, by=None, now=NOW)
        assert booked(rehearsal) == before

    def test_cancelled_frees_everyone_and_calendars_once(self, engagement, team):
        rehearsal = rehearse(engagement)
        for _ in range(2):
            cancel_appointment(rehearsal, by=None, now=NOW)
        assert booked(rehearsal) == set()
        assert [entry[:2] for entry in entries(rehearsal, team["PM"].user.email)] == [("REQUEST", 0), ("CANCEL", 1)]
        with pytest.raises(AppointmentOver):
            move_appointment(rehearsal, starts_at=WEEK_BEFORE + DAY, by=None, now=NOW)


class TestWithTheEvent:
    def test_a_move_takes_it_along_and_the_preview_says_so(self, engagement, team):
        rehearsal, later = rehearse(engagement), make.day_briefs(EVENT_STARTS + 3 * DAY)
        (shift,) = rehearsals(preview_move(engagement, days=later, now=NOW, staff_id=team["ANALYST"].pk))
        assert (shift.title, shift.old_at, shift.new_at) == ("Rehearsal", WEEK_BEFORE, WEEK_BEFORE + 3 * DAY)
        move_engagement(engagement, days=later, staff_id=team["ANALYST"].pk, by=None, now=NOW)
        rehearsal.refresh_from_db()
        assert (rehearsal.state, rehearsal.starts_at) == ("BOOKED", WEEK_BEFORE + 3 * DAY)
        assert {row[1] for row in booked(rehearsal)} == {WEEK_BEFORE + 3 * DAY}
        assert entries(rehearsal, engagement.contact_email)[-1] == ("REQUEST", 1, WEEK_BEFORE + 3 * DAY)

    def test_a_move_gives_it_up_when_somebody_is_busy_or_it_would_be_past(self, engagement, team):
        rehearsal = rehearse(engagement)
        make.booking(team["PM"], WEEK_BEFORE + 3 * DAY)
        later = make.day_briefs(EVENT_STARTS + 3 * DAY)
        (shift,) = rehearsals(preview_move(engagement, days=later, now=NOW))
        assert shift.new_at is None
        move_engagement(engagement, days=later, staff_id=team["ANALYST"].pk, by=None, now=NOW)
        rehearsal.refresh_from_db()
        assert (rehearsal.state, rehearsal.cancelled_because) == ("CANCELLED", "EVENT_MOVED")
        assert booked(rehearsal) == set()
        assert entries(rehearsal, team["ANALYST"].user.email)[-1][0] == "CANCEL"

    def test_a_move_to_another_analyst_books_the_new_one(self, engagement, team):
        rehearsal, other = rehearse(engagement), make.staff_member("ANALYST")
        move_engagement(engagement, days=make.day_briefs(EVENT_STARTS + DAY), staff_id=other.pk, by=None, now=NOW)
        assert {row[0] for row in booked(rehearsal)} == {other, team["PM"]}
        assert [entry[0] for entry in entries(rehearsal, team["ANALYST"].user.email)] == ["REQUEST", "CANCEL"]
        assert [entry[0] for entry in entries(rehearsal, other.user.email)] == ["REQUEST"]

    def test_a_substitute_takes_it_over_or_it_needs_another_time(self, engagement, team):
        rehearsal, other, busy = rehearse(engagement), make.staff_member("ANALYST"), make.staff_member("ANALYST")
        make.booking(busy, WEEK_BEFORE)
        substitute(engagement, role="ANALYST", staff_id=other.pk, by=None, now=NOW)
        assert {row[0] for row in booked(rehearsal)} == {other, team["PM"]}
        substitute(engagement, role="ANALYST", staff_id=busy.pk, by=None, now=NOW)
        rehearsal.refresh_from_db()
        assert (rehearsal.state, rehearsal.cancelled_because) == ("CANCELLED", "TEAM_CHANGED")

    def test_cancelling_the_event_frees_it(self, engagement):
        rehearsal = rehearse(engagement)
        cancel_engagement(engagement, by=None, now=NOW)
        rehearsal.refresh_from_db()
        assert (rehearsal.cancelled_because, booked(rehearsal)) == ("EVENT_CANCELLED", set())
        assert entries(rehearsal, engagement.contact_email)[-1][0] == "CANCEL"

    def test_what_was_held_stays_as_it_was(self, engagement, team):
        rehearsal = rehearse(engagement)
        now = WEEK_BEFORE + 3 * HOUR
        finish_appointment(rehearsal, by=None, now=now)
        move_engagement(engagement, days=make.day_briefs(EVENT_STARTS + DAY), staff_id=team["ANALYST"].pk, by=None, now=now)
        rehearsal.refresh_from_db()
        assert (rehearsal.state, rehearsal.starts_at) == ("DONE", WEEK_BEFORE)


class TestOutputs:
    def test_a_dry_run_is_complete_with_timeline_backup_plan_and_roles(self, everything):
        """Source: S63"""
        engagement = english(make.staff_member(), services=frozenset({"dry-run"}))
        run = book_appointment(engagement, kind=DRY_RUN, starts_at=WEEK_BEFORE, by=None, now=NOW)
        with pytest.raises(NotBegun):
            finish_appointment(run, by=None, now=NOW)
        record_outputs(run, timeline="10:00 start", backup_plan="", role_list=" ", by=None)
        with pytest.raises(OutputsMissing, match="backup plan, roles and duties"):
            finish_appointment(run, by=None, now=WEEK_BEFORE + HOUR)
        record_outputs(run, timeline="10:00 start", backup_plan="Phone bridge", role_list="Host: Dana", by=None)
        for _ in range(2):
            assert finish_appointment(run, by=None, now=WEEK_BEFORE + HOUR).state == "DONE"

    def test_option_1_walks_through_the_event_day(self, engagement):
        """Source: S82"""
        items = rehearse(engagement, option=1).checks.values_list("item", "speaker")
        assert set(items) == {("WEB_APP", None), ("MOBILE_APP", None), ("STREAM_SUPPLIER", None), ("OTHER", None)}

    def test_option_2_has_three_lines_of_each_speaker(self, engagement):
        """Source: S83"""
        for name in ("Ada", "Grace"):
            Speaker.objects.create(
                organisation_id=engagement.organisation_id, engagement=engagement, name=name, email=f"{name}@people.example"
            )
        checks = rehearse(engagement, option=2).checks
        assert checks.count() == 6
        line = record_check(checks.filter(item="JOINS")[0], passed=False, note="No sound", by=None, now=WEEK_BEFORE)
        assert (line.passed, line.note, line.checked_at) == (False, "No sound", WEEK_BEFORE)
        assert record_check(line, passed=None, by=None, now=WEEK_BEFORE).checked_at is None


class TestConstraints:
    @pytest.mark.parametrize(
        ("name", "fields"),
        [
            ("appointment_ends_after_it_begins", {"ends_at": WEEK_BEFORE}),
            ("rehearsals_and_only_those_have_an_option", {"option": None}),
            ("rehearsals_and_only_those_have_an_option", {"kind": "DRY_RUN"}),
            ("appointment_cancelled_for_a_reason", {"cancelled_because": "BY_HAND"}),
        ],
    )
    def test_constraints(self, engagement, name, fields):
        rehearse(engagement)
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Appointment.objects.update(**fields)

    def test_lines(self, engagement):
        line = rehearse(engagement).checks.first()
        with pytest.raises(IntegrityError, match="rehearsal_line_is_checked_at_a_time"), transaction.atomic():
            RehearsalCheck.objects.filter(pk=line.pk).update(passed=True)
        line.pk = None
        with pytest.raises(IntegrityError, match="one_line_per_item_and_speaker"), transaction.atomic():
            line.save(force_insert=True)

    def test_pointers_stay_within_the_organisation(self, engagement):
        """Source: tenancy.md 5"""
        rehearsal = rehearse(engagement)
        foreign = make.engagement()
        with pytest.raises(IntegrityError, match="same_org"), transaction.atomic():
            Appointment.objects.filter(pk=rehearsal.pk).update(engagement=foreign)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db(transaction=True)
def test_two_rehearsals_of_one_analyst_at_once_have_one_winner():
    """Source: promise 1"""
    with scope(EVERYTHING):
        team = {role: make.staff_member(role) for role in ("PM", "ANALYST", "COORDINATOR")}
        first, second = french(team), make.engagement(booked=team["ANALYST"], days=make.day_briefs(EVENT_STARTS + DAY))
        make.cell(second.package, "rehearsal", minutes=120)
    barrier, outcomes = threading.Barrier(2), []

    def book(engagement):
        try:
            with scope(EVERYTHING):
                barrier.wait()
                rehearse(engagement, datetime(2027, 3, 30, 14, tzinfo=UTC))
            outcomes.append("booked")
        except PersonBusy:
            outcomes.append("busy")
        finally:
            connection.close()

    threads = [threading.Thread(target=book, args=(each,)) for each in (first, second)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(outcomes) == ["booked", "busy"]
