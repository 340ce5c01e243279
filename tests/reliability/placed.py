"""Orders of the committed world, and what must be true of any order whatever happened to it."""

import secrets
from datetime import datetime, timedelta

from catalog.models import Entitlement
from engagements.models import Engagement
from orders.actions.placing import order_directly
from orders.asks import Event, Meeting
from orders.models import Order
from orders.queries import days_of_order, need_of_order
from outbox.models import Message
from scheduling.models import Booking
from tests.orders.conftest import NOW, World

CODE = "mc-premium"
FIRST_DAY = datetime(2027, 4, 20, 10, 0)  # wall time in Montreal, far beyond the lead time
OWING = (Order.State.WAITING, Order.State.CONFIRMED, Order.State.COMPLETED)


def place(world: World, start: datetime, *, hours: float = 1, waits: bool = False, now: datetime = NOW) -> Order:
    """Order it in one go, as a program does. To be called under a scope."""
    ask = world.ask(CODE, when=world.when(start, hours=hours), waits=waits)
    event = Event(title="Spring launch", event_kind="MEETING")
    key = secrets.token_urlsafe(16)
    return order_directly(
        world.organisation, ask=ask, meeting=Meeting(is_scheduled=True), event=event, key=key, by=None, language="en", now=now
    )


def day(number: int) -> datetime:
    """A wall time of its own for each order of a test: two a day."""
    days, half = divmod(number, 2)
    return FIRST_DAY + timedelta(days=days, hours=6 * half)


def entitle_to_all(world: World, quantity: int = 100_000) -> None:
    """Let the entitlement not be what runs out."""
    Entitlement.objects.filter(organisation=world.organisation).update(quantity=quantity)


def check_is_whole(order: Order, *, now: datetime = NOW) -> None:
    """A confirmed order has its person booked for exactly its windows and an engagement at its time; a cancelled one has neither."""
    order = Order.objects.select_related("package", "engagement").get(pk=order.pk)
    live = Booking.objects.filter(reference__in=[order.key, order.move_reference]).exclude(state=Booking.State.RELEASED)
    held = [each for each in live if each.state == Booking.State.HELD]
    booked = [(each.start_at, each.end_at) for each in sorted(live, key=lambda row: row.start_at) if each.state == Booking.State.BOOKED]
    windows = [(each.opens_at, each.closes_at) for each in need_of_order(order).windows]
    if order.state == Order.State.CONFIRMED:
        assert booked == windows
        assert order.engagement and order.engagement.state in {Engagement.State.OPEN, Engagement.State.STAFFED}
        assert (order.engagement.starts_at, order.engagement.ends_at) == (order.starts_at, order.ends_at)
        assert days_of_order(order)[0].starts_at == order.starts_at
        assert not held or order.changes.filter(state="WAITING").exists()
    if order.state == Order.State.WAITING:
        assert not booked
    if order.state == Order.State.CANCELLED:
        assert not booked and not held
        assert order.engagement is None or order.engagement.state == Engagement.State.CANCELLED
        assert not order.changes.filter(state="WAITING").exists()


def check_units(world: World) -> None:
    """What the entitlement counts as used is what is owed."""
    used = sum(Entitlement.objects.filter(organisation=world.organisation).values_list("used", flat=True))
    assert used == Order.objects.filter(organisation=world.organisation, state__in=OWING).count()


def said(order: Order) -> list[str]:
    """The templates of what was written to the customer, in order; withdrawn ones too."""
    keys = Message.objects.filter(about=order.number, to=order.email).order_by("pk").values_list("key", flat=True)
    return [key.partition(":")[0] for key in keys if key.partition(":")[0].startswith(("order_", "move_", "time_"))]
