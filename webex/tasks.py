"""What the beat asks of a worker about customers' sites."""

from celery import shared_task
from django.utils import timezone

from customers.tenancy import EVERYTHING, scope, unscoped
from webex.actions import look_after_site
from webex.queries import connections_with_work


@shared_task
@scope(EVERYTHING)
def find_work() -> None:
    """Send a worker to each site that something is due for; slow sites then keep no one but themselves waiting."""
    for connection in connections_with_work(now=timezone.now()):
        look_after.delay(connection.pk, connection.organisation_id)


@shared_task(expires=60)
@unscoped
def look_after(connection_id: int, organisation_id: int) -> None:
    """One round over one site; opens the scope of its organisation for each step."""
    look_after_site(connection_id=connection_id, organisation_id=organisation_id, now=timezone.now())
