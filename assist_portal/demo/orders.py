"""The orders of the demo, one function for each thing that can become of an order."""

from datetime import datetime, time, timedelta
from decimal import Decimal

from assist_portal.demo.board import ask_for_changes, make_board
from assist_portal.demo.days import wall, working_day, zone_where
from assist_portal.demo.event_day import fill_event_day
from assist_portal.demo.people import Customer, People
from assist_portal.demo.recordings import plan_two_sessions, post_first_recording
from assist_portal.demo.story import Story, deliver_mail, keep_promises
from customers.models import Organisation
from engagements.actions import sync_states
from orders.actions.cancelling import cancel_order, decline_order
from orders.actions.drafting import save_availability, save_meeting, start_draft
from orders.actions.moving import move_order, offer_time
from orders.actions.waiting import complete_order
from orders.models import Order, OrderChange
from outbox.actions import record_failed
from outbox.models import Message
from scheduling.actions import add_leave
from scheduling.localtime import resolve
from scheduling.models import Booking
from scheduling.windows import DayWish

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TORONTO, MONTREAL, PARIS = "America/Toronto", "America/Montreal", "Europe/Paris"
RECORDING = "recording-upload"


def make_orders(people: People, *, now: datetime) -> None:
    """Make them oldest first: who is busy, whose duties are due and which mail went out depends on what came before."""
    _completed(people, now=now)
    _in_the_past_days(people, now=now)
    _today(people, now=now)
    board = make_board(people, now=now)
    _confirmed(people, now=now)
    _moved(people.northwind, now=now)
    _cancelled(people, now=now)
    _waiting_for_a_person(people, now=now)
    _waiting_late(people.northwind, now=now)
    _waiting_for_a_language(people.northwind, now=now)
    _waiting_move(people.northwind, now=now)
    _needing_cover(people.globex, now=now)
    _drafts(people, now=now)
    ask_for_changes(board, people, now=now)
    deliver_mail(now)


def _on(days: int, hour: int, zone: str, now: datetime, minute: int = 0) -> datetime:
    """Wall time on a working day so many days from now."""
    return datetime.combine(working_day(now, days, zone), time(hour, minute))


def _completed(people: People, *, now: datetime) -> None:
    """Events of last month, with every duty done. The second one uses up the only EC Standard of Northwind."""
    mc = Story(people.northwind, "mc-premium", "Sales kick-off", TORONTO, _on(-46, 10, TORONTO, now), attendees=80, reference="CRM-1041")
    ec = Story(people.northwind, "ec-standard", "Customer webinar: what is new", TORONTO, _on(-25, 13, TORONTO, now), 1.5, attendees=300)
    fr = Story(people.globex, "mc-premium", "Rencontre trimestrielle", MONTREAL, _on(-33, 14, MONTREAL, now), attendees=45)
    for story in (mc, fr, ec):
        starts_at = resolve(story.start, story.zone)
        order = story.place(now=starts_at - 24 * DAY, lived_until=now)
        over = starts_at + 3 * DAY
        keep_promises(order, now=over, all_of_them=True)
        sync_states(now=over)
        complete_order(order, now=over)


def _in_the_past_days(people: People, *, now: datetime) -> None:
    """Two events that have ended: of one a recording came late and one is overdue by more than a day, of the other one is there in time
    and one due in eight hours.
    """
    for customer, title, sessions, ended, after in (
        (people.northwind, "Partner summit", ("Keynote", "Round table"), now - 76 * HOUR, 51 * HOUR),
        (people.globex, "Forum des innovateurs", ("Ouverture", "Table ronde"), now - 40 * HOUR, 20 * HOUR),
    ):
        zone = zone_where(ended, 17)
        story = Story(
            customer, "event-staff", title, zone, wall(ended, zone) - 7 * HOUR, 7, streaming=Order.Streaming.MEETINGS, attendees=450,
            language=customer.organisation.language,
        )  # fmt: skip
        order = story.place(now=now - 35 * DAY, lived_until=now)
        assert order.engagement
        plan_two_sessions(order.engagement, sessions)
        keep_promises(order, now=now, besides=[RECORDING])
        post_first_recording(order.engagement, customer, after=after)


