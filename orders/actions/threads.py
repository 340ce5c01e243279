"""Asking for a change, answering, and settling it; and the warning when an answer is late."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from catalog.models import TaskTemplate
from customers.keys import public_key
from customers.models import User
from customers.refusals import Refusal
from engagements.actions.crediting import credited_to
from engagements.timeline import working_days_later
from orders import thread_mails
from orders.actions.cancelling import OrderIsOver, locked_order
from orders.models import LONGEST_TEXT, Order, Post, Thread
from orders.threads import ANSWER_WORKING_DAYS, coordinator_of_thread, may_open_thread


class TextTooLong(Refusal):
    """More than a post holds."""

    code = "text_too_long"
    status = 400
    sentence = _("The text has %(length)s characters; %(most)s fit. Shorten it, or send the rest as a second message.")


class AnswerFirst(Refusal):
    """We settle nothing that the customer still waits for."""

    code = "answer_first"
    sentence = _("The customer waits for an answer. Write it, then settle the request.")


def open_thread(order: Order, *, key: str, subject: str, size: str, text: str, by: User, now: datetime) -> Thread:
    """Ask for a change: it reaches the coordinator and everyone on the engagement. Locks the order.

    Safe to run twice with the same key.

    :raises OrderIsOver: when the order was cancelled.
    :raises TextTooLong: when the text has more than 4,000 characters.
    Source: S42, S89, S119
    """
    _check(text)
    with transaction.atomic(), credited_to(by):
        order = locked_order(order)
        known = Thread.objects.filter(organisation_id=order.organisation_id, key=key).first()
        if known and known.order_id == order.pk:
            return known
        if not may_open_thread(order):
            raise OrderIsOver
        thread = Thread(
            organisation_id=order.organisation_id, order=order, key=public_key() if known else key, subject=subject, size=size,
            opened_by=by, opened_at=now, owner=coordinator_of_thread(order, now=now), answer_due_at=answer_due(order, size, now=now),
        )  # fmt: skip
        thread.save(force_insert=True)
        thread_mails.tell_us(thread, _write(thread, key=public_key(), text=text, by=by, now=now), first=True, now=now)
        return thread


def post(thread: Thread, *, key: str, text: str, by: User, now: datetime) -> Post:
    """Write in a thread; the other side is told by mail. Locks the thread. Safe to run twice with the same key.

    What the customer writes waits for an answer from then on; what was promised already stays promised. What we write answers.

    :raises OrderIsOver: when the order was cancelled.
    :raises TextTooLong: when the text has more than 4,000 characters.
    Source: S42
    """
    _check(text)
    with transaction.atomic(), credited_to(by):
        thread = _locked(thread)
        known = Post.objects.filter(organisation_id=thread.organisation_id, key=key).first()
        if known and known.thread_id == thread.pk:
            return known
        if not may_open_thread(thread.order):
            raise OrderIsOver
        written = _write(thread, key=public_key() if known else key, text=text, by=by, now=now)
        if by.is_staff:
            _answer(thread)
            thread_mails.tell_customer(thread, written, now=now)
        else:
            _wait_for_us(thread, now=now)
            thread_mails.tell_us(thread, written, first=False, now=now)
        return written


@transaction.atomic
def settle(thread: Thread, *, by: User, now: datetime) -> Thread:
    """Say that nothing more is to be done; writing again opens it again. Locks the thread. Safe to run twice.

    :raises AnswerFirst: when one of us settles what still waits for us.
    """
    with credited_to(by):
        thread = _locked(thread)
        if by.is_staff and thread.state == Thread.State.OPEN:
            raise AnswerFirst
        if thread.state != Thread.State.CLOSED:
            _put(thread, Thread.State.CLOSED, closed_at=now)
        return thread


@transaction.atomic
def warn_unanswered(thread: Thread, *, now: datetime) -> bool:
    """Warn the coordinator and the team once that a promised answer is overdue; true when this run did. Locks the thread."""
    thread = _locked(thread)
    if thread.state != Thread.State.OPEN or thread.warned_at or not thread.answer_due_at or thread.answer_due_at > now:
        return False
    thread.owner = coordinator_of_thread(thread.order, now=now)
    thread.warned_at = now
    thread.save(update_fields=["owner", "warned_at"])
    thread_mails.warn_us(thread, now=now)
    return True


def answer_due(order: Order, size: str, *, now: datetime) -> datetime:
    """By when a change is answered: in working days, but before the event begins, and while it goes on before it ends.

    Source: S89, S119
    """
    due = working_days_later(now, ANSWER_WORKING_DAYS[Thread.Size(size)], order.organisation.zone)
    assert order.starts_at
    assert order.ends_at
    return min([due, *(at for at in (order.starts_at, order.ends_at) if at > now)])


def _check(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise TextTooLong(length=len(text), most=LONGEST_TEXT)


def _locked(thread: Thread) -> Thread:
    return (
        Thread.objects.select_for_update(of=("self",))
        .select_related("order__organisation", "order__package", "order__engagement", "opened_by", "owner__user")
        .get(pk=thread.pk)
    )


def _write(thread: Thread, *, key: str, text: str, by: User, now: datetime) -> Post:
    side = TaskTemplate.Side.PROVIDER if by.is_staff else TaskTemplate.Side.CUSTOMER
    return Post.objects.create(
        organisation_id=thread.organisation_id, thread=thread, key=key, side=side, author=by, text=text, posted_at=now
    )


def _wait_for_us(thread: Thread, *, now: datetime) -> None:
    if thread.state == Thread.State.OPEN:
        return
    thread.owner, thread.answer_due_at = coordinator_of_thread(thread.order, now=now), answer_due(thread.order, thread.size, now=now)
    thread.state, thread.closed_at = Thread.State.OPEN, None
    thread.save(update_fields=["owner", "answer_due_at", "state", "closed_at"])


def _answer(thread: Thread) -> None:
    if thread.state == Thread.State.OPEN:
        _put(thread, Thread.State.ANSWERED, closed_at=None)


def _put(thread: Thread, state: str, *, closed_at: datetime | None) -> None:
    thread.state, thread.answer_due_at, thread.warned_at, thread.closed_at = state, None, None, closed_at
    thread.save(update_fields=["state", "answer_due_at", "warned_at", "closed_at"])
