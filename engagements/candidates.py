"""Who could take a role on an engagement: the facts about everyone who has it, put through the ranking."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from catalog.models import PackageRole
from engagements.models import Assignment, Engagement
from engagements.ranking import Facts, Ranked, rank
from engagements.standing import Span, Standing, current, leave_within, minutes_apart, overlap, seats_of
from engagements.wording import sentence
from scheduling.models import LONGEST_BOOKING, Booking, Certificate, StaffMember
from scheduling.needs import Need
from scheduling.queries import free_ids, live, who_works_for
from scheduling.windows import NOTHING, EventDay, Rule

AROUND = timedelta(days=2)  # what is booked so near to a window can leave too little rest
MOMENT = timedelta(minutes=1)
NOT_AGAIN = {Assignment.Answer.DECLINED: "declined", Assignment.Answer.SILENT: "silent"}
DECIDED_BEFORE_HOURS = {"no_role", "left", "busy", "on_leave", "no_certificate", "no_language"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """Someone with the role: what speaks for them, and against. Source: S74"""

    staff: StaffMember
    is_present: bool
    ranked: Ranked

    @property
    def fits(self) -> bool:
        """Nothing speaks against them."""
        return self.ranked.fits

    @property
    def why(self) -> list[str]:
        """Say what speaks for them, in the reader's language."""
        return [sentence(reason) for reason in self.ranked.why]

    @property
    def why_not(self) -> list[str]:
        """Say what speaks against them, in the reader's language."""
        return [sentence(reason) for reason in self.ranked.why_not]


def booked_role(team: Iterable[PackageRole]) -> str | None:
    """Return the role whose person is booked for the event's windows."""
    return next((need.role for need in team if need.books_window), None)


def need_of(engagement: Engagement, *, now: datetime) -> Need:
    """Ask for the windows that were booked and are not over, as they were booked: the package's figures may have changed since."""
    package = engagement.package
    days = sorted(engagement.days.all(), key=lambda day: day.position)
    return Need(
        role=booked_role(package.team.all()) or "",
        family_id=package.family_id if package.requires_certificate else None,
        language=engagement.assist_language,
        zone=engagement.zone,
        days=tuple(EventDay(day.window_starts_at, day.window_ends_at) for day in days if day.window_ends_at > now),
        rule=Rule(lead_in=NOTHING),
        sandbox=engagement.organisation.sandbox_id,
    )


def candidates_for(engagement: Engagement, *, role: str, now: datetime) -> list[Candidate]:
    """Rank everyone who has the role or is in it now, best first; who cannot comes last, with the reasons. Source: S4, S30, S47, S74"""
    return Pool({engagement: role}, now=now).candidates_for(engagement)


