"""Incidents, minor changes, notes and the support room: kept once, by who is on the team, with the time they were made."""

from datetime import timedelta

import pytest

from engagements.actions import EngagementClosed, NotYours, cancel_engagement
from engagements.actions.day import (
    AlreadySettled,
    NoSuchRow,
    TooLongAgo,
    mark_note_read,
    moment_made,
    note_change,
    report_incident,
    resolve_incident,
    set_support_room,
    settle_change,
    write_note,
)
from engagements.actions.staffing import unseat
from engagements.models import EventDay, HandoverNote, Incident, MinorChange
from tests import make
from tests.make import EVENT_STARTS

pytestmark = pytest.mark.usefixtures("everything")

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NOW = EVENT_STARTS + HOUR
ROOM = "https://northwind.webex.example/meet/support"


@pytest.fixture
def analyst():
    make.staff_member("COORDINATOR")
    return make.staff_member("ANALYST")


@pytest.fixture
def by(analyst):
    return analyst.user


@pytest.fixture
def engagement(analyst):
    make.staff_member("PM")
    return make.engagement(booked=analyst, days=make.day_briefs(days=3))


def broken(engagement, by, *, key="i", happened_at=NOW - MINUTE):
    return report_incident(engagement, key=key, what="No sound", severity="MAJOR", happened_at=happened_at, by=by, now=NOW)


def asked(engagement, by, *, key="c"):
    return note_change(engagement, key=key, kind="PLATFORM", what="Rename room 2", asked_by="Ada", asked_at=NOW, by=by)


class TestIncidents:
    def test_it_is_kept_once_with_its_day(self, engagement, by):
        first = broken(engagement, by)
        assert broken(engagement, by).pk == first.pk
        assert (first.day.position, first.happened_at, first.reported_at, first.reported_by) == (1, NOW - MINUTE, NOW, by)
        assert Incident.objects.count() == 1

    def test_it_is_put_right_once(self, engagement, by):
        broken(engagement, by)
        done = resolve_incident(engagement, key="i", resolution="New headset", resolved_at=NOW, by=by)
        again = resolve_incident(engagement, key="i", resolution="New headset", resolved_at=NOW + HOUR, by=by)
        assert (again.pk, again.resolved_at) == (done.pk, NOW)
        with pytest.raises(AlreadySettled):
            resolve_incident(
                engagement, key="i", resolution="Restarted", resolved_at=NOW, by=engagement.assignments.get(role="PM").staff.user
            )

    def test_a_phone_that_says_it_was_put_right_before_it_happened_is_set_right(self, engagement, by):
        broken(engagement, by)
        assert resolve_incident(engagement, key="i", resolution="Fixed", resolved_at=NOW - HOUR, by=by).resolved_at == NOW - MINUTE

    def test_history_names_who_did_it_but_keeps_no_words(self, engagement, by):
        broken(engagement, by)
        (event,) = Incident.pgh_event_model.objects.select_related("pgh_context")
        assert event.pgh_context.metadata["user"] == by.pk
        assert not hasattr(event, "what")


class TestMinorChanges:
    """S89, S119"""

    def test_it_is_noted_once_and_made(self, engagement, by):
        assert asked(engagement, by).pk == asked(engagement, by).pk
        done = settle_change(engagement, key="c", state="DONE", answer="", settled_at=NOW + MINUTE, by=by)
        assert (done.state, done.settled_by, done.settled_at) == ("DONE", by, NOW + MINUTE)
        assert settle_change(engagement, key="c", state="DONE", answer="x", settled_at=NOW + HOUR, by=by).settled_at == NOW + MINUTE

    def test_a_major_one_is_the_customers_own(self, engagement, by):
        asked(engagement, by)
        assert settle_change(engagement, key="c", state="MAJOR", answer="A new speaker", settled_at=NOW, by=by).state == "MAJOR"
        with pytest.raises(AlreadySettled):
            settle_change(engagement, key="c", state="DONE", answer="", settled_at=NOW, by=by)
        assert MinorChange.objects.get().answer == "A new speaker"


