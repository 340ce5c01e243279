"""The sites of the demo's customers: connected, with the meetings of their orders and two that nobody has ordered for yet."""

from datetime import datetime, time, timedelta

from django.conf import settings

from assist_portal.demo.days import working_day
from assist_portal.demo.people import Customer, People
from customers.choices import ScheduleUpdates
from customers.keys import digest_of, new_token
from customers.sealing import seal
from scheduling.localtime import resolve
from webex.models import Connection, WatchedMeeting
from webex.simulator.clock import Clock
from webex.simulator.meetings import Meeting
from webex.simulator.world import World, client_of, write_meetings

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SCHEDULE = "webex.json"  # under VAR, where `make run` lets the simulator look


def make_site_meetings(people: People, *, now: datetime) -> None:
    """Connect both sites as their administrators would, and write the schedule that the simulator starts with."""
    for customer in (people.northwind, people.globex):
        _connect(customer, now=now)
    ordered = [_meeting(list(days)) for days in _days_by_order().values()]
    write_meetings(settings.VAR / SCHEDULE, [*ordered, *_not_ordered(people, now=now)])


def _connect(customer: Customer, *, now: datetime) -> None:
    site, hook = customer.site, new_token()
    client_id, secret = client_of(site.host_name)
    tokens = World(Clock(now))
    Connection.objects.create(
        organisation=customer.organisation, site=site, may_write=True, client_id=client_id, client_secret_sealed=seal(secret),
        access_token_sealed=seal(tokens.token("access", site.host_name)), access_expires_at=now + 14 * DAY,
        refresh_token_sealed=seal(tokens.token("refresh", site.host_name)), refresh_expires_at=now + 90 * DAY,
        hook_digest=digest_of(hook), hook_token_sealed=seal(hook), hook_secret_sealed=seal(new_token()),
        connected_by=customer.administrator, connected_at=now,
    )  # fmt: skip
    site.schedule_updates = ScheduleUpdates.AUTO_AFTER_CONFIRM
    site.save(update_fields=["schedule_updates"])


def _days_by_order() -> dict[str, list[WatchedMeeting]]:
    found: dict[str, list[WatchedMeeting]] = {}
    for watched in WatchedMeeting.objects.select_related("site").order_by("reference", "position"):
        found.setdefault(watched.reference, []).append(watched)
    return found


def _meeting(days: list[WatchedMeeting]) -> Meeting:
    """One for each order; one that lasts several days recurs."""
    first = days[0]
    name = first.host_email.partition("@")[0].title()
    meeting = Meeting(
        number=first.meeting_number, site=first.site.host_name, title=f"Session of {name}", start=first.starts_at, end=first.ends_at,
        host_email=first.host_email, host_name=name, recurrence="FREQ=DAILY" if len(days) > 1 else "", count=len(days),
    )  # fmt: skip
    for occurrence, day in zip(meeting.occurrences(), days, strict=True):
        meeting.moved[occurrence.stamp] = (day.starts_at, day.ends_at)
    return meeting


def _not_ordered(people: People, *, now: datetime) -> list[Meeting]:
    """To try step 2 of the order form with: number and host's e-mail are in the README."""
    found = []
    for customer, number, title in (
        (people.northwind, "25512340987", "Q3 partner briefing"),
        (people.globex, "25512340988", "Bilan du troisième trimestre"),
    ):
        zone, host = customer.site.zone, customer.orderer
        start = resolve(datetime.combine(working_day(now, 28, zone), time(10)), zone)
        found.append(
            Meeting(
                number=number,
                site=customer.site.host_name,
                title=title,
                agenda="10:00 Figures\n10:30 Questions",
                start=start,
                end=start + HOUR,
                host_email=host.email,
                host_name=host.get_full_name(),
                registrants=24,
            )
        )
    return found
