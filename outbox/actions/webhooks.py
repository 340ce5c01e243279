"""Endpoints of webhooks: making, changing, switching off and on, and asking for a delivery once more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from customers.models import Organisation
from customers.queries import administrators_of
from customers.refusals import Refusal
from customers.sealing import seal
from outbox.actions.mails import compose, enqueue
from outbox.hooks.guard import Forbidden, check_url
from outbox.hooks.signing import new_secret
from outbox.models import Delivery, EventType, State, WebhookEndpoint
from outbox.rendering import render_mail

MOST_ENDPOINTS = 10
FORMER_SECRET_LIVES = timedelta(days=1)
REPLAYED_FOR = timedelta(days=30)


class AddressForbidden(Refusal):
    """Webhooks go to public addresses only. Source: promises row 41"""

    code = "webhook_address_forbidden"
    status = 422
    sentence = _("We post to https addresses that are public, on port 443 or 8443, without a name and password.")


class TooManyEndpoints(Refusal):
    """More would be a mistake."""

    code = "too_many_endpoints"
    sentence = _("An organisation has at most %(most)s webhook endpoints. Delete one first.")


class StillQueued(Refusal):
    """There is nothing to ask for once more."""

    code = "delivery_still_queued"
    sentence = _("This delivery is still on its way.")


class EndpointIsOff(Refusal):
    """Nothing is sent to an endpoint that is switched off."""

    code = "endpoint_is_off"
    sentence = _("This endpoint is switched off. Switch it on first.")


@dataclass(frozen=True)
class MadeSecret:
    """The endpoint, and its secret, which is shown this once."""

    endpoint: WebhookEndpoint
    secret: str


@transaction.atomic
def add_endpoint(*, organisation: Organisation, url: str, kinds: Sequence[str], description: str = "", now: datetime) -> MadeSecret:
    """Tell this address what happens from now on. Locks the organisation.

    :raises AddressForbidden: when the address is none that we call; where its name leads is looked at before each post.
    :raises TooManyEndpoints: when there are ten.
    """
    _check(url)
    Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=organisation.pk)
    if WebhookEndpoint.objects.filter(organisation=organisation).count() >= MOST_ENDPOINTS:
        raise TooManyEndpoints(most=MOST_ENDPOINTS)
    secret = new_secret()
    endpoint = WebhookEndpoint.objects.create(
        organisation=organisation,
        url=url,
        kinds=sorted({EventType(kind) for kind in kinds}),
        description=description,
        sealed_secret=seal(secret),
        created_at=now,
    )
    return MadeSecret(endpoint, secret)


@transaction.atomic
def change_endpoint(*, endpoint: WebhookEndpoint, url: str, kinds: Sequence[str], description: str) -> WebhookEndpoint:
    """Change where and what.

    :raises AddressForbidden: as in `add_endpoint`.
    """
    _check(url)
    endpoint.url, endpoint.kinds, endpoint.description = url, sorted({EventType(kind) for kind in kinds}), description
    endpoint.save(update_fields=["url", "kinds", "description"])
    return endpoint


@transaction.atomic
def rotate_secret(*, endpoint: WebhookEndpoint, now: datetime) -> MadeSecret:
    """Sign with a new secret, and for a day with the present one as well. Locks the endpoint."""
    endpoint = WebhookEndpoint.objects.select_for_update(of=("self",)).get(pk=endpoint.pk)
    secret = new_secret()
    endpoint.sealed_former_secret, endpoint.former_secret_until = endpoint.sealed_secret, now + FORMER_SECRET_LIVES
    endpoint.sealed_secret = seal(secret)
    endpoint.save(update_fields=["sealed_secret", "sealed_former_secret", "former_secret_until"])
    return MadeSecret(endpoint, secret)


@transaction.atomic
def remove_endpoint(*, endpoint: WebhookEndpoint) -> None:
    """Forget an endpoint and its list of deliveries; the events stay in the feed."""
    endpoint.delete()


@transaction.atomic
def enable_endpoint(*, endpoint: WebhookEndpoint) -> WebhookEndpoint:
    """Switch it on again; what it missed can be asked for. Safe to run twice."""
    endpoint.disabled_at, endpoint.disabled_because, endpoint.failing_since = None, "", None
    endpoint.save(update_fields=["disabled_at", "disabled_because", "failing_since"])
    return endpoint


@transaction.atomic
def disable_endpoint(*, endpoint: WebhookEndpoint, because: str, now: datetime) -> WebhookEndpoint:
    """Switch it off: nothing is sent any more, and what waits is given up. Unless its owner did it, the administrators are told.

    Safe to run twice. Locks the endpoint. Source: promises row 42
    """
    endpoint = WebhookEndpoint.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=endpoint.pk)
    if endpoint.disabled_at is not None:
        return endpoint
    endpoint.disabled_at, endpoint.disabled_because = now, because
    endpoint.save(update_fields=["disabled_at", "disabled_because"])
    waiting = Delivery.objects.filter(organisation_id=endpoint.organisation_id, endpoint=endpoint, state=State.QUEUED)
    waiting.update(state=State.FAILED, claimed_until=None, last_error=gettext_noop("the endpoint is switched off"))
    if because != WebhookEndpoint.Because.PAUSED:
        _tell_administrators(endpoint, now=now)
    return endpoint


@transaction.atomic
def replay(*, delivery: Delivery, now: datetime) -> Delivery:
    """Send an event to its endpoint once more, under the same id. Locks the delivery.

    :raises StillQueued: while it is on its way.
    :raises EndpointIsOff: when nothing is sent there.
    """
    delivery = Delivery.objects.select_for_update(of=("self",)).select_related("endpoint", "event").get(pk=delivery.pk)
    if delivery.state == State.QUEUED:
        raise StillQueued
    if delivery.endpoint.disabled_at is not None:
        raise EndpointIsOff
    delivery.state, delivery.attempts, delivery.sent_at, delivery.due_at = State.QUEUED, 0, None, now
    delivery.save(update_fields=["state", "attempts", "sent_at", "due_at"])
    return delivery


@transaction.atomic
def replay_failed(*, endpoint: WebhookEndpoint, now: datetime) -> int:
    """Send everything of the last 30 days that the endpoint did not take, and return how many events that is.

    :raises EndpointIsOff: when nothing is sent there.
    """
    if endpoint.disabled_at is not None:
        raise EndpointIsOff
    missed = Delivery.objects.filter(
        organisation_id=endpoint.organisation_id, endpoint=endpoint, state=State.FAILED, created_at__gte=now - REPLAYED_FOR
    )
    return missed.update(state=State.QUEUED, attempts=0, due_at=now)


def _check(url: str) -> None:
    try:
        check_url(url, loopback=settings.WEBHOOKS_TO_LOOPBACK)
    except Forbidden as error:
        raise AddressForbidden from error


def _tell_administrators(endpoint: WebhookEndpoint, *, now: datetime) -> None:
    link = settings.PORTAL_URL + reverse("outbox:endpoint", args=[endpoint.key])
    enqueue(
        *(
            compose(
                render_mail("webhook_off", {"endpoint": endpoint, "link": link, "person": person}, person.language),
                key=f"webhook_off:{endpoint.key}:{now:%Y%m%dT%H%M%S}:{person.email}",
                to=person.email,
                organisation=endpoint.organisation,
                now=now,
            )
            for person in administrators_of(endpoint.organisation)
        )
    )
