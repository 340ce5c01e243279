"""The speakers of an event: who they are, and the links and instructions they get. Source: S83, S84"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers.models import User
from customers.refusals import Refusal
from engagements import speaker_mails
from engagements.actions.locking import EngagementOver, lock
from engagements.actions.outcomes import write_checklist
from engagements.models import Appointment, Engagement, Session, Speaker


class LinksMissing(Refusal):
    """Nobody is sent instructions without a link."""

    code = "links_missing"
    status = 422
    sentence = _("There is no invitation link yet for: %(names)s.")


class NothingToSend(Refusal):
    """Everyone has their link."""

    code = "nothing_to_send"
    sentence = _("Everyone has had their link already.")


def add_speaker(
    engagement: Engagement, *, name: str, email: str, link: str = "", session: Session | None = None, by: User | None
) -> Speaker:
    """Note a speaker; a rehearsal with the speakers gets their lines. Locks the engagement.

    :raises EngagementOver: when the event has taken place or was cancelled.
    Source: S83, S84
    """
    with transaction.atomic():
        current = _going_on(engagement)
        speaker = Speaker.objects.create(
            organisation_id=current.organisation_id,
            engagement=current,
            session=session,
            name=name.strip(),
            email=email.strip(),
            link=link,
        )
        for rehearsal in current.appointments.filter(kind=Appointment.Kind.REHEARSAL, state=Appointment.State.BOOKED):
            write_checklist(rehearsal)
        return speaker


def change_speaker(speaker: Speaker, *, name: str, email: str, link: str, session: Session | None = None, by: User | None) -> Speaker:
    """Correct a speaker; another link or address has not been sent yet. Locks the speaker."""
    with transaction.atomic():
        found = Speaker.objects.select_for_update(of=("self",)).get(pk=speaker.pk)
        if (found.email, found.link) != (email.strip(), link):
            found.sent_at, found.sent_to = None, ""
        found.name, found.email, found.link, found.session = name.strip(), email.strip(), link, session
        found.save(update_fields=["name", "email", "link", "session", "sent_at", "sent_to"])
        return found


def remove_speaker(speaker: Speaker, *, by: User | None) -> None:
    """Forget a speaker who does not come, with what was noted about them; twice changes nothing."""
    with transaction.atomic():
        Speaker.objects.filter(pk=speaker.pk).delete()


def send_links(engagement: Engagement, *, to_customer: bool, by: User | None, now: datetime) -> int:
    """Mail links and instructions to each speaker who has not had them, or all of them to the customer's contact; return how many.

    Locks the engagement.

    :raises LinksMissing: when somebody has no link yet; nobody is sent anything.
    :raises NothingToSend: when everyone has theirs.
    :raises EngagementOver: when the event has taken place or was cancelled.
    Source: S84
    """
    with transaction.atomic():
        current = _going_on(engagement)
        waiting = list(current.speakers.filter(sent_at__isnull=True).select_for_update(of=("self",)).order_by("pk"))
        if not waiting:
            raise NothingToSend
        without = [each.name for each in waiting if not each.link]
        if without:
            raise LinksMissing(names=", ".join(without))
        _send(current, waiting, to_customer=to_customer, now=now)
        return len(waiting)


def _going_on(engagement: Engagement) -> Engagement:
    current = lock(engagement)
    if current.is_over:
        raise EngagementOver
    return current


def _send(engagement: Engagement, speakers: Sequence[Speaker], *, to_customer: bool, now: datetime) -> None:
    for each in speakers:
        each.sent_at, each.sent_to = now, engagement.contact_email if to_customer else each.email
    Speaker.objects.bulk_update(speakers, ["sent_at", "sent_to"])
    if to_customer:
        speaker_mails.send_to_customer(engagement, speakers, now=now)
    else:
        speaker_mails.send_to_speakers(engagement, speakers, now=now)
