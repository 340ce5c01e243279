"""What the workers do for reports; each finds its work in the database, so a lost message loses nothing."""

from celery import shared_task
from django.utils import timezone

from customers.tenancy import EVERYTHING, scope, unscoped
from reports.actions import counting
from reports.actions.exporting import claim_export, forget_exports, make_export


@shared_task(expires=5, soft_time_limit=480, time_limit=520)
@unscoped
def make_exports() -> None:
    """Make the file that has waited longest."""
    job = claim_export(now=timezone.now())
    if job:
        make_export(job, clock=timezone.now)


@shared_task
@unscoped
def forget_old_exports() -> None:
    """Let go of files whose days are over."""
    forget_exports(now=timezone.now())


@shared_task(expires=240)
@scope(EVERYTHING)
def count_promises() -> None:
    """Count how promises are kept."""
    counting.count_promises(now=timezone.now())
