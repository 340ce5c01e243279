"""A customer of the running portal who orders in Montreal, the people who help, and orders in every state for pages to show.

Rows stay in the running portal's database, so each test takes weeks of its own: `northwind.monday()`.
"""

import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from catalog.models import Entitlement, Family, Package
from customers.keys import public_key
from customers.models import Organisation, Role, Site, User
from customers.tenancy import EVERYTHING, scope
from orders.actions.cancelling import cancel_order
from orders.actions.drafting import save_availability, save_event, save_meeting, start_draft
from orders.actions.moving import move_order, offer_time
from orders.actions.placing import place_order
from orders.actions.threads import open_thread, post
from orders.asks import Availability, Contact, Event, Meeting, When
from orders.models import Order, Thread
from scheduling.models import Booking, StaffMember
from scheduling.windows import DayWish
from tests import make

ZONE = "America/Montreal"
LONG_TITLE = "Annual customer and partner summit of the northern training and certificate team"  # 80 characters
HELPERS = {"PRODUCER": 2, "ANALYST": 1, "PM": 1, "COORDINATOR": 1}
PACKAGES = ("ec-premium", "ec-standard", "tc-premium", "mc-premium", "event-staff")
_weeks = itertools.count(5)


@dataclass(frozen=True)
class Northwind:
    """Dana reads English, Gina reads French; both may do everything for their organisation."""

    organisation: Organisation
    site: Site
    dana: User
    gina: User
    vera: User

    def monday(self) -> date:
        """The Monday of a week that no other test uses, beyond every lead time."""
        today = datetime.now(ZoneInfo(ZONE)).date()
        return today - timedelta(days=today.weekday()) + timedelta(weeks=next(_weeks))

    def draft(self, by: User, code: str, on: date, *, upto: int = Order.Step.CHECK, **wishes: Any) -> Order:
        """A draft, answered up to the step it now stands at. `wishes`: at (10:00), hours (1), days (1), waits, language, event."""
        now = timezone.now()
        with scope(EVERYTHING):
            package = Package.objects.get(code=code)
            draft = start_draft(by=by, organisation=self.organisation, package=package, site=self.site, now=now)
            if upto > Order.Step.AVAILABILITY:
                self._ask(draft, by, on, **wishes)
            if upto > Order.Step.MEETING:
                save_meeting(draft, answers=Meeting(is_scheduled=True, meeting_number="2554 123 9876"), by=by, now=now)
            if upto > Order.Step.EVENT:
                event = {"title": "Spring launch", "event_kind": package.event_kinds[0], **wishes.get("event", {})}
                save_event(draft, answers=Event(**event), by=by, now=now)
            return Order.objects.get(pk=draft.pk)

    def place(self, by: User, code: str, on: date, **wishes: Any) -> Order:
        """A placed order."""
        with scope(EVERYTHING):
            return place_order(self.draft(by, code, on, **wishes), accept_terms=True, by=by, now=timezone.now())

    def _ask(self, draft: Order, by: User, on: date, **wishes: Any) -> None:
        at, length = wishes.get("at", time(10)), timedelta(hours=wishes.get("hours", 1))
        days = tuple(DayWish(datetime.combine(on + timedelta(days=n), at), length) for n in range(wishes.get("days", 1)))
        contact = Contact(by.first_name, by.last_name, "+15145550123", by.email, self.organisation.name)
        assert draft.package
        ask = Availability(contact, self.site, draft.package, When(ZONE, days), wishes.get("language", "en"), wishes.get("waits", False))
        save_availability(draft, ask=ask, by=by, now=timezone.now())
        if ask.waits:
            Order.objects.filter(pk=draft.pk).update(step=Order.Step.MEETING, waits=True)
            draft.refresh_from_db()


