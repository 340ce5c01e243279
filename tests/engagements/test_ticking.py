"""Answering promises: whose they are, what shows that they are done, and when that can be taken back."""

from datetime import timedelta

import pytest

from customers.bearer import KeyBearer
from customers.models import Role
from customers.tenancy import scope
from engagements.actions import (
    AlreadyAnswered,
    BeforeOpening,
    EngagementClosed,
    EvidenceMissing,
    InTheFuture,
    NotALink,
    NotAnswered,
    NotYours,
    ReasonMissing,
    TooLateToUndo,
    TooLong,
    UnknownForm,
    cancel_engagement,
    choose_rehearsal,
    complete_task,
    reinstate_task,
    sync_states,
    undo_task,
    waive_task,
)
from engagements.models import Engagement, Task
from engagements.queries import promise_list
from engagements.timeline import Standing
from tests import make
from tests.make import EVENT_STARTS, NOW

pytestmark = pytest.mark.usefixtures("everything")

DAY, HOUR, MINUTE, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)


class Assist:
    """One engagement with one duty of each kind of owner."""

    def __init__(self):
        self.people = {role: make.staff_member(role) for role in ("PM", "ANALYST", "COORDINATOR")}
        package = make.staffed_package()
        make.duty(package, title_en="plan")
        make.duty(package, role="ANALYST", title_en="check")
        make.duty(package, side="CUSTOMER", title_en="slides")
        make.duty(package, role="ANALYST", evidence="LINK", title_en="room")
        make.duty(package, role="ANALYST", evidence="TEXT", title_en="notes")
        self.organisation = make.organisation()
        self.engagement = make.engagement(self.organisation, package, self.people["ANALYST"])
        self.orderer = make.member(self.organisation)

    def task(self, title="check"):
        return Task.objects.select_related("engagement").get(engagement=self.engagement, template__title_en=title)

    def user(self, role):
        return self.people[role].user

    def tick(self, title="check", by=None, **fields):
        return complete_task(self.task(title), by=by or self.user("ANALYST"), **{"now": NOW + HOUR, **fields})


@pytest.fixture
def assist():
    return Assist()


class TestComplete:
    def test_who_and_when_are_kept_and_no_warning_follows(self, assist):
        task = assist.tick()
        task.refresh_from_db()
        assert (task.state, task.done_at, task.done_by, task.recorded_at) == ("DONE", NOW + HOUR, assist.user("ANALYST"), NOW + HOUR)
        assert task.next_alert_at is None
        assert task.broken_at is None

    def test_made_offline_it_keeps_the_time_it_was_made(self, assist):
        assert assist.tick(done_at=NOW + 10 * MINUTE, now=NOW + 2 * HOUR).done_at == NOW + 10 * MINUTE

    def test_late_is_recorded_as_missed(self, assist):
        task = assist.tick(now=EVENT_STARTS + HOUR)
        assert task.broken_at == EVENT_STARTS
        (promise,) = (each for each in promise_list(assist.engagement, now=EVENT_STARTS + DAY) if each.title == "check")
        assert (promise.standing, promise.word, promise.missed_at) == (Standing.BROKEN, "done late", EVENT_STARTS)

    def test_in_time_but_arriving_late_it_takes_the_miss_back(self, assist):
        Task.objects.update(broken_at=EVENT_STARTS)
        assert assist.tick(done_at=EVENT_STARTS - MINUTE, now=EVENT_STARTS + HOUR).broken_at is None

    def test_a_second_press_by_the_same_person_changes_nothing(self, assist):
        assist.tick()
        assert assist.tick(now=NOW + 2 * HOUR).done_at == NOW + HOUR

    def test_somebody_else_sees_who_was_faster(self, assist):
        assist.tick()
        with pytest.raises(AlreadyAnswered, match="Done, Pat Person"):
            assist.tick(by=assist.user("PM"))

    @pytest.mark.parametrize(
        "evidence", ["", "room 4", "javascript:alert(1)", "ftp://files.example/x", "https://", "https://" + "x" * 3000]
    )
    def test_a_link_is_a_link(self, assist, evidence):
        with pytest.raises((NotALink, EvidenceMissing, TooLong)):
            assist.tick("room", evidence=evidence)
        assert assist.task("room").state == "OPEN"

    def test_a_link_is_kept(self, assist):
        assert assist.tick("room", evidence=" https://rooms.example/4 ").evidence == "https://rooms.example/4"

    def test_a_text_is_needed_where_one_is_wanted(self, assist):
        with pytest.raises(EvidenceMissing):
            assist.tick("notes", evidence="  ")
        assert assist.tick("notes", evidence="All fine").evidence == "All fine"

    def test_neither_in_the_future_nor_before_the_order(self, assist):
        with pytest.raises(InTheFuture):
            assist.tick(done_at=NOW + HOUR + 2 * MINUTE)
        with pytest.raises(BeforeOpening):
            assist.tick(done_at=NOW - SECOND)
        assert assist.tick(done_at=NOW + HOUR + 30 * SECOND).done_at == NOW + HOUR  # a phone's clock runs ahead

    @pytest.mark.parametrize("state", ["CLOSED", "CANCELLED"])
    def test_not_when_all_is_over(self, assist, state):
        if state == "CANCELLED":
            cancel_engagement(assist.engagement, by=None, now=NOW)
        else:
            sync_states(now=EVENT_STARTS + 40 * DAY)
        with pytest.raises(EngagementClosed):
            assist.tick()

    def test_wrapping_up_is_not_over(self, assist):
        sync_states(now=EVENT_STARTS + DAY)
        assert Engagement.objects.get().state == "WRAPPING_UP"
        assert assist.tick(now=EVENT_STARTS + DAY).state == "DONE"


