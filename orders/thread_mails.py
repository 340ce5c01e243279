"""What both sides are told by mail about a change that was asked for; every mail leads to the thread's page."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from orders.models import Post, Thread
from orders.threads import Reader, about_changes, customer_readers, our_readers
from outbox.actions import compose, enqueue
from outbox.rendering import render_mail


def tell_us(thread: Thread, post: Post, *, first: bool, now: datetime) -> None:
    """What the customer wrote, to the coordinator and the people on it. Source: S42"""
    _send("change_asked", thread, our_readers(thread, besides=post.author), {"post": post, "first": first}, said=post.key, now=now)


def tell_customer(thread: Thread, post: Post, *, now: datetime) -> None:
    """What one of us wrote, to the contact and to who asked."""
    _send("change_answered", thread, customer_readers(thread, besides=post.author), {"post": post}, said=post.key, now=now)


def warn_us(thread: Thread, *, now: datetime) -> None:
    """An answer is overdue: to the coordinator and the people on it, once for each promise."""
    assert thread.answer_due_at
    _send("change_overdue", thread, our_readers(thread), {}, said=f"overdue/{thread.answer_due_at.isoformat()}", now=now)


def _send(template: str, thread: Thread, readers: Iterable[Reader], context: dict[str, Any], *, said: str, now: datetime) -> None:
    order = thread.order
    assert order.number
    facts = {"thread": thread, "order": order, "package": order.package, "organisation": order.organisation, **context}
    facts["thread_url"] = settings.PORTAL_URL + reverse("orders:thread", args=[thread.key])
    about = about_changes(order.number)
    enqueue(
        *(
            compose(
                render_mail(template, {**facts, "reader": reader}, reader.language),
                key=f"{template}:{thread.key}:{said}:{reader.email}",
                to=reader.email,
                about=about,
                organisation=order.organisation,
                now=now,
            )
            for reader in readers
        )
    )
