"""Seats that need no booking and stand empty are given to whoever suits best."""

from collections.abc import Collection, Sequence
from datetime import datetime

from catalog.models import PackageRole, StaffRole
from engagements import mails
from engagements.actions.handing_over import days_of, opens_next
from engagements.actions.locking import lock_all
from engagements.actions.staffing import Pick, best_picks, put_states, seated, unseat
from engagements.candidates import NOT_AGAIN
from engagements.models import Assignment, Engagement
from engagements.standing import current, seats_of
from engagements.unbooked import Suited
from outbox.actions import enqueue

CHOSEN_BY_LOAD = (StaffRole.PM, StaffRole.COORDINATOR)
AHEAD = (Engagement.State.OPEN, Engagement.State.STAFFED, Engagement.State.RUNNING)


def with_empty_seats() -> list[tuple[int | None, int]]:
    """Find engagements ahead that wait for a person, or whose PM or coordinator left or does something else now; each after its sandbox."""
    gone = [
        Assignment.objects.filter(role=role, ended_at__isnull=True, engagement__state__in=AHEAD)
        .exclude(staff__is_active=True, staff__roles__contains=[role])
        .values_list("engagement", flat=True)
        for role in CHOSEN_BY_LOAD
    ]
    waiting = Engagement.objects.filter(state=Engagement.State.OPEN).values_list("pk", flat=True)
    found = Engagement.objects.filter(pk__in={*waiting, *gone[0], *gone[1]}).select_related("organisation").order_by("pk")
    return [(each.organisation.sandbox_id, each.pk) for each in found]


def fill_seats(pks: Sequence[int], *, now: datetime) -> int:
    """Give the roles that need no booking to whoever suits best, where they are empty, and return on how many engagements.

    The engagements are of one sandbox, or of none. Locks them.
    """
    engagements = [each for each in lock_all(pks) if each.state in AHEAD]
    if not engagements:
        return 0
    seats = seats_of(engagements)
    gone = {each: [seat for seat in current(seats[each.pk]) if _is_gone(seat)] for each in engagements}
    stayed = {each: [seat for seat in current(seats[each.pk]) if seat not in gone[each]] for each in engagements}
    picks = _choose(engagements, stayed, seats, now=now)
    unseat([seat for each in picks for seat in gone[each]], because=Assignment.Ended.UNAVAILABLE, now=now)
    came = Assignment.objects.bulk_create(
        [seated(each, pick, opens_at=opens_next(each, now=now), now=now) for each, chosen in picks.items() for pick in chosen]
    )
    by_engagement = {each: [seat for seat in came if seat.engagement_id == each.pk] for each in picks}
    put_states({each: [*stayed[each], *by_engagement[each]] for each in picks}, now=now)
    enqueue(*(mail for each in picks for mail in mails.assigned(each, by_engagement[each], days=days_of(each), now=now)))
    return len(picks)


def _choose(
    engagements: Collection[Engagement],
    stayed: dict[Engagement, list[Assignment]],
    seats: dict[int, list[Assignment]],
    *,
    now: datetime,
) -> dict[Engagement, list[Pick]]:
    """Pick people for what is missing on each; who was chosen for one has an engagement more when the next is looked at."""
    missing = {each: _missing(list(each.package.team.all()), stayed[each]) for each in engagements}
    roles = {role for wanted in missing.values() for role in wanted}
    suited = Suited(roles, {each.organisation_id for each in engagements}, now=now)
    picks = {}
    for each in engagements:
        had = seats[each.pk]
        found = suited.best(
            missing[each],
            organisation_id=each.organisation_id,
            language=each.assist_language,
            zone=each.zone,
            taken=[seat.staff_id for seat in stayed[each]],
            never={(seat.role, seat.staff_id) for seat in had if seat.answer in NOT_AGAIN},
        )
        chosen = best_picks(found)
        for pick in chosen:
            suited.standing.seat(pick.role, pick.staff.pk, each.organisation_id, seats=had)
        if chosen:
            picks[each] = chosen
    return picks


def _is_gone(seat: Assignment) -> bool:
    return seat.role in CHOSEN_BY_LOAD and not (seat.staff.is_active and seat.role in seat.staff.roles)


def _missing(needs: Sequence[PackageRole], team: Sequence[Assignment]) -> dict[StaffRole, int]:
    wanted = {StaffRole(need.role): need.count for need in needs if not need.books_window}
    wanted.setdefault(StaffRole.COORDINATOR, 1)
    missing = {role: count - sum(each.role == role for each in team) for role, count in wanted.items()}
    return {role: count for role, count in missing.items() if count > 0}
