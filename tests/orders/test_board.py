"""The board: what each side owes, who may answer what, and the search. Source: S84, S97 to S126"""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from customers.models import Role, User
from engagements.actions import complete_task, waive_task
from engagements.models import Recording, Session, Task
from orders.actions.cancelling import cancel_order
from orders.actions.placing import place_order
from orders.board import board_of
from orders.models import Order
from tests import make
from tests.orders.conftest import NOW, World

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def order(world: World) -> Order:
    return place_order(world.draft("event-staff"), accept_terms=True, by=world.orderer, now=NOW)


@pytest.fixture
def customer(world: World, order: Order, client: Client) -> Client:
    client.force_login(world.orderer)
    return client


def task_of(order: Order, code: str) -> Task:
    return Task.objects.get(engagement=order.engagement, template__code=code)


def board(client: Client, order: Order, query: str = "") -> str:
    answer = client.get(f"/orders/{order.number}/board/{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def answer(client: Client, order: Order, task: Task, what: str, **said: str) -> tuple[int, str]:
    sent = client.post(f"/orders/{order.number}/board/", {"task": task.key, "answer": what, **said})
    task.refresh_from_db()
    return sent.status_code, sent.content.decode()


def item(page: str, task: Task) -> str:
    """What the board shows of one promise."""
    return page.partition(f'id="promise-{task.key}"')[2].partition("</li>\n")[0]


def test_every_duty_of_both_sides_is_on_it(customer: Client, order: Order) -> None:
    page = board(customer, order)
    tasks = list(Task.objects.filter(engagement=order.engagement))
    assert len(tasks) > 30 and all(f'id="promise-{task.key}"' in page for task in tasks)
    ours = page.index("We owe you")
    assert 0 < ours < page.index("You owe us")


def test_ticking_needs_the_evidence_that_was_asked_for(customer: Client, order: Order) -> None:
    """S97: a refusal keeps what was typed, and says what is missing."""
    task = task_of(order, "file-repository")
    status, page = answer(customer, order, task, "done", evidence="our <b>drive</b>")
    assert status == 200 and task.state == "OPEN"
    assert (
        'role="alert"' in page
        and "our &lt;b&gt;drive&lt;/b&gt;" in item(page, task)
        and re.search(r'<details class="answer" open', item(page, task))
    )
    assert answer(customer, order, task, "done", evidence="https://files.example/summit")[0] == 302
    assert (task.state, task.done_by, task.evidence) == ("DONE", order.owner, "https://files.example/summit")
    shown = item(board(customer, order), task)
    assert 'href="https://files.example/summit"' in shown and "kept" in shown and str(order.owner) in shown


def test_a_tick_can_be_taken_back_within_a_minute(customer: Client, order: Order, clock: time_machine.Traveller) -> None:
    task = Task.objects.filter(engagement=order.engagement, side="CUSTOMER", template__evidence="TICK")[0]
    answer(customer, order, task, "done")
    assert "Take it back" in item(board(customer, order), task)
    assert answer(customer, order, task, "back")[0] == 302 and task.state == "OPEN"
    answer(customer, order, task, "done")
    clock.move_to(NOW + 2 * MINUTE)
    assert "Take it back" not in item(board(customer, order), task)
    status, page = answer(customer, order, task, "back")
    assert status == 200 and "within a minute" in page and task.state == "DONE"


def test_not_applicable_needs_a_reason_and_can_be_changed(customer: Client, order: Order) -> None:
    task = task_of(order, "full-rehearsal")
    status, page = answer(customer, order, task, "waived", reason="  ")
    assert status == 200 and "Say why" in page and task.state == "OPEN"
    assert answer(customer, order, task, "waived", reason="No <i>speakers</i>.")[0] == 302
    shown = item(board(customer, order), task)
    assert "not applicable" in shown and "No &lt;i&gt;speakers&lt;/i&gt;." in shown
    assert answer(customer, order, task, "back")[0] == 302 and task.state == "OPEN"


def test_who_may_answer_what(world: World, order: Order, client: Client) -> None:
    """The customer's orderers their own; our PM and coordinator waive, and tick nothing of the customer's."""
    theirs, ours = task_of(order, "full-rehearsal"), Task.objects.filter(engagement=order.engagement, role="PM")[0]
    assert order.engagement
    pm = order.engagement.assignments.get(role="PM").staff.user
    expected: dict[User, int] = {
        make.member(world.organisation, Role.VIEWER): 200,
        world.analysts[0].user: 200,
        make.member(make.organisation("Globex"), Role.ADMINISTRATOR): 404,
    }
    for person, status in expected.items():
        client.force_login(person)
        for task in (theirs, ours):
            answered, page = answer(client, order, task, "waived", reason="No.")
            assert answered == status and (status == 404 or 'role="alert"' in page), person
    assert {theirs.state, ours.state} == {"OPEN"}
    client.force_login(world.orderer)
    assert answer(client, order, ours, "waived", reason="We do it.")[0] == 200 and ours.state == "OPEN"
    client.force_login(pm)
    assert "Mark as done" not in board(client, order)
    assert answer(client, order, ours, "waived", reason="The customer does it.")[0] == 302


def test_a_viewer_reads_and_presses_nothing(world: World, order: Order, client: Client) -> None:
    client.force_login(make.member(world.organisation, Role.VIEWER))
    page = board(client, order)
    assert "Mark as done" not in page and "Not applicable" not in page and "The agenda is final" not in page


def test_broken_and_at_risk_are_shown_as_they_are(customer: Client, order: Order, clock: time_machine.Traveller) -> None:
    task = task_of(order, "file-repository")
    assert task.due_at
    customer_page = f"/orders/{order.number}/board/"
    clock.move_to(task.due_at - MINUTE)
    customer.force_login(order.owner)  # type: ignore[arg-type]
    assert "at risk" in item(customer.get(customer_page).content.decode(), task)
    clock.move_to(task.due_at + MINUTE)
    assert "missed" in item(customer.get(customer_page).content.decode(), task)
    answer(customer, order, task, "done", evidence="https://files.example/")
    shown = item(customer.get(customer_page).content.decode(), task)
    assert "done late" in shown and "was not kept then" in shown


def test_who_does_this(customer: Client, order: Order) -> None:
    """A plain GET; accents and capitals do not matter."""
    found = board(customer, order, "?who=POLLS")
    assert found.count('id="promise-') == 1 and "polls, quizzes" in found
    assert "Nothing here has" in board(customer, order, "?who=zzz")
    odd = board(customer, order, '?who="><script>alert(1)</script>')
    assert "<script>alert" not in odd
    assert order.engagement and order.owner
    french = board_of(order.engagement, reader=order.owner, words="analyst", now=NOW)
    assert all(
        line.promise.role == "ANALYST" or "analyst" in line.promise.title.lower() for column in french.columns for line in column.lines
    )


def test_the_agenda_is_declared_final_and_reopened(customer: Client, order: Order) -> None:
    """S84"""
    assert Session.objects.filter(engagement=order.engagement).exists()
    assert "The agenda is final" in board(customer, order)
    address = f"/orders/{order.number}/board/"
    assert customer.post(address, {"agenda": "final"}).status_code == 302
    page = board(customer, order)
    assert "Reopen the agenda" in page and "version 1" in page
    assert "final already" in customer.post(address, {"agenda": "final"}).content.decode()
    assert customer.post(address, {"agenda": "open"}).status_code == 302
    assert "Not final yet" in board(customer, order)


def test_hours_and_recordings_are_shown(customer: Client, order: Order) -> None:
    """S91, S95: opening a recording is noted; the link is shown then."""
    session = Session.objects.filter(engagement=order.engagement)[0]
    recording = Recording.objects.create(
        organisation=order.organisation, session=session, key="r" * 16, url="https://northwind.webex.example/r/1", place="SITE",
        formats=["MP4"], added_at=NOW, expires_at=NOW + timedelta(days=30),
    )  # fmt: skip
    page = board(customer, order)
    assert "Hours of your package" in page and session.title in page and recording.url not in page
    shown = customer.post(f"/orders/{order.number}/board/", {"recording": recording.key}).content.decode()
    assert recording.url in shown and recording.downloads.count() == 1


def test_nonsense_is_refused(customer: Client, order: Order, world: World) -> None:
    other = place_order(world.draft("mc-premium"), accept_terms=True, by=world.orderer, now=NOW)
    foreign = Task.objects.filter(engagement=other.engagement)[0]
    for data in ({}, {"task": "x", "answer": "done"}, {"task": foreign.key, "answer": "done"}, {"agenda": "maybe"}, {"recording": "x"}):
        assert customer.post(f"/orders/{order.number}/board/", data).status_code == 404
    waiting = place_order(world.draft(language="ja"), accept_terms=True, by=world.orderer, now=NOW)
    assert customer.get(f"/orders/{waiting.number}/board/").status_code == 404


def test_a_cancelled_order_s_board_only_shows(customer: Client, order: Order, world: World) -> None:
    done = task_of(order, "full-rehearsal")
    waive_task(done, reason="No.", by=world.orderer, now=NOW)
    cancel_order(order, accept_fee=None, reason="", by=world.orderer, now=NOW)
    page = board(customer, order)
    assert "Mark as done" not in page and "It does apply" not in page
    assert answer(customer, order, done, "back")[0] == 200 and done.state == "WAIVED"


def test_the_order_page_shows_the_next_few(customer: Client, order: Order) -> None:
    page = customer.get(f"/orders/{order.number}/").content.decode()
    assert page.count('class="timeline"') >= 2 and f"/orders/{order.number}/board/" in page and "Ready for the event" in page


def test_the_board_costs_the_same_however_much_is_on_it(
    customer: Client, order: Order, world: World, django_assert_num_queries: object
) -> None:
    for task in Task.objects.filter(engagement=order.engagement, side="CUSTOMER", template__evidence="TICK"):
        complete_task(task, by=world.orderer, now=NOW)
    board(customer, order)
    with django_assert_num_queries(22):  # type: ignore[operator]
        board(customer, order)
