"""Keeping a site's notifications alive: Webex switches them off after failures, and never on again."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from customers.sealing import unseal
from webex.client import Webex
from webex.models import Connection
from webex.reading import Webhook
from webex.troubles import Forbidden, Rejected

# Started and ended feed the engagement, recordings shortcut the search for them.
WANTED = (("meetings", "started"), ("meetings", "ended"), ("recordings", "created"))


def target_url(connection: Connection) -> str:
    """Where the site sends to: the token in it is what opens the address."""
    return f"{settings.PORTAL_URL}{reverse('webex:hook', args=[unseal(connection.hook_token_sealed)])}"


def our_webhooks(connection: Connection, registered: Iterable[Webhook]) -> list[Webhook]:
    """Of all that is registered with the token, what sends to this portal for this connection."""
    ours = target_url(connection)
    return [each for each in registered if each.target_url == ours]


def repair_webhooks(site: Webex, connection: Connection, *, now: datetime) -> int:
    """Switch on what was switched off and register what is missing; return how many. Safe to run twice.

    A token that may not register notifications is no trouble: looking finds everything, a little later.
    """
    secret = unseal(connection.hook_secret_sealed)
    repaired = 0
    try:
        registered = {(each.resource, each.event): each for each in our_webhooks(connection, site.webhooks())}
        for resource, event in WANTED:
            webhook = registered.get((resource, event))
            if webhook is None:
                site.create_webhook(
                    name=f"assist portal {connection.site.host_name} {resource} {event}",
                    target_url=target_url(connection),
                    resource=resource,
                    event=event,
                    secret=secret,
                    whole_organisation=connection.kind == Connection.Kind.SERVICE_APP,
                )
            elif not webhook.is_active:
                site.activate_webhook(webhook, secret=secret)
            repaired += webhook is None or not webhook.is_active
    except (Forbidden, Rejected):
        return repaired
    return repaired
