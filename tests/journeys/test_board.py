"""A customer watches the board from the order to the event: S42, S84, S97 to S126."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from engagements.actions import complete_task
from engagements.models import Task
from engagements.tasks import flag_open_items
from orders.actions.placing import place_order
from orders.models import Order, Thread
from orders.tasks import warn_of_unanswered_changes
from outbox.models import Message
from tests.orders.conftest import NOW, World

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def order(world: World, clock: time_machine.Traveller) -> Order:
    return place_order(world.draft("event-staff"), accept_terms=True, by=world.orderer, now=NOW)


def test_from_the_order_to_the_event(world: World, order: Order, client: Client, clock: time_machine.Traveller) -> None:
    address = f"/orders/{order.number}/board/"
    assert order.engagement and order.starts_at

    def read() -> str:
        client.force_login(world.orderer)
        return str(client.get(address).content.decode())

    def send(task: Task, **said: str) -> int:
        client.force_login(world.orderer)
        return client.post(address, {"task": task.key, **said}).status_code

    assert "Ready for the event: 0%" in read()
    mine = {task.template.code: task for task in Task.objects.filter(engagement=order.engagement).select_related("template")}

    clock.move_to(NOW + DAY)
    assert send(mine["file-repository"], answer="done", evidence="https://files.example/launch") == 302
    assert send(mine["full-rehearsal"], answer="waived", reason="Our speakers know it.") == 302
    page = read()
    assert "https://files.example/launch" in page and "Our speakers know it." in page and "Ready for the event: 0%" not in page

    pm = order.engagement.assignments.get(role="PM").staff.user
    complete_task(mine["project-timeline"], by=pm, evidence="https://plan.example/launch", now=NOW + DAY)
    assert str(pm) in read()

    client.force_login(world.orderer)
    asked = client.post(f"/orders/{order.number}/changes/new/", {"subject": "A second host", "size": "MINOR", "text": "Ada, please."})
    thread = Thread.objects.get()
    assert thread.answer_due_at
    clock.move_to(thread.answer_due_at + HOUR)
    warn_of_unanswered_changes()
    assert Message.objects.filter(to=world.coordinator.user.email, subject__startswith="Answer overdue").count() == 1
    client.force_login(world.coordinator.user)
    assert client.post(asked.url, {"text": "Ada is in."}).status_code == 302
    assert Message.objects.filter(to=order.email, subject__startswith="Answered: A second host").count() == 1

    clock.move_to(order.starts_at - 14 * DAY + HOUR)
    flag_open_items()
    told = Message.objects.get(to=order.email, subject__startswith="Still open on your side")
    assert address in told.text and mine["rehearsal-preparation"].title in told.text and mine["full-rehearsal"].title not in told.text
    assert "before the event are still open on your side" in read()

    clock.move_to(order.starts_at + HOUR)
    page = read()
    assert "missed" in page and "14 days before:" in page