def _today(people: People, *, now: datetime) -> None:
    """An event of two days, its first being today: it began two and a half hours ago, where it is held."""
    began = now - 2.5 * HOUR
    zone = zone_where(began, 9)
    story = Story(
        people.northwind, "event-staff", "Learning days", zone, wall(began, zone), 8, 2, streaming=Order.Streaming.MEETINGS,
        services=("support-room",), attendees=600, reference="CRM-1107", comments="Speakers join from four countries.",
    )  # fmt: skip
    order = story.place(now=now - 40 * DAY, lived_until=now)
    engagement = order.engagement
    assert engagement
    analyst, pm = (engagement.assignments.get(role=role).staff.user for role in ("ANALYST", "PM"))
    fill_event_day(engagement, analyst=analyst, pm=pm, now=now)
    keep_promises(order, now=now)
    sync_states(now=now)


def _confirmed(people: People, *, now: datetime) -> None:
    """Near and far, in both languages, with add-ons."""
    northwind, globex = people.northwind, people.globex
    near = Story(northwind, "mc-premium", "Leadership call", TORONTO, _on(1, 11, TORONTO, now), attendees=60)
    order = near.place(now=now - 21 * DAY, lived_until=now)
    keep_promises(order, now=now)
    far = Story(
        northwind, "ec-premium", "Annual customer conference", PARIS, _on(38, 15, PARIS, now), 2,
        services=("dry-run", "polling", "hosting"), attendees=1200, reference="CRM-1122",
    )  # fmt: skip
    far.place(now=now - 1.1 * DAY, lived_until=now)
    training = Story(northwind, "tc-premium", "Onboarding, part 1", TORONTO, _on(27, 10, TORONTO, now), 3, attendees=25)
    training.place(now=now - 5 * DAY, lived_until=now)
    french = Story(
        globex, "event-staff", "Sommet annuel", MONTREAL, _three_days_from(55, now), 8, 3, language="fr",
        streaming=Order.Streaming.PLATFORM, attendees=900,
    )  # fmt: skip
    french.place(now=now - 3 * HOUR, lived_until=now)


def _three_days_from(days: int, now: datetime) -> datetime:
    """The Tuesday of that week, so that three days in a row are working days."""
    day = working_day(now, days, MONTREAL)
    return datetime.combine(day - timedelta(days=day.weekday() - 1), time(9))


def _moved(customer: Customer, *, now: datetime) -> None:
    """Moved by the customer by one day, two weeks and more ahead."""
    story = Story(customer, "mc-premium", "Product briefing", TORONTO, _on(30, 9, TORONTO, now), attendees=40)
    order = story.place(now=now - 9 * DAY, lived_until=now)
    first = DayWish(_on(32, 9, TORONTO, now, 30), HOUR)
    move_order(order, first=first, schedule_update=OrderChange.ScheduleUpdate.MYSELF, by=customer.orderer, now=now - DAY)


def _cancelled(people: People, *, now: datetime) -> None:
    """One that cost 30 %, one free of charge whose mail could not be delivered, one that we declined."""
    costly = Story(people.northwind, "mc-premium", "Investor call", TORONTO, _on(9, 16, TORONTO, now), attendees=20)
    order = costly.place(now=now - 12 * DAY, lived_until=now)
    _cancel(order, "The speakers cannot come.", now=now - 4 * HOUR)
    wrong = Story(
        people.northwind, "mc-premium", "Team retrospective", TORONTO, _on(44, 10, TORONTO, now), email="omar.hadad@northwind.example"
    )
    order = wrong.place(now=now - 3 * DAY, lived_until=now)
    _cancel(order, "", now=now - 5 * HOUR)
    refused = Message.objects.filter(about=order.number, to=wrong.email, created_at=now - 5 * HOUR)
    record_failed(refused, error="550 5.1.1 No such mailbox here", permanent=True, now=now - 5 * HOUR)
    late = Story(people.globex, "ec-premium", "Annonce de produit", MONTREAL, _on(3, 10, MONTREAL, now))
    order = late.place(now=now - 2 * DAY, lived_until=now)
    decline_order(order, reason="Trois jours ne suffisent pas pour préparer un tel événement.", by=people.carmen, now=now - 1.5 * DAY)