def make_northwind() -> Northwind:
    """A new organisation each time; the people who help are made once."""
    organisation = make.organisation("Northwind Training", zone=ZONE)
    site = make.site(organisation, zone=ZONE)
    today = datetime.now(UTC).date()
    with scope(EVERYTHING):
        for role, count in HELPERS.items():
            _make_helpers(role, count, today)
        for package in Package.objects.filter(code__in=PACKAGES):
            Entitlement.objects.create(
                organisation=organisation,
                package=package,
                valid_from=today,
                valid_until=today + timedelta(days=700),
                quantity=50,
                contract_percent=Decimal(85),
            )
    dana = make.member(organisation, Role.ADMINISTRATOR, first_name="Dana", last_name="Noor", zone="Europe/Paris", phone="+15145550123")
    gina = make.member(
        organisation, Role.ADMINISTRATOR, first_name="Gina", last_name="Lemieux", zone=ZONE, language="fr", phone="+15145550124"
    )
    return Northwind(organisation, site, dana, gina, make.member(organisation, Role.VIEWER, first_name="Vera"))


def _make_helpers(role: str, count: int, today: date) -> None:
    missing = count - StaffMember.objects.filter(is_active=True, sandbox=None, roles__contains=[role]).count()
    for _number in range(missing):
        person = make.staff_member(role, zone=ZONE, languages=["en", "fr"])
        for family in Family.objects.all():
            make.certificate(person, family, today, today + timedelta(days=700))


def nobody_free(role: str, on: date, *, days: int = 1) -> None:
    """Book everybody of a role around the clock who has nothing to do then."""
    start = datetime.combine(on, time(), tzinfo=ZoneInfo(ZONE))
    busy = Booking.objects.exclude(state="RELEASED").filter(start_at__lt=start + timedelta(days=days), end_at__gt=start)
    for person in StaffMember.objects.filter(is_active=True, sandbox=None, roles__contains=[role]).exclude(bookings__in=busy):
        make.booking(person, start, 24 * days)


def place_in_every_state(northwind: Northwind) -> dict[str, str]:
    """Name to number of orders as pages meet them, ordered by Dana; the drafts' keys too."""
    by, monday, soon = northwind.dana, northwind.monday(), datetime.now(ZoneInfo(ZONE)).date() + timedelta(days=5)
    full = {
        "presenters": "Ada\nGrace",
        "sessions": "10:00 Keynote",
        "comments": "One.\n\nTwo.",
        "streaming": "PLATFORM",
        "branded_app": True,
    }
    day = [monday + timedelta(days=n) for n in range(7)]
    placed = {
        "confirmed": northwind.place(by, "mc-premium", day[0]),
        "long": northwind.place(by, "event-staff", day[0], days=3, hours=10, event={"title": LONG_TITLE, "streaming": "PLATFORM", **full}),
        "late": northwind.place(by, "mc-premium", soon, at=time(20)),
        "waiting": northwind.place(by, "mc-premium", day[3], language="ja"),
        "cancelled": northwind.place(by, "tc-premium", day[1]),
        "moved": northwind.place(by, "mc-premium", day[2]),
        "moving": northwind.place(by, "mc-premium", day[4]),
    }
    nobody_free("ANALYST", day[1])  # else the workers would find somebody before we offer another time
    placed["offered"] = northwind.place(by, "event-staff", day[1], waits=True)
    now = timezone.now()
    with scope(EVERYTHING):
        cancel_order(placed["cancelled"], accept_fee=Decimal(0), reason="The speaker is ill.", by=by, now=now)
        move_order(placed["moved"], first=_first(day[2], 14), schedule_update="OPEN_SITE", by=by, now=now)
        move_order(placed["moving"], first=_first(soon, 18), schedule_update="MYSELF", by=by, now=now)
        offer_time(placed["offered"], first=_first(day[5], 10), by=make.staff_user(), now=now)
    return {name: str(order.number) for name, order in placed.items()}


def talk(northwind: Northwind, number: str) -> Thread:
    """A change that Dana asked for, answered and asked about again."""
    now = timezone.now()
    with scope(EVERYTHING):
        order = Order.objects.get(number=number)
        asked = {"key": public_key(), "subject": "Two more presenters", "size": Thread.Size.MINOR, "text": "Ada and Grace.\nThank you."}
        thread = open_thread(order, by=northwind.dana, now=now, **asked)
        post(thread, key=public_key(), text="They are in.", by=make.staff_user(), now=now)
        post(thread, key=public_key(), text="And Linus?", by=northwind.dana, now=now)
        return thread


def _first(on: date, hour: int) -> DayWish:
    return DayWish(datetime.combine(on, time(hour)), timedelta(), None)
