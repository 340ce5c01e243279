"""Saying yes or no to an assignment, and asking the next when somebody says no or nothing."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from customers.models import User
from customers.refusals import Refusal
from customers.tenancy import EVERYTHING, scope
from engagements import mails
from engagements.actions.covering import only_sweep_at, pick_of, win_next
from engagements.actions.crediting import credited_to
from engagements.actions.handing_over import StillTheirs, change_hands, to_replace
from engagements.models import Assignment, Engagement, EventDay
from engagements.queries import coordinator_staff_for
from scheduling.actions import NobodyFree

Answer, Ended = Assignment.Answer, Assignment.Ended
ANSWERABLE = (Answer.ASKED, Answer.SILENT)  # who is late may still say yes, as long as nobody else sits there
REPLACEABLE = (Engagement.State.OPEN, Engagement.State.STAFFED, Engagement.State.RUNNING)
BEFORE_THE_EVENT = (Engagement.State.OPEN, Engagement.State.STAFFED)
WHY = {Answer.DECLINED: Ended.DECLINED, Answer.SILENT: Ended.SILENT}


class AssignmentAnswered(Refusal):
    """The answer was given before, or somebody else has the assist now."""

    code = "assignment_answered"
    sentence = _("This was answered already, or somebody else has taken it on.")


class DeclineReasonMissing(Refusal):
    """Whoever declines says why."""

    code = "decline_reason_missing"
    status = 422
    sentence = _("Say why, so that the project manager can plan.")


def accept_assignment(assignment: Assignment, *, by: User | None, now: datetime) -> Assignment:
    """Say yes; the link is spent. Locks the assignment.

    :raises AssignmentAnswered: when it was answered, or is somebody else's now.
    """
    return _answer(assignment, Answer.ACCEPTED, because="", by=by, now=now)


def decline_assignment(assignment: Assignment, *, because: str, by: User | None, now: datetime) -> Assignment:
    """Say no and why; the link is spent, and the next sweep asks the next best. Until somebody else is found the seat stays taken.

    Locks the assignment.

    :raises DeclineReasonMissing: when no reason is given.
    :raises AssignmentAnswered: when it was answered, or is somebody else's now.
    """
    if not because.strip():
        raise DeclineReasonMissing
    return _answer(assignment, Answer.DECLINED, because=because.strip(), by=by, now=now)


def ask_next(*, now: datetime) -> int:
    """Ask the next best wherever somebody declined or did not answer in time, and return how many seats changed hands.

    Each seat is its own transaction under the scope of everything. With nobody left the coordinator is told once, and the next
    sweep looks again. Safe to run twice and at the same time as itself.
    """
    _mark_silent(now=now)
    return sum(_replace(pk, now=now) for pk in _seats_to_replace(now=now))


def _answer(assignment: Assignment, answer: str, *, because: str, by: User | None, now: datetime) -> Assignment:
    with transaction.atomic(), credited_to(by):
        found = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
        if found.ended_at is not None or found.answer not in ANSWERABLE:
            raise AssignmentAnswered
        found.answer, found.answered_at, found.declined_because = answer, now, because
        found.save(update_fields=["answer", "answered_at", "declined_because"])
        return found


@scope(EVERYTHING)
def _mark_silent(*, now: datetime) -> None:
    asked = Assignment.objects.filter(answer=Answer.ASKED, answer_due_at__lte=now, ended_at__isnull=True)
    asked.filter(engagement__state__in=BEFORE_THE_EVENT).update(answer=Answer.SILENT)


@scope(EVERYTHING)
def _seats_to_replace(*, now: datetime) -> list[int]:
    """Select those with a window to come: when the last one has closed there is nobody to ask, whether or not a sweep has said so yet."""
    ahead = EventDay.objects.filter(engagement=OuterRef("engagement"), window_ends_at__gt=now)
    return list(to_replace().filter(Exists(ahead), engagement__state__in=REPLACEABLE).order_by("pk").values_list("pk", flat=True))


@scope(EVERYTHING)
def _replace(pk: int, *, now: datetime) -> bool:
    seat = to_replace().filter(pk=pk).select_related("staff__user", "engagement__package", "engagement__organisation").first()
    if seat is None or not only_sweep_at([seat.engagement]):
        return False
    try:
        return _give_to_next(seat, now=now)
    except NobodyFree:
        coordinator = coordinator_staff_for(seat.organisation_id, now=now)
        if coordinator is not None:
            mails.tell_nobody_left(seat.engagement, coordinator, asked=seat, now=now)
    except StillTheirs:  # they said yes after all
        pass
    return False


def _give_to_next(seat: Assignment, *, now: datetime) -> bool:
    with transaction.atomic():  # a late yes takes the new booking back
        won = win_next(seat.engagement, seat.role, now=now)
        pick = pick_of(won, seat.role, Assignment.Reason.BEST)
        change_hands(seat.engagement, pick, because=WHY[Answer(seat.answer)], now=now, instead_of=seat)
    return True
