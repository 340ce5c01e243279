"""Which form the rehearsal takes: the customer chooses, and only what belongs to it is owed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.bearer import Caller
from customers.refusals import Refusal
from engagements.actions.crediting import credited_to
from engagements.actions.locking import lock
from engagements.actions.refusing import NotYours, refuse_closed
from engagements.actions.ticking import person, reinstate_task, waive_task
from engagements.models import Engagement, Task
from engagements.queries import may_plan

FORMS = (1, 2)  # through the event day, or practice with the speakers. Source: S82, S83
ANSWER = "rehearsal_form"


class UnknownForm(Refusal):
    """There are two forms."""

    code = "unknown_form"
    status = 422
    sentence = _("Choose one of the two forms of the rehearsal.")


def choose_rehearsal(engagement: Engagement, *, form: int, by: Caller | None, now: datetime) -> Engagement:
    """Choose the form of the rehearsal: what belongs to the other one is not owed. Locks the engagement.

    Choosing again brings back what the former choice set aside; what was done stays done.

    :raises UnknownForm: when it is neither.
    Source: S82, S83
    """
    if form not in FORMS:
        raise UnknownForm
    with transaction.atomic(), credited_to(person(by)):
        current = lock(engagement)
        refuse_closed(current)
        if not may_plan(current, by):
            raise NotYours
        before = current.answers.get(ANSWER)
        current.answers = {**current.answers, ANSWER: form}
        current.save(update_fields=["answers"])
        tasks = Task.objects.filter(engagement=current, template__rehearsal_form__isnull=False).select_related("template", "engagement")
        for task in tasks.order_by("id"):
            if task.template.rehearsal_form != form and task.state == Task.State.OPEN:
                waive_task(task, reason=_not_this_form(current.language), by=None, now=now)
            elif task.template.rehearsal_form == form != before and task.state == Task.State.WAIVED and task.waived_by_id is None:
                reinstate_task(task, by=None, now=now)
        return current


def _not_this_form(language: str) -> str:
    with translation.override(language):
        return gettext("The rehearsal takes the other form.")
