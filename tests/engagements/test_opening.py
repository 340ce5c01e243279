"""Opening the work of a confirmed order: team, days, duties."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.actions import load_catalogue
from catalog.models import Package
from customers.tenancy import scope
from engagements.actions import open_engagement
from engagements.models import Assignment, Engagement, Task
from engagements.queries import promise_list, team_of
from outbox.models import Message
from tests import make
from tests.make import EVENT_STARTS, NOW

pytestmark = pytest.mark.usefixtures("everything")

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def staff():
    return {role: make.staff_member(role) for role in ("PM", "ANALYST", "COORDINATOR")}


def roles_of(engagement):
    return {each.role: each.staff for each in Assignment.objects.filter(engagement=engagement, ended_at=None)}


class TestTeam:
    def test_booked_analyst_pm_and_coordinator_make_it_staffed(self, staff):
        """Source: S74"""
        engagement = make.engagement(booked=staff["ANALYST"])
        assert roles_of(engagement) == {role: staff[role] for role in ("ANALYST", "PM", "COORDINATOR")}
        assert engagement.state == Engagement.State.STAFFED

    def test_without_a_pm_it_is_open(self, staff):
        staff["PM"].delete()
        assert make.engagement(booked=staff["ANALYST"]).state == Engagement.State.OPEN

    def test_without_a_booked_person_it_is_open(self, staff):
        assert make.engagement().state == Engagement.State.OPEN

    def test_english_package_is_staffed_by_its_producer_alone(self, staff):
        producer = make.staff_member("PRODUCER")
        engagement = make.engagement(package=make.staffed_package({"PRODUCER": 1}, booked="PRODUCER"), booked=producer)
        assert roles_of(engagement) == {"PRODUCER": producer, "COORDINATOR": staff["COORDINATOR"]}
        assert engagement.state == Engagement.State.STAFFED

    def test_pm_is_the_one_with_the_fewest_engagements_of_all_organisations(self, staff):
        other = make.staff_member("PM")
        chosen = [roles_of(make.engagement())["PM"] for _ in range(4)]
        assert chosen == [staff["PM"], other, staff["PM"], other]

    def test_load_of_others_counts_under_a_customers_scope_and_the_scope_returns(self, staff):
        other = make.staff_member("PM")
        make.engagement()
        mine, package = make.organisation(), make.staffed_package()
        with scope(mine):
            opened = open_engagement(make.brief(package, mine), by=None, now=NOW)
            assert roles_of(opened)["PM"] == other
            assert Engagement.objects.count() == 1

    def test_pm_on_leave_today_or_without_the_language_is_passed_over(self, staff):
        make.leave(staff["PM"], NOW - DAY, NOW + DAY)
        french = make.staff_member("PM", languages=["fr"])
        english = make.staff_member("PM")
        assert roles_of(make.engagement(assist_language="fr"))["PM"] == french
        assert roles_of(make.engagement())["PM"] == english

    def test_one_person_is_not_analyst_and_pm_when_another_can(self, staff):
        both = make.staff_member("ANALYST", "PM")
        staff["PM"].delete()
        third = make.staff_member("PM")
        assert roles_of(make.engagement(booked=both))["PM"] == third

    def test_customer_keeps_its_coordinator(self, staff):
        make.staff_member("COORDINATOR")
        organisation = make.organisation()
        seen = {roles_of(make.engagement(organisation))["COORDINATOR"] for _ in range(3)}
        assert seen == {staff["COORDINATOR"]}

    def test_team_is_listed_booked_person_first_and_coordinator_last(self, staff):
        """Source: S38"""
        engagement = make.engagement(booked=staff["ANALYST"])
        assert [contact.role for contact in team_of(engagement)] == ["ANALYST", "PM", "COORDINATOR"]
        assert team_of(engagement)[0].email == staff["ANALYST"].user.email


class TestMails:
    def test_booked_person_and_pm_are_told_once_each_in_their_language(self, staff):
        staff["PM"].user.language = "fr"
        staff["PM"].user.save(update_fields=["language"])
        engagement = make.engagement(booked=staff["ANALYST"])
        told = Message.objects.filter(about=engagement.number)
        assert {message.to: message.language for message in told} == {staff["ANALYST"].user.email: "en", staff["PM"].user.email: "fr"}

    def test_mail_has_number_days_window_with_zone(self, staff):
        engagement = make.engagement(booked=staff["ANALYST"])
        message = Message.objects.get(to=staff["ANALYST"].user.email)
        assert engagement.number in message.subject
        for part in (message.text, message.html):
            assert engagement.number in part
            assert "10:00 to 12:00, Montreal (UTC-4)" in part
            assert "09:30 to 12:30, Montreal (UTC-4)" in part

    def test_title_cannot_inject_markup_or_headers(self, staff):
        make.engagement(booked=staff["ANALYST"], title="<b>x</b>\r\nBcc: all@people.example")
        message = Message.objects.get(to=staff["ANALYST"].user.email)
        assert "<b>x</b>" not in message.html
        assert "\n" not in message.subject


class TestDuties:
    def test_only_duties_that_the_order_switches_on(self):
        package = make.staffed_package()
        always = make.duty(package)
        streaming = make.duty(package, condition="PLATFORM_STREAMING")
        make.duty(package, condition="BRANDED_APP")
        room = make.duty(package, condition="SERVICE", service=make.service("support-room"))
        make.duty(package, condition="SERVICE", service=make.service("hold-music"))
        make.duty(make.staffed_package())
        engagement = make.engagement(package=package, conditions=frozenset({"PLATFORM_STREAMING"}), services=frozenset({"support-room"}))
        assert set(engagement.tasks.values_list("template", flat=True)) == {always.pk, streaming.pk, room.pk}
        assert engagement.answers == {"conditions": ["PLATFORM_STREAMING"], "services": ["support-room"]}

    def test_day_duties_stand_once_per_event_day(self):
        package = make.staffed_package()
        start = make.duty(package, "DAY_START", -30, ladder="EVENT_DAY")
        end = make.duty(package, "DAY_END", 15)
        engagement = make.engagement(package=package, days=make.day_briefs(days=3))
        assert list(engagement.tasks.filter(template=start).order_by("day__position").values_list("day__position", "due_at")) == [
            (n + 1, EVENT_STARTS + n * DAY - 30 * timedelta(minutes=1)) for n in range(3)
        ]
        assert engagement.tasks.filter(template=end).count() == 3

    @pytest.mark.parametrize(
        ("anchor", "offset", "kind", "due_at"),
        [
            ("ORDER_CONFIRMED", 60, "ELAPSED_MINUTES", NOW + HOUR),
            ("EVENT_START", -90, "ELAPSED_MINUTES", EVENT_STARTS - 1.5 * HOUR),
            ("EVENT_END", 48 * 60, "ELAPSED_MINUTES", EVENT_STARTS + 50 * HOUR),
            ("EVENT_END", 2, "WORKING_DAYS", EVENT_STARTS + 2 * HOUR + 2 * DAY),
            ("EVENT_START", -30, "CALENDAR_DAYS", datetime(2027, 3, 7, 15, 0, tzinfo=UTC)),  # 10:00 in Montreal, before its clocks change
            ("AGENDA_FINAL", 7200, "ELAPSED_MINUTES", None),
            ("SESSION_START", -60, "ELAPSED_MINUTES", EVENT_STARTS - HOUR),
            ("SESSION_END", 2880, "ELAPSED_MINUTES", EVENT_STARTS + 50 * HOUR),
            ("REHEARSAL", 0, "ELAPSED_MINUTES", EVENT_STARTS - 7 * DAY),
        ],
    )
    def test_due_times(self, anchor, offset, kind, due_at):
        """Source: S70, S81, S84, S93"""
        package = make.staffed_package()
        make.duty(package, anchor, offset, offset_kind=kind)
        task = make.engagement(package=package).tasks.get()
        assert (task.due_at, task.wanted_at, task.short_notice) == (due_at, due_at, False)

    def test_first_warning_is_three_days_before(self):
        package = make.staffed_package()
        make.duty(package, "EVENT_START")
        assert make.engagement(package=package).tasks.get().next_alert_at == EVENT_STARTS - 3 * DAY

    def test_late_order_gets_two_working_days_and_keeps_what_was_wanted(self):
        package = make.staffed_package()
        make.duty(package, "EVENT_START", -60, offset_kind="CALENDAR_DAYS")
        task = make.engagement(package=package).tasks.get()
        assert task.short_notice
        assert task.wanted_at < NOW < task.due_at <= NOW + 3 * DAY

    def test_short_notice_never_ends_after_the_event_has_begun(self):
        package = make.staffed_package()
        make.duty(package, "EVENT_START", -60, offset_kind="CALENDAR_DAYS")
        tomorrow = NOW + DAY
        assert make.engagement(package=package, days=make.day_briefs(tomorrow)).tasks.get().due_at == tomorrow

    def test_promises_are_listed_by_due_time_unknown_ones_last(self):
        package = make.staffed_package()
        make.duty(package, "AGENDA_FINAL", title_en="c")
        make.duty(package, "EVENT_END", title_en="b")
        make.duty(package, "EVENT_START", title_en="a", side="CUSTOMER")
        assert [each.title for each in promise_list(make.engagement(package=package), now=make.NOW)] == ["a", "b", "c"]

    def test_keys_are_random(self):
        package = make.staffed_package()
        make.duty(package)
        make.duty(package)
        keys = list(make.engagement(package=package).tasks.values_list("key", flat=True))
        assert len(set(keys)) == 2
        assert all(len(key) == 16 for key in keys)


class TestCatalogue:
    """The portal's own packages."""

    @pytest.fixture(autouse=True)
    def _catalogue(self, everything, staff):
        load_catalogue()

    def open(self, package, **fields):
        booked = make.staff_member(package.team.get(books_window=True).role)
        return make.engagement(package=package, booked=booked, **fields)

    def test_every_package_opens_staffed_with_duties_of_both_sides(self):
        for package in Package.objects.all():
            engagement = self.open(package)
            assert engagement.state == Engagement.State.STAFFED, package.code
            assert set(engagement.tasks.values_list("side", flat=True)) == {"PROVIDER", "CUSTOMER"}, package.code

    def test_french_package_needs_exactly_one_pm_and_one_analyst(self):
        """Source: S74"""
        package = Package.objects.get(daily_cap_minutes=540)
        engagement = self.open(package, days=make.day_briefs(days=3), conditions=frozenset({"PLATFORM_STREAMING", "BRANDED_APP"}))
        assert sorted(roles_of(engagement)) == ["ANALYST", "COORDINATOR", "PM"]

    def test_no_duty_that_can_be_dated_stays_without_a_due_time(self):
        for package in Package.objects.all():
            undated = self.open(package).tasks.filter(due_at=None).exclude(template__anchor="AGENDA_FINAL")
            assert not undated.exists(), package.code

    def test_opening_takes_so_many_statements_however_many_duties_and_days(self):
        package = Package.objects.get(daily_cap_minutes=540)
        booked = make.staff_member("ANALYST")
        organisation = make.organisation()
        make.engagement(organisation)
        for days in (1, 3):
            brief = make.brief(package, organisation, days=make.day_briefs(days=days), booked=booked)
            with CaptureQueriesContext(
                connection,
            ) as statements:
                open_engagement(brief, by=None, now=NOW)
            assert len(statements) == 15, "\n".join(each["sql"][:160] for each in statements)


def test_tasks_and_assignments_are_recorded(everything):
    """History is written by the database. Source: promise 54"""
    package = make.staffed_package()
    make.duty(package)
    make.duty(package)
    engagement = make.engagement(package=package)
    assert engagement.events.count() == 1
    assert Task.events.rel.related_model.objects.filter(engagement=engagement).count() == 2
