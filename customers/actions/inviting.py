"""Joining an organisation: an administrator writes to an address, and whoever reads that mail may come in, once."""

from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from customers.actions.members import MemberAlready, add_member
from customers.actions.people import create_person
from customers.keys import digest_of, new_token
from customers.models import Invitation, Membership, Organisation, Role, User
from customers.queries import is_member
from customers.refusals import Refusal

VALID_FOR = timedelta(days=7)
AN_HOUR = timedelta(hours=1)


class InvitationGone(Refusal):
    """Unknown, used, withdrawn or too old: one answer for all."""

    code = "invitation_gone"
    status = 404
    sentence = _("This invitation is no longer valid. Ask for a new one.")


class TooManyInvitations(Refusal):
    """So many mails in an hour to people who did not ask for them are nobody's team. Source: promises row 32"""

    code = "too_many_invitations"
    status = 429
    sentence = _("Too many invitations in an hour. Send the next one later.")

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.retry_after = seconds


@transaction.atomic
def invite(*, organisation: Organisation, email: str, role: str, by: User, now: datetime) -> Invitation:
    """Write an invitation and its mail; an earlier one to the same address is withdrawn. The token is only in the mail.

    Says nothing about whether the address has an account. Locks the organisation.

    :raises MemberAlready: when a member has this address.
    :raises TooManyInvitations: for more than INVITATIONS_PER_HOUR of the organisation.
    """
    email = email.strip().lower()
    Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=organisation.pk)
    if is_member(organisation, email):
        raise MemberAlready(name=email)
    _refuse_too_many(organisation, now)
    open_ones = Invitation.objects.filter(organisation=organisation, email=email, accepted_at=None, withdrawn_at=None)
    open_ones.update(withdrawn_at=now)
    token = new_token()
    invitation = Invitation.objects.create(
        organisation=organisation,
        email=email,
        role=Role(role),
        digest=digest_of(token),
        invited_by=by,
        created_at=now,
        expires_at=now + VALID_FOR,
    )
    _send(invitation, token)
    return invitation


def _refuse_too_many(organisation: Organisation, now: datetime) -> None:
    """Look at those of the last hour, the newest first: once the last of them is an hour old, the next may go."""
    latest = Invitation.objects.filter(organisation=organisation, created_at__gt=now - AN_HOUR).order_by("-created_at")
    counting = list(latest.values_list("created_at", flat=True)[: settings.INVITATIONS_PER_HOUR])
    if len(counting) == settings.INVITATIONS_PER_HOUR:
        raise TooManyInvitations(ceil((counting[-1] + AN_HOUR - now).total_seconds()))


def _send(invitation: Invitation, token: str) -> None:
    """Queue the mail, in the organisation's language: the reader's own is not known yet."""
    link = settings.PORTAL_URL + reverse("customers:accept_invitation", args=[token])
    with translation.override(invitation.organisation.language):
        context = {"invitation": invitation, "link": link, "days": VALID_FOR.days}
        subject = " ".join(render_to_string("mail/invitation.subject.txt", context).split())
        send_mail(subject, render_to_string("mail/invitation.txt", context), None, [invitation.email])


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, now: datetime) -> None:
    """Make an open invitation worthless; safe to run twice."""
    Invitation.objects.filter(pk=invitation.pk, organisation_id=invitation.organisation_id, accepted_at=None, withdrawn_at=None).update(
        withdrawn_at=now
    )


@transaction.atomic
def join(*, invitation: Invitation, by: User, now: datetime) -> Membership:
    """Spend the invitation for a person who has an account with its address.

    :raises InvitationGone: when it was spent, withdrawn or has expired, or is for another address.
    """
    current = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .get(pk=invitation.pk, organisation_id=invitation.organisation_id)
    )
    if not current.is_open_at(now) or by.email != current.email:
        raise InvitationGone
    membership = add_member(organisation=current.organisation, user=by, role=current.role)
    current.accepted_at, current.accepted_by = now, by
    current.save(update_fields=["accepted_at", "accepted_by"])
    return membership


@transaction.atomic
def join_as_new_person(*, invitation: Invitation, first_name: str, last_name: str, password: str, now: datetime) -> User:
    """Make an account for the invited address and spend the invitation; the token in the mail proved the address.

    :raises InvitationGone: when it was spent, withdrawn or has expired.
    :raises AddressTaken: when the address has an account by now.
    """
    organisation = invitation.organisation
    user = create_person(
        email=invitation.email,
        password=password,
        first_name=first_name,
        last_name=last_name,
        language=organisation.language,
        zone=organisation.zone,
    )
    join(invitation=invitation, by=user, now=now)
    return user
