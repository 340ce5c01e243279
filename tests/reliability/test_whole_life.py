"""An order's whole life in any order of steps: whatever people do and whenever, nothing that must hold breaks.

A step that is refused is a step too. Every run starts from the same organisation and its people, and is rolled back.
"""

import os
from collections import Counter
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from catalog.models import TaskTemplate
from customers.refusals import Refusal
from customers.tenancy import EVERYTHING, scope
from engagements import actions
from engagements.models import Assignment, Engagement, HoursBudget, HoursEntry, Recording, Session, Task
from orders.actions.cancelling import cancel_order
from orders.actions.moving import approve_move, check_move, decline_move, move_order
from orders.actions.placing import place_order
from orders.actions.waiting import complete_order, confirm_waiting, recheck
from orders.models import Order, OrderChange
from outbox.models import Message
from scheduling.actions import change_staff, expire_holds
from scheduling.models import Booking, StaffMember
from scheduling.windows import DayWish
from tests.make import NOW
from tests.orders.conftest import World, make_world, staff
from tests.reliability.database import overlaps
from tests.reliability.figures import FULL, row, size
from tests.reliability.placed import entitle_to_all

RUNS, STEPS = size(3, int(os.environ.get("LIVES", "500"))), size(20, 30)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PACKAGES = ("mc-premium", "ec-premium", "event-staff")
LIVE = ("OPEN", "STAFFED", "RUNNING", "WRAPPING_UP")
LINK = "https://{host}/recording/1"

pytestmark = pytest.mark.timeout(size(300, 7200))
picks = st.integers(0, 1000)


def at(days: int, hour: int) -> datetime:
    """Some wall time in Montreal, so many days after the beginning."""
    return datetime.combine(date(2027, 3, 1) + days * DAY, time(hour))


