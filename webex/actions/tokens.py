"""Keeping the right to ask: access tokens are renewed in time, by one worker at a time, and lost rights are said."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.urls import reverse

from customers.queries import administrators_of
from customers.sealing import CannotOpen, seal, unseal
from customers.tenancy import scope
from outbox.actions import compose, enqueue
from outbox.rendering import render_mail
from webex.client import Webex
from webex.models import Connection, SiteUpdate
from webex.reading import Tokens
from webex.troubles import Rejected, Trouble, Unauthorised

T = TypeVar("T")
RENEW_BEFORE = timedelta(minutes=10)
RENEW_AT_LEAST_EVERY = timedelta(days=3)  # a refresh token that is never used runs out too


class NotConnected(Trouble):
    """The customer has to connect the site again."""

    word = "deauthorised"


def ask(connection: Connection, question: Callable[[Webex], T], *, now: datetime) -> T:
    """Ask the site with a token that is valid; once more with a new one when it turns out not to be. Not inside a transaction.

    :raises NotConnected: when the permission is gone.
    :raises Trouble: when there is no usable answer.
    """
    token = valid_token(connection, now=now)
    try:
        with Webex(token=token, now=now) as site:
            return question(site)
    except Unauthorised:
        with Webex(token=valid_token(connection, refused=token, now=now), now=now) as site:
            return question(site)


def valid_token(connection: Connection, *, refused: str = "", now: datetime) -> str:
    """Give the access token, renewed if it runs out soon or is the one that was refused.

    Renewing locks the connection: of any number of workers one renews, and the others get what it got, because a refresh token may
    be worthless after its first use.

    :raises NotConnected: when it cannot be renewed any more.
    """
    with scope(connection.organisation_id):
        current = Connection.objects.get(pk=connection.pk)
        if current.state == Connection.State.CONNECTED and not _is_due(current, refused, now):
            return _opened(current.access_token_sealed)
        current = Connection.objects.select_for_update(of=("self",)).select_related("organisation", "site").get(pk=connection.pk)
        if current.state == Connection.State.CONNECTED:
            token = _opened(current.access_token_sealed) if not _is_due(current, refused, now) else _renew(current, now=now)
            if token:
                return token
    raise NotConnected


def keep_tokens(connection: Connection, tokens: Tokens, *, now: datetime) -> None:
    """Seal what was given. Both tokens are replaced; the lifetimes are those that were said."""
    connection.access_token_sealed = seal(tokens.access_token)
    connection.access_expires_at = now + timedelta(seconds=tokens.access_seconds)
    if tokens.refresh_token:
        connection.refresh_token_sealed = seal(tokens.refresh_token)
    if tokens.refresh_seconds:
        connection.refresh_expires_at = now + timedelta(seconds=tokens.refresh_seconds)


def _is_due(connection: Connection, refused: str, now: datetime) -> bool:
    ends = connection.access_expires_at
    return ends is None or ends <= now + RENEW_BEFORE or (refused != "" and _opened(connection.access_token_sealed) == refused)


def _renew(connection: Connection, *, now: datetime) -> str:
    """New tokens, or nothing when the site gives none any more. The caller holds the lock."""
    try:
        with Webex(now=now) as site:
            tokens = site.refresh(
                client_id=connection.client_id,
                client_secret=_opened(connection.client_secret_sealed),
                refresh_token=_opened(connection.refresh_token_sealed),
            )
    except (Rejected, Unauthorised):
        _deauthorise(connection, now=now)
        return ""
    keep_tokens(connection, tokens, now=now)
    connection.save(update_fields=["access_token_sealed", "access_expires_at", "refresh_token_sealed", "refresh_expires_at"])
    return tokens.access_token


def _opened(sealed: str) -> str:
    """A secret that our keys do not open any more is as good as refused."""
    try:
        return unseal(sealed)
    except CannotOpen:
        return ""


def _deauthorise(connection: Connection, *, now: datetime) -> None:
    """Stop asking, give up what waits, and tell the customer's administrators once."""
    connection.state, connection.trouble, connection.trouble_since = Connection.State.DEAUTHORISED, "deauthorised", now
    connection.access_token_sealed = connection.refresh_token_sealed = ""
    connection.access_expires_at = connection.refresh_expires_at = None
    connection.save(
        update_fields=[
            "state", "trouble", "trouble_since", "access_token_sealed", "refresh_token_sealed", "access_expires_at", "refresh_expires_at",
        ]
    )  # fmt: skip
    SiteUpdate.objects.filter(site_id=connection.site_id, state=SiteUpdate.State.WAITING).update(
        state=SiteUpdate.State.FAILED, why=SiteUpdate.Why.NO_CONNECTION, next_try_at=None, settled_at=now, news_at=now
    )
    address = settings.PORTAL_URL + reverse("webex:connection", args=[connection.site.host_name])
    enqueue(
        *(
            compose(
                render_mail("site_disconnected", {"user": person, "site": connection.site, "settings_url": address}, person.language),
                key=f"webex/{connection.pk}/disconnected/{now.isoformat()}/{person.pk}",
                to=person.email,
                organisation=connection.organisation,
                now=now,
            )
            for person in administrators_of(connection.organisation)
        )
    )
