"""An event ten days ahead whose board has something of everything, and changes its customer asked for."""

from datetime import datetime, timedelta

from assist_portal.demo.days import wall, working_day
from assist_portal.demo.people import People
from assist_portal.demo.story import Story, keep_promises
from engagements.actions import book_appointment, complete_task, flag_open_items, waive_task
from engagements.actions.speakers import add_speaker, send_links
from engagements.appointment_times import offered_kinds, proposals
from engagements.models import Appointment, Engagement, Task
from engagements.readiness import mark_at
from orders.actions.threads import open_thread, post
from orders.models import Order, Thread

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ZONE = "America/Toronto"
SPEAKERS = (("Grace Okafor", "grace@speakers.example"), ("Luis Prado", "luis@speakers.example"), ("Hana Sato", "hana@speakers.example"))
MISSED, ANSWERED, WAIVED = "supplier-billing", "stream-licences", "full-rehearsal"


def make_board(people: People, *, now: datetime) -> Order:
    """Kept, done with evidence, not applicable, at risk and missed on both sides; one mark has passed."""
    start = datetime.combine(working_day(now, 10, ZONE), wall(now, ZONE).replace(hour=9, minute=0).time())
    story = Story(
        people.northwind, "event-staff", "Regional partner day", ZONE, start, 7, streaming=Order.Streaming.THIRD_PARTY, attendees=240,
        reference="CRM-1118",
    )  # fmt: skip
    order = story.place(now=now - 30 * DAY, lived_until=now)
    assert order.engagement
    _answer(order.engagement, order, now=now)
    _rehearse(order.engagement, now=now)
    keep_promises(order, now=now, besides=[MISSED, "deliverables"])
    passed = mark_at(order.engagement.starts_at, 14, order.zone)
    if passed <= now:
        flag_open_items(order.engagement, now=passed)
    return order


def ask_for_changes(order: Order, people: People, *, now: datetime) -> None:
    """One answered and asked about again, one whose answer is overdue."""
    by = order.owner
    assert by
    thread = open_thread(
        order, key="demo000000000001", subject="Two more presenters", size=Thread.Size.MINOR,
        text="Grace Okafor and Luis Prado join the closing panel. Can they have their links before Friday?", by=by, now=now - 30 * HOUR,
    )  # fmt: skip
    post(thread, key="demo000000000002", text="Both are in; their links go out tomorrow morning.", by=people.carmen, now=now - 26 * HOUR)
    post(thread, key="demo000000000003", text="Thank you. Luis needs captions in Spanish: is that possible?", by=by, now=now - 2 * HOUR)
    open_thread(
        order, key="demo000000000004", subject="Another sponsor text on the opening slide", size=Thread.Size.MAJOR,
        text="The sponsor has sent a new text. Who changes the slide, you or we?", by=by, now=now - 5 * DAY,
    )  # fmt: skip


def _rehearse(engagement: Engagement, *, now: datetime) -> None:
    """Three speakers, two of whom have their links, and the rehearsal with them at the first time that suits everyone."""
    pm = engagement.assignments.get(role="PM").staff.user
    for number, (name, email) in enumerate(SPEAKERS):
        if number == 2:
            send_links(engagement, to_customer=False, by=pm, now=now - 3 * DAY)
        link = f"https://northwind.webex.example/panelist/{number + 1}"
        add_speaker(engagement, name=name, email=email, link=link, by=pm)
    offer = next(each for each in offered_kinds(engagement) if each.kind == Appointment.Kind.REHEARSAL)
    booked_at = now - 5 * DAY
    found = proposals(engagement, offer, now=now)
    if found:
        reason = "Nobody is free any earlier." if found[0].needs_reason else ""
        book_appointment(
            engagement, kind=offer.kind, option=Appointment.Option.WITH_SPEAKERS, starts_at=found[0].starts_at, reason=reason, by=pm,
            now=booked_at,
        )  # fmt: skip


def _answer(engagement: Engagement, order: Order, *, now: datetime) -> None:
    """What the customer did and said about single promises."""
    tasks = {task.template.code: task for task in Task.objects.filter(engagement=engagement).select_related("template")}
    repository, licences, rehearsal = tasks["file-repository"], tasks[ANSWERED], tasks[WAIVED]
    by, then = order.owner, now - 12 * DAY
    complete_task(repository, evidence="https://files.northwind.example/partner-day", by=by, now=then)
    complete_task(licences, by=by, now=then)
    waive_task(rehearsal, reason="Our speakers know the platform from last year.", by=by, now=then)
