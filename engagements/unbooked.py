"""Who takes the roles that need no booking for the event: whoever suits best, as long as anyone has the role."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Value

from catalog.models import StaffRole
from engagements.ranking import Facts, Ranked, rank
from engagements.standing import Standing, leave_within, minutes_apart
from scheduling.models import StaffMember
from scheduling.queries import who_works_for

MOMENT = timedelta(minutes=1)

Chosen = dict[StaffRole, list[tuple[StaffMember, Ranked]]]


class Suited:
    """Everyone with roles that need no booking, read once for engagements of these organisations: three queries.

    The organisations are one sandbox, or none is. Leave, language and being on the team already are preferences here: someone is
    named as long as anyone has the role. Source: S74
    """

    def __init__(self, roles: Collection[str], organisation_ids: Collection[int], *, now: datetime | None) -> None:
        self.now, self.standing = now, Standing(roles, organisation_ids)
        works = who_works_for(next(iter(organisation_ids)))
        able = StaffMember.objects.filter(works, is_active=True, roles__overlap=list(roles)).select_related("user")
        on_leave = Exists(leave_within([(now, now + MOMENT)]).filter(staff=OuterRef("pk"))) if now else Value(False)  # noqa: FBT003 - the value
        found = list(able.annotate(is_away=on_leave))
        self.people: dict[int, StaffMember] = {each.pk: each for each in found}
        self.away = {each.pk for each in found if each.is_away}

    def best(
        self,
        wanted: Mapping[StaffRole, int],
        *,
        organisation_id: int,
        language: str,
        zone: str,
        taken: Collection[int] = (),
        never: Collection[tuple[str, int]] = (),
    ) -> Chosen:
        """Choose so many people for each role, the best suited first; `taken` are on the team already, who is in `never` is not chosen."""
        chosen: Chosen = {}
        seated = set(taken)
        for role, count in wanted.items():
            able = [each for each in self.people.values() if role in each.roles and (role, each.pk) not in never]
            ranked = rank(self._facts(able, role, organisation_id=organisation_id, language=language, zone=zone, seated=seated))
            chosen[role] = [(self.people[each.id], each) for each in ranked[:count]]
            seated.update(each.id for each in ranked[:count])
        return chosen

    def _facts(
        self, able: Iterable[StaffMember], role: str, *, organisation_id: int, language: str, zone: str, seated: Collection[int]
    ) -> list[Facts]:
        return [
            Facts(
                id=each.pk,
                objections=self._preferences(each, language=language, seated=seated),
                knows_customer=self.standing.knows(role, each.pk, organisation_id),
                engagements=self.standing.loads[role, each.pk],
                minutes_apart=minutes_apart(each.zone, zone, self.now) if self.now else 0,
            )
            for each in able
        ]

    def _preferences(self, staff: StaffMember, *, language: str, seated: Collection[int]) -> frozenset[str]:
        found = {"seated": staff.pk in seated, "on_leave": staff.pk in self.away, "no_language": language not in staff.languages}
        return frozenset(code for code, holds in found.items() if holds)


def best_for(
    wanted: Mapping[StaffRole, int],
    *,
    organisation_id: int,
    language: str,
    zone: str,
    now: datetime | None,
    taken: Collection[int] = (),
) -> Chosen:
    """Choose so many people for each role of one engagement: see `Suited`. A customer waits."""
    if not wanted:
        return {}
    suited = Suited(wanted, [organisation_id], now=now)
    return suited.best(wanted, organisation_id=organisation_id, language=language, zone=zone, taken=taken)
