"""Changes asked for: who is told, by when we answer, and that nothing is written twice or lost. Source: S42, S89, S119"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from customers.models import Role, User
from customers.tenancy import EVERYTHING, scope
from orders.actions.cancelling import OrderIsOver, cancel_order
from orders.actions.placing import place_order
from orders.actions.threads import AnswerFirst, TextTooLong, open_thread, post, settle, warn_unanswered
from orders.models import Order, Post, Thread
from orders.tasks import warn_of_unanswered_changes
from orders.threads import threads_visible_to, unwarned
from outbox.models import Message
from scheduling.localtime import wall
from tests import make
from tests.orders.conftest import NOW, World

DAY = timedelta(days=1)
ODD = "<script>alert(1)</script> {{ 7|add:7 }} \"'&\r\nBcc: everyone@evil.example\u202e"


@pytest.fixture
def order(world: World) -> Order:
    return place_order(world.draft("event-staff"), accept_terms=True, by=world.orderer, now=NOW)


def ask(order: Order, by: User, *, key: str = "0" * 16, **said: str) -> Thread:
    asked = {"subject": "Two more hosts", "size": Thread.Size.MINOR, "text": "Ada and Grace.", **said}
    return open_thread(order, key=key, by=by, now=NOW, **asked)


def mails(template: str) -> list[str]:
    return sorted(Message.objects.filter(key__startswith=f"{template}:").values_list("to", flat=True))


def test_it_reaches_the_coordinator_and_everyone_on_the_engagement(world: World, order: Order) -> None:
    """S42: a waiting order has no engagement yet, so it reaches the coordinator."""
    thread = ask(order, world.orderer)
    assert order.engagement
    team = {each.staff.user.email for each in order.engagement.assignments.all()}
    assert thread.owner == world.coordinator
    assert mails("change_asked") == sorted(team | {world.coordinator.user.email})
    assert len(team) == 3  # analyst, PM, coordinator
    waiting = place_order(world.draft(language="ja"), accept_terms=True, by=world.orderer, now=NOW)
    ask(waiting, world.orderer, key="1" * 16)
    (mail,) = Message.objects.filter(about=f"changes/{waiting.number}")
    assert mail.to == world.coordinator.user.email
    assert f"/orders/changes/{'1' * 16}/" in mail.text and f"/orders/changes/{'1' * 16}/" in mail.html
    assert "nobody reads replies" in mail.text


@pytest.mark.parametrize(("size", "days"), [("MINOR", 1), ("MAJOR", 2)])
def test_an_answer_is_promised_in_working_days(world: World, order: Order, size: str, days: int) -> None:
    """S89, S119: the figures are settings; NOW is a Monday."""
    thread = ask(order, world.orderer, size=size)
    assert thread.answer_due_at
    assert wall(thread.answer_due_at, "America/Montreal") - wall(NOW, "America/Montreal") == days * DAY


def test_an_answer_is_promised_before_it_is_too_late(world: World, order: Order) -> None:
    assert order.starts_at and order.ends_at
    for now, due in ((order.starts_at - timedelta(hours=2), order.starts_at), (order.starts_at, order.ends_at)):
        thread = open_thread(
            order, key=now.strftime("%H" * 8), subject="The screen", size="MINOR", text="Is dark.", by=world.orderer, now=now
        )
        assert thread.answer_due_at == due


def test_both_sides_write_and_the_other_is_told(world: World, order: Order) -> None:
    thread, ours = ask(order, world.orderer), world.coordinator.user
    post(thread, key="a" * 16, text="They are in.", by=ours, now=NOW + DAY)
    thread.refresh_from_db()
    assert (thread.state, thread.answer_due_at) == ("ANSWERED", None)
    assert mails("change_answered") == sorted({order.email, world.orderer.email})
    post(thread, key="b" * 16, text="And Linus?", by=world.orderer, now=NOW + 2 * DAY)
    thread.refresh_from_db()
    assert thread.state == "OPEN" and thread.answer_due_at and thread.answer_due_at > NOW + 2 * DAY
    assert len(mails("change_asked")) == 6
    assert [each.side for each in thread.posts.order_by("id")] == ["CUSTOMER", "PROVIDER", "CUSTOMER"]


def test_who_left_the_organisation_is_told_nothing_more(world: World, order: Order) -> None:
    thread = ask(order, world.orderer)
    world.orderer.memberships.all().delete()
    post(thread, key="a" * 16, text="They are in.", by=world.coordinator.user, now=NOW)
    assert mails("change_answered") == [order.email]


def test_sending_twice_writes_once(world: World, order: Order) -> None:
    """And a key of another order's thread opens a thread of its own."""
    thread = ask(order, world.orderer)
    assert ask(order, world.orderer) == thread
    for _twice in range(2):
        post(thread, key="a" * 16, text="And Linus?", by=world.orderer, now=NOW)
    assert thread.posts.count() == 2
    other = place_order(world.draft("mc-premium"), accept_terms=True, by=world.orderer, now=NOW)
    assert ask(other, world.orderer) != thread
    assert Thread.objects.count() == 2


