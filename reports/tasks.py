"""What the workers do for reports; each finds its work in the database, so a lost message loses nothing."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from customers.tenancy import EVERYTHING, scope, unscoped
from engagements.models import Engagement
from reports.actions import counting, mailing, privacy
from reports.actions.after import extend_chain, make_report, reports_due
from reports.actions.exporting import claim_export, forget_exports, make_export

MOST, MOST_CHAINS = 50, 500
RECENT = timedelta(days=2)


@shared_task(soft_time_limit=480, time_limit=520)
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


@shared_task
@scope(EVERYTHING)
def count_promises() -> None:
    """Count how promises are kept."""
    counting.count_promises(now=timezone.now())


@shared_task
@unscoped
def make_reports() -> None:
    """Make the reports that can be made or are nearly due."""
    now = timezone.now()
    with scope(EVERYTHING):
        due = list(reports_due(now=now)[:MOST])
    for engagement in due:
        with scope(EVERYTHING):
            make_report(engagement, now=now)


@shared_task
@unscoped
def extend_chains() -> None:
    """Link what has been committed, for engagements that are not long closed."""
    with scope(EVERYTHING):
        recent = list(Engagement.objects.exclude(closed_at__lt=timezone.now() - RECENT).order_by("-pk")[:MOST_CHAINS])
    for engagement in recent:
        with scope(EVERYTHING):
            extend_chain(engagement)


@shared_task
@unscoped
def mail_figures() -> None:
    """Send who asked for it the figures of last week or last month."""
    now = timezone.now()
    with scope(EVERYTHING):
        due = mailing.people_to_mail(now=now)
    for person in due:
        with scope(EVERYTHING):
            mailing.mail_figures(person, now=now)


@shared_task
@scope(EVERYTHING)
def apply_retention() -> None:
    """Let go of what has been kept long enough."""
    privacy.apply_retention(now=timezone.now())
