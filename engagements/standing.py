"""How people stand: how busy they are and whom they have worked for, counted once for many engagements."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from engagements.doors import workloads
from engagements.models import Assignment, Engagement
from scheduling.localtime import offset_at
from scheduling.models import Leave

Span = tuple[datetime, datetime]  # half-open, UTC


class Standing:
    """The counts that a choice is weighed by; whoever was chosen for one engagement counts when the next is looked at."""

    def __init__(self, roles: Collection[str], organisation_ids: Collection[int]) -> None:
        self.loads = workloads(roles)
        self._known = _engagements_had(roles, organisation_ids)

    def knows(self, role: str, staff_id: int, organisation_id: int, *, besides: Iterable[Assignment] = ()) -> int:
        """Count the customer's engagements that this person had in this role; `besides` are the seats of one that does not count."""
        return self._known[organisation_id, role, staff_id] - _had(besides, role, staff_id)

    def seat(self, role: str, staff_id: int, organisation_id: int, *, seats: Iterable[Assignment]) -> None:
        """Count somebody in; `seats` are those the engagement had so far."""
        self.loads[role, staff_id] += 1
        self._known[organisation_id, role, staff_id] += not _had(seats, role, staff_id)

    def unseat(self, seats: Iterable[Assignment]) -> None:
        """Count people out who leave these seats."""
        self.loads.subtract((each.role, each.staff_id) for each in seats)


def seats_of(engagements: Iterable[Engagement]) -> defaultdict[int, list[Assignment]]:
    """Read every seat these engagements have and had, with the people, by engagement; one query."""
    found: defaultdict[int, list[Assignment]] = defaultdict(list)
    for each in Assignment.objects.filter(engagement__in=engagements).select_related("staff__user").order_by("id"):
        found[each.engagement_id].append(each)
    return found


def current(seats: Iterable[Assignment], role: str | None = None) -> list[Assignment]:
    """Keep the seats that people have now, if wanted only those of a role."""
    return [each for each in seats if each.ended_at is None and role in {None, each.role}]


def minutes_apart(one: str, other: str, at: datetime) -> int:
    """Measure how far two clocks are apart at an instant."""
    return abs(offset_at(at, one) - offset_at(at, other)) // timedelta(minutes=1)


def leave_within(spans: Collection[Span]) -> QuerySet[Leave]:
    """Select the leave that reaches into one of the spans."""
    inside = Q()
    for starts_at, ends_at in spans:
        inside |= Q(start_at__lt=ends_at, end_at__gt=starts_at)
    return Leave.objects.filter(inside)


def overlap(some: Sequence[Span], others: Sequence[Span]) -> bool:
    """Tell whether any of these spans reaches into any of the others."""
    return any(starts_at < until and ends_at > since for starts_at, ends_at in some for since, until in others)


def _engagements_had(roles: Collection[str], organisation_ids: Collection[int]) -> Counter[tuple[int, str, int]]:
    had = Assignment.objects.filter(organisation_id__in=organisation_ids, role__in=roles)
    counted = had.values_list("organisation_id", "role", "staff").annotate(engagements=Count("engagement", distinct=True)).order_by()
    return Counter({(organisation_id, role, staff_id): count for organisation_id, role, staff_id, count in counted})


def _had(seats: Iterable[Assignment], role: str, staff_id: int) -> bool:
    return any(each.role == role and each.staff_id == staff_id for each in seats)
