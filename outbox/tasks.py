"""What the beat asks of a worker."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from customers.tenancy import unscoped
from outbox.actions import forget_redeliveries, number_events, record_heartbeat
from outbox.delivery import deliver
from outbox.hooks.delivering import deliver_webhooks

# Short, so that a slow mail server cannot keep the workers from their other work; the beat comes back every few seconds.
ONE_RUN = timedelta(seconds=10)  # then the other sweeps have their turn


@shared_task
@unscoped
def deliver_messages() -> None:
    """Send what is due; when that takes too long, come back for the rest after the work that waits meanwhile.

    What the beat asks for expires while the workers are at it. This expires too, so that there are never more than workers.
    """
    began = timezone.now()
    deliver(clock=timezone.now, at_most=ONE_RUN)
    if timezone.now() - began >= ONE_RUN:
        deliver_messages.apply_async(expires=ONE_RUN.total_seconds())


@shared_task
@unscoped
def follow_events() -> None:
    """Number what happened, and see whom to tell."""
    number_events(now=timezone.now())


@shared_task
@unscoped
def post_webhooks() -> None:
    """Tell programs what happened."""
    deliver_webhooks(clock=timezone.now, at_most=ONE_RUN)


@shared_task
@unscoped
def heartbeat() -> None:
    """Show that the beat asks and a worker answers."""
    record_heartbeat(now=timezone.now())


@shared_task
@unscoped
def forget_parked_work() -> None:
    """Tidy up behind work that came back."""
    forget_redeliveries(now=timezone.now())
