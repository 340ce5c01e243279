"""What the beat asks of a worker about sandboxes."""

from celery import shared_task
from django.utils import timezone

from assist_portal.sandbox.due import run_due_work, sandboxes
from customers.models import Organisation
from customers.tenancy import EVERYTHING, scope, unscoped


@shared_task
@scope(EVERYTHING)
def run_sandboxes() -> None:
    """Send a worker to each sandbox; one whose work fails then keeps no other waiting."""
    for sandbox in sandboxes():
        run_sandbox.delay(sandbox.pk)


@shared_task(expires=60)
@unscoped
def run_sandbox(organisation_id: int) -> None:
    """Do what is due in one sandbox at its own time; opens its scope."""
    with scope(EVERYTHING):
        sandbox = Organisation.objects.get(pk=organisation_id)
    run_due_work(sandbox, now=timezone.now() + sandbox.clock_ahead)