class TestWhose:
    """Source: S89, S119: exactly one side is responsible"""

    def may(self, assist, title, by):
        try:
            complete_task(assist.task(title), by=by, now=NOW + HOUR)
        except NotYours:
            return False
        return True

    @pytest.mark.parametrize(
        ("role", "own", "others"),
        [
            ("ANALYST", ["check"], ["plan", "slides"]),
            ("PM", ["plan", "check"], ["slides"]),
            ("COORDINATOR", ["plan", "check"], ["slides"]),
        ],
    )
    def test_team(self, assist, role, own, others):
        assert [title for title in ("plan", "check", "slides") if self.may(assist, title, assist.user(role))] == own

    @pytest.mark.parametrize("role", ["ANALYST", "PM", "PRODUCER"])
    def test_not_who_is_not_on_it(self, assist, role):
        outsider = make.staff_member(role).user
        assert not any(self.may(assist, title, outsider) for title in ("plan", "check", "slides"))

    def test_not_who_left_it(self, assist):
        assist.engagement.assignments.update(ended_at=NOW, ended_because="REPLACED")
        assert not self.may(assist, "check", assist.user("ANALYST"))

    @pytest.mark.parametrize(("role", "allowed"), [(Role.VIEWER, False), (Role.ORDERER, True), (Role.ADMINISTRATOR, True)])
    def test_customers_only_their_sides_from_the_orderer_upwards(self, assist, role, allowed):
        member = make.member(assist.organisation, role)
        assert self.may(assist, "slides", member) is allowed
        assert not self.may(assist, "plan", member)

    def test_members_of_other_organisations_never(self, assist):
        assert not self.may(assist, "slides", make.member(role=Role.ADMINISTRATOR))

    def test_a_program_acts_for_its_organisation(self, assist):
        own, _token = make.api_key(assist.organisation)
        foreign, _token = make.api_key()
        assert not self.may(assist, "slides", KeyBearer(foreign))
        assert not self.may(assist, "check", KeyBearer(own))
        assert self.may(assist, "slides", KeyBearer(own))
        assert assist.task("slides").done_by is None


class TestUndo:
    def test_within_a_minute_it_is_open_again_with_its_next_warning(self, assist):
        before = assist.task().next_alert_at
        undone = undo_task(assist.tick(), by=assist.user("ANALYST"), now=NOW + HOUR + MINUTE)
        assert (undone.state, undone.done_at, undone.done_by, undone.next_alert_at) == ("OPEN", None, None, before)

    def test_not_later_and_not_by_others(self, assist):
        task = assist.tick()
        with pytest.raises(TooLateToUndo):
            undo_task(task, by=assist.user("ANALYST"), now=NOW + HOUR + 61 * SECOND)
        with pytest.raises(TooLateToUndo):
            undo_task(task, by=assist.user("PM"), now=NOW + HOUR)

    def test_the_minute_counts_from_when_it_reached_us(self, assist):
        task = assist.tick(done_at=NOW, now=NOW + 5 * HOUR)
        assert undo_task(task, by=assist.user("ANALYST"), now=NOW + 5 * HOUR + 30 * SECOND).state == "OPEN"

    def test_nothing_to_undo(self, assist):
        with pytest.raises(NotAnswered):
            undo_task(assist.task(), by=assist.user("ANALYST"), now=NOW)

    def test_the_last_tick_does_not_close_the_engagement_within_its_minute(self, assist):
        ended = EVENT_STARTS + DAY
        Task.objects.exclude(template__title_en="check").delete()
        sync_states(now=ended)
        assist.tick(now=ended)
        sync_states(now=ended + 30 * SECOND)
        assert Engagement.objects.get().state == "WRAPPING_UP"
        sync_states(now=ended + MINUTE)
        assert Engagement.objects.get().state == "CLOSED"


