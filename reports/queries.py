"""Reads of what people asked for: their own files."""

from datetime import datetime

from django.db.models import QuerySet

from customers.models import Organisation, User
from reports.models import ExportJob


def exports_of(user: User, organisation: Organisation | None, *, now: datetime) -> QuerySet[ExportJob]:
    """Files this person asked for in the organisation they work in now, or as staff, newest first; none that has expired."""
    return ExportJob.objects.filter(by=user, organisation=organisation, expires_at__gt=now).order_by("-asked_at")