def test_what_was_promised_stays_promised_when_the_customer_writes_again(world: World, order: Order) -> None:
    thread = ask(order, world.orderer)
    post(thread, key="a" * 16, text="Hello?", by=world.orderer, now=NOW + timedelta(hours=20))
    assert Thread.objects.get().answer_due_at == thread.answer_due_at


def test_we_settle_only_what_is_answered(world: World, order: Order) -> None:
    thread, ours = ask(order, world.orderer), world.coordinator.user
    with pytest.raises(AnswerFirst):
        settle(thread, by=ours, now=NOW)
    post(thread, key="a" * 16, text="They are in.", by=ours, now=NOW)
    assert settle(thread, by=ours, now=NOW).state == "CLOSED"
    post(thread, key="b" * 16, text="For the record: both.", by=ours, now=NOW)
    assert Thread.objects.get().state == "CLOSED"
    post(thread, key="c" * 16, text="No, one more.", by=world.orderer, now=NOW)
    assert Thread.objects.get().state == "OPEN"
    assert settle(thread, by=world.orderer, now=NOW).state == "CLOSED"


def test_cancelling_the_order_settles_what_was_asked(world: World, order: Order) -> None:
    thread = ask(order, world.orderer)
    cancel_order(order, accept_fee=None, reason="", by=world.orderer, now=NOW)
    thread.refresh_from_db()
    assert (thread.state, thread.closed_at, thread.answer_due_at) == ("CLOSED", NOW, None)
    for write in (lambda: ask(order, world.orderer, key="2" * 16), lambda: post(thread, key="a" * 16, text="?", by=world.orderer, now=NOW)):
        with pytest.raises(OrderIsOver):
            write()


def test_a_move_does_not_withdraw_a_question_on_its_way(world: World, order: Order) -> None:
    """The order's own mails are withdrawn by their number; a question stays true."""
    ask(order, world.orderer)
    assert not Message.objects.filter(about=order.number, key__startswith="change_asked").exists()


# Warnings ----------------------------------------------------------------------------------------------------------


def test_an_overdue_answer_is_warned_about_once(world: World, order: Order) -> None:
    thread = ask(order, world.orderer)
    due = thread.answer_due_at
    assert due
    assert not unwarned(now=due - timedelta(seconds=1)).exists()
    assert not warn_unanswered(thread, now=due - timedelta(seconds=1))
    assert [warn_unanswered(thread, now=due + timedelta(minutes=n)) for n in range(3)] == [True, False, False]
    assert len(mails("change_overdue")) == 3
    post(thread, key="a" * 16, text="Sorry.", by=world.coordinator.user, now=due + DAY)
    post(thread, key="b" * 16, text="So?", by=world.orderer, now=due + DAY)
    assert warn_unanswered(thread, now=due + 5 * DAY)
    assert len(mails("change_overdue")) == 6


def test_the_minute_sweep_finds_it(world: World, order: Order) -> None:
    thread = ask(order, world.orderer)
    assert thread.answer_due_at
    with time_machine.travel(thread.answer_due_at + timedelta(minutes=1), tick=False):
        warn_of_unanswered_changes()
        warn_of_unanswered_changes()
    assert len(mails("change_overdue")) == 3


# What is typed -----------------------------------------------------------------------------------------------------


def test_a_text_is_at_most_4000_characters(world: World, order: Order) -> None:
    with pytest.raises(TextTooLong, match="4001 characters"):
        ask(order, world.orderer, text="x" * 4001)
    thread = ask(order, world.orderer, text="x" * 4000)
    with pytest.raises(TextTooLong):
        post(thread, key="a" * 16, text="x" * 4001, by=world.orderer, now=NOW)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"state": "ANSWERED"}, "thread_promises_an_answer_exactly_while_open"),
        ({"state": "CLOSED", "answer_due_at": None}, "thread_closed_exactly_when_settled"),
    ],
)
def test_the_database_holds_a_thread_together(world: World, order: Order, change: dict[str, object], name: str) -> None:
    thread = ask(order, world.orderer)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Thread.objects.filter(pk=thread.pk).update(**change)


def test_the_database_keeps_keys_apart(world: World, order: Order) -> None:
    thread = ask(order, world.orderer)
    (said,) = thread.posts.all()
    with pytest.raises(IntegrityError, match="one_post_per_key"), transaction.atomic():
        Post.objects.create(organisation=order.organisation, thread=thread, key=said.key, author=world.orderer, text="x", posted_at=NOW)
    with pytest.raises(IntegrityError, match="post_says_something"), transaction.atomic():
        Post.objects.create(organisation=order.organisation, thread=thread, author=world.orderer, text="", posted_at=NOW)
    with pytest.raises(IntegrityError, match="one_thread_per_key"), transaction.atomic():
        copy = Thread.objects.get(pk=thread.pk)
        copy.pk = None
        copy.save()


# Pages -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def customer(world: World, order: Order, client: Client, clock: None) -> Client:
    client.force_login(world.orderer)
    return client


