"""When a duty is due, when it is warned about, and on which day a rehearsal goes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from scheduling.localtime import local_date, reached, same_wall_time_days_later, wall

SHORT_NOTICE_WORKING_DAYS = 2
SATURDAY = 5

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

Ladder = tuple[timedelta, ...]  # warnings as offsets from the due time, earliest first; negative is before it

LADDERS: Mapping[str, Ladder] = {
    "DEFAULT": (-3 * DAY, -1 * DAY, timedelta()),
    "RECORDING": (-24 * HOUR, -12 * HOUR, -4 * HOUR, timedelta()),  # 24, 36, 44, 48 hours after the end; Source: S93
    "EVENT_DAY": (timedelta(),),
    "NONE": (),
}

REHEARSAL_DAYS_BEFORE = 7  # Source: S81
REHEARSAL_EARLIEST, REHEARSAL_LATEST = 9, 5  # without a reason; Source: S81


AT_RISK_BEFORE = 24 * HOUR
Span = tuple[datetime, datetime]


class Standing(StrEnum):
    """How a promise stands at a moment."""

    OPEN = "OPEN"
    AT_RISK = "AT_RISK"
    BROKEN = "BROKEN"
    KEPT = "KEPT"
    WAIVED = "WAIVED"


class OffsetKind(StrEnum):
    """How an offset is counted."""

    ELAPSED_MINUTES = "ELAPSED_MINUTES"
    CALENDAR_DAYS = "CALENDAR_DAYS"
    WORKING_DAYS = "WORKING_DAYS"


@dataclass(frozen=True, slots=True)
class Due:
    """When a duty is due; `wanted_at` is what its template asks for, which short notice made impossible."""

    due_at: datetime | None
    wanted_at: datetime | None
    short_notice: bool = False


UNKNOWN = Due(None, None)


def shifted(anchor_at: datetime, offset: int, kind: str, zone: str) -> datetime:
    """Count an offset (negative: before) from an instant.

    Minutes are elapsed time; days keep the wall time in the zone; working days skip Saturdays and Sundays there.

    :raises ValueError: when the kind is unknown.
    """
    match OffsetKind(kind):
        case OffsetKind.ELAPSED_MINUTES:
            return anchor_at + timedelta(minutes=offset)
        case OffsetKind.CALENDAR_DAYS:
            return same_wall_time_days_later(anchor_at, zone, offset)
        case OffsetKind.WORKING_DAYS:
            return working_days_later(anchor_at, offset, zone)


def working_days_later(instant: datetime, days: int, zone: str) -> datetime:
    """Go so many Mondays to Fridays forward (negative: back) in the zone, to the same wall time.

    One working day after a Friday, Saturday or Sunday is Monday; none is the instant itself.
    """
    local, step = wall(instant, zone).replace(fold=0), DAY if days > 0 else -DAY
    left = abs(days)
    while left:
        local += step
        left -= local.weekday() < SATURDAY
    return reached(local, zone) if days else instant


def due_at(
    anchors: Mapping[str, datetime], anchor: str, offset: int, kind: str, *, zone: str, written_at: datetime, event_starts_at: datetime
) -> Due:
    """Work out a duty's due time from the anchors that are known; nothing while its own is not.

    A duty of the time before the event that would have been due before `written_at` gets two working days from then, but
    not beyond the event's start, and keeps the wanted time ("short notice"). What is due after the start is never put off:
    a breach stays a breach. `written_at` is the opening of the engagement, or the move that recomputes the row; recompute
    only rows whose anchor moved, else an overdue duty would be given new time.
    """
    if anchor not in anchors:
        return UNKNOWN
    wanted = shifted(anchors[anchor], offset, kind, zone)
    if written_at <= wanted or event_starts_at < wanted:
        return Due(wanted, wanted)
    grace = working_days_later(written_at, SHORT_NOTICE_WORKING_DAYS, zone)
    return Due(max(min(grace, event_starts_at), wanted), wanted, short_notice=True)


def first_alert(due: datetime, ladder: Ladder, written_at: datetime) -> datetime | None:
    """Return the first warning of a due time that is being written; warnings already past are skipped, not sent."""
    return next((at for at in _rungs(due, ladder) if at >= written_at), None)


def next_alert(due: datetime, ladder: Ladder, after: datetime) -> datetime | None:
    """Return the warning that follows the one sent for `after`, None behind the last.

    Pass the sent warning's own time, not the clock: what an outage missed then follows, once each.
    """
    return next((at for at in _rungs(due, ladder) if at > after), None)


def rung(due: datetime, ladder: Ladder, at: datetime) -> int | None:
    """Return the position in the ladder of the warning at `at`, for its wording; None when there is none."""
    return next((position for position, each in enumerate(_rungs(due, ladder)) if each == at), None)


def standing(due: datetime | None, ladder: Ladder, done: datetime | None, now: datetime) -> Standing:
    """Say how a promise stands: one that is done is judged by when it was, an open one by the clock.

    At risk from its first warning on, and in any case for the last 24 hours; one that nobody is warned of ahead is ticked in
    passing, and open until it is due.
    """
    if due is None:
        return Standing.OPEN if done is None else Standing.KEPT
    if done is not None:
        return Standing.KEPT if done <= due else Standing.BROKEN
    if now >= due:
        return Standing.BROKEN
    ahead = [-offset for offset in ladder if offset < timedelta()]
    return Standing.AT_RISK if ahead and now >= due - max(AT_RISK_BEFORE, *ahead) else Standing.OPEN


def carried(span: Span, *, was: Span, will_be: Span) -> Span:
    """Carry a session along with its day: as far from the day's start as before, cut to what the day has room for.

    What filled the whole day fills it again. All half-open, UTC; elapsed time.
    """
    if span == was:
        return will_be
    length = min(span[1] - span[0], will_be[1] - will_be[0])
    starts_at = min(will_be[0] + max(span[0] - was[0], timedelta()), will_be[1] - length)
    return starts_at, starts_at + length


def rehearsal_days(event_starts_at: datetime, zone: str, now: datetime) -> tuple[date, ...]:
    """List the days for a rehearsal in order of preference; empty when the event is today.

    With nine days or more left: day -7, then its neighbours up to -9 and -5. With less, the latest feasible day first:
    from -5 back while that lies ahead, else from the eve of the event back; never today, unless the event is tomorrow.
    Source: S81
    """
    event_on, today = local_date(event_starts_at, zone), local_date(now, zone)
    left = (event_on - today).days
    if left >= REHEARSAL_EARLIEST:
        before: Sequence[int] = sorted(
            range(REHEARSAL_LATEST, REHEARSAL_EARLIEST + 1), key=lambda days: (abs(days - REHEARSAL_DAYS_BEFORE), days)
        )
    elif left > REHEARSAL_LATEST:
        before = range(REHEARSAL_LATEST, left)
    else:
        before = range(1, max(left, 2)) if left > 0 else ()
    return tuple(event_on - timedelta(days=days) for days in before)


def needs_reason(event_starts_at: datetime, zone: str, rehearsal_on: date) -> bool:
    """Say whether a rehearsal on this day needs a reason. Source: S81"""
    days = (local_date(event_starts_at, zone) - rehearsal_on).days
    return not REHEARSAL_LATEST <= days <= REHEARSAL_EARLIEST


def _rungs(due: datetime, ladder: Iterable[timedelta]) -> Iterator[datetime]:
    return iter(sorted(due + offset for offset in ladder))
