"""The board of an order: what we owe the customer and what the customer owes us, and what the reader may do about it."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from catalog.models import TaskTemplate
from customers.models import User
from engagements.actions.closing import UNDO_WITHIN
from engagements.actions.session_duties import OWED_ONCE_GRANTED
from engagements.models import Engagement, ReadinessMark, Session, Task
from engagements.queries import Promise, may_complete, may_grant, may_plan, may_waive, promise_list
from engagements.queries.readiness import marks_of, readiness_of, still_owed
from engagements.readiness import Readiness
from engagements.timeline import Standing

NEXT = 3


@dataclass(frozen=True)
class Line:
    """One promise with what the reader may do about it now."""

    promise: Promise
    may_answer: bool = False
    may_waive: bool = False
    may_take_back: bool = False


@dataclass(frozen=True)
class Group:
    """A part of a column; folded when nothing in it is pressing."""

    name: str
    lines: list[Line]
    is_unfolded: bool


@dataclass(frozen=True)
class Column:
    """What one side owes, by due time."""

    is_ours: bool
    lines: list[Line]
    searched: bool = False
    asked_about: str = ""

    @property
    def groups(self) -> list[Group]:
        """What needs somebody now, then the rest by the part of the event it belongs to, then what is over and done with.

        The first group is never folded, nor what was searched for, nor the one with an answer that was refused.
        """
        pressing = [line for line in self.lines if line.promise.is_open and line.promise.standing != Standing.OPEN]
        waiting = [line for line in self.lines if line.promise.is_open and line.promise.standing == Standing.OPEN]
        over = [line for line in self.lines if not line.promise.is_open]
        parts = [(str(phase.label), [line for line in waiting if line.promise.phase == phase]) for phase in TaskTemplate.Phase]
        named = [(gettext("Missed or at risk"), pressing), *parts, (gettext("Done or not applicable"), over)]
        filled = [(name, lines) for name, lines in named if lines]
        return [Group(name, lines, number == 0 or self._is_wanted(lines)) for number, (name, lines) in enumerate(filled)]

    def _is_wanted(self, lines: list[Line]) -> bool:
        return self.searched or any(line.promise.key == self.asked_about for line in lines)

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(line.promise.is_done for line in self.lines)

    @property
    def owed(self) -> int:
        """How many there are, but for what does not apply."""
        return sum(line.promise.is_done or line.promise.is_open for line in self.lines)

    @property
    def next_open(self) -> list[Line]:
        """The few that come next."""
        return [line for line in self.lines if line.promise.is_open][:NEXT]


@dataclass(frozen=True)
class Board:
    """Both columns, how ready the event is, and what is still open for the customer."""

    columns: list[Column]
    readiness: Readiness
    flagged: list[Promise]
    marks: list[ReadinessMark]


def board_of(engagement: Engagement, *, reader: User, words: str = "", asked_about: str = "", now: datetime) -> Board:
    """Read the board for somebody.

    `words` keeps the promises that have all of them; `asked_about` is the key of the promise whose answer was refused.
    """
    promises, marks = promise_list(engagement, now=now), marks_of(engagement)
    rights = _Rights.of(engagement, reader, now=now)
    found = [each for each in promises if _has_words(each, words)] if words else promises
    columns = [
        Column(ours, [rights.line(each) for each in found if each.is_ours == ours], bool(words), asked_about) for ours in (True, False)
    ]
    flagged = still_owed(promises) if marks and now < engagement.starts_at else []
    return Board(columns, readiness_of(promises), flagged, marks)


def agenda_of(engagement: Engagement) -> list[Session]:
    """List the sessions in the order in which they begin."""
    sessions = Session.objects.filter(organisation_id=engagement.organisation_id, engagement=engagement)
    return list(sessions.select_related("day").order_by("starts_at", "ends_at", "id"))


def waits_for_agenda(engagement: Engagement) -> bool:
    """True when something is counted from the final agenda. Source: S84"""
    tasks = Task.objects.filter(organisation_id=engagement.organisation_id, engagement=engagement)
    return tasks.filter(template__anchor=TaskTemplate.Anchor.AGENDA_FINAL).exists()


def may_change_agenda(engagement: Engagement, reader: User) -> bool:
    """True when the reader may declare the agenda final or reopen it. Source: S84"""
    return engagement.state in Engagement.State.values[:3] and may_plan(engagement, reader)


def may_open_repository(engagement: Engagement, reader: User) -> bool:
    """True when the package has us upload to the customer's repository once it is open to us, and the reader may open it. Source: S96"""
    owed = TaskTemplate.objects.filter(package=engagement.package_id, code__in=OWED_ONCE_GRANTED)
    return not engagement.is_over and may_grant(engagement, reader) and owed.exists()


@dataclass(frozen=True)
class _Rights:
    """What one reader may do: asked once for each side, because the answer is the same for all of its promises."""

    reader: User
    ticks_theirs: bool
    waives_ours: bool
    now: datetime

    @classmethod
    def of(cls, engagement: Engagement, reader: User, *, now: datetime) -> "_Rights":
        if engagement.closed_at is not None:
            return cls(reader, ticks_theirs=False, waives_ours=False, now=now)
        theirs = Task(organisation_id=engagement.organisation_id, engagement=engagement, side="CUSTOMER")
        ours = Task(organisation_id=engagement.organisation_id, engagement=engagement, side="PROVIDER", role="PM")
        plans = reader.is_staff and may_complete(ours, reader)
        return cls(reader, ticks_theirs=may_waive(theirs, reader), waives_ours=plans, now=now)

    def line(self, promise: Promise) -> Line:
        own = not promise.is_ours and self.ticks_theirs
        if promise.is_open:
            return Line(promise, may_answer=own and not self.reader.is_staff, may_waive=own or (promise.is_ours and self.waives_ours))
        if promise.is_done:
            fresh = promise.done_at is not None and self.now - promise.done_at <= UNDO_WITHIN
            return Line(promise, may_take_back=own and fresh and promise.done_by == (self.reader.get_full_name() or self.reader.email))
        return Line(promise, may_take_back=own or (promise.is_ours and self.waives_ours))


def _has_words(promise: Promise, words: str) -> bool:
    texts = _plain(f"{promise.title} {promise.owner} {promise.session} {promise.evidence} {promise.word}")
    return all(word in texts for word in _plain(words).split())


def _plain(text: str) -> str:
    """Small letters without accents, so that "repetition" finds "Répétition"."""
    return "".join(each for each in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(each))
