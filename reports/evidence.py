"""Reads the history of an engagement as rows for its chain of digests. The history holds keys, states and instants, and no names."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps

from engagements.models import Engagement
from reports.chain import START, Link, digest_after
from reports.models import EvidenceLink

# The histories behind an engagement, each with the column that names it.
SOURCES = {
    "engagements.EngagementEvent": "pgh_obj_id",
    "engagements.TaskEvent": "engagement_id",
    "engagements.AssignmentEvent": "engagement_id",
    "engagements.SessionEvent": "engagement_id",
    "engagements.IncidentEvent": "engagement_id",
    "engagements.MinorChangeEvent": "engagement_id",
}


def rows_of(source: str, engagement_ids: list[int], after: int = 0) -> Any:
    """Rows of one history, oldest first."""
    model = apps.get_model(source)
    return model._default_manager.filter(**{f"{SOURCES[source]}__in": engagement_ids}, pgh_id__gt=after).order_by("pgh_id")


def as_row(event: Any) -> dict[str, Any]:
    """A row of history as plain values, as it stands in the database now."""
    values = {field.attname: field.value_from_object(event) for field in event._meta.concrete_fields if field.name != "pgh_context"}
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}


def links_of(engagement: Engagement) -> list[Link]:
    """The chain with the rows as they stand now; a row that is gone is an empty one, which agrees with no digest."""
    kept = list(EvidenceLink.objects.filter(engagement=engagement).order_by("position"))
    found: dict[tuple[str, int], Any] = {}
    for source in SOURCES:
        wanted = [link.row for link in kept if link.source == source]
        found |= {(source, event.pgh_id): event for event in apps.get_model(source)._default_manager.filter(pgh_id__in=wanted)}
    return [Link(link.source, as_row(found[key]) if (key := (link.source, link.row)) in found else {}, link.digest) for link in kept]


def unlinked(engagement: Engagement) -> Iterator[tuple[str, Any]]:
    """What has been committed and is in no chain yet, in the order of its writing."""
    linked = set(EvidenceLink.objects.filter(engagement=engagement).values_list("source", "row"))
    events = [
        (event.pgh_created_at, source, event.pgh_id, event)
        for source in SOURCES
        for event in rows_of(source, [engagement.pk])
        if (source, event.pgh_id) not in linked
    ]
    for _at, source, _id, event in sorted(events, key=lambda each: each[:3]):
        yield source, event


def next_links(engagement: Engagement) -> list[EvidenceLink]:
    """The links to add at the end of the chain."""
    last = EvidenceLink.objects.filter(engagement=engagement).order_by("-position").first()
    before, position = (last.digest, last.position) if last else (START, 0)
    made: list[EvidenceLink] = []
    for source, event in unlinked(engagement):
        before, position = digest_after(before, source, as_row(event)), position + 1
        made.append(
            EvidenceLink(
                organisation_id=engagement.organisation_id, engagement=engagement, position=position, source=source, row=event.pgh_id,
                digest=before,
            )
        )  # fmt: skip
    return made
