"""After the event: attendance taken in, the history chained, the report made and sent. Source: S70, S90; idea 11"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from catalog.models import TaskTemplate
from customers.models import User
from engagements.actions.locking import lock
from engagements.actions.ticking import complete_task
from engagements.models import Engagement, Session, Task
from engagements.timeline import working_days_later
from outbox.actions import compose, enqueue, event_of, record
from outbox.models import EventType
from outbox.rendering import render_mail
from reports.after import content_of
from reports.chain import START
from reports.evidence import next_links
from reports.models import Attendance, EventReport, EvidenceLink

DUE_WORKING_DAYS = 2  # Source: S70
AT_LATEST_BEFORE = timedelta(hours=4)  # a report of what is known by then is better than a late one
OWN_DUTY = "post-event-report"
STATES = (Engagement.State.WRAPPING_UP, Engagement.State.CLOSED)


@transaction.atomic
def import_attendance(engagement: Engagement, *, figures: Mapping[int, tuple[int, int]], by: User | None, now: datetime) -> None:
    """Keep the enrolled and attended figures of sessions, by their primary keys; importing again replaces. Source: S90, S121"""
    for session in Session.objects.filter(engagement=engagement, pk__in=figures):
        registered, attended = figures[session.pk]
        Attendance.objects.update_or_create(
            session=session,
            defaults={
                "organisation_id": engagement.organisation_id, "registered": registered, "attended": attended, "imported_at": now,
                "imported_by": by,
            },
        )  # fmt: skip


@transaction.atomic
def extend_chain(engagement: Engagement) -> str:
    """Link what has been committed since the last time and return the head; one at a time per engagement. Locks the engagement."""
    lock(engagement)
    EvidenceLink.objects.bulk_create(next_links(engagement))
    last = EvidenceLink.objects.filter(engagement=engagement).order_by("-position").values_list("digest", flat=True).first()
    return last or START


def reports_due(*, now: datetime) -> QuerySet[Engagement]:
    """Engagements whose event is over and that have no report of their last state."""
    over = Engagement.objects.filter(state__in=STATES, ends_at__gt=now - timedelta(days=60))
    return over.filter(event_report__isnull=True).order_by("ends_at")


@transaction.atomic
def make_report(engagement: Engagement, *, now: datetime, insist: bool = False) -> EventReport | None:
    """Make the report and send it to the contact: once all is done, or shortly before it is due with what is known. Source: S70

    Safe to run twice: there is one report for an engagement. Locks the engagement.
    """
    current = lock(engagement)
    due_at = working_days_later(current.ends_at, DUE_WORKING_DAYS, current.zone)
    ready = now >= due_at - AT_LATEST_BEFORE or not _owed(current).exists()
    if EventReport.objects.filter(engagement=current).exists() or not (ready or insist):
        return None
    report = EventReport.objects.create(
        organisation_id=current.organisation_id, engagement=current, content=content_of(current, now=now), head=extend_chain(current),
        made_at=now,
    )  # fmt: skip
    address = reverse("reports:event_report", args=[current.number])
    _send(current, settings.PORTAL_URL + address, now=now)
    for duty in Task.objects.filter(engagement=current, state=Task.State.OPEN, template__code=OWN_DUTY).select_related("template"):
        if current.state != Engagement.State.CLOSED:
            complete_task(duty, by=None, evidence=settings.PORTAL_URL + address, now=now)
    payload = {"number": current.number, "made_at": now.isoformat(), "head": report.head, "links": {"report": address}}
    record(event_of(organisation=current.organisation_id, kind=EventType.REPORT_READY, about=current.number, payload=payload, now=now))
    return report


def _owed(engagement: Engagement) -> QuerySet[Task]:
    """What we still owe besides the report itself."""
    ours = Task.objects.filter(engagement=engagement, state=Task.State.OPEN, side=TaskTemplate.Side.PROVIDER)
    return ours.exclude(template__code=OWN_DUTY)


def _send(engagement: Engagement, address: str, *, now: datetime) -> None:
    message = compose(
        render_mail("report_ready", {"engagement": engagement, "address": address}, engagement.language),
        key=f"{engagement.number}/report",
        to=engagement.contact_email,
        about=engagement.number,
        organisation=engagement.organisation,
        now=now,
    )
    enqueue(message)
