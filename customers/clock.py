"""What time it is for whom: a sandbox lives ahead of everybody else. Source: docs/adr/0013"""

from datetime import datetime

from django.utils import timezone

from customers.requests import KeyRequest, PortalRequest


def now_of(request: PortalRequest | KeyRequest) -> datetime:
    """Return the time of the organisation that the caller works for; everybody's without one."""
    now = timezone.now()
    return now + request.organisation.clock_ahead if request.organisation else now
