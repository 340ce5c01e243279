"""What tidies up behind sign-in."""

from importlib import import_module

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from customers.models import CacheEntry, IdempotentAnswer
from customers.rest.idempotency import KEPT
from customers.tenancy import EVERYTHING, scope
from customers.throttle import forget_counts


@shared_task
@scope(EVERYTHING)
def forget_answers() -> None:
    """Delete the answers kept for an Idempotency-Key once they are replayed no more. Safe to run twice."""
    IdempotentAnswer.objects.filter(created_at__lte=timezone.now() - KEPT).delete()


@shared_task
@scope()
def forget_expired() -> None:
    """Delete counters, cached values and sessions that have expired; nothing depends on it. Safe to run twice."""
    now = timezone.now()
    forget_counts(now=now)
    CacheEntry.objects.filter(expires__lte=now).delete()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
