"""The clock of a sandbox: only its own, and only forward. Source: issue 4, docs/adr/0013"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers.models import Organisation
from customers.refusals import Refusal

FARTHEST = timedelta(days=731)  # zone rules and terms are known that far


class NotASandbox(Refusal):
    """Everybody else lives in the present."""

    code = "not_a_sandbox"
    status = 403
    sentence = _("Only a sandbox organisation can move its clock.")


class ClockOutOfReach(Refusal):
    """It would go back, or too far."""

    code = "clock_out_of_reach"
    status = 422
    sentence = _("The clock of a sandbox goes forward only, and at most two years ahead.")


@transaction.atomic
def move_clock(organisation: Organisation, *, to: datetime, now: datetime) -> Organisation:
    """Let it be this time in a sandbox; `now` is everybody's time. Locks the organisation.

    :raises NotASandbox: for any other organisation.
    :raises ClockOutOfReach: when it is earlier there than it was, or more than two years ahead.
    """
    current = Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=organisation.pk)
    if not current.is_sandbox:
        raise NotASandbox
    if not current.clock_ahead <= to - now <= FARTHEST:
        raise ClockOutOfReach
    current.clock_ahead = to - now
    current.save(update_fields=["clock_ahead"])
    return current
