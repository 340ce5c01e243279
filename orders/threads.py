"""Reads of the changes customers ask for: the door to a tenant's threads, and who is told about them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import F, Prefetch, QuerySet

from catalog.models import StaffRole, TaskTemplate
from customers.access import has_staff_role
from customers.bearer import Caller, KeyBearer
from customers.models import Membership, User
from customers.queries import rows_of
from customers.statements import Given, Statement
from engagements.queries import coordinator_staff_for, current_assignments
from orders.models import Order, Post, Thread
from orders.queries import FULL_VIEW, orders_visible_to
from scheduling.models import StaffMember

# In how many working days each size is answered. Source: S42, S89, S119
ANSWER_WORKING_DAYS = {
    Thread.Size.MINOR: settings.MINOR_ANSWER_WORKING_DAYS,
    Thread.Size.MAJOR: settings.MAJOR_ANSWER_WORKING_DAYS,
}
MAJOR_CHANGES = "S119"


@dataclass(frozen=True)
class Reader:
    """Someone a mail goes to, in their language; times are told in `zone`."""

    email: str
    name: str
    language: str
    zone: str


def threads_visible_to(user: Caller) -> QuerySet[Thread]:
    """Return the threads of the orders this caller may open."""
    threads = rows_of(user, Thread.objects.select_related("order__organisation", "order__package", "owner__user", "opened_by"))
    if isinstance(user, KeyBearer) or not user.is_staff or has_staff_role(user, *FULL_VIEW):
        return threads
    return threads.filter(order__in=orders_visible_to(user))


def threads_of(order: Order) -> list[Thread]:
    """List the changes asked for, what waits for us first, then the newest; `posts` are loaded, oldest first."""
    return _THREADS.ask(organisation=order.organisation_id, order=order.pk)


_THREADS = Statement(
    Thread.objects.filter(organisation_id=Given("organisation"), order_id=Given("order"))
    .prefetch_related(Prefetch("posts", Post.objects.select_related("author").order_by("posted_at", "id")))
    .order_by(F("answer_due_at").asc(nulls_last=True), "-opened_at", "-id")
)


def posts_of(thread: Thread) -> list[Post]:
    """List what was written, oldest first."""
    posts = Post.objects.filter(organisation_id=thread.organisation_id, thread=thread)
    return list(posts.select_related("author").order_by("posted_at", "id"))


def unanswered(threads: QuerySet[Any]) -> QuerySet[Any]:
    """Return what waits for us, what was promised first on top."""
    return threads.filter(state=Thread.State.OPEN).order_by("answer_due_at", "id")


def unwarned(*, now: datetime) -> QuerySet[Thread]:
    """Return the threads whose promised answer is overdue and about which nobody has been warned."""
    return Thread.objects.filter(state=Thread.State.OPEN, warned_at__isnull=True, answer_due_at__lte=now).order_by("answer_due_at")


def our_readers(thread: Thread, *, besides: User | None = None) -> list[Reader]:
    """Name the coordinator and everyone on the engagement, each once, but not who wrote it. Source: S42"""
    people: list[StaffMember] = [thread.owner] if thread.owner else []
    if thread.order.engagement:
        people += [each.staff for each in current_assignments(thread.order.engagement)]
    users = {each.user_id: each.user for each in people if besides is None or each.user_id != besides.pk}
    return [Reader(user.email, user.get_short_name(), user.language, user.zone) for user in users.values()]


def customer_readers(thread: Thread, *, besides: User | None = None) -> list[Reader]:
    """Name the order's contact, and who asked if that is somebody else who still belongs to the organisation."""
    order, asked = thread.order, thread.opened_by
    readers = [Reader(order.email, order.contact_name, order.mail_language, order.zone)]
    belongs = asked.is_active and Membership.objects.filter(organisation_id=order.organisation_id, user=asked).exists()
    if belongs and asked.email.lower() != order.email.lower():
        readers.append(Reader(asked.email, asked.get_short_name(), asked.language, asked.zone))
    return [each for each in readers if besides is None or each.email.lower() != besides.email.lower()]


def coordinator_of_thread(order: Order, *, now: datetime) -> StaffMember | None:
    """Who answers: the customer's coordinator. Source: S42"""
    return coordinator_staff_for(order.organisation_id, now=now)


def customer_makes_major_changes(order: Order) -> bool:
    """True when the package leaves major changes to the customer. Source: S119"""
    assert order.package_id
    return TaskTemplate.objects.filter(package_id=order.package_id, source__contains=MAJOR_CHANGES).exists()


def about_changes(number: str) -> str:
    """What mails about changes are about: not the order's number itself, or a move would withdraw a question on its way."""
    return f"changes/{number}"


def may_open_thread(order: Order) -> bool:
    """True while there is something to change."""
    return order.state in {Order.State.WAITING, Order.State.CONFIRMED, Order.State.COMPLETED}


def roles_of(order: Order, authors: Iterable[User]) -> dict[int, str]:
    """Say in which role our people write: by user id, in the reader's language."""
    roles = {each.staff.user_id: str(each.get_role_display()) for each in current_assignments(order.engagement)} if order.engagement else {}
    return {author.pk: roles.get(author.pk, str(StaffRole.COORDINATOR.label)) for author in authors if author.is_staff}
