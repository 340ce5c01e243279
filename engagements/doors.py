"""What must be read across organisations while a customer's order is being placed: how busy our people are."""

from collections import Counter
from collections.abc import Iterable

from django.db.models import Count

from customers.tenancy import door
from engagements.models import Assignment


@door
def workloads(roles: Iterable[str]) -> Counter[tuple[str, int]]:
    """Count the current assignments by role and staff member, over every organisation; nothing else leaves this door."""
    current = Assignment.objects.filter(ended_at__isnull=True, role__in=list(roles))
    counted = current.values_list("role", "staff_id").annotate(engagements=Count("id")).order_by()
    return Counter({(role, staff_id): engagements for role, staff_id, engagements in counted})
