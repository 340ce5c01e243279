"""Which recordings there are, and whose. Source: S71, S95"""

from django.db.models import QuerySet

from customers.bearer import Caller
from engagements.models import Engagement, Recording, RepositoryGrant
from engagements.queries.engagements import engagements_visible_to


def recordings_visible_to(user: Caller) -> QuerySet[Recording]:
    """Return the recordings of the engagements the caller may reach: the door to their rows."""
    return Recording.objects.filter(session__engagement__in=engagements_visible_to(user))


def recordings_of(engagement: Engagement) -> list[Recording]:
    """List the recordings, in the order of their sessions. Source: S71, S95"""
    recordings = Recording.objects.filter(organisation_id=engagement.organisation_id, session__engagement=engagement)
    return list(recordings.select_related("session").order_by("session__starts_at", "id"))


def repository_grants_of(engagement: Engagement) -> list[RepositoryGrant]:
    """List what the customer opened to us, the latest first. Source: S96"""
    grants = RepositoryGrant.objects.filter(organisation_id=engagement.organisation_id, engagement=engagement)
    return list(grants.select_related("granted_by").order_by("-granted_at", "-id"))
