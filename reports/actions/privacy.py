"""Give somebody all that is kept about them, forget them, and let go of what has been kept long enough. Source: promises row 52"""

import logging
import secrets
from datetime import datetime, timedelta
from typing import Any

import pgtrigger
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import serializers
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from customers.models import Invitation, Membership, User
from customers.refusals import Refusal
from engagements.models import Engagement
from orders.models import BulkCheck, Order
from outbox.models import AccountMessage, Delivery, Event, Message, State
from reports.models import ExportJob, ExportPart, RetentionRun
from reports.traces import Identity, replace_traces
from scheduling.models import RefusedCheck

logger = logging.getLogger(__name__)
OPEN = (Order.State.WAITING, Order.State.CONFIRMED)


class StillNeeded(Refusal):
    """An order that is not over cannot do without its contact."""

    code = "still_needed"
    sentence = _("This person is the contact of an order that is not over: %(number)s. Give it another contact or wait for its end.")


def identity_of(email: str) -> Identity:
    """What somebody with this address is recognised by: their account, and the contacts of their orders."""
    user = User.objects.filter(email__iexact=email).first()
    orders = Order.objects.filter(Q(email__iexact=email) | (Q(owner=user) if user else Q(pk__in=[])))
    own = orders.filter(email__iexact=email)
    names = {each.contact_name for each in own} | ({user.get_full_name()} if user else set())
    names |= set(own.exclude(last_name="").values_list("last_name", flat=True)) | ({user.last_name} if user else set())
    phones = {str(each.phone) for each in own if each.phone} | ({str(user.phone)} if user and user.phone else set())
    phones |= {phone.removeprefix("+") for phone in phones}
    return Identity(frozenset({email.lower()}), frozenset(names - {""}), frozenset(phones - {""}))


def export_person(email: str) -> list[dict[str, Any]]:
    """Everything kept about somebody, as a list of rows; passwords and secrets are left out."""
    user = User.objects.filter(email__iexact=email).first()
    rows: list[Any] = [user] if user else []
    rows += Membership.objects.filter(user=user) if user else []
    rows += Invitation.objects.filter(email__iexact=email)
    rows += Order.objects.filter(Q(email__iexact=email) | (Q(owner=user) if user else Q(pk__in=[])))
    rows += Engagement.objects.filter(contact_email__iexact=email)
    rows += Message.objects.filter(to__iexact=email)
    data: list[dict[str, Any]] = serializers.serialize("python", rows)
    for row in data:
        for secret in ("password", "digest", "key"):
            row["fields"].pop(secret, None)
    return data


@transaction.atomic
def erase_person(email: str, *, by: User | None, now: datetime) -> dict[str, int]:
    """Forget somebody: the account is closed, and every text that names them gets a pseudonym; return the rows changed by table.

    What the law wants kept (invoices, orders, the history) stays with the pseudonym. Files that were exported are deleted, because
    nobody can look into them. The database's guards and its history are off while it happens: the history keeps no names.

    :raises StillNeeded: when they are the contact of an order that is not over.
    """
    needed = Order.objects.filter(email__iexact=email, state__in=OPEN).values_list("number", flat=True).first()
    if needed:
        raise StillNeeded(number=needed)
    identity, token = identity_of(email), secrets.token_hex(4)
    with pgtrigger.ignore():
        changed = {"exports": ExportPart.objects.all().delete()[0]}
        ExportJob.objects.all().delete()
        changed["messages"] = Message.objects.filter(to__iexact=email).update(
            subject="-", **Message.EMPTY, secret=False, due_at=now, claimed_until=None
        )
        AccountMessage.objects.filter(to__iexact=email).delete()
        _take_back(email, now)
        _close_account(email)
        changed |= replace_traces(identity, email=f"erased-{token}@erased.invalid", name=f"Erased {token}")
    logger.info("person erased", extra={"tables": sorted(changed), "by": by.pk if by else None})
    return changed


def _take_back(email: str, now: datetime) -> None:
    """What is still to be sent to them is not sent."""
    queued = Message.objects.filter(to__iexact=email, state=State.QUEUED)
    queued.update(state=State.WITHDRAWN, withdrawn_at=now, withdrawn_because="erased")


def _close_account(email: str) -> None:
    """Nobody signs in as them any more; memberships and keys to the account go."""
    user = User.objects.filter(email__iexact=email).first()
    Invitation.objects.filter(email__iexact=email).delete()
    if user is None:
        return
    Session.objects.filter(session_key__in=UserSession.objects.filter(user=user).values("session_key")).delete()
    for gone in (UserSession, Authenticator, EmailAddress, Membership):
        gone.objects.filter(user=user).delete()
    user.first_name, user.phone, user.is_active = "", "", False
    user.set_unusable_password()
    user.save(update_fields=["first_name", "phone", "is_active", "password"])
    Order.objects.filter(email__iexact=email).update(first_name="", phone="")


@transaction.atomic
def apply_retention(*, now: datetime) -> dict[str, int]:
    """Let go of what has been kept as long as the settings say, and write down what was done. Safe to run twice."""
    days = {name: now - timedelta(days=number) for name, number in settings.RETENTION_DAYS.items()}
    old = Message.objects.exclude(state=State.QUEUED).filter(created_at__lt=days["messages"]).exclude(text="")
    counts = {
        "messages emptied": old.update(**Message.EMPTY),
        "sign-in mails": AccountMessage.objects.exclude(state=State.QUEUED).filter(created_at__lt=days["account_messages"]).delete()[0],
        "drafts": _drafts(days["drafts"]),
        "refused checks": RefusedCheck.objects.filter(last_asked_at__lt=days["refused_checks"]).delete()[0],
        "invitations": Invitation.objects.filter(expires_at__lt=days["invitations"]).delete()[0],
        "deliveries": Delivery.objects.exclude(state=State.QUEUED).filter(created_at__lt=days["deliveries"]).delete()[0],
        "events": _events(days["events"]),
        "bulk checks": BulkCheck.objects.filter(asked_at__lt=days["bulk_checks"]).delete()[0],
    }
    RetentionRun.objects.create(ran_at=now, counts=counts)
    logger.info("retention applied", extra={"counts": counts})
    return counts


def _events(before: datetime) -> int:
    """The latest of each organisation stays, because the next one is numbered after it; so do those that are still to be told."""
    later = Event.objects.filter(organisation=OuterRef("organisation"), sequence__gt=OuterRef("sequence"))
    owed = Delivery.objects.filter(event=OuterRef("pk"), state=State.QUEUED)
    old = Event.objects.filter(Exists(later), ~Exists(owed), happened_at__lt=before)
    Delivery.objects.filter(event__in=old).delete()
    return old.delete()[0]


def _drafts(before: datetime) -> int:
    return Order.objects.filter(state=Order.State.DRAFT, updated_at__lt=before).delete()[1].get("orders.Order", 0)
