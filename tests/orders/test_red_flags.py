"""What is said at the marks before an event about what the customer still owes, and what counts as ready."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from engagements.actions import complete_task, flag_open_items, waive_task
from engagements.models import ReadinessMark, Task
from engagements.queries import promise_list
from engagements.queries.readiness import engagements_at_a_mark, marks_of, readiness_of, still_owed
from engagements.readiness import MARKS, WEIGHTS
from engagements.tasks import flag_open_items as sweep
from orders.actions.moving import move_order
from orders.actions.placing import place_order
from orders.models import Order
from outbox.models import Message
from scheduling.windows import DayWish
from tests.orders.conftest import NOW, World


@pytest.fixture
def order(world: World) -> Order:
    return place_order(world.draft("event-staff"), accept_terms=True, by=world.orderer, now=NOW)


def start(order: Order) -> datetime:
    assert order.starts_at
    return order.starts_at


def flag(order: Order, *, days_before: float) -> ReadinessMark | None:
    assert order.engagement
    return flag_open_items(order.engagement, now=start(order) - timedelta(days=days_before))


def mails() -> list[Message]:
    return list(Message.objects.filter(key__contains="/still-owed/").order_by("pk"))


def test_each_mark_is_said_once(order: Order) -> None:
    looked = [flag(order, days_before=before) for before in (15, 14, 13.9, 7, 6, 2, 1.9, 1, 0.5, 0)]
    assert [mark.days if mark else None for mark in looked] == [None, 14, None, 7, None, 2, None, 1, None, None]
    assert len(mails()) == len(MARKS)
    first = mails()[0]
    assert order.engagement and order.engagement.contact_email == first.to
    assert "14 days before your event" in first.text and f"/orders/{order.number}/board/" in first.text
    owed = still_owed(promise_list(order.engagement, now=start(order) - timedelta(days=14)))
    assert owed and all(each.title in first.text for each in owed)
    assert first.subject.startswith(f"Still open on your side: {len(owed)} items")


def test_an_outage_over_marks_says_the_last_one(order: Order) -> None:
    mark = flag(order, days_before=1.5)
    assert mark and mark.days == 2 and len(mails()) == 1
    assert flag(order, days_before=1.4) is None


def test_nothing_is_said_when_nothing_is_open(world: World, order: Order) -> None:
    assert order.engagement
    now = start(order) - timedelta(days=14)
    for task in Task.objects.filter(engagement=order.engagement, side="CUSTOMER", phase__in=["PLANNING", "REHEARSAL"]):
        waive_task(task, reason="Not ours.", by=world.orderer, now=NOW)
    mark = flag(order, days_before=14)
    assert mark and mark.open_items == 0 and not mails()
    assert still_owed(promise_list(order.engagement, now=now)) == []


def test_a_move_sets_new_marks(world: World, order: Order) -> None:
    flag(order, days_before=14)
    move_order(order, first=DayWish(datetime(2027, 6, 15, 10), timedelta(), None), schedule_update="DONE", by=world.orderer, now=NOW)
    order = Order.objects.select_related("engagement").get(pk=order.pk)
    assert order.engagement and marks_of(order.engagement) == []
    mark = flag(order, days_before=14)
    assert mark and mark.days == 14 and len(marks_of(order.engagement)) == 1


def test_the_minute_sweep_finds_what_has_passed(world: World, order: Order) -> None:
    other = place_order(world.draft("mc-premium", when=world.when(datetime(2027, 6, 1, 10))), accept_terms=True, by=world.orderer, now=NOW)
    assert order.engagement and other.engagement
    at = start(order) - timedelta(days=7)
    assert engagements_at_a_mark(now=at) == [order.engagement.pk]
    with time_machine.travel(at, tick=False):
        sweep()
        sweep()
    assert len(mails()) == 1 and engagements_at_a_mark(now=at) == []


def test_what_is_done_counts_and_what_is_waived_leaves(world: World, order: Order) -> None:
    assert order.engagement
    before = readiness_of(promise_list(order.engagement, now=NOW))
    tasks = list(Task.objects.filter(engagement=order.engagement, side="CUSTOMER", phase="PLANNING", template__evidence="LINK"))
    complete_task(tasks[0], by=world.orderer, evidence="https://files.example/", now=NOW)
    after = readiness_of(promise_list(order.engagement, now=NOW))
    assert (after.done - before.done, after.total) == (WEIGHTS["LINK"], before.total)
    tick = Task.objects.filter(engagement=order.engagement, side="CUSTOMER", phase="REHEARSAL", template__evidence="TICK")[0]
    waive_task(tick, reason="No speakers.", by=world.orderer, now=NOW)
    assert readiness_of(promise_list(order.engagement, now=NOW)).total == before.total - WEIGHTS["TICK"]


@pytest.mark.parametrize(("field", "value", "name"), [("days", 14, "one_look_per_mark"), ("percent", 101, "mark_is_at_most_100_percent")])
def test_the_database_keeps_marks_right(order: Order, field: str, value: int, name: str) -> None:
    flag(order, days_before=14)
    mark = flag(order, days_before=7)
    assert mark
    setattr(mark, field, value)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        mark.save()
