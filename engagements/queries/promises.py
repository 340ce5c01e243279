"""What both sides promised and how each promise stands: one table, read by every page, mail and program the same way."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Min, QuerySet
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from catalog.models import StaffRole, TaskTemplate
from customers.bearer import Caller
from customers.statements import Given, Statement
from customers.tenancy import EVERYTHING, scope
from engagements import timeline
from engagements.models import Engagement, Task
from engagements.queries.engagements import engagements_visible_to
from engagements.timeline import Standing

WORDS = {
    Standing.OPEN: _("open"),
    Standing.AT_RISK: _("at risk"),
    Standing.BROKEN: _("missed"),
    Standing.KEPT: _("kept"),
    Standing.WAIVED: _("not applicable"),
}


# All that `promise` reads of a task, its duty, its day, its session and who did it.
READ = (
    "key", "side", "role", "phase", "due_at", "wanted_at", "short_notice", "evidence", "state", "broken_at", "done_at", "waived_because",
    "template__code", "template__title_en", "template__title_fr", "template__evidence", "template__source", "template__ladder",
    "template__anchor", "template__offset", "template__offset_kind", "day__position", "session__key", "session__title",
    "session__day__position", "done_by__first_name", "done_by__last_name", "done_by__email",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise as everybody reads it; texts in the reader's language.

    `standing` is how it stands now and `missed_at` the first due time that passed while it was open: it stays when the promise
    is kept late, or when a move gave it a new due time. `day` is the event day's position; `session` is the session's title.
    """

    key: str
    code: str
    title: str
    side: str
    role: str
    phase: str
    day: int | None
    session: str
    session_key: str
    due_at: datetime | None
    wanted_at: datetime | None
    short_notice: bool
    anchor: str
    offset: int
    offset_kind: str
    evidence_wanted: str
    evidence: str
    state: str
    standing: Standing
    missed_at: datetime | None
    done_at: datetime | None
    done_by: str
    waived_because: str
    source: str

    @property
    def word(self) -> str:
        """Say how it stands in one word or two; whoever was late reads so. Design brief: words first, colour second."""
        return gettext("done late") if self.is_done and self.standing == Standing.BROKEN else str(WORDS[self.standing])

    @property
    def is_open(self) -> bool:
        """Somebody still has to do it."""
        return self.state == Task.State.OPEN

    @property
    def is_done(self) -> bool:
        """Somebody did it."""
        return self.state == Task.State.DONE

    @property
    def is_ours(self) -> bool:
        """The provider owes it, else the customer."""
        return self.side == TaskTemplate.Side.PROVIDER

    @property
    def owner(self) -> str:
        """Name the role that owes it, or the customer."""
        return str(StaffRole(self.role).label if self.role else TaskTemplate.Side.CUSTOMER.label)

    @property
    def counted(self) -> str:
        """Say how the due time comes about: "48 hours after: End of each session"."""
        anchor = TaskTemplate.Anchor(self.anchor).label
        if self.offset == 0:
            return gettext("at: %(anchor)s") % {"anchor": anchor}
        length = _length(abs(self.offset), self.offset_kind)
        pattern = gettext("%(length)s before: %(anchor)s") if self.offset < 0 else gettext("%(length)s after: %(anchor)s")
        return pattern % {"length": length, "anchor": anchor}


_OWED = (
    Task.objects.exclude(state=Task.State.CANCELLED)
    .select_related("template", "day", "session__day")
    .order_by(F("due_at").asc(nulls_last=True), "position", "id")
)
_LISTED = Statement(
    _OWED.filter(organisation_id=Given("organisation"), engagement_id=Given("engagement")).select_related("done_by").only(*READ)
)


def tasks_visible_to(user: Caller) -> QuerySet[Task]:
    """Return the promises of the engagements the caller may reach: the door to their rows."""
    return Task.objects.filter(engagement__in=engagements_visible_to(user)).select_related("engagement", "template", "day", "session__day")


def promise_list(engagement: Engagement, *, now: datetime) -> list[Promise]:
    """List what both sides owe and how it stands, by due time, what has none yet last; one query.

    A closed engagement stands as it did when it closed.
    """
    moment = min(now, engagement.closed_at or now)
    tasks = _LISTED.ask(organisation=engagement.organisation_id, engagement=engagement.pk)
    return [promise(task, now=moment) for task in tasks]


def promise(task: Task, *, now: datetime) -> Promise:
    """Show one row of the table; its template, day, session and who did it should be loaded."""
    day = task.session.day if task.session else task.day
    standing = standing_of(task, now=now)
    missed_at = task.broken_at or (task.due_at if standing == Standing.BROKEN else None)
    return Promise(
        key=task.key,
        code=task.template.code,
        title=task.title,
        side=task.side,
        role=task.role,
        phase=task.phase,
        day=day.position if day else None,
        session=task.session.title if task.session else "",
        session_key=task.session.key if task.session else "",
        due_at=task.due_at,
        wanted_at=task.wanted_at,
        short_notice=task.short_notice,
        anchor=task.template.anchor,
        offset=task.template.offset,
        offset_kind=task.template.offset_kind,
        evidence_wanted=task.template.evidence,
        evidence=task.evidence,
        state=task.state,
        standing=standing,
        missed_at=missed_at,
        done_at=task.done_at,
        done_by=task.done_by.get_full_name() or task.done_by.email if task.done_by else "",
        waived_because=task.waived_because,
        source=task.template.source,
    )


def standing_of(task: Task, *, now: datetime) -> Standing:
    """Say how the promise stands; its template should be loaded."""
    if task.state == Task.State.WAIVED:
        return Standing.WAIVED
    return timeline.standing(task.due_at, timeline.LADDERS[task.template.ladder], task.done_at, now)


def _length(count: int, kind: str) -> str:
    if kind == TaskTemplate.OffsetKind.WORKING_DAYS:
        return ngettext("%(count)d working day", "%(count)d working days", count) % {"count": count}
    if kind == TaskTemplate.OffsetKind.CALENDAR_DAYS:
        return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}
    if count % 60 == 0:
        return ngettext("%(count)d hour", "%(count)d hours", count // 60) % {"count": count // 60}
    return ngettext("%(count)d minute", "%(count)d minutes", count) % {"count": count}


@scope(EVERYTHING)
def warnings_lag(now: datetime) -> timedelta:
    """Return how long the oldest due warning has been waiting for the sweep; zero when none waits."""
    oldest = Task.objects.filter(state=Task.State.OPEN, next_alert_at__lte=now).aggregate(at=Min("next_alert_at"))["at"]
    return now - oldest if oldest else timedelta()
