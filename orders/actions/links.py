"""One-time links: how someone who is not signed in may move or cancel an order."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers.refusals import Refusal
from orders import notices
from orders.models import OneTimeLink, Order

LIFETIME = timedelta(minutes=30)  # Source: promises row 30
TOKEN_BYTES = 32  # 256 random bits


class LinkIsDead(Refusal):
    """Used, expired, for an older state of the order, or never made; the answer is the same for all."""

    code = "link_is_dead"
    status = 404
    sentence = _("This link does not work any more. Ask for a new one.")


def hashed(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def mail_link(order: Order, *, action: str, now: datetime) -> None:
    """Mail a fresh secret to the order's contact; older ones for the same action die. Source: S45"""
    OneTimeLink.objects.filter(order=order, action=action, used_at__isnull=True).delete()
    token = secrets.token_urlsafe(TOKEN_BYTES)
    OneTimeLink.objects.create(
        organisation_id=order.organisation_id,
        order=order,
        action=action,
        token_hash=hashed(token),
        order_version=order.version,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    notices.send_link(order, action=action, token=token, now=now)


@transaction.atomic
def spend_link(link: OneTimeLink, *, now: datetime) -> Order:
    """Use a link up; it opens its one action on its order, as long as the order has not changed since.

    :raises LinkIsDead: when it is used, expired or the order has changed.
    """
    link = OneTimeLink.objects.select_for_update(of=("self",)).select_related("order").get(pk=link.pk)
    if not is_alive(link, now=now):
        raise LinkIsDead
    link.used_at = now
    link.save(update_fields=["used_at"])
    return link.order


def is_alive(link: OneTimeLink, *, now: datetime) -> bool:
    """True while it can be spent."""
    return link.used_at is None and link.expires_at > now and link.order_version == link.order.version
