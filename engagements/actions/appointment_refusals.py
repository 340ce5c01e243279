"""Why an appointment cannot be booked, moved or cancelled."""

from django.utils.translation import gettext_lazy as _

from customers.refusals import Refusal


class NotOffered(Refusal):
    """The package does not include it, and nobody ordered it."""

    code = "appointment_not_offered"
    status = 422
    sentence = _("The package does not include this, and it was not ordered.")


class NotInTime(Refusal):
    """Appointments lie between now and the event."""

    code = "appointment_not_in_time"
    status = 422
    sentence = _("Choose a time that is still to come and ends before the event begins.")


class OutsideUsualDays(Refusal):
    """A rehearsal is five to nine days before the event, unless there is a reason. Source: S81"""

    code = "outside_usual_days"
    status = 422
    sentence = _("A rehearsal takes place five to nine days before the event. Say why this one does not.")


class OptionMissing(Refusal):
    """The customer picks one of two rehearsals. Source: S82, S83"""

    code = "option_missing"
    status = 422
    sentence = _("Choose which rehearsal it is: option 1 or option 2.")


class NobodyInRole(Refusal):
    """There is nobody yet who could come."""

    code = "nobody_in_role"
    sentence = _("Nobody is assigned yet as: %(role)s.")


class PersonBusy(Refusal):
    """Somebody it needs is not free then."""

    code = "person_busy"
    sentence = _("%(name)s is not free at that time.")


class RehearsalBooked(Refusal):
    """There is one rehearsal."""

    code = "rehearsal_booked"
    sentence = _("The rehearsal is booked already. Move it instead.")


class AppointmentOver(Refusal):
    """It has taken place or was cancelled."""

    code = "appointment_over"
    sentence = _("This appointment has taken place or was cancelled.")