class Pool:
    """Everyone who could take the role that is wanted on some engagements, read once: nine queries and two for each engagement.

    Who was chosen for one counts when the next is looked at. Nobody is held by this. The engagements are all of one sandbox, or
    of none.
    """

    def __init__(self, wanted: Mapping[Engagement, str], *, now: datetime) -> None:
        self.roles, self.now = {each.pk: role for each, role in wanted.items()}, now
        self.seats = seats_of(list(wanted))
        self.needs = {each.pk: _need(each, role, now=now) for each, role in wanted.items()}
        self.windows = {pk: _windows(need) for pk, need in self.needs.items()}
        self.people = {each.pk: each for each in self._able(wanted)}
        self.standing = Standing(set(wanted.values()), {each.organisation_id for each in wanted})
        self.booked = self._booked()
        self.leave = self._leave()
        self.certificates = self._certificates()
        self._chosen: list[str] = []  # whose bookings in the database are the former person's

    def candidates_for(self, engagement: Engagement) -> list[Candidate]:
        """Rank everyone who has the role or is in it now, best first; who cannot comes last, with the reasons."""
        role, windows, seats = self.roles[engagement.pk], self.windows[engagement.pk], self.seats[engagement.pk]
        present = {each.staff_id for each in current(seats, role)}
        able = [each for each in self.people.values() if each.pk in present or (each.is_active and role in each.roles)]
        against = self._objections(engagement, able)
        facts = [
            Facts(
                id=each.pk,
                objections=frozenset(against[each.pk]),
                zone=each.zone,
                booked=self._booked_besides(engagement, each.pk),
                is_present=each.pk in present,
                knows_customer=self.standing.knows(role, each.pk, engagement.organisation_id, besides=seats),
                engagements=self.standing.loads[role, each.pk] - (each.pk in present),
                minutes_apart=minutes_apart(each.zone, engagement.zone, engagement.starts_at),
            )
            for each in able
        ]
        return [Candidate(self.people[each.id], each.id in present, each) for each in rank(facts, windows)]

    def choose(self, engagement: Engagement, staff: StaffMember) -> None:
        """Count somebody as having the role, and its windows booked, from now on."""
        role, seats = self.roles[engagement.pk], self.seats[engagement.pk]
        self.standing.unseat(current(seats, role))
        self.standing.seat(role, staff.pk, engagement.organisation_id, seats=seats)
        handed_over = [(*window, engagement.reference) for window in self.windows[engagement.pk]]
        for spans in self.booked.values():
            spans[:] = [each for each in spans if each not in handed_over]
        self.booked[staff.pk] += handed_over
        self._chosen.append(engagement.reference)

    def _able(self, wanted: Mapping[Engagement, str]) -> Iterable[StaffMember]:
        present = {seat.staff_id for pk, role in self.roles.items() for seat in current(self.seats[pk], role)}
        having = Q(is_active=True, roles__overlap=sorted(set(wanted.values()))) | Q(pk__in=present)
        works = who_works_for(next(iter(wanted)).organisation_id)
        return StaffMember.objects.filter(having, works).select_related("user")

    def _booked(self) -> defaultdict[int, list[tuple[datetime, datetime, str]]]:
        """Read what is booked around the windows, with its reference."""
        found: defaultdict[int, list[tuple[datetime, datetime, str]]] = defaultdict(list)
        around = Q()
        for windows in filter(None, self.windows.values()):
            first, last = windows[0][0] - AROUND, windows[-1][1] + AROUND
            around |= Q(start_at__gt=first - LONGEST_BOOKING, start_at__lt=last, end_at__gt=first)
        rows = Booking.objects.filter(live(self.now), around, staff__in=list(self.people)) if around else Booking.objects.none()
        for staff_id, starts_at, ends_at, reference in rows.values_list("staff", "start_at", "end_at", "reference"):
            found[staff_id].append((starts_at, ends_at, reference))
        return found

    def _booked_besides(self, engagement: Engagement, staff_id: int) -> list[Span]:
        return [(since, until) for since, until, reference in self.booked.get(staff_id, ()) if reference != engagement.reference]

    def _leave(self) -> defaultdict[int, list[Span]]:
        found: defaultdict[int, list[Span]] = defaultdict(list)
        spans = {window for windows in self.windows.values() for window in windows or [self._moment]}
        leave = leave_within(spans).filter(staff__in=list(self.people))
        for staff_id, starts_at, ends_at in leave.values_list("staff", "start_at", "end_at"):
            found[staff_id].append((starts_at, ends_at))
        return found

    @property
    def _moment(self) -> Span:
        return self.now, self.now + MOMENT

    def _certificates(self) -> defaultdict[tuple[int, int], list[tuple[date, date]]]:
        found: defaultdict[tuple[int, int], list[tuple[date, date]]] = defaultdict(list)
        families = {need.family_id for need in self.needs.values() if need and need.family_id is not None}
        valid = Certificate.objects.filter(family__in=families, staff__in=list(self.people))
        for family_id, staff_id, valid_from, valid_until in valid.values_list("family", "staff", "valid_from", "valid_until"):
            found[family_id, staff_id].append((valid_from, valid_until))
        return found

    def _objections(self, engagement: Engagement, people: Sequence[StaffMember]) -> Mapping[int, set[str]]:
        role, windows = self.roles[engagement.pk], self.windows[engagement.pk]
        found: defaultdict[int, set[str]] = defaultdict(set)
        for each in people:
            found[each.pk] |= _of_the_person(each, role, engagement.assist_language)
            if overlap(self.leave.get(each.pk, ()), windows or [self._moment]):
                found[each.pk].add("on_leave")
        for seat in self.seats[engagement.pk]:
            if seat.role == role and seat.answer in NOT_AGAIN:
                found[seat.staff_id].add(NOT_AGAIN[Assignment.Answer(seat.answer)])
            if seat.role != role and seat.ended_at is None:
                found[seat.staff_id].add("seated")
        need = self.needs[engagement.pk]
        if need:
            self._of_the_time(engagement, need, [each.pk for each in people], found)
        return found

    def _of_the_time(self, engagement: Engagement, need: Need, ids: Sequence[int], found: Mapping[int, set[str]]) -> None:
        """Ask the one function that decides who is free; where it says no and nothing else does, it is the working hours."""
        ignoring = [engagement.reference, *self._chosen]
        free = set(free_ids(need, now=self.now, ignoring=ignoring, among=ids, limit=len(ids)))
        for staff_id in ids:
            if overlap(self._booked_besides(engagement, staff_id), self.windows[engagement.pk]):
                found[staff_id].add("busy")
            if not self._is_certified(staff_id, need):
                found[staff_id].add("no_certificate")
            if staff_id not in free and not found[staff_id] & DECIDED_BEFORE_HOURS:
                found[staff_id].add("not_working")

    def _is_certified(self, staff_id: int, need: Need) -> bool:
        if need.family_id is None:
            return True
        valid = self.certificates[need.family_id, staff_id]
        return all(any(since <= day <= until for since, until in valid) for day in need.dates)


def _need(engagement: Engagement, role: str, *, now: datetime) -> Need | None:
    """Ask for the windows, when the role is booked for them and one is to come."""
    need = need_of(engagement, now=now)
    return need if role == need.role and need.days else None


def _windows(need: Need | None) -> Sequence[Span]:
    return [(each.opens_at, each.closes_at) for each in need.windows] if need else []


def _of_the_person(staff: StaffMember, role: str, language: str) -> set[str]:
    against = set()
    if role not in staff.roles:
        against.add("no_role")
    if not staff.is_active:
        against.add("left")
    if language and language not in staff.languages:
        against.add("no_language")
    return against