def _cancel(order: Order, reason: str, *, now: datetime) -> None:
    cancel_order(order, accept_fee=Decimal(10_000), reason=reason, by=order.owner, now=now)


def _waiting_for_a_person(people: People, *, now: datetime) -> None:
    """TC Premium on a day on which everyone with a certificate is away: one order just waits, for the other a time is offered."""
    start = _on(20, 10, TORONTO, now)
    away_from, away_until = resolve(start, TORONTO) - 6 * HOUR, resolve(start, TORONTO) + 12 * HOUR
    for name in ("Noah", "Chloé"):
        add_leave(people.producers[name], start_at=away_from, end_at=away_until, reason="Training", now=now - 6 * DAY)
    alone = Story(people.northwind, "tc-premium", "Safety training", TORONTO, start, 2, waits=True, attendees=30)
    alone.place(now=now - 9 * HOUR, lived_until=now)
    offered = Story(people.globex, "tc-premium", "Formation aux ventes", MONTREAL, start + HOUR, 2, waits=True, attendees=18)
    order = offered.place(now=now - 7 * HOUR, lived_until=now)
    offer_time(order, first=DayWish(_on(24, 11, MONTREAL, now), 2 * HOUR), by=people.carmen, now=now - 2 * HOUR)


def _waiting_late(customer: Customer, *, now: datetime) -> None:
    """Inside the lead time: one whose answer is overdue, one that has just come in."""
    overdue = Story(
        customer, "mc-premium", "Board meeting", TORONTO, _on(6, 9, TORONTO, now), attendees=15, comments="The chair is in Paris."
    )
    overdue.place(now=now - 4 * DAY, lived_until=now)
    fresh = Story(customer, "mc-premium", "All-hands", TORONTO, _on(8, 15, TORONTO, now), 1.5, attendees=200, reference="CRM-1130")
    fresh.place(now=now - HOUR, lived_until=now)


def _waiting_for_a_language(customer: Customer, *, now: datetime) -> None:
    """Chinese, which nobody speaks."""
    story = Story(customer, "mc-premium", "Shanghai partner meeting", "Asia/Shanghai", _on(26, 10, "Asia/Shanghai", now), language="zh")
    story.place(now=now - 3 * HOUR, lived_until=now)


def _waiting_move(customer: Customer, *, now: datetime) -> None:
    """A confirmed order whose customer wants it next week: the coordinator decides."""
    story = Story(customer, "mc-premium", "Budget review", TORONTO, _on(33, 14, TORONTO, now), attendees=12)
    order = story.place(now=now - 8 * DAY, lived_until=now)
    first = DayWish(_on(7, 14, TORONTO, now), HOUR)
    move_order(order, first=first, schedule_update=OrderChange.ScheduleUpdate.DONE, by=customer.orderer, now=now - 2 * HOUR)


def _needing_cover(customer: Customer, *, now: datetime) -> None:
    """The booked producer has just called in sick; the workers find somebody else within a minute."""
    story = Story(customer, "mc-premium", "Comité de direction", MONTREAL, _on(18, 10, MONTREAL, now), language="fr", attendees=10)
    order = story.place(now=now - 6 * DAY, lived_until=now)
    booking = Booking.objects.select_related("staff").get(reference=order.key, state=Booking.State.BOOKED)
    add_leave(booking.staff, start_at=booking.start_at - 2 * HOUR, end_at=booking.end_at + 4 * HOUR, reason="Illness", now=now)


def _drafts(people: People, *, now: datetime) -> None:
    """One just begun, one whose second step is answered and that holds somebody for a few minutes more."""
    organisation: Organisation = people.northwind.organisation
    omar = people.northwind.orderer
    start_draft(by=omar, organisation=organisation, now=now - 2 * DAY)
    story = Story(people.northwind, "mc-premium", "", TORONTO, _on(40, 10, TORONTO, now))
    draft = start_draft(by=omar, organisation=organisation, site=people.northwind.site, now=now - timedelta(minutes=6))
    save_availability(draft, ask=story.ask(), by=omar, now=now - timedelta(minutes=5))
    save_meeting(draft, answers=story.meeting(), by=omar, now=now - timedelta(minutes=4))
