"""Counting work that comes back, so that what kills its worker each time is put aside."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from outbox.models import Redelivery

KEPT = timedelta(days=7)


@transaction.atomic
def count_redelivery(task_id: str, *, name: str, now: datetime) -> int:
    """Note that the broker handed the work out again, and return how often that was by now."""
    Redelivery.objects.bulk_create([Redelivery(task_id=task_id, name=name, times=0, last_at=now)], ignore_conflicts=True)
    Redelivery.objects.filter(task_id=task_id).update(times=F("times") + 1, last_at=now)
    return Redelivery.objects.values_list("times", flat=True).get(task_id=task_id)


@transaction.atomic
def forget_redeliveries(*, now: datetime) -> int:
    """Delete counts that nobody needs any more; return how many. Safe to run twice."""
    return Redelivery.objects.filter(last_at__lte=now - KEPT).delete()[0]
