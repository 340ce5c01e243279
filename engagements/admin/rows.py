"""What stands below an engagement: its days, team, promises, agenda, appointments, speakers and papers, to read."""

from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from customers import times
from engagements.admin.base import Rows
from engagements.cockpit import format_words
from engagements.models import Appointment, Assignment, Communication, Deliverable, EventDay, HoursBudget, Session, Speaker, Task
from engagements.queries import standing_of
from engagements.queries.promises import WORDS
from engagements.timeline import Standing
from engagements.wording import said


class EventDayRows(Rows):
    """The days of the event with what is staffed."""

    model = EventDay
    fields = readonly_fields = ("position", "event", "window")

    def get_queryset(self, request: HttpRequest) -> QuerySet[EventDay]:
        """In calendar order."""
        rows: QuerySet[EventDay] = super().get_queryset(request)
        return rows.select_related("engagement").order_by("position")

    @display(description=_("event"))
    def event(self, day: EventDay) -> str:
        """Say when it takes place."""
        return times.span(day.starts_at, day.ends_at, day.engagement.zone)

    @display(description=_("staffed"))
    def window(self, day: EventDay) -> str:
        """Say when someone of ours is there. Source: S85, S86"""
        return times.span(day.window_starts_at, day.window_ends_at, day.engagement.zone)


class AssignmentRows(Rows):
    """Who works on it and who did."""

    model = Assignment
    verbose_name_plural = _("team")
    fields = readonly_fields = ("role", "staff", "why_chosen", "since", "shown_answer", "until", "ended_because")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Assignment]:
        """Who is on it now first."""
        rows: QuerySet[Assignment] = super().get_queryset(request)
        return rows.select_related("engagement", "staff__user").order_by(F("ended_at").desc(nulls_first=True), "id")

    @display(description=_("from"))
    def since(self, assignment: Assignment) -> str:
        """Say since when."""
        return times.moment(assignment.assigned_at, assignment.engagement.zone)

    @display(description=_("why this person"))
    def why_chosen(self, assignment: Assignment) -> str:
        """Say why, with the reasons that spoke for them. Source: S74"""
        reasons = said(assignment.why)
        return f"{assignment.get_reason_display()}: {reasons}" if reasons else str(assignment.get_reason_display())

    @display(description=_("answer"))
    def shown_answer(self, assignment: Assignment) -> SafeString | str:
        """The clock while it runs, else what was said and when."""
        return answer_words(assignment)

    @display(description=_("until"))
    def until(self, assignment: Assignment) -> str:
        """Say until when; empty for who is on it now."""
        return times.moment(assignment.ended_at, assignment.engagement.zone) if assignment.ended_at else ""


class TaskRows(Rows):
    """What both sides owe."""

    model = Task
    fields = readonly_fields = ("shown_title", "owner", "phase", "due", "standing")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Task]:
        """By due time, what has none yet last."""
        rows: QuerySet[Task] = super().get_queryset(request)
        return rows.select_related("engagement", "template", "day", "session__day").order_by(
            F("due_at").asc(nulls_last=True), "position", "id"
        )

    @display(description=_("duty"))
    def shown_title(self, task: Task) -> str:
        """Name it, with the event day where it has one."""
        return titled(task)

    @display(description=_("state"))
    def standing(self, task: Task) -> SafeString:
        """In a word: kept, open, at risk, missed."""
        return standing_words(task)

    @display(description=_("owed by"))
    def owner(self, task: Task) -> str:
        """Name the role, or the customer."""
        return task.get_role_display() if task.role else task.get_side_display()

    @display(description=_("due"))
    def due(self, task: Task) -> str:
        """Say when, and whether that is short notice."""
        if task.due_at is None:
            return str(_("not known yet"))
        due = times.moment(task.due_at, task.engagement.zone)
        return f"{due} ({_('short notice')})" if task.short_notice else due


class SessionRows(Rows):
    """The agenda."""

    model = Session
    fields = readonly_fields = ("title", "shown_when", "platform", "is_recorded", "cloud_recording_on", "ended", "shown_recordings")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        """In the order of the agenda."""
        rows: QuerySet[Session] = super().get_queryset(request)
        return rows.select_related("engagement").prefetch_related("recordings").order_by("starts_at", "pk")

    @display(description=_("when"))
    def shown_when(self, session: Session) -> str:
        """In the event's zone."""
        return times.span(session.starts_at, session.ends_at, session.engagement.zone)

    @display(description=_("actual end"))
    def ended(self, session: Session) -> str:
        """What the 48 hours are counted from. Source: S93"""
        return times.moment(session.actual_ends_at, session.engagement.zone) if session.actual_ends_at else ""

    @display(description=_("recordings"))
    def shown_recordings(self, session: Session) -> SafeString:
        """Link each in its formats, with when it was added. Source: S71, S93"""
        found = sorted(session.recordings.all(), key=lambda each: each.pk)
        lines = ((each.url, format_words(each), times.moment(each.added_at, session.engagement.zone)) for each in found)
        return format_html_join("", '<div><a href="{}" rel="noreferrer">{}</a><span class="desk-relative">{}</span></div>', lines)


