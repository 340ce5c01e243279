"""A week of several people as a picture: what they have booked, when they are away, when they work."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from scheduling.hours import Interval, working_intervals
from scheduling.hours import WorkingHours as Hours
from scheduling.localtime import day_bounds
from scheduling.models import LONGEST_BOOKING, Booking, Holiday, Leave, StaffMember, WorkingHours
from scheduling.queries.bookings import live

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Block:
    """A part of one day's track; `left` and `width` are percent of the day. `kind`: WORK, LEAVE, HELD, BOOKED or COVER."""

    kind: str
    left: float
    width: float
    starts_at: datetime
    ends_at: datetime
    booking: Booking | None = None


@dataclass(frozen=True, slots=True)
class DayTrack:
    """One person's day, on the reader's clock."""

    day: date
    blocks: tuple[Block, ...]

    @property
    def named(self) -> list[Block]:
        """Return what has a time to read: all but plain working time."""
        return [block for block in self.blocks if block.kind != "WORK"]


@dataclass(frozen=True, slots=True)
class Week:
    """One person's week."""

    staff: StaffMember
    days: tuple[DayTrack, ...]


def week_of(staff: Sequence[StaffMember], *, monday: date, zone: str, now: datetime) -> list[Week]:
    """Lay out seven days from `monday` on for each person; days are those of `zone`, the reader's."""
    days = [monday + n * DAY for n in range(7)]
    span = Interval(day_bounds(days[0], zone)[0], day_bounds(days[-1], zone)[1])
    blocks = defaultdict(list, _working(staff, span))
    for leave in Leave.objects.filter(staff__in=staff, end_at__gt=span.starts_at, start_at__lt=span.ends_at):
        blocks[leave.staff_id].append(("LEAVE", leave.start_at, leave.end_at, None))
    for booking in _bookings(staff, span, now):
        kind = "COVER" if booking.needs_cover_since else booking.state
        blocks[booking.staff_id].append((kind, booking.start_at, booking.end_at, booking))
    return [Week(person, tuple(DayTrack(day, tuple(_on(day, zone, blocks[person.pk]))) for day in days)) for person in staff]


Part = tuple[str, datetime, datetime, Booking | None]


def _bookings(staff: Sequence[StaffMember], span: Interval, now: datetime) -> Iterable[Booking]:
    rows = Booking.objects.filter(live(now), staff__in=staff, end_at__gt=span.starts_at)
    return rows.filter(start_at__lt=span.ends_at, start_at__gt=span.starts_at - LONGEST_BOOKING).order_by("start_at")


def _working(staff: Sequence[StaffMember], span: Interval) -> dict[int, list[Part]]:
    """Work out when each person works, less the holidays of their region."""
    hours: dict[int, list[Hours]] = defaultdict(list)
    for staff_id, weekday, starts, ends in WorkingHours.objects.filter(staff__in=staff).values_list("staff", "weekday", "starts", "ends"):
        hours[staff_id].append(Hours(weekday, starts, ends))
    holidays: dict[str, set[date]] = defaultdict(set)
    around = (span.starts_at - DAY, span.ends_at + DAY)
    for calendar, day in Holiday.objects.filter(on__range=around).values_list("calendar", "on"):
        holidays[calendar].add(day)
    return {
        person.pk: [
            ("WORK", starts_at, ends_at, None)
            for starts_at, ends_at in working_intervals(
                person.zone, hours[person.pk], frozenset(holidays[person.holiday_calendar]), span.starts_at, span.ends_at
            )
        ]
        for person in staff
    }


def _on(day: date, zone: str, parts: Iterable[Part]) -> Iterable[Block]:
    """Cut what falls on one day, and measure it in percent of that day's 23, 24 or 25 hours."""
    begins, ends = day_bounds(day, zone)
    for kind, starts_at, ends_at, booking in parts:
        first, last = max(starts_at, begins), min(ends_at, ends)
        if first < last:
            left, width = (first - begins) / (ends - begins), (last - first) / (ends - begins)
            yield Block(kind, round(left * 100, 2), round(width * 100, 2), starts_at, ends_at, booking)
