"""What the beat asks of a worker about sandboxes."""

from celery import shared_task
from django.utils import timezone

from assist_portal.sandbox.due import run_due_work, sandboxes
from customers.tenancy import EVERYTHING, scope, unscoped


@shared_task(expires=60)
@unscoped
def run_sandboxes() -> None:
    """Do what is due in each sandbox at its own time; opens the scope of each."""
    with scope(EVERYTHING):
        found = sandboxes()
    for sandbox in found:
        run_due_work(sandbox, now=timezone.now() + sandbox.clock_ahead)