class TestNotes:
    def test_it_is_written_once_and_read_by_the_next(self, engagement, by):
        note = write_note(engagement, key="n", text="Room 2 echoes", written_at=NOW, by=by)
        assert write_note(engagement, key="n", text="Room 2 echoes", written_at=NOW, by=by).pk == note.pk
        pm = engagement.assignments.get(role="PM").staff.user
        mark_note_read(engagement, key="n", read_at=NOW + HOUR, by=pm)
        mark_note_read(engagement, key="n", read_at=NOW + 2 * HOUR, by=by)
        read = HandoverNote.objects.get()
        assert (read.read_by, read.read_at) == (pm, NOW + HOUR)

    @pytest.mark.parametrize(
        ("at", "position"), [(EVENT_STARTS - 20 * HOUR, 1), (NOW, 1), (NOW + 24 * HOUR, 2), (NOW + 40 * HOUR, 2), (NOW + 99 * HOUR, 3)]
    )
    def test_it_belongs_to_the_day_that_has_begun(self, engagement, by, at, position):
        assert write_note(engagement, key="n", text="Note", written_at=at, by=by).day.position == position


class TestTheSupportRoom:
    """S87"""

    def test_its_address_stands_on_the_days_that_are_not_over(self, engagement, by):
        set_support_room(engagement, url=ROOM, by=by, now=NOW + 24 * HOUR)
        assert list(EventDay.objects.order_by("position").values_list("support_room_url", flat=True)) == ["", ROOM, ROOM]


WRITES = {
    "report": broken,
    "change": asked,
    "note": lambda engagement, by: write_note(engagement, key="n", text="Note", written_at=NOW, by=by),
    "room": lambda engagement, by: set_support_room(engagement, url=ROOM, by=by, now=NOW),
    "resolve": lambda engagement, by: resolve_incident(engagement, key="i", resolution="Fixed", resolved_at=NOW, by=by),
    "settle": lambda engagement, by: settle_change(engagement, key="c", state="DONE", answer="", settled_at=NOW, by=by),
    "read": lambda engagement, by: mark_note_read(engagement, key="n", read_at=NOW, by=by),
}


@pytest.mark.parametrize("write", WRITES)
class TestWhoMayWrite:
    def test_who_has_left_the_team_may_not(self, engagement, by, write):
        unseat(engagement.assignments.filter(role="ANALYST"), because="REPLACED", now=NOW)
        with pytest.raises(NotYours):
            WRITES[write](engagement, by)

    def test_who_plans_for_everyone_may(self, engagement, by, write):
        broken(engagement, by), asked(engagement, by), write_note(engagement, key="n", text="Note", written_at=NOW, by=by)
        WRITES[write](engagement, make.staff_member("COORDINATOR").user)

    def test_nobody_may_once_it_is_over(self, engagement, by, write):
        cancel_engagement(engagement, by=None, now=NOW)
        with pytest.raises(EngagementClosed):
            WRITES[write](engagement, by)


@pytest.mark.parametrize("write", ["resolve", "settle", "read"])
def test_what_is_not_there_is_refused(engagement, by, write):
    with pytest.raises(NoSuchRow):
        WRITES[write](engagement, by)


def test_another_engagements_row_is_not_there(engagement, by, analyst):
    broken(engagement, by)
    other = make.engagement(booked=make.staff_member("ANALYST"))
    with pytest.raises(NoSuchRow):
        resolve_incident(other, key="i", resolution="Fixed", resolved_at=NOW, by=make.staff_member("COORDINATOR").user)


def test_a_moment_counts_back_from_its_arrival():
    assert moment_made(90 * MINUTE, now=NOW) == NOW - 90 * MINUTE
    assert moment_made(-HOUR, now=NOW) == NOW
    with pytest.raises(TooLongAgo):
        moment_made(timedelta(days=7, seconds=1), now=NOW)
