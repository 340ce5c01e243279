"""Looking after meetings without anybody telling us: what took place, recordings, people, troubles. webex.md section 7."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps

from tests.webex.sites import END, HOST, HOUR, MINUTE, NOW, START, Customer, SimulatedWebex, connected
from webex.actions import look_after_site, mark_read, stop_watching
from webex.actions.finding import figures_of
from webex.looking import next_look, wait_after_trouble
from webex.models import Connection, WatchedMeeting
from webex.queries import AttendanceSeen, attendance_of, connections_with_work, watched_with_news
from webex.reading import Participant, Registrant
from webex.simulator.world import Fault

HALF_MINUTE = timedelta(seconds=30)


def found(watched: WatchedMeeting) -> WatchedMeeting:
    watched.refresh_from_db()
    return watched


def test_with_every_notification_lost_all_is_found_by_looking(customer: Customer) -> None:
    """Lost webhook: within the interval, 5 minutes."""
    customer.webex.world.drops_hooks = True
    watched, meeting = customer.watch(), customer.webex.meeting(customer.site, registrants=4)
    began, ended, recorded = START + 3 * MINUTE, END + 4 * MINUTE, END + 34 * MINUTE
    customer.webex.begin(meeting, began)
    customer.webex.end(meeting, ended)
    customer.webex.record(meeting, recorded)
    seen: dict[str, Any] = {}
    now: datetime | None = NOW
    while now is not None:
        customer.look_after(now)
        current = found(watched)
        for name, value in (("begun", current.started_at), ("ended", current.ended_at), ("recorded", current.recordings.exists())):
            if value:
                seen.setdefault(name, now)
        now = current.next_look_at
    assert (current.started_at, current.ended_at) == (began, ended)
    for name, at in (("begun", began), ("ended", ended), ("recorded", recorded)):
        assert seen[name] - at <= 10 * MINUTE, name
    assert customer.now == ended + 48 * HOUR
    assert attendance_of(customer.site.organisation_id, current.reference) == {1: AttendanceSeen(registered=4, attended=7)}


def test_whom_the_host_turned_away_did_not_register(customer: Customer) -> None:
    """Of every seven registrants of the simulator the fifth is rejected; the seventh, who waits for an answer, counts."""
    watched, meeting = customer.watch(), customer.webex.meeting(customer.site, registrants=7)
    customer.webex.begin(meeting, START)
    customer.webex.end(meeting, END)
    customer.look_after(END + 16 * MINUTE)
    assert attendance_of(customer.site.organisation_id, watched.reference)[1].registered == 6


def test_only_figures_are_kept_of_people(customer: Customer) -> None:
    """The first list comes soon, the whole report replaces it after a day. S70, S90"""
    watched, meeting = customer.watch(), customer.webex.meeting(customer.site, registrants=4)
    customer.webex.begin(meeting, START)
    customer.webex.end(meeting, END)
    customer.look_after(END + 16 * MINUTE)
    assert customer.webex.calls("GET", "/meetingParticipants")
    assert attendance_of(customer.site.organisation_id, watched.reference) == {1: AttendanceSeen(registered=4, attended=7)}
    customer.look_after(END + 25 * HOUR)
    assert attendance_of(customer.site.organisation_id, watched.reference) == {1: AttendanceSeen(registered=4, attended=7)}
    assert found(watched).attendance_at == END + 25 * HOUR
    kept = {name for model in apps.get_app_config("webex").get_models() for name in (field.name for field in model._meta.get_fields())}
    assert not kept & {"name", "email", "joined_at", "left_at", "ip", "people"}


def test_each_person_counts_once_and_the_host_not_at_all() -> None:
    came = [
        Participant(name, email, is_host=email == "host@x.example")
        for name, email in (("Ada", "ada@x.example"), ("Ada", "ADA@x.example"), ("H", "host@x.example"), ("Bo", ""), ("bo", ""), ("Cy", ""))
    ]
    signed_up = [Registrant(name, f"{name}@x.example") for name in ("ada", "di")]
    assert figures_of((*came, *signed_up)) == (2, 3)


def test_the_id_changes_when_it_starts_and_nobody_else_s_meeting_is_taken(customer: Customer) -> None:
    """Traps 1, 2, 4 and 5."""
    watched, meeting = customer.watch(), customer.webex.meeting(customer.site)
    customer.webex.meeting(customer.site, number="77", invitees=[HOST], host_email="other@host.example")
    other = customer.watch(position=2, meeting_number="77")
    customer.webex.begin(meeting, START)
    customer.look_after(START + MINUTE)
    assert found(watched).series_id == meeting.id and watched.instance_id.startswith(f"{meeting.id}_I_")
    assert found(other).series_id == ""


def test_a_meeting_that_was_left_and_entered_again_lasted_from_the_first_to_the_last(customer: Customer) -> None:
    watched = customer.watch()
    meeting = customer.webex.meeting(customer.site, count=2, recurrence="FREQ=DAILY")
    first, second = meeting.occurrences()
    meeting.moved[second.stamp] = (END, END + HOUR)
    for of, at in ((first, START), (second, END + 5 * MINUTE)):
        run = meeting.told(of)
        run.started_at, run.ended_at, run.recorded_at = at, at + 30 * MINUTE, at + 40 * MINUTE
    customer.look_after(END + 2 * HOUR)
    assert (found(watched).started_at, watched.ended_at) == (START, END + 35 * MINUTE)
    assert watched.recordings.count() == 2


def test_another_date_of_the_series_is_another_day(customer: Customer) -> None:
    watched, meeting = customer.watch(), customer.webex.meeting(customer.site, count=3, recurrence="FREQ=WEEKLY")
    run = meeting.told(meeting.occurrences()[1])
    run.started_at, run.ended_at = START + timedelta(days=7), END + timedelta(days=7)
    customer.look_after(END + timedelta(days=2))
    assert found(watched).started_at is None


def test_news_are_read_once_and_come_again_with_more(customer: Customer) -> None:
    watched, meeting = customer.watch(), customer.webex.meeting(customer.site)
    customer.look_after()
    assert list(watched_with_news()) == []
    customer.webex.begin(meeting, START)
    customer.look_after(START + MINUTE)
    (news,) = watched_with_news()
    assert news == watched
    mark_read(news)
    assert list(watched_with_news()) == []
    customer.webex.end(meeting, END)
    customer.look_after(END + MINUTE)
    mark_read(news)  # an old sight does not wipe what came after
    assert list(watched_with_news()) == [watched]


def test_a_moved_event_is_looked_at_anew(customer: Customer) -> None:
    watched, meeting = customer.watch(), customer.webex.meeting(customer.site)
    customer.webex.begin(meeting, START)
    customer.webex.end(meeting, END)
    customer.look_after(END + MINUTE)
    again = customer.watch(starts_at=START + timedelta(days=9), ends_at=END + timedelta(days=9))
    assert (again.pk, again.started_at, again.ended_at, again.series_id) == (watched.pk, None, None, meeting.id)
    assert customer.watch(starts_at=START + timedelta(days=9), ends_at=END + timedelta(days=9)).next_look_at == again.next_look_at
    stop_watching(organisation_id=customer.site.organisation_id, reference=watched.reference)
    assert found(watched).next_look_at is None


def test_a_site_without_a_connection_waits_for_one(webex: SimulatedWebex, everything: None) -> None:
    customer = connected(webex)
    watched = customer.watch()
    Connection.objects.all().delete()
    assert list(connections_with_work(now=NOW)) == [] and found(watched).next_look_at == NOW
    again = connected(webex, customer.site)
    webex.meeting(customer.site)
    again.look_after()
    assert found(watched).series_id


# Troubles ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("said", "seconds"), [("30", 30), (None, 15)])
def test_who_is_asked_to_wait_waits_without_sleeping(customer: Customer, said: str | None, seconds: int) -> None:
    """429: never earlier than asked, and the worker is free meanwhile."""
    customer.webex.world.faults.append(Fault(status=429, retry_after=said))
    customer.look_after()
    calls = len(customer.webex.calls())
    assert customer.connection.quiet_until == NOW + timedelta(seconds=seconds)
    customer.look_after(NOW + timedelta(seconds=seconds - 1))
    assert len(customer.webex.calls()) == calls
    assert list(connections_with_work(now=NOW + timedelta(seconds=seconds - 1))) == []
    customer.look_after(NOW + timedelta(seconds=seconds))
    assert len(customer.webex.calls()) > calls and customer.connection.trouble == ""


def test_a_site_in_trouble_is_left_alone_longer_and_longer(customer: Customer) -> None:
    customer.webex.world.faults.append(Fault(status=500, times=1000))
    customer.look_after()
    assert (customer.connection.trouble, customer.connection.trouble_since) == ("unreachable", NOW)
    assert customer.connection.quiet_until == NOW + MINUTE
    customer.look_after(NOW + HOUR)
    assert (customer.connection.trouble_since, customer.connection.quiet_until) == (NOW, NOW + HOUR + 15 * MINUTE)
    customer.webex.world.faults.clear()
    customer.look_after(NOW + 2 * HOUR)
    assert (customer.connection.trouble, customer.connection.quiet_until) == ("", None)


def test_one_worker_at_a_time_looks_after_a_site(customer: Customer) -> None:
    Connection.objects.update(claimed_until=NOW + HALF_MINUTE)
    look_after_site(connection_id=customer.connection.pk, organisation_id=customer.site.organisation_id, now=NOW)
    assert customer.webex.calls("GET", "/webhooks") == []
    customer.look_after(NOW + MINUTE)  # the claim of a worker that died runs out
    assert customer.webex.calls("GET", "/webhooks") != []


def test_work_is_found_where_something_is_due(customer: Customer) -> None:
    assert list(connections_with_work(now=NOW)) == [customer.connection]  # never checked
    customer.look_after()
    assert list(connections_with_work(now=NOW)) == []
    customer.watch()
    assert list(connections_with_work(now=NOW)) == [customer.connection]
    customer.look_after()
    assert list(connections_with_work(now=NOW + 4 * MINUTE)) == []
    assert list(connections_with_work(now=NOW + 5 * MINUTE)) == [customer.connection]


def test_the_tasks_send_a_worker_to_each_site(customer: Customer) -> None:
    from webex import tasks

    tasks.look_after.run(customer.connection.pk, customer.site.organisation_id)
    customer.connection.refresh_from_db()
    assert customer.connection.checked_at is not None


# When to look -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ended", "after", "wait"),
    [
        (None, -HOUR, HOUR), (None, HOUR, 5 * MINUTE), (None, 14 * HOUR, 30 * MINUTE), (None, 80 * HOUR, None),
        (END, HOUR + 3 * MINUTE, 12 * MINUTE), (END, HOUR + 20 * MINUTE, 5 * MINUTE), (END, 7 * HOUR, HOUR), (END, 40 * HOUR, 4 * HOUR),
        (END, 48 * HOUR, HOUR), (END, 49 * HOUR, None),
    ],
)  # fmt: skip
def test_when_to_look_next(ended: Any, after: timedelta, wait: timedelta | None) -> None:
    """S93: until 48 hours after the end, at growing distances."""
    now = START + after
    due = next_look(starts_at=START, ends_at=END, ended_at=ended, now=now)
    assert due == (None if wait is None else now + wait)


def test_waits_after_trouble_have_bounds() -> None:
    assert wait_after_trouble(since=NOW, now=NOW) == MINUTE
    assert wait_after_trouble(since=NOW - 4 * MINUTE, now=NOW) == 4 * MINUTE
    assert wait_after_trouble(since=NOW - HOUR, now=NOW) == 15 * MINUTE
