"""The agenda: sessions, the final version that starts the five days, and when sessions really ended."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from customers.models import Role
from engagements.actions import (
    AgendaIsFinal,
    AgendaNotFinal,
    BadSession,
    EndsBeforeItStarts,
    EngagementClosed,
    InTheFuture,
    NotALink,
    NotYours,
    OutsideTheDay,
    SessionBrief,
    SessionInUse,
    UnknownSession,
    cancel_engagement,
    complete_task,
    declare_agenda_final,
    reopen_agenda,
    save_agenda,
    set_actual_times,
)
from engagements.models import Session, Task
from engagements.timeline import carried
from tests import make
from tests.make import EVENT_STARTS, NOW

pytestmark = pytest.mark.usefixtures("everything")

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
MORNING = SessionBrief(1, "Keynote", EVENT_STARTS, EVENT_STARTS + HOUR, platform="MEETINGS", is_recorded=True)


@pytest.fixture
def package():
    for role in ("PM", "ANALYST", "COORDINATOR"):
        make.staff_member(role)
    made = make.staffed_package()
    recorded = {"role": "ANALYST", "per_recording": True}
    make.duty(made, "SESSION_END", 48 * 60, code="upload", condition="MEETINGS", ladder="RECORDING", **recorded)
    make.duty(made, "SESSION_END", 48 * 60, code="download", condition="PLATFORM_STREAMING", ladder="RECORDING", **recorded)
    make.duty(made, "SESSION_START", -60, code="cloud", condition="MEETINGS", **recorded)
    make.duty(made, "AGENDA_FINAL", 5, code="links", offset_kind="CALENDAR_DAYS")
    return made


@pytest.fixture
def engagement(package):
    return make.engagement(package=package, conditions=frozenset({"MEETINGS"}), days=make.day_briefs(days=2))


def save(engagement, *put, **fields):
    return save_agenda(engagement, put=put, **{"by": None, "now": NOW, **fields})


def owed(engagement):
    return {(task.template.code, task.session.title if task.session else ""): task.due_at for task in engagement.tasks.all()}


class TestOpening:
    def test_one_session_per_day_like_the_event(self, engagement):
        assert list(engagement.sessions.order_by("starts_at").values_list("title", "day__position", "platform", "is_recorded")) == [
            ("Spring summit", 1, "MEETINGS", True),
            ("Spring summit", 2, "MEETINGS", True),
        ]

    def test_duties_stand_once_per_recorded_session(self, engagement):
        """Source: S92, S93"""
        dues = engagement.tasks.filter(template__code="upload").order_by("due_at").values_list("due_at", flat=True)
        assert list(dues) == [EVENT_STARTS + 50 * HOUR, EVENT_STARTS + 50 * HOUR + DAY]
        assert not engagement.tasks.filter(template__code="download").exists()

    def test_the_customer_s_own_stream_is_not_ours_to_record(self, package):
        engagement = make.engagement(package=package, conditions=frozenset({"THIRD_PARTY"}))
        assert list(engagement.sessions.values_list("platform", "is_recorded")) == [("THIRD_PARTY", False)]
        assert owed(engagement) == {("links", ""): None}


class TestSave:
    def test_parallel_sessions_each_with_what_is_owed(self, engagement):
        """Source: S92 to S95: of meetings the requested ones, of the platform's streaming every one"""
        old = list(engagement.sessions.values_list("key", flat=True))
        save(
            engagement,
            MORNING,
            replace(MORNING, title="Workshop", is_recorded=False),
            replace(MORNING, title="Stream", platform="PLATFORM", is_recorded=False),
            remove=old,
        )
        assert owed(engagement) == {
            ("links", ""): None,
            ("cloud", "Keynote"): EVENT_STARTS - HOUR,
            ("upload", "Keynote"): EVENT_STARTS + 49 * HOUR,
            ("download", "Stream"): EVENT_STARTS + 49 * HOUR,
        }
        assert Session.objects.get(title="Stream").is_recorded

    def test_changes_move_due_times_and_take_back_what_is_not_owed_any_more(self, engagement):
        first, second = engagement.sessions.order_by("starts_at")
        save(
            engagement,
            replace(MORNING, key=first.key, ends_at=EVENT_STARTS + 90 * MINUTE),
            replace(MORNING, day=2, key=second.key, title="B", starts_at=second.starts_at, ends_at=second.ends_at, is_recorded=False),
        )
        assert owed(engagement) == {
            ("links", ""): None,
            ("cloud", "Keynote"): EVENT_STARTS - HOUR,
            ("upload", "Keynote"): EVENT_STARTS + 49.5 * HOUR,
        }

    def test_what_was_done_stays(self, engagement):
        session = engagement.sessions.order_by("starts_at").first()
        complete_task(session.tasks.get(template__code="upload"), by=None, now=NOW)
        save(engagement, replace(MORNING, key=session.key, is_recorded=False))
        assert list(session.tasks.values_list("template__code", "state")) == [("upload", "DONE")]
        with pytest.raises(SessionInUse):
            save(engagement, remove=[session.key])

    @pytest.mark.parametrize(
        ("wrong", "refusal"),
        [
            ({"title": " "}, BadSession),
            ({"title": "x" * 201}, BadSession),
            ({"ends_at": EVENT_STARTS}, BadSession),
            ({"platform": "CINEMA"}, BadSession),
            ({"day": 3}, OutsideTheDay),
            ({"starts_at": EVENT_STARTS - MINUTE}, OutsideTheDay),
            ({"ends_at": EVENT_STARTS + 121 * MINUTE}, OutsideTheDay),
            ({"join_link": "room four"}, NotALink),
            ({"key": "gone"}, UnknownSession),
        ],
    )
    def test_refusals(self, engagement, wrong, refusal):
        before = list(engagement.sessions.order_by("pk").values())
        with pytest.raises(refusal):
            save(engagement, MORNING, replace(MORNING, **wrong))
        assert list(engagement.sessions.order_by("pk").values()) == before

    def test_an_agenda_keeps_a_session(self, engagement):
        with pytest.raises(BadSession):
            save(engagement, remove=list(engagement.sessions.values_list("key", flat=True)))

    def test_who_may(self, engagement):
        organisation = engagement.organisation
        for allowed in (make.member(organisation), engagement.assignments.get(role="PM").staff.user):
            save(engagement, MORNING, by=allowed)
        for refused in (make.member(organisation, Role.VIEWER), make.member(), make.staff_member("ANALYST").user):
            with pytest.raises(NotYours):
                save(engagement, MORNING, by=refused)

    def test_not_when_cancelled(self, engagement):
        cancel_engagement(engagement, by=None, now=NOW)
        with pytest.raises(EngagementClosed):
            save(engagement, MORNING)