def test_asking_on_the_page(customer: Client, order: Order) -> None:
    page = customer.get(f"/orders/{order.number}/changes/new/").content.decode()
    assert "You make it" in page and "within 1 working day" in page
    answers = {"subject": "Two more hosts", "size": "MINOR", "text": "Ada", "once": "f" * 16}
    led_to = customer.post(f"/orders/{order.number}/changes/new/", answers)
    assert led_to.url == f"/orders/changes/{'f' * 16}/"
    assert customer.post(f"/orders/{order.number}/changes/new/", answers).url == led_to.url
    assert "Two more hosts" in customer.get(f"/orders/{order.number}/").content.decode()
    assert customer.post(led_to.url, {"settle": "1"}).url == led_to.url
    assert Thread.objects.get().state == "CLOSED"


def test_who_makes_a_major_change_depends_on_the_package(world: World, customer: Client) -> None:
    """S119 is of the event package; elsewhere we plan it together."""
    other = place_order(world.draft("mc-premium"), accept_terms=True, by=world.orderer, now=NOW)
    page = customer.get(f"/orders/{other.number}/changes/new/").content.decode()
    assert "what it costs" in page and "You make it" not in page


def test_a_text_of_10000_characters_comes_back_whole(customer: Client, order: Order) -> None:
    text = "é" * 9_998 + "\r\n" + "!"
    page = customer.post(f"/orders/{order.number}/changes/new/", {"subject": "Long", "size": "MINOR", "text": text}).content.decode()
    assert "has 10000 characters, and 4000 fit" in page
    assert "é" * 9_998 in page and "maxlength" not in page.partition('name="text"')[2].partition(">")[0]
    thread = ask(order, order.owner)  # type: ignore[arg-type]
    page = customer.post(f"/orders/changes/{thread.key}/", {"text": text}).content.decode()
    assert "has 10000 characters, and 4000 fit" in page and "é" * 9_998 in page
    assert not Thread.objects.filter(subject="Long").exists()


def test_odd_characters_stay_words(customer: Client, order: Order) -> None:
    """Nothing that is typed becomes markup, a template or a mail header."""
    typed = {"subject": "<b>Bold</b> {{ order }}", "size": "MAJOR", "text": ODD, "once": "f" * 16}
    customer.post(f"/orders/{order.number}/changes/new/", typed)
    page = customer.get(f"/orders/changes/{'f' * 16}/").content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page and "{{ 7|add:7 }}" in page
    for mail in Message.objects.filter(key__startswith="change_asked"):
        assert "<script>alert" not in mail.html and "<b>Bold" not in mail.html
        assert "\n" not in mail.subject and "<b>Bold</b> {{ order }}" in mail.subject
    refused = customer.post(f"/orders/{order.number}/changes/new/", {**typed, "subject": "A\r\nBcc: x@evil.example", "once": "e" * 16})
    assert refused.status_code == 200 and Thread.objects.count() == 1


def test_who_may_do_what(world: World, order: Order, client: Client, clock: None) -> None:
    """A viewer reads; people of ours answer but do not ask; who is not on it finds nothing; the other customer finds nothing."""
    thread = ask(order, world.orderer)
    page, new = f"/orders/changes/{thread.key}/", f"/orders/{order.number}/changes/new/"
    stranger = make.member(make.organisation("Globex"), Role.ADMINISTRATOR)
    people = {
        make.member(world.organisation, Role.VIEWER): (200, 404, 404),
        world.coordinator.user: (200, 302, 404),
        world.analysts[0].user: (200, 302, 404),
        world.producers[0].user: (404, 404, 404),
        stranger: (404, 404, 404),
    }
    for person, expected in people.items():
        client.force_login(person)
        statuses = (client.get(page).status_code, client.post(page, {"text": "Hello"}).status_code, client.get(new).status_code)
        assert statuses == expected, person
    assert thread.posts.count() == 3


def test_the_page_settles_nothing_that_waits_for_us(world: World, order: Order, client: Client, clock: None) -> None:
    thread = ask(order, world.orderer)
    client.force_login(world.coordinator.user)
    answer = client.post(f"/orders/changes/{thread.key}/", {"settle": "1"}, follow=True).content.decode()
    assert "The customer waits for an answer" in answer


def test_threads_stay_behind_the_wall(world: World, order: Order) -> None:
    ask(order, world.orderer)
    other = make.organisation("Globex")
    with scope(other):
        assert not Thread.objects.exists() and not Post.objects.exists()
    with scope(EVERYTHING):
        assert threads_visible_to(world.orderer).count() == 1


def test_lists_cost_the_same_however_long(world: World, order: Order, customer: Client, django_assert_num_queries: object) -> None:
    for number in range(12):
        thread = ask(order, world.orderer, key=f"{number:016}")
        post(thread, key=f"{number:08}" + "a" * 8, text="Yes.", by=world.coordinator.user, now=NOW)
    customer.get("/")
    with django_assert_num_queries(15):  # type: ignore[operator]
        customer.get(f"/orders/{order.number}/changes/")
    with django_assert_num_queries(15):  # type: ignore[operator]
        customer.get(f"/orders/changes/{thread.key}/")
