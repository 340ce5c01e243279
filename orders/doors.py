"""Look-ups that happen before the tenant is known: each opens everything for one row by a unique key."""

import hmac

from customers.tenancy import door
from orders.actions.links import hashed
from orders.models import OneTimeLink, Order


@door
def order_by_number_and_email(number: str, email: str) -> Order | None:
    """Return the order with this number, if the e-mail is its contact's; the caller then enters its organisation's scope. Source: S45"""
    order = Order.objects.filter(number=number).exclude(state=Order.State.DRAFT).first()
    contact = order.email if order else "nobody@nowhere.invalid"
    matches = hmac.compare_digest(contact.casefold().encode(), email.strip().casefold().encode())
    return order if order and matches else None


@door
def link_by_token(token: str) -> OneTimeLink | None:
    """Return the one-time link with this secret, whatever its state, with its order. Source: S45"""
    return OneTimeLink.objects.select_related("order").filter(token_hash=hashed(token)).first()


@door
def order_granted(number: str) -> Order | None:
    """Return the order that a spent link opened; only for a number that the session was granted."""
    return Order.objects.filter(number=number).exclude(state=Order.State.DRAFT).first()
