"""What must be read across organisations: how busy our people are while an order is placed, and whose an answer link is."""

from collections import Counter
from collections.abc import Iterable

from django.db.models import Count

from customers.tenancy import door
from engagements.links import hashed
from engagements.models import Assignment


@door
def workloads(roles: Iterable[str]) -> Counter[tuple[str, int]]:
    """Count the current assignments by role and staff member, over every organisation; nothing else leaves this door."""
    current = Assignment.objects.filter(ended_at__isnull=True, role__in=list(roles))
    counted = current.values_list("role", "staff_id").annotate(engagements=Count("id")).order_by()
    return Counter({(role, staff_id): engagements for role, staff_id, engagements in counted})


@door
def assignment_by_token(token: str) -> Assignment | None:
    """Return the assignment that this answer link asks about, whatever its state; the caller then enters its organisation's scope."""
    return Assignment.objects.filter(token_hash=hashed(token)).first()
