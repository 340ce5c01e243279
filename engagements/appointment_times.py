"""When appointments can be: whom they need, how long they take, which days and hours are free, and where they go with the event."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from catalog.models import PackageService, StaffRole
from engagements.brief import DayBrief
from engagements.candidates import booked_role
from engagements.models import Appointment, Assignment, Engagement, EventDay
from engagements.timeline import REHEARSAL_LATEST, needs_reason, rehearsal_days
from scheduling.hours import Interval, free_among
from scheduling.localtime import day_bounds, local_date, reached, same_wall_time_days_later, wall
from scheduling.models import Booking
from scheduling.needs import Need
from scheduling.queries import free_ids, people_of
from scheduling.windows import NOTHING, Rule
from scheduling.windows import EventDay as Day

Kind = Appointment.Kind
DAY, STEP = timedelta(days=1), timedelta(minutes=30)
OFFICE_OPENS, OFFICE_CLOSES = time(8), time(18)  # of the event's zone: the customer is there, too
PROPOSALS = 5
DAYS_AHEAD = 14

SERVICES: Mapping[str, str] = {  # codes of catalog.Service, whose minutes are how long it takes
    Kind.PLANNING_CALL: "planning-call",
    Kind.CONSULTATION: "consultation",
    Kind.DRY_RUN: "dry-run",
    Kind.REHEARSAL: "rehearsal",
}
ALSO_ORDERED_AS = {"additional-dry-run": "dry-run"}  # Source: S58
FREELY = (PackageService.Inclusion.INCLUDED, PackageService.Inclusion.ON_REQUEST)


@dataclass(frozen=True, slots=True)
class Offered:
    """A kind of appointment that this engagement can have."""

    kind: str
    length: timedelta

    @property
    def label(self) -> str:
        """Name it in the reader's language."""
        return str(Kind(self.kind).label)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A time at which everyone it needs is free; `needs_reason` outside the usual days. Source: S81"""

    starts_at: datetime
    ends_at: datetime
    needs_reason: bool


@dataclass(frozen=True, slots=True)
class Carried:
    """Where an appointment goes when the event moves; without a time it is given up. `people` is who is there then, by role."""

    appointment: Appointment
    starts_at: datetime | None
    people: Mapping[str, int]

    @property
    def is_retimed(self) -> bool:
        """Its time changes, or is lost."""
        return self.starts_at != self.appointment.starts_at


def offered_kinds(engagement: Engagement) -> list[Offered]:
    """List what the package includes and what was ordered besides, in the order of the work. Source: S56, S61 to S63, S81"""
    asked = {ALSO_ORDERED_AS.get(code, code) for code in engagement.answers.get("services", ())}
    cells = PackageService.objects.filter(package_id=engagement.package_id, service__code__in=SERVICES.values()).select_related("service")
    found = {each.service.code: each for each in cells if each.inclusion in FREELY or each.service.code in asked}
    return [Offered(str(kind), timedelta(minutes=found[code].service.minutes or 60)) for kind, code in SERVICES.items() if code in found]


def roles_at(engagement: Engagement, kind: str) -> list[str]:
    """Name who of ours is there: at a rehearsal the whole team, else who is booked for the event. Source: S75, S81"""
    team = list(engagement.package.team.all())
    if kind == Kind.REHEARSAL:
        return sorted(str(need.role) for need in team if need.role != StaffRole.COORDINATOR)
    booked = booked_role(team)
    return [booked] if booked else []


def people_at(engagement: Engagement, kind: str) -> dict[str, int]:
    """Map each role that is needed to who has it now; a role without anyone is missing."""
    roles = roles_at(engagement, kind)
    seats = Assignment.objects.filter(engagement=engagement, role__in=roles, ended_at__isnull=True).order_by("id")
    return {each.role: each.staff_id for each in seats}


def need_for(engagement: Engagement, role: str, starts_at: datetime, ends_at: datetime) -> Need:
    """Ask for one person's time; the team is chosen already, so neither language nor certificate is asked for again."""
    return Need(role, None, "", engagement.zone, (Day(starts_at, ends_at),), Rule(lead_in=NOTHING), engagement.organisation.sandbox_id)


def rehearsal_of(engagement: Engagement) -> Appointment | None:
    """Return the rehearsal, or the first dry run where there is none: what duties before the event are counted from. Source: S81"""
    agreed = Appointment.objects.filter(
        organisation_id=engagement.organisation_id, engagement=engagement, kind__in=[Kind.REHEARSAL, Kind.DRY_RUN]
    )
    return agreed.exclude(state=Appointment.State.CANCELLED).order_by("starts_at").first()


def appointments_ahead(engagement: Engagement, *, now: datetime) -> list[Appointment]:
    """List what is booked and has not begun."""
    booked = Appointment.objects.filter(
        organisation_id=engagement.organisation_id, engagement=engagement, state=Appointment.State.BOOKED, starts_at__gt=now
    )
    return list(booked.order_by("starts_at", "id"))


def bookings_of_appointments(appointments: Iterable[Appointment]) -> dict[str, Booking]:
    """Read who is booked for them, by reference; one query."""
    references = [each.reference_of(role) for each in appointments for role in StaffRole.values]
    booked = Booking.objects.filter(reference__in=references, state=Booking.State.BOOKED).select_related("staff__user")
    return {each.reference: each for each in booked}