class Life(RuleBasedStateMachine):
    """Everybody's steps; `now` only goes forward."""

    world: World
    seen: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.open = transaction.atomic()
        self.open.__enter__()
        self.now, self.numbers, self.reached = NOW, {}, set()

    def teardown(self) -> None:
        """Count what came about, so that a run in which everything is refused is seen."""
        self.seen.update(f"order {state}" for state in Order.objects.values_list("state", flat=True))
        self.seen.update(f"engagement {state}" for state in Engagement.objects.values_list("state", flat=True))
        self.seen.update(f"task {state}" for state in Task.objects.values_list("state", flat=True).distinct())
        self.seen.update(f"lives with an engagement {state}" for state in self.reached)
        self.seen["sessions run"] += Session.objects.filter(actual_ends_at__isnull=False).count()
        self.seen["moves"] += OrderChange.objects.filter(state="APPLIED").count()
        self.seen["recordings"] += Recording.objects.count()
        self.seen["hours entries"] += HoursEntry.objects.count()
        self.seen["warnings"] += Message.objects.filter(key__contains="/warning/").count()
        transaction.set_rollback(True)
        self.open.__exit__(None, None, None)

    # picking --------------------------------------------------------------------------------------------------------

    def one(self, rows, pick):
        found = list(rows.order_by("pk"))
        return found[pick % len(found)] if found else None

    def order(self, pick, *states):
        return self.one(Order.objects.filter(state__in=states).select_related("organisation", "package", "engagement"), pick)

    def engagement(self, pick):
        return self.one(Engagement.objects.filter(state__in=LIVE), pick)

    # ordering -------------------------------------------------------------------------------------------------------

    @initialize(days=st.integers(16, 40), package=st.sampled_from(PACKAGES), with_pm=st.booleans())
    def first_orders(self, days, package, with_pm):
        """One that is confirmed and one that comes late."""
        if not with_pm:
            self.leave_or_return("PM")
        late = self.world.draft("mc-premium", when=self.world.when(at(5, 9)))
        place_order(late, accept_terms=True, by=None, now=self.now)
        place_order(self.world.draft(package, when=self.world.when(at(days, 10), hours=1)), accept_terms=True, by=None, now=self.now)

    @rule(days=st.integers(2, 60), hour=st.integers(8, 18), package=st.sampled_from(PACKAGES), hours=st.sampled_from([1, 2, 8.5]))
    def hold(self, days, hour, package, hours):
        with suppress(Refusal), transaction.atomic():
            when = self.world.when(
                at(days + (self.now - NOW).days, hour), hours=hours, days=1 if package != "event-staff" else 1 + days % 3
            )
            self.world.draft(package, when=when, now=self.now)

    @rule(pick=picks)
    def confirm(self, pick):
        draft = self.order(pick, Order.State.DRAFT)
        if draft:
            with suppress(Refusal):
                place_order(draft, accept_terms=True, by=self.world.orderer, now=self.now)

    @rule(pick=picks)
    def confirm_waiting(self, pick):
        waiting = self.order(pick, Order.State.WAITING)
        if waiting:
            with suppress(Refusal):
                confirm_waiting(waiting, by=self.world.coordinator.user, now=self.now)

    @rule(pick=picks, days=st.integers(1, 60), hour=st.integers(8, 18))
    def move(self, pick, days, hour):
        order = self.order(pick, Order.State.CONFIRMED)
        if order:
            first = DayWish(at(days + (self.now - NOW).days, hour), order.days.order_by("position")[0].minutes * MINUTE)
            with suppress(Refusal):
                self.move_as_shown(order, first)

    def move_as_shown(self, order, first):
        shown = check_move(order, first=first, by=None, now=self.now)
        before = self.due_times(order)
        change = move_order(order, first=first, schedule_update="DONE", by=None, now=self.now)
        if change.state == OrderChange.State.APPLIED:
            after = self.due_times(order)
            announced = sorted((each.old_at, each.new_at) for each in shown.shifts if each.side and each.old_at and each.new_at)
            assert announced == sorted((before[key], after[key]) for key in before if before[key] != after[key] and after[key])

    def due_times(self, order):
        tasks = Task.objects.filter(engagement=order.engagement, state="OPEN", due_at__isnull=False)
        return dict(tasks.values_list("key", "due_at"))

    @rule(pick=picks, approve=st.booleans())
    def answer_move(self, pick, approve):
        change = self.one(OrderChange.objects.filter(state="WAITING").select_related("order"), pick)
        if change:
            with suppress(Refusal):
                if approve:
                    approve_move(change, by=self.world.coordinator.user, now=self.now)
                else:
                    decline_move(change, reason="No", by=self.world.coordinator.user, now=self.now)

    @rule(pick=picks, state=st.sampled_from([Order.State.CONFIRMED, Order.State.CONFIRMED, Order.State.WAITING]))
    def cancel(self, pick, state):
        order = self.order(pick, state)
        if order and pick % 2 == 0:
            with suppress(Refusal):
                cancel_order(order, reason="", accept_fee=Decimal(1_000_000), by=None, now=self.now)

    # the work -------------------------------------------------------------------------------------------------------

    @rule(pick=picks, role=st.sampled_from(["PM", "ANALYST", "PRODUCER"]))
    def staff(self, pick, role):
        engagement, person = self.engagement(pick), self.one(StaffMember.objects.filter(roles__contains=[role]), pick)
        if engagement and person:
            with suppress(Refusal):
                actions.substitute(engagement, role=role, staff_id=person.pk, by=None, now=self.now)

    @rule(role=st.sampled_from(["PM", "PM", "ANALYST", "PRODUCER"]))
    def leave_or_return(self, role):
        """Without a PM an order is confirmed all the same, and its engagement stays OPEN until somebody comes."""
        person = StaffMember.objects.filter(roles__contains=[role]).order_by("pk")[0]
        change_staff(person, is_active=not person.is_active, now=self.now)

    @rule(pick=picks, accepts=st.booleans())
    def answer_assignment(self, pick, accepts):
        asked = self.one(Assignment.objects.filter(answer="ASKED", ended_at=None), pick)
        if asked:
            with suppress(Refusal):
                if accepts:
                    actions.accept_assignment(asked, by=None, now=self.now)
                else:
                    actions.decline_assignment(asked, because="Away", by=None, now=self.now)

    @rule(pick=picks, answer=st.sampled_from(["tick", "tick", "tick", "waive"]))
    def answer(self, pick, answer):
        task = self.one(Task.objects.filter(state="OPEN").select_related("engagement"), pick)
        if task:
            with suppress(Refusal):
                if answer == "tick":
                    actions.complete_task(task, by=None, evidence="https://files.example/1", now=self.now)
                else:
                    actions.waive_task(task, reason="Not this time", by=None, now=self.now)

    @rule(pick=picks)
    def rehearse(self, pick):
        for task in Task.objects.filter(state="OPEN", phase="REHEARSAL", engagement=self.engagement(pick)).select_related("engagement"):
            with suppress(Refusal):
                actions.complete_task(task, by=None, evidence="All fine", now=self.now)

    @rule(pick=picks, final=st.booleans())
    def agenda(self, pick, final):
        engagement = self.engagement(pick)
        if engagement:
            with suppress(Refusal):
                (actions.declare_agenda_final if final else actions.reopen_agenda)(engagement, by=None, now=self.now)

    @rule(pick=picks, minutes=st.integers(-60, 240))
    def run(self, pick, minutes):
        session = self.one(Session.objects.filter(engagement__state__in=LIVE).select_related("engagement"), pick)
        if session:
            with suppress(Refusal):
                actions.set_actual_times(session, starts_at=None, ends_at=session.ends_at + minutes * MINUTE, by=None, now=self.now)

    @rule(pick=picks)
    def record(self, pick):
        session = self.one(Session.objects.filter(engagement__state__in=LIVE).select_related("engagement"), pick)
        if session:
            with suppress(Refusal):
                url = LINK.format(host=self.world.site.host_name)
                actions.add_recording(session, url=url, formats=["MP4"], by=None, now=self.now)

    @rule(pick=picks, minutes=st.integers(-60, 300), add_on=st.booleans())
    def spend(self, pick, minutes, add_on):
        budget = self.one(HoursBudget.objects.select_related("engagement"), pick)
        if budget:
            key = f"entry-{HoursEntry.objects.count()}"
            with suppress(Refusal):
                spend = actions.approve_add_on if add_on and pick % 5 == 0 else actions.spend_hours
                spend(budget.engagement, kind=budget.kind, minutes=minutes, reason="Work", key=key, by=None, now=self.now)

    @rule(pick=picks)
    def settle(self, pick):
        """Everything of an engagement is done, so that it can close."""
        for task in Task.objects.filter(state="OPEN", engagement=self.engagement(pick)).select_related("engagement"):
            with suppress(Refusal):
                actions.complete_task(task, by=None, evidence="https://files.example/1", now=self.now)

    # the clock ------------------------------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([1, 20, 6 * 60, 24 * 60, 5 * 24 * 60, 15 * 24 * 60]))
    def clock(self, minutes):
        self.until(self.now + minutes * MINUTE)

    @rule(pick=picks)
    def during_an_event(self, pick):
        engagement = self.engagement(pick)
        if engagement:
            self.until(max(self.now, engagement.starts_at + pick % 30 * MINUTE))

    @rule(pick=picks)
    def after_an_event(self, pick):
        engagement = self.engagement(pick)
        if engagement:
            self.until(max(self.now, engagement.ends_at + 2 * HOUR))

    @rule(pick=picks)
    def long_after(self, pick):
        if pick % 3 == 0:
            self.until(self.now + 31 * DAY)

    def until(self, now):
        """Let time pass, and the workers do what they do every minute."""
        self.now = now
        expire_holds(now=self.now)
        actions.find_cover(now=self.now)
        actions.ask_next(now=self.now)
        actions.sync_states(now=self.now)
        actions.send_warnings(now=self.now)
        for order in Order.objects.filter(state=Order.State.WAITING).order_by("pk"):
            recheck(order, now=self.now)
        for order in Order.objects.filter(state=Order.State.CONFIRMED, engagement__state=Engagement.State.CLOSED).order_by("pk"):
            complete_order(order, now=self.now)

    # what must hold -------------------------------------------------------------------------------------------------

    @invariant()
    def every_state_is_noted(self):
        self.reached.update(Engagement.objects.values_list("state", flat=True))

    @invariant()
    def nobody_is_in_two_places(self):
        assert overlaps() == 0

    @invariant()
    def orders_and_engagements_agree(self):
        for order in Order.objects.exclude(state=Order.State.DRAFT).select_related("engagement"):
            engagement = order.engagement
            assert self.numbers.setdefault(order.pk, (order.number, order.key)) == (order.number, order.key)
            if order.state == Order.State.CANCELLED:
                assert engagement is None or engagement.state == Engagement.State.CANCELLED
            if order.state == Order.State.COMPLETED:
                assert engagement and engagement.state == Engagement.State.CLOSED
            if order.state == Order.State.CONFIRMED:
                assert engagement and engagement.number == order.number and engagement.state != Engagement.State.CANCELLED
                assert (engagement.starts_at, engagement.ends_at) == (order.starts_at, order.ends_at)
                booked = Booking.objects.filter(reference=order.key, state="BOOKED", purpose="EVENT").values_list("start_at", "end_at")
                assert set(booked) == set(engagement.days.values_list("window_starts_at", "window_ends_at"))

    @invariant()
    def staffed_means_one_pm_and_one_analyst(self):
        """Source: S74"""
        for engagement in Engagement.objects.filter(state=Engagement.State.STAFFED).select_related("package"):
            roles = list(Assignment.objects.filter(engagement=engagement, ended_at=None).values_list("role", flat=True))
            wanted = ("PM", "ANALYST") if engagement.package.code == "event-staff" else ("PRODUCER",)
            assert all(roles.count(role) == 1 for role in wanted), roles

    @invariant()
    def hours_add_up(self):
        """Source: S54, S55, S91"""
        for budget in HoursBudget.objects.prefetch_related("entries"):
            entries = list(budget.entries.all())
            assert budget.used_minutes == sum(each.minutes for each in entries if each.kind == "WORK")
            assert 0 <= budget.used_minutes <= budget.limit_minutes + sum(each.minutes for each in entries if each.kind == "ADD_ON")

    @invariant()
    def promises_are_where_they_should_be(self):
        for task in Task.objects.select_related("engagement", "template"):
            state = task.engagement.state
            assert state != "CANCELLED" or task.state != "OPEN"
            assert (task.state == "CANCELLED") <= (state == "CANCELLED")
            assert task.state != "DONE" or task.broken_at is None or task.done_at > task.broken_at
            assert (
                task.template.anchor != TaskTemplate.Anchor.AGENDA_FINAL
                or task.state != "OPEN"
                or ((task.due_at is None) == (task.engagement.agenda_final_at is None))
            )
            if task.state == "OPEN" and state in LIVE and task.due_at and task.due_at > self.now:
                assert task.next_alert_at and task.next_alert_at <= task.due_at  # no deadline is missed in silence
        owed = Task.objects.filter(state="OPEN", side="PROVIDER", engagement__state="CLOSED")
        assert not owed.filter(engagement__closed_at__lt=self.now - 365 * DAY).exists()
        assert all(task.engagement.ends_at <= task.engagement.closed_at - 30 * DAY for task in owed.select_related("engagement"))

    @invariant()
    def sessions_stay_within_their_days(self):
        for session in Session.objects.select_related("day"):
            assert session.day.starts_at <= session.starts_at < session.ends_at <= session.day.ends_at

    @invariant()
    def messages_are_said_once(self):
        keys = list(Message.objects.values_list("organisation_id", "key"))
        assert len(keys) == len(set(keys))

    @invariant()
    def nothing_is_said_about_what_was_cancelled(self):
        gone = Engagement.objects.filter(state="CANCELLED").values("number")
        assert not Message.objects.filter(about__in=gone, key__contains="/warning/", state="QUEUED").exists()


@pytest.fixture
def life(db):
    with scope(EVERYTHING):
        world = make_world()
        entitle_to_all(world)
        staff("PRODUCER", 1)
        staff("ANALYST", 1)
        Life.world, Life.seen = world, Counter()
        yield Life


def test_any_life_keeps_what_must_hold(life):
    with row(49, "whole lives", n=RUNS) as counts:
        run_state_machine_as_test(
            life,
            settings=settings(
                max_examples=RUNS, stateful_step_count=STEPS, deadline=None, database=None, phases=[Phase.generate], derandomize=not FULL,
                suppress_health_check=list(HealthCheck),
            ),
        )  # fmt: skip
        counts |= {"steps": STEPS, "broken": 0, "seen": dict(sorted(life.seen.items()))}
        if FULL:
            assert all(life.seen[f"order {state}"] for state in ("DRAFT", "WAITING", "CONFIRMED", "COMPLETED", "CANCELLED"))
            assert all(life.seen[f"lives with an engagement {state}"] >= RUNS // 25 for state in Engagement.State.values)
            assert min(life.seen[what] for what in ("moves", "sessions run", "recordings", "hours entries", "warnings")) >= RUNS // 20