class TestFinal:
    """Source: S84: five days from the final agenda; reopening stops the clock, a new final restarts it"""

    def links(self, engagement):
        return engagement.tasks.get(template__code="links")

    def test_five_times_24_hours_across_a_clock_change(self, engagement):
        at = datetime(2027, 3, 12, 15, 0, tzinfo=UTC)  # Montreal's clocks change on the 14th
        final = declare_agenda_final(engagement, by=None, now=at)
        assert (final.agenda_final_at, final.agenda_version) == (at, 1)
        assert self.links(engagement).due_at == at + 120 * HOUR

    def test_working_days_where_the_organisation_wants_them(self, engagement):
        engagement.organisation.business_days = True
        engagement.organisation.save(update_fields=["business_days"])
        at = datetime(2027, 3, 18, 14, 0, tzinfo=UTC)  # a Thursday
        declare_agenda_final(engagement, by=None, now=at)
        assert self.links(engagement).due_at == at + 7 * DAY

    def test_reopening_stops_the_clock_and_a_new_final_restarts_it(self, engagement):
        declare_agenda_final(engagement, by=None, now=NOW)
        reopen_agenda(engagement, by=None, now=NOW + DAY)
        stopped = self.links(engagement)
        assert (stopped.due_at, stopped.wanted_at, stopped.next_alert_at) == (None, None, None)
        again = declare_agenda_final(engagement, by=None, now=NOW + 2 * DAY)
        assert again.agenda_version == 2
        assert self.links(engagement).due_at == NOW + 7 * DAY
        assert self.links(engagement).next_alert_at == NOW + 4 * DAY

    def test_twice_is_refused_in_words(self, engagement):
        with pytest.raises(AgendaNotFinal):
            reopen_agenda(engagement, by=None, now=NOW)
        declare_agenda_final(engagement, by=None, now=NOW)
        with pytest.raises(AgendaIsFinal, match="final already"):
            declare_agenda_final(engagement, by=None, now=NOW)

    def test_while_final_times_stay_and_words_may_change(self, engagement):
        session = engagement.sessions.order_by("starts_at").first()
        save(engagement, replace(MORNING, key=session.key))
        declare_agenda_final(engagement, by=None, now=NOW)
        save(engagement, replace(MORNING, key=session.key, speakers="Ada", join_link="https://meet.example/1"))
        for put, remove in (([MORNING], []), ([replace(MORNING, key=session.key, ends_at=EVENT_STARTS + MINUTE)], []), ([], [session.key])):
            with pytest.raises(AgendaIsFinal):
                save(engagement, *put, remove=remove)


