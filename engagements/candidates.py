"""Who could take a role on an engagement: the facts about everyone who has it, put through the ranking."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from catalog.models import PackageRole, StaffRole
from engagements.doors import workloads
from engagements.models import Assignment, Engagement
from engagements.ranking import Facts, Ranked, Span, rank
from engagements.wording import sentence
from scheduling.localtime import offset_at
from scheduling.models import LONGEST_BOOKING, Booking, Certificate, Leave, StaffMember
from scheduling.needs import Need
from scheduling.queries import free_ids, live, who_works_for
from scheduling.windows import NOTHING, EventDay, Rule

AROUND = timedelta(days=2)  # what is booked so near to a window can leave too little rest
MOMENT = timedelta(minutes=1)
NOT_AGAIN = {Assignment.Answer.DECLINED: "declined", Assignment.Answer.SILENT: "silent"}


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
    days = engagement.days.filter(window_ends_at__gt=now).order_by("position")
    return Need(
        role=booked_role(package.team.all()) or "",
        family_id=package.family_id if package.requires_certificate else None,
        language=engagement.assist_language,
        zone=engagement.zone,
        days=tuple(EventDay(day.window_starts_at, day.window_ends_at) for day in days),
        rule=Rule(lead_in=NOTHING),
        sandbox=engagement.organisation.sandbox_id,
    )


def candidates_for(engagement: Engagement, *, role: str, now: datetime) -> list[Candidate]:
    """Rank everyone who has the role or is in it now, best first; who cannot comes last, with the reasons.

    Nine queries, however many people there are. Nobody is held by this. Source: S4, S30, S47, S74
    """
    seats = list(Assignment.objects.filter(engagement=engagement).order_by("id"))
    present = {each.staff_id for each in seats if each.role == role and each.ended_at is None}
    having = Q(is_active=True, roles__contains=[role]) | Q(pk__in=present)
    found = StaffMember.objects.filter(having, who_works_for(engagement.organisation_id)).select_related("user")
    people = {each.pk: each for each in found}
    facts = _Facts(engagement, role, list(people.values()), seats, now)
    return [Candidate(people[each.id], each.id in present, each) for each in rank(facts.all(), facts.windows)]


def best_for(
    wanted: Mapping[StaffRole, int],
    *,
    organisation_id: int,
    language: str,
    zone: str,
    now: datetime | None,
    taken: Collection[int] = (),
    never: Collection[tuple[str, int]] = (),
) -> dict[StaffRole, list[tuple[StaffMember, Ranked]]]:
    """Choose so many people for each role that needs no booking, the best suited first.

    Leave, language and `taken` (already on the team) are preferences here: someone is named as long as anyone has the role. Who
    is in `never` is not. Four queries, because a customer waits. Source: S74
    """
    if not wanted:
        return {}
    loads, knows = workloads(wanted), known_by(organisation_id, wanted)
    able_ones = StaffMember.objects.filter(who_works_for(organisation_id), is_active=True, roles__overlap=list(wanted))
    candidates = list(able_ones.select_related("user"))
    away = set(_away([each.pk for each in candidates], [(now, now + MOMENT)])) if now else set()
    people = {each.pk: each for each in candidates}
    chosen: dict[StaffRole, list[tuple[StaffMember, Ranked]]] = {}
    seated = set(taken)
    for role, count in wanted.items():
        able = (each for each in candidates if role in each.roles and (role, each.pk) not in never)
        ranked = rank(
            Facts(
                id=each.pk,
                objections=_preferences(each, language=language, seated=seated, away=away),
                knows_customer=knows[role, each.pk],
                engagements=loads[role, each.pk],
                minutes_apart=minutes_apart(each.zone, zone, now) if now else 0,
            )
            for each in able
        )
        chosen[role] = [(people[each.id], each) for each in ranked[:count]]
        seated.update(each.id for each in ranked[:count])
    return chosen


def _preferences(staff: StaffMember, *, language: str, seated: Collection[int], away: Collection[int]) -> frozenset[str]:
    found = {"seated": staff.pk in seated, "on_leave": staff.pk in away, "no_language": language not in staff.languages}
    return frozenset(code for code, holds in found.items() if holds)


class _Facts:
    """What the database knows of these people for this role."""

    def __init__(
        self, engagement: Engagement, role: str, people: Sequence[StaffMember], seats: Sequence[Assignment], now: datetime
    ) -> None:
        self.engagement, self.role, self.people, self.seats, self.now = engagement, role, people, seats, now
        self.ids = [each.pk for each in people]
        need = need_of(engagement, now=now)
        self.need = need if role == need.role and need.days else None
        self.windows: list[Span] = [(each.opens_at, each.closes_at) for each in self.need.windows] if self.need else []

    def all(self) -> list[Facts]:
        """Read everything once, for everybody."""
        loads, known = workloads([self.role]), known_by(self.engagement.organisation_id, [self.role], besides=self.engagement.pk)
        booked, against = self._booked(), self._objections()
        mine = Counter((each.role, each.staff_id) for each in self.seats if each.ended_at is None)
        return [
            Facts(
                id=each.pk,
                objections=frozenset(against[each.pk]),
                zone=each.zone,
                booked=booked.get(each.pk, ()),
                is_present=bool(mine[self.role, each.pk]),
                knows_customer=known[self.role, each.pk],
                engagements=loads[self.role, each.pk] - mine[self.role, each.pk],
                minutes_apart=minutes_apart(each.zone, self.engagement.zone, self.engagement.starts_at),
            )
            for each in self.people
        ]

    def _objections(self) -> Mapping[int, set[str]]:
        found: defaultdict[int, set[str]] = defaultdict(set)
        for each in self.people:
            found[each.pk] |= _of_the_person(each, self.role, self.engagement.assist_language)
        for seat in self.seats:
            if seat.role == self.role and seat.answer in NOT_AGAIN:
                found[seat.staff_id].add(NOT_AGAIN[Assignment.Answer(seat.answer)])
            if seat.role != self.role and seat.ended_at is None:
                found[seat.staff_id].add("seated")
        for staff_id in _away(self.ids, self.windows or [(self.now, self.now + MOMENT)]):
            found[staff_id].add("on_leave")
        if self.need:
            self._of_the_time(self.need, found)
        return found

    def _of_the_time(self, need: Need, found: defaultdict[int, set[str]]) -> None:
        """Ask the one function that decides who is free; where it says no and nothing else does, it is the working hours."""
        taken = Booking.objects.filter(live(self.now), _overlapping(self.windows), staff__in=self.ids)
        for staff_id in taken.exclude(reference=self.engagement.reference).values_list("staff", flat=True):
            found[staff_id].add("busy")
        for staff_id in self._uncertified(need):
            found[staff_id].add("no_certificate")
        reference = self.engagement.reference
        free = set(free_ids(need, now=self.now, ignoring=[reference], among=self.ids, limit=len(self.ids)))
        decided_by_time = {"no_role", "left", "busy", "on_leave", "no_certificate", "no_language"}
        for staff_id in self.ids:
            if staff_id not in free and not found[staff_id] & decided_by_time:
                found[staff_id].add("not_working")

    def _uncertified(self, need: Need) -> set[int]:
        if need.family_id is None:
            return set()
        valid: defaultdict[int, list[Certificate]] = defaultdict(list)
        for each in Certificate.objects.filter(family=need.family_id, staff__in=self.ids):
            valid[each.staff_id].append(each)
        return {
            staff_id
            for staff_id in self.ids
            if not all(any(each.valid_from <= day <= each.valid_until for each in valid[staff_id]) for day in need.dates)
        }

    def _booked(self) -> Mapping[int, list[Span]]:
        """Read what else is booked around the windows."""
        found: defaultdict[int, list[Span]] = defaultdict(list)
        if not self.windows:
            return found
        first, last = self.windows[0][0] - AROUND, self.windows[-1][1] + AROUND
        rows = Booking.objects.filter(live(self.now), staff__in=self.ids, start_at__gt=first - LONGEST_BOOKING, start_at__lt=last)
        for staff_id, starts_at, ends_at in (
            rows.filter(end_at__gt=first).exclude(reference=self.engagement.reference).values_list("staff", "start_at", "end_at")
        ):
            found[staff_id].append((starts_at, ends_at))
        return found


def known_by(organisation_id: int, roles: Iterable[str], *, besides: int | None = None) -> Counter[tuple[str, int]]:
    """Count the customer's engagements by role and staff member."""
    had = Assignment.objects.filter(organisation_id=organisation_id, role__in=list(roles)).exclude(engagement=besides)
    counted = had.values_list("role", "staff").annotate(engagements=Count("engagement", distinct=True)).order_by()
    return Counter({(role, staff_id): engagements for role, staff_id, engagements in counted})


def minutes_apart(one: str, other: str, at: datetime) -> int:
    """Measure how far two clocks are apart at an instant."""
    return abs(offset_at(at, one) - offset_at(at, other)) // timedelta(minutes=1)


def _of_the_person(staff: StaffMember, role: str, language: str) -> set[str]:
    against = set()
    if role not in staff.roles:
        against.add("no_role")
    if not staff.is_active:
        against.add("left")
    if language and language not in staff.languages:
        against.add("no_language")
    return against


def _away(staff_ids: Collection[int], windows: Collection[Span]) -> QuerySet[Leave, int]:
    return Leave.objects.filter(_overlapping(windows), staff__in=staff_ids).values_list("staff", flat=True)


def _overlapping(windows: Collection[Span]) -> Q:
    inside = Q()
    for starts_at, ends_at in windows:
        inside |= Q(start_at__lt=ends_at, end_at__gt=starts_at)
    return inside
