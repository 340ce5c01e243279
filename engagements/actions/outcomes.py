"""What comes out of appointments: the papers of a dry run, the lines of a rehearsal, and that it was held."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers.models import User
from customers.refusals import Refusal
from engagements.actions.crediting import credited_to
from engagements.models import Appointment, RehearsalCheck

Item = RehearsalCheck.Item
WALK_THROUGH = (Item.WEB_APP, Item.MOBILE_APP, Item.STREAM_SUPPLIER, Item.OTHER)  # Source: S82
OF_A_SPEAKER = (Item.JOINS, Item.SET_UP, Item.SHARES)  # Source: S83


class NotBegun(Refusal):
    """It lies ahead."""

    code = "appointment_not_begun"
    sentence = _("This appointment has not begun yet.")


class NotBooked(Refusal):
    """It was cancelled."""

    code = "appointment_cancelled"
    sentence = _("This appointment was cancelled.")


class OutputsMissing(Refusal):
    """A dry run ends with a timeline, a backup plan and the roles. Source: S63"""

    code = "outputs_missing"
    status = 422
    sentence = _("Write down first: %(missing)s.")


def write_checklist(appointment: Appointment) -> int:
    """Write the lines that are still missing: for option 1 the walk-through, for option 2 three of each speaker. Safe to run twice.

    Source: S82, S83
    """
    if appointment.kind != Appointment.Kind.REHEARSAL:
        return 0
    wanted: list[tuple[str, int | None]]
    if appointment.option == Appointment.Option.WALK_THROUGH:
        wanted = [(str(item), None) for item in WALK_THROUGH]
    else:
        speakers = appointment.engagement.speakers.order_by("pk").values_list("pk", flat=True)
        wanted = [(str(item), pk) for pk in speakers for item in OF_A_SPEAKER]
    there: set[tuple[str, int | None]] = set(appointment.checks.values_list("item", "speaker"))
    rows = [
        RehearsalCheck(organisation_id=appointment.organisation_id, appointment=appointment, item=item, speaker_id=pk)
        for item, pk in wanted
        if (item, pk) not in there
    ]
    return len(RehearsalCheck.objects.bulk_create(rows, ignore_conflicts=True))


def record_check(check: RehearsalCheck, *, passed: bool | None, note: str = "", by: User | None, now: datetime) -> RehearsalCheck:
    """Say whether a line passed; None takes the answer back. Locks the line.

    :raises NotBooked: when the rehearsal was cancelled.
    Source: S82, S83
    """
    with transaction.atomic():
        found = RehearsalCheck.objects.select_for_update(of=("self",)).select_related("appointment").get(pk=check.pk)
        if found.appointment.state == Appointment.State.CANCELLED:
            raise NotBooked
        found.passed, found.note = passed, note.strip()
        found.checked_at, found.checked_by = (None, None) if passed is None else (now, by)
        found.save(update_fields=["passed", "note", "checked_at", "checked_by"])
        return found


def record_outputs(appointment: Appointment, *, timeline: str, backup_plan: str, role_list: str, by: User | None) -> Appointment:
    """Keep what a dry run settled; parts may still be missing. Locks the appointment.

    :raises NotBooked: when it was cancelled.
    Source: S63
    """
    with transaction.atomic(), credited_to(by):
        found = _locked(appointment)
        found.timeline, found.backup_plan, found.role_list = timeline.strip(), backup_plan.strip(), role_list.strip()
        found.save(update_fields=["timeline", "backup_plan", "role_list"])
        return found


def finish_appointment(appointment: Appointment, *, by: User | None, now: datetime) -> Appointment:
    """Record that it was held. Twice changes nothing. Locks the appointment.

    :raises NotBegun: when it lies ahead.
    :raises OutputsMissing: for a dry run whose papers are not complete.
    Source: S63
    """
    with transaction.atomic(), credited_to(by):
        found = _locked(appointment)
        if found.state == Appointment.State.DONE:
            return found
        if found.starts_at > now:
            raise NotBegun
        if found.missing_outputs:
            raise OutputsMissing(missing=", ".join(found.missing_outputs))
        found.state = Appointment.State.DONE
        found.save(update_fields=["state"])
        return found


def _locked(appointment: Appointment) -> Appointment:
    found = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment.pk)
    if found.state == Appointment.State.CANCELLED:
        raise NotBooked
    return found
