"""What a planner can do to an engagement: for each button its form, what its page shows, and the actions it calls."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog.models import StaffRole
from customers import times
from customers.models import User
from engagements.actions import (
    approve_add_on,
    book_appointment,
    declare_agenda_final,
    reopen_agenda,
    save_agenda,
    spend_hours,
    substitute,
)
from engagements.actions.planning import add_deliverable, log_communication
from engagements.actions.rehearsing import choose_rehearsal
from engagements.actions.speakers import add_speaker, change_speaker, remove_speaker, send_links
from engagements.admin.base import Deed
from engagements.appointment_times import proposals
from engagements.candidates import candidates_for
from engagements.forms.agenda import AgendaForm, SpeakersForm
from engagements.forms.day import split
from engagements.forms.hours import AddOnForm, HoursForm
from engagements.forms.planning import BookForm, ChooseForm, CommunicationForm, DeedForm, DeliverableForm
from engagements.models import Engagement

MOST_OTHERS = 20


def goes_on(engagement: Engagement, now: datetime) -> bool:
    """Tell whether there is still something to plan."""
    return not engagement.is_over


def has_hours(engagement: Engagement, now: datetime) -> bool:
    """Tell whether the package gives hours that can still be entered."""
    return goes_on(engagement, now) and engagement.budgets.exists()


def _choose(engagement: Engagement, form: ChooseForm, by: User, now: datetime) -> str:
    came = substitute(engagement, role=form.cleaned_data["role"], staff_id=form.cleaned_data["staff"].pk, by=by, now=now)
    return _("%(name)s has it now (%(role)s) and is asked by mail.") % {"name": came.staff, "role": came.get_role_display()}


def _choose_context(engagement: Engagement, form: ChooseForm, now: datetime) -> dict[str, Any]:
    role = str(form["role"].value())
    found = candidates_for(engagement, role=role, now=now) if role in StaffRole.values else []
    return {
        "role": role,
        "roles": [(each, StaffRole(each).label) for each in form.roles],
        "fitting": [each for each in found if each.fits],
        "others": [each for each in found if not each.fits][:MOST_OTHERS],
    }


def _book(engagement: Engagement, form: BookForm, by: User, now: datetime) -> str:
    wanted = form.cleaned_data
    made = book_appointment(
        engagement, kind=wanted["kind"], option=wanted["option"], starts_at=wanted["starts_at"], reason=wanted["reason"], by=by, now=now
    )
    if made.option:
        choose_rehearsal(engagement, form=made.option, by=None, now=now)  # only what belongs to it stays owed
    words = {"what": made.get_kind_display(), "when": times.span(made.starts_at, made.ends_at, engagement.zone)}
    return _("%(what)s booked: %(when)s. Everyone has an invitation.") % words


def _book_context(engagement: Engagement, form: BookForm, now: datetime) -> dict[str, Any]:
    offer = form.offer
    return {"offer": offer, "offers": form.offers, "proposals": proposals(engagement, offer, now=now) if offer else []}


def _agenda(engagement: Engagement, form: AgendaForm, by: User, now: datetime) -> str:
    save_agenda(engagement, put=form.put(), remove=form.removed(), by=by, now=now)
    return _("The agenda is saved. What is owed for each session follows.")


def _final(engagement: Engagement, form: DeedForm, by: User, now: datetime) -> str:
    declare_agenda_final(engagement, by=by, now=now)
    return _("The agenda is final. The five days for the speakers’ links have begun.")


def _reopen(engagement: Engagement, form: DeedForm, by: User, now: datetime) -> str:
    reopen_agenda(engagement, by=by, now=now)
    return _("The agenda is open again. What was counted from it waits.")


def _speakers(engagement: Engagement, form: SpeakersForm, by: User, now: datetime) -> str:
    for row in form.rows:
        values, speaker = row.cleaned_data, form.speaker(row)
        about = {name: values[name] for name in ("name", "email", "link", "session")}
        if speaker and values["remove"]:
            remove_speaker(speaker, by=by)
        elif speaker and row.has_changed():
            change_speaker(speaker, **about, by=by)
        elif not speaker and values["name"] and not values["remove"]:
            add_speaker(engagement, **about, by=by)
    if not form.cleaned_data["send"]:
        return _("The speakers are saved.")
    sent = send_links(engagement, to_customer=form.cleaned_data["send"] == "customer", by=by, now=now)
    return ngettext("Saved. %(count)d link is on its way.", "Saved. %(count)d links are on their way.", sent) % {"count": sent}


def _deliverable(engagement: Engagement, form: DeliverableForm, by: User, now: datetime) -> str:
    added = add_deliverable(engagement, title=form.cleaned_data["title"], due_on=form.cleaned_data["due_on"], by=by, now=now)
    return _("Noted: %(title)s.") % {"title": added.title}


def _communication(engagement: Engagement, form: CommunicationForm, by: User, now: datetime) -> str:
    said = {name: form.cleaned_data[name] for name in ("at", "channel", "with_whom", "summary")}
    log_communication(engagement, **said, by=by)
    return _("Noted in the communication log.")


def _hours(engagement: Engagement, form: HoursForm, by: User, now: datetime) -> str:
    entered = form.cleaned_data
    spend_hours(
        engagement, **split(entered["part"]), minutes=entered["minutes"], reason=entered["reason"], key=entered["key"], by=by, now=now
    )
    return _("The hours are entered.")


def _add_on(engagement: Engagement, form: AddOnForm, by: User, now: datetime) -> str:
    agreed = {name: form.cleaned_data[name] for name in ("kind", "minutes", "reason", "key")}
    approve_add_on(engagement, **agreed, by=by, now=now)
    return _("The hours are added.")


CHOOSE = Deed("choose", gettext_lazy("Who could do it"), ChooseForm, _choose, _choose_context, goes_on, "engagements/admin/choose.html")
BOOK = Deed("book", gettext_lazy("Book an appointment"), BookForm, _book, _book_context, goes_on, "engagements/admin/book.html")
AGENDA = Deed("agenda", gettext_lazy("Agenda"), AgendaForm, _agenda, is_possible=goes_on, template="engagements/admin/agenda.html")
FINAL = Deed(
    "final", gettext_lazy("Declare the agenda final"), DeedForm, _final,
    is_possible=lambda engagement, now: goes_on(engagement, now) and engagement.agenda_final_at is None,
)  # fmt: skip
REOPEN = Deed(
    "reopen", gettext_lazy("Reopen the agenda"), DeedForm, _reopen,
    is_possible=lambda engagement, now: goes_on(engagement, now) and engagement.agenda_final_at is not None,
)  # fmt: skip
SPEAKERS = Deed(
    "speakers", gettext_lazy("Speakers"), SpeakersForm, _speakers, is_possible=goes_on, template="engagements/admin/speakers.html"
)
DELIVERABLE = Deed("deliverable", gettext_lazy("Add a deliverable"), DeliverableForm, _deliverable)
COMMUNICATION = Deed("communication", gettext_lazy("Note a conversation"), CommunicationForm, _communication)
HOURS = Deed("hours", gettext_lazy("Enter hours"), HoursForm, _hours, is_possible=has_hours)
ADD_ON = Deed("add_on", gettext_lazy("Agree to more hours"), AddOnForm, _add_on, is_possible=has_hours)
EVERYTHING = {each.name: each for each in (CHOOSE, BOOK, AGENDA, FINAL, REOPEN, SPEAKERS, DELIVERABLE, COMMUNICATION, HOURS, ADD_ON)}