class HoursRows(Rows):
    """What the package's hours went into. Source: S54, S55, S91"""

    model = HoursBudget
    fields = readonly_fields = ("kind", "allowed", "used", "left", "shown_entries")

    def get_queryset(self, request: HttpRequest) -> QuerySet[HoursBudget]:
        """Each kind once."""
        rows: QuerySet[HoursBudget] = super().get_queryset(request)
        return rows.select_related("engagement").prefetch_related("entries__entered_by").order_by("kind")

    @display(description=_("in the package"))
    def allowed(self, budget: HoursBudget) -> str:
        """The package's and what was added."""
        return times.duration(budget.allowed_minutes)

    @display(description=_("used"))
    def used(self, budget: HoursBudget) -> str:
        """As its entries add up."""
        return times.duration(budget.used_minutes)

    @display(description=_("not used yet"))
    def left(self, budget: HoursBudget) -> str:
        """What may still be spent."""
        return times.duration(budget.left_minutes)

    @display(description=_("entries"))
    def shown_entries(self, budget: HoursBudget) -> SafeString:
        """Say of each how long, what for, by whom and when."""
        zone, found = budget.engagement.zone, sorted(budget.entries.all(), key=lambda each: (each.entered_at, each.pk))
        lines = (
            (f"{'-' if each.minutes < 0 else ''}{times.duration(abs(each.minutes))}", each.get_kind_display(), each.reason,
             each.entered_by.get_full_name() if each.entered_by else "–", times.moment(each.entered_at, zone))
            for each in found
        )  # fmt: skip
        return format_html_join("", '<div>{} ({}): {}<span class="desk-relative">{}, {}</span></div>', lines)


class AppointmentRows(Rows):
    """Calls, consultations, dry runs and the rehearsal; each has a screen of its own."""

    model = Appointment
    show_change_link = True
    fields = readonly_fields = ("kind", "option", "shown_when", "state", "cancelled_because", "reason")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Appointment]:
        """In order of time."""
        rows: QuerySet[Appointment] = super().get_queryset(request)
        return rows.select_related("engagement").order_by("starts_at", "pk")

    @display(description=_("when"))
    def shown_when(self, appointment: Appointment) -> str:
        """In the event's zone."""
        return times.span(appointment.starts_at, appointment.ends_at, appointment.engagement.zone)


class SpeakerRows(Rows):
    """Who speaks, and who had the link when. Source: S84"""

    model = Speaker
    fields = readonly_fields = ("name", "email", "session", "link", "sent", "sent_to")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Speaker]:
        """By name."""
        rows: QuerySet[Speaker] = super().get_queryset(request)
        return rows.select_related("engagement", "session").order_by("name", "pk")

    @display(description=_("link sent at"))
    def sent(self, speaker: Speaker) -> str:
        """Empty until then."""
        return times.moment(speaker.sent_at, speaker.engagement.zone) if speaker.sent_at else ""


class DeliverableRows(Rows):
    """What the customer gets besides. Source: S80"""

    model = Deliverable
    show_change_link = True
    fields = readonly_fields = ("title", "due_on", "delivered", "link")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Deliverable]:
        """What is due first."""
        rows: QuerySet[Deliverable] = super().get_queryset(request)
        return rows.select_related("engagement").order_by(F("due_on").asc(nulls_last=True), "pk")

    @display(description=_("delivered at"))
    def delivered(self, deliverable: Deliverable) -> str:
        """Empty until then."""
        return times.moment(deliverable.delivered_at, deliverable.engagement.zone) if deliverable.delivered_at else ""


class CommunicationRows(Rows):
    """The communication log, the latest first. Source: S80"""

    model = Communication
    fields = readonly_fields = ("said_at", "channel", "with_whom", "summary", "noted_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Communication]:
        """The latest first."""
        rows: QuerySet[Communication] = super().get_queryset(request)
        return rows.select_related("engagement", "noted_by").order_by("-at", "-pk")

    @display(description=_("when"))
    def said_at(self, entry: Communication) -> str:
        """In the event's zone."""
        return times.moment(entry.at, entry.engagement.zone)


def answer_words(assignment: Assignment) -> SafeString | str:
    """Say what somebody answered, or how long they have; empty for who was not asked."""
    zone = assignment.engagement.zone
    if assignment.answered_at:
        because = f": {assignment.declined_because}" if assignment.declined_because else ""
        return f"{assignment.get_answer_display()}{because} ({times.moment(assignment.answered_at, zone)})"
    if not assignment.answer_due_at:
        return ""
    if not assignment.is_asked:
        return str(assignment.get_answer_display())
    due = times.moment(assignment.answer_due_at, zone)
    left = times.relative(assignment.answer_due_at, timezone.now())
    return format_html('{}<span class="desk-relative">{} ({})</span>', assignment.get_answer_display(), due, left)


TONES = {Standing.KEPT: "kept", Standing.OPEN: "open", Standing.AT_RISK: "risk", Standing.BROKEN: "broken", Standing.WAIVED: "waived"}


def standing_words(task: Task) -> SafeString:
    """Say how a promise stands, with the mark that the timeline draws."""
    standing = standing_of(task, now=timezone.now())
    return format_html('<span class="timeline-word {}">{}</span>', TONES[standing], WORDS[standing])


def titled(task: Task) -> str:
    """Name a promise, with its session or event day where it has one."""
    if task.session:
        return f"{task.title} ({task.session.title})"
    return f"{task.title} ({_('day')} {task.day.position})" if task.day else task.title