class TestWaive:
    def test_a_reason_is_kept_with_who_said_so(self, assist):
        task = waive_task(assist.task("slides"), reason=" No slides ", by=assist.orderer, now=NOW)
        assert (task.state, task.waived_because, task.waived_by, task.next_alert_at) == ("WAIVED", "No slides", assist.orderer, None)

    @pytest.mark.parametrize("reason", ["", "   "])
    def test_not_without_a_reason(self, assist, reason):
        with pytest.raises(ReasonMissing):
            waive_task(assist.task("slides"), reason=reason, by=assist.orderer, now=NOW)

    def test_the_pm_may_for_both_sides_and_the_customer_for_theirs(self, assist):
        """Whoever owes the customer something cannot excuse themselves from it."""
        analyst = assist.user("ANALYST")
        for title, who in (("plan", assist.orderer), ("plan", analyst), ("slides", analyst), ("check", analyst)):
            with pytest.raises(NotYours):
                waive_task(assist.task(title), reason="No", by=who, now=NOW)
        assert waive_task(assist.task("slides"), reason="Agreed by phone", by=assist.user("PM"), now=NOW).state == "WAIVED"
        assert waive_task(assist.task("check"), reason="No room", by=assist.user("PM"), now=NOW).state == "WAIVED"

    def test_it_can_be_taken_back(self, assist):
        task = waive_task(assist.task("slides"), reason="No slides", by=assist.orderer, now=NOW)
        with pytest.raises(AlreadyAnswered):
            waive_task(task, reason="Again", by=assist.orderer, now=NOW)
        back = reinstate_task(task, by=assist.orderer, now=NOW)
        assert (back.state, back.waived_because, back.waived_by) == ("OPEN", "", None)
        with pytest.raises(NotAnswered):
            reinstate_task(back, by=assist.orderer, now=NOW)


class TestPromises:
    def test_how_they_stand(self, assist, django_assert_num_queries):
        assist.tick()
        waive_task(assist.task("slides"), reason="No", by=assist.orderer, now=NOW)
        for now, plan in [
            (EVENT_STARTS - 3 * DAY - SECOND, Standing.OPEN),
            (EVENT_STARTS - 3 * DAY, Standing.AT_RISK),
            (EVENT_STARTS - SECOND, Standing.AT_RISK),
            (EVENT_STARTS, Standing.BROKEN),
        ]:
            with django_assert_num_queries(1):
                standing = {each.title: each.standing for each in promise_list(assist.engagement, now=now)}
            assert standing == {
                "plan": plan, "check": Standing.KEPT, "slides": Standing.WAIVED, "room": plan, "notes": plan,
            }  # fmt: skip

    def test_after_closing_they_stand_as_they_did(self, assist):
        cancelled = cancel_engagement(assist.engagement, by=None, now=NOW)
        assert promise_list(cancelled, now=EVENT_STARTS) == []

    def test_only_the_organisation_s_own(self, assist):
        with scope(make.organisation()):
            assert promise_list(assist.engagement, now=NOW) == []


class TestRehearsal:
    """Source: S82, S83: the customer picks one of two forms, which decides the checklist"""

    def standing(self, engagement):
        rows = engagement.tasks.filter(template__rehearsal_form__isnull=False)
        return dict(rows.values_list("template__rehearsal_form", "state"))

    def opened(self):
        package = make.staffed_package()
        for form in (1, 2):
            make.duty(package, "REHEARSAL", rehearsal_form=form)
        return make.engagement(package=package)

    def test_only_the_chosen_form_is_owed_and_the_choice_can_change(self):
        engagement = self.opened()
        assert self.standing(engagement) == {1: "OPEN", 2: "OPEN"}
        chosen = choose_rehearsal(engagement, form=2, by=make.member(engagement.organisation), now=NOW)
        assert chosen.answers["rehearsal_form"] == 2
        assert self.standing(engagement) == {1: "WAIVED", 2: "OPEN"}
        choose_rehearsal(engagement, form=1, by=None, now=NOW)
        assert self.standing(engagement) == {1: "OPEN", 2: "WAIVED"}

    def test_what_was_done_stays_done(self):
        engagement = self.opened()
        complete_task(engagement.tasks.get(template__rehearsal_form=1), by=None, now=NOW)
        choose_rehearsal(engagement, form=2, by=None, now=NOW)
        assert self.standing(engagement) == {1: "DONE", 2: "OPEN"}

    def test_refusals(self):
        engagement = self.opened()
        with pytest.raises(UnknownForm):
            choose_rehearsal(engagement, form=3, by=None, now=NOW)
        with pytest.raises(NotYours):
            choose_rehearsal(engagement, form=1, by=make.member(), now=NOW)
