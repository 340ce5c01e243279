"""The picture over an engagement's form, and the same in words."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import TaskTemplate
from customers import times
from engagements.models import Appointment, Engagement
from engagements.picture import Lane, Mark, Picture, draw
from engagements.queries import promise_list
from engagements.queries.promises import Promise
from engagements.timeline import Standing

KINDS = {Standing.KEPT: "kept", Standing.OPEN: "open", Standing.AT_RISK: "risk", Standing.BROKEN: "broken"}
LANE_OF = {Appointment.Kind.REHEARSAL: "REHEARSAL", Appointment.Kind.DRY_RUN: "REHEARSAL"}
ROW, LABEL, PAD = 16, 20, 6  # pixels: of one row of marks, of the lane's name above them, and below


@dataclass(frozen=True, slots=True)
class DrawnLane:
    """One band with its place from the top, in pixels."""

    lane: Lane
    label: str
    top: int
    height: int

    @property
    def marks(self) -> list[tuple[float, int, str, str]]:
        """List each mark: percent from the left, pixels from the top, kind, words."""
        return [(each.x, self.top + LABEL + each.row * ROW + ROW // 2, each.mark.kind, each.mark.words) for each in self.lane.marks]


@dataclass(frozen=True, slots=True)
class Timeline:
    """What the template draws; `twin` is the same for who reads: lane, and its marks in order."""

    picture: Picture
    lanes: tuple[DrawnLane, ...]
    height: int
    ticks: tuple[tuple[float, str], ...]
    twin: tuple[tuple[str, tuple[Mark, ...]], ...]
    counts: tuple[tuple[str, str], ...]


def timeline_of(engagement: Engagement, *, now: datetime) -> Timeline:
    """Draw every promise that has a due time, every appointment and the staffed windows. Three queries."""
    promises = promise_list(engagement, now=now)
    days = sorted(engagement.days.all(), key=lambda day: day.position)
    marks = [*_promises(promises, engagement), *_appointments(engagement)]
    picture = draw(
        marks,
        windows=[(day.window_starts_at, day.window_ends_at) for day in days],
        opened_at=engagement.opened_at,
        zone=engagement.zone,
        now=now,
    )
    lanes = tuple(_stacked(picture))
    return Timeline(
        picture=picture,
        lanes=lanes,
        height=lanes[-1].top + lanes[-1].height,
        ticks=tuple((tick.x, _day(tick.at, engagement.zone)) for tick in picture.ticks),
        twin=tuple((each.label, tuple(placed.mark for placed in each.lane.marks)) for each in lanes),
        counts=tuple(_counts(promises)),
    )


def _day(at: datetime, zone: str) -> str:
    return times.day(at.astimezone(ZoneInfo(zone)), weekday=False, year=False)


def _promises(promises: list[Promise], engagement: Engagement) -> Iterator[Mark]:
    for each in promises:
        kind = KINDS.get(each.standing)
        if kind and each.due_at:
            at = times.moment(each.due_at, engagement.zone)
            about = f" ({each.session})" if each.session else ""
            words = {"title": each.title + about, "owner": each.owner, "word": each.word, "when": at}
            yield Mark(each.phase, each.due_at, kind, _("%(title)s: %(word)s, %(owner)s, %(when)s") % words)


def _appointments(engagement: Engagement) -> Iterator[Mark]:
    for each in engagement.appointments.exclude(state=Appointment.State.CANCELLED).order_by("starts_at"):
        lane = LANE_OF.get(Appointment.Kind(each.kind), "PLANNING")
        when = times.span(each.starts_at, each.ends_at, engagement.zone)
        words = {"what": each.get_kind_display(), "state": each.get_state_display().lower(), "when": when}
        yield Mark(lane, each.starts_at, "appointment", _("%(what)s: %(state)s, %(when)s") % words)


def _stacked(picture: Picture) -> Iterator[DrawnLane]:
    top = 0
    for lane in picture.lanes:
        height = LABEL + lane.rows * ROW + PAD
        yield DrawnLane(lane, str(TaskTemplate.Phase(lane.name).label), top, height)
        top += height


def _counts(promises: list[Promise]) -> Iterator[tuple[str, str]]:
    """Count what is kept, open, at risk and missed; each with its mark and word."""
    found = Counter(each.standing for each in promises)
    words = {
        Standing.KEPT: ngettext("%(count)d kept", "%(count)d kept", found[Standing.KEPT]),
        Standing.OPEN: ngettext("%(count)d open", "%(count)d open", found[Standing.OPEN]),
        Standing.AT_RISK: ngettext("%(count)d at risk", "%(count)d at risk", found[Standing.AT_RISK]),
        Standing.BROKEN: ngettext("%(count)d missed", "%(count)d missed", found[Standing.BROKEN]),
    }
    for standing, word in words.items():
        yield KINDS[standing], word % {"count": found[standing]}