def proposals(engagement: Engagement, offer: Offered, *, now: datetime, ignoring: Sequence[str] = ()) -> list[Proposal]:
    """Find at most five times at which everyone is free, one a day: the best days first, near the event's time of day. Source: S56, S81"""
    staff = set(people_at(engagement, offer.kind).values())
    days = list(_days(engagement, offer.kind, now))
    if not staff or not days:
        return []
    span = Interval(day_bounds(min(days), engagement.zone)[0], day_bounds(max(days), engagement.zone)[1])
    people = people_of(staff, span, now=now, ignoring=ignoring)
    found: list[Proposal] = []
    for day in days:
        for starts_at in _starts(engagement, day, offer.length):
            ends_at = starts_at + offer.length
            if starts_at > now and len(free_among(people, [(starts_at, ends_at)])) == len(staff):
                found.append(Proposal(starts_at, ends_at, is_outside(engagement, offer.kind, starts_at)))
                break
        if len(found) == PROPOSALS:
            break
    return found


def is_outside(engagement: Engagement, kind: str, starts_at: datetime) -> bool:
    """Say whether this time needs a reason: a rehearsal not five to nine days before the event. Source: S81"""
    return kind == Kind.REHEARSAL and needs_reason(engagement.starts_at, engagement.zone, local_date(starts_at, engagement.zone))


def carried_appointments(
    engagement: Engagement, days: Sequence[DayBrief | EventDay], *, staff_id: int | None, now: datetime, ignoring: Sequence[str] = ()
) -> list[Carried]:
    """Say where each appointment goes when the event is on these days with this booked person: as many days later, same wall time.

    It is given up when that is past, no longer before the event, or somebody it needs is not free. `ignoring` names bookings
    that the move gives up.
    """
    ahead = appointments_ahead(engagement, now=now)
    if not ahead:
        return []
    later = (local_date(days[0].starts_at, engagement.zone) - local_date(engagement.starts_at, engagement.zone)).days
    booked, role = bookings_of_appointments(ahead), booked_role(engagement.package.team.all())
    found = []
    for each in ahead:
        there = {at: booked[each.reference_of(at)].staff_id for at in StaffRole.values if each.reference_of(at) in booked}
        people = {at: staff_id if at == role and staff_id is not None else had for at, had in there.items()}
        starts_at = same_wall_time_days_later(each.starts_at, engagement.zone, later)
        fits = now < starts_at and starts_at + (each.ends_at - each.starts_at) <= days[0].window_starts_at
        wanted = Carried(each, starts_at, people)
        found.append(wanted if fits and _all_free(engagement, wanted, now=now, ignoring=ignoring) else replace(wanted, starts_at=None))
    return found


def rehearsal_after(engagement: Engagement, plan: Sequence[Carried]) -> datetime | None:
    """Return when the rehearsal is once appointments went where the plan says; None without one."""
    booked = rehearsal_of(engagement)
    if booked is None:
        return None
    return next((each.starts_at for each in plan if each.appointment.pk == booked.pk), booked.starts_at)


def _all_free(engagement: Engagement, wanted: Carried, *, now: datetime, ignoring: Sequence[str]) -> bool:
    appointment, starts_at = wanted.appointment, wanted.starts_at or now
    ends_at = starts_at + (appointment.ends_at - appointment.starts_at)
    return all(
        free_ids(
            need_for(engagement, role, starts_at, ends_at),
            now=now,
            among=[staff_id],
            limit=1,
            ignoring=[appointment.reference_of(role), *ignoring],
        )
        for role, staff_id in wanted.people.items()
    )


def _days(engagement: Engagement, kind: str, now: datetime) -> Iterator[date]:
    """Yield the days to try, best first: for a rehearsal those of the rule, then the rest; else from tomorrow on."""
    event_on, today = local_date(engagement.starts_at, engagement.zone), local_date(now, engagement.zone)
    if kind == Kind.REHEARSAL:
        usual = rehearsal_days(engagement.starts_at, engagement.zone, now)
        yield from usual
        yield from (day for day in (event_on - DAY * n for n in range(1, DAYS_AHEAD)) if day > today and day not in usual)
        return
    last = event_on - DAY * (REHEARSAL_LATEST if kind == Kind.DRY_RUN and (event_on - today).days > REHEARSAL_LATEST else 1)
    first = max(today + DAY, last - DAYS_AHEAD * DAY) if kind == Kind.DRY_RUN else today + DAY
    yield from (first + n * DAY for n in range(max(0, min((last - first).days + 1, DAYS_AHEAD))))


def _starts(engagement: Engagement, day: date, length: timedelta) -> list[datetime]:
    """List the starts of a day that are within office hours where the event is, the event's own time of day first."""
    opens, closes = datetime.combine(day, OFFICE_OPENS), datetime.combine(day, OFFICE_CLOSES) - length
    wished = datetime.combine(day, wall(engagement.starts_at, engagement.zone).time().replace(second=0, microsecond=0))
    steps = [opens + n * STEP for n in range((closes - opens) // STEP + 1)]
    walls = sorted({*steps, *([wished] if opens <= wished <= closes else [])}, key=lambda at: (abs(at - wished), at))
    return [reached(at, engagement.zone) for at in walls]
