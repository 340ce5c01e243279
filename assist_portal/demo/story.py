"""One order of the demo: placed and carried on by the portal's own actions, as if the time that has passed since had been lived."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from assist_portal.demo.people import Customer
from catalog.models import Package, TaskTemplate
from customers.models import User
from engagements.actions import accept_assignment
from engagements.models import Assignment, Task
from orders.actions.placing import order_directly
from orders.asks import Availability, Contact, Event, Meeting, When
from orders.models import Order
from outbox.actions import record_sent
from outbox.models import Message, State
from scheduling.windows import DayWish

RECENT = timedelta(days=2)  # younger mail stays queued, so that the development mailbox gets something to show
DELIVERED_AFTER = timedelta(seconds=4)


@dataclass(frozen=True)
class Story:
    """What is asked: `start` and the days after it are wall times in `zone`."""

    customer: Customer
    package: str
    title: str
    zone: str
    start: datetime
    hours: float = 1
    days: int = 1
    language: str = "en"
    streaming: str = Order.Streaming.NONE
    services: tuple[str, ...] = ()
    attendees: int | None = None
    waits: bool = False
    reference: str = ""
    email: str = ""
    comments: str = ""

    @property
    def first(self) -> DayWish:
        """The first day."""
        return DayWish(self.start, timedelta(hours=self.hours))

    def ask(self) -> Availability:
        """Step 1 of the order form."""
        return Availability(self._contact(), self.customer.site, self._package(), self._when(), self.language, self.waits)

    def place(self, *, now: datetime, lived_until: datetime) -> Order:
        """Place the order at `now`; what it said by mail has been delivered unless that is still recent at `lived_until`."""
        by = self.customer.orderer
        order = order_directly(
            self.customer.organisation, ask=self.ask(), meeting=self.meeting(), event=self.event(), key=secrets.token_urlsafe(16), by=by,
            language=by.language, now=now,
        )  # fmt: skip
        answer_questions(order, lived_until)
        deliver_mail(lived_until)
        return order

    def meeting(self) -> Meeting:
        """Step 2: on the customer's own site, with their own host ID."""
        by = self.customer.orderer
        link = f"https://{self.customer.site.host_name}/meet/{by.first_name.lower()}"
        return Meeting(
            is_scheduled=True, own_host=True, host_id=by.email.partition("@")[0], host_name=by.get_full_name(), host_email=by.email,
            meeting_number=self.meeting_number, meeting_link=link,
        )  # fmt: skip

    @property
    def meeting_number(self) -> str:
        """The same each time the demo is made."""
        drawn = int(hashlib.sha256(f"{self.customer.organisation.key} {self.title}".encode()).hexdigest(), 16)
        return f"2553{drawn % 10_000_000:07d}"

    def event(self) -> Event:
        """Step 3."""
        return Event(
            title=self.title, event_kind=self._package().event_kinds[0], attendees=self.attendees, comments=self.comments,
            streaming=self.streaming, services=dict.fromkeys(self.services, 1), external_reference=self.reference,
        )  # fmt: skip

    def at(self, start: datetime) -> "Story":
        """The same at another time."""
        return replace(self, start=start)

    def _contact(self) -> Contact:
        by = self.customer.orderer
        return Contact(by.first_name, by.last_name, str(by.phone), self.email or by.email, self.customer.organisation.name)

    def _package(self) -> Package:
        return Package.objects.prefetch_related("team").get(code=self.package)

    def _when(self) -> When:
        return When(self.zone, tuple(DayWish(self.start + timedelta(days=n), timedelta(hours=self.hours)) for n in range(self.days)))


def answer_questions(order: Order, lived_until: datetime) -> None:
    """Have our people say yes an hour after they were asked, where the time for it has passed; the others still think."""
    if order.engagement:
        for each in order.engagement.assignments.filter(answer=Assignment.Answer.ASKED, answer_due_at__lt=lived_until).order_by("id"):
            accept_assignment(each, by=each.staff.user, now=each.assigned_at + timedelta(hours=1))


def deliver_mail(now: datetime) -> None:
    """Record what is no longer recent as delivered a few seconds after it was written."""
    for message in Message.objects.filter(state=State.QUEUED, created_at__lt=now - RECENT):
        record_sent(message, now=message.created_at + DELIVERED_AFTER)


def keep_promises(order: Order, *, now: datetime, besides: Collection[str] = (), all_of_them: bool = False) -> None:
    """Tick off what was due by now, two hours ahead of time, but for the duties named; or everything, of an order that is over."""
    assert order.engagement
    doer = order.engagement.assignments.order_by("id").first()
    done = []
    for task in order.engagement.tasks.filter(state=Task.State.OPEN).exclude(template__code__in=besides).order_by("id"):
        if all_of_them or (task.due_at and task.due_at <= now):
            task.state, task.next_alert_at = Task.State.DONE, None
            task.done_at = min(now, max(order.engagement.opened_at, (task.due_at or now) - timedelta(hours=2)))
            task.done_by = _who(task, order.owner, doer.staff.user if doer else None)
            done.append(task)
    Task.objects.bulk_update(done, ["state", "next_alert_at", "done_at", "done_by"])


def _who(task: Task, customer: User | None, ours: User | None) -> User | None:
    return customer if task.side == TaskTemplate.Side.CUSTOMER else ours
