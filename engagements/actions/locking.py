"""The lock on an engagement: whoever changes it holds it until the transaction ends.

People's time is locked before it, never after: see `scheduling.actions.locking`. Who holds it already waits for nobody's time.
"""

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from customers.refusals import Refusal
from engagements.models import Engagement


class EngagementOver(Refusal):
    """The event has taken place, or was cancelled."""

    code = "engagement_over"
    sentence = _("This event is over or cancelled; it can no longer be changed.")


def lock(engagement: Engagement) -> Engagement:
    """Take the engagement for the rest of the transaction, and return it as it is now."""
    return Engagement.objects.select_for_update(of=("self",)).select_related("package", "organisation").get(pk=engagement.pk)


def lock_all(pks: Collection[int]) -> list[Engagement]:
    """Take these engagements, in order of id, and return them as they are now, with their days and what team the packages ask for."""
    rows = Engagement.objects.filter(pk__in=pks).select_for_update(of=("self",)).select_related("package", "organisation")
    return list(rows.prefetch_related("days", "package__team").order_by("pk"))