class TestActualTimes:
    def enter(self, session, starts_at, ends_at, now=EVENT_STARTS + 3 * HOUR, by=None):
        return set_actual_times(session, starts_at=starts_at, ends_at=ends_at, by=by, now=now)

    def test_48_hours_count_from_the_actual_end(self, engagement):
        """Source: S93"""
        session = engagement.sessions.order_by("starts_at").first()
        self.enter(session, EVENT_STARTS + MINUTE, EVENT_STARTS + 150 * MINUTE)
        task = session.tasks.get(template__code="upload")
        assert task.due_at == EVENT_STARTS + 50.5 * HOUR
        assert task.next_alert_at == task.due_at - 24 * HOUR
        self.enter(session, EVENT_STARTS + MINUTE, None)
        assert session.tasks.get(template__code="upload").due_at == EVENT_STARTS + 50 * HOUR

    def test_an_end_that_makes_it_overdue_is_looked_at_at_once(self, engagement):
        session = engagement.sessions.order_by("starts_at").first()
        now = EVENT_STARTS + 49.5 * HOUR
        self.enter(session, None, EVENT_STARTS + HOUR, now=now)
        assert session.tasks.get(template__code="upload").next_alert_at == EVENT_STARTS + 49 * HOUR

    @pytest.mark.parametrize(
        ("starts_at", "ends_at", "refusal"),
        [
            (EVENT_STARTS + HOUR, EVENT_STARTS + HOUR, EndsBeforeItStarts),
            (EVENT_STARTS + HOUR, EVENT_STARTS, EndsBeforeItStarts),
            (None, EVENT_STARTS, EndsBeforeItStarts),
            (None, EVENT_STARTS + 4 * HOUR, InTheFuture),
        ],
    )
    def test_refusals(self, engagement, starts_at, ends_at, refusal):
        session = engagement.sessions.order_by("starts_at").first()
        with pytest.raises(refusal):
            self.enter(session, starts_at, ends_at)

    def test_only_our_people_on_it(self, engagement):
        session = engagement.sessions.order_by("starts_at").first()
        for refused in (make.member(engagement.organisation), make.staff_member("ANALYST").user):
            with pytest.raises(NotYours):
                self.enter(session, None, None, by=refused)


@pytest.mark.parametrize(
    ("starts", "ends", "new_hours", "expected"),
    [
        (0, 2, 4, (0, 4)),  # the whole day stays the whole day
        (0.5, 1, 2, (0.5, 1)),
        (1, 2, 1, (0, 1)),
        (0.5, 1.5, 1.25, (0.25, 1.25)),
    ],
)
def test_a_session_is_carried_along_with_its_day(starts, ends, new_hours, expected):
    was, to = (NOW, NOW + 2 * HOUR), (NOW + DAY, NOW + DAY + new_hours * HOUR)
    new = carried((NOW + starts * HOUR, NOW + ends * HOUR), was=was, will_be=to)
    assert new == (NOW + DAY + expected[0] * HOUR, NOW + DAY + expected[1] * HOUR)


class TestConstraints:
    @pytest.mark.parametrize(
        ("constraint", "values"),
        [
            ("session_ends_after_it_begins", {"ends_at": EVENT_STARTS}),
            ("session_actually_ends_after_it_begins", {"actual_starts_at": EVENT_STARTS, "actual_ends_at": EVENT_STARTS}),
            ("session_has_a_title", {"title": ""}),
            ("session_platform_is_known", {"platform": "CINEMA"}),
            ("platform_streaming_is_always_recorded", {"platform": "PLATFORM", "is_recorded": False}),
            ("cloud_recording_is_known_when_looked_at", {"cloud_recording_on": True}),
        ],
    )
    def test_by_name(self, engagement, constraint, values):
        rows = Session.objects.filter(day__position=1)
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            rows.update(**values)

    def test_a_session_stays_with_its_engagement(self, engagement, package):
        other = make.engagement(engagement.organisation, package)
        with pytest.raises(DatabaseError, match="Cannot update rows"), transaction.atomic():
            Session.objects.filter(engagement=engagement).update(engagement=other)

    @pytest.mark.parametrize(
        ("constraint", "values"),
        [
            ("task_waived_by_somebody_only_when_waived", {"waived_by": 1}),
            ("task_recorded_only_when_answered", {"recorded_at": NOW}),
        ],
    )
    def test_answers(self, engagement, constraint, values):
        values = {key: make.user() if key == "waived_by" else value for key, value in values.items()}
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Task.objects.filter(engagement=engagement).update(**values)
