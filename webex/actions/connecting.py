"""Connecting a customer's site, and ending that."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers.choices import ScheduleUpdates
from customers.keys import digest_of, new_token
from customers.models import Site, User
from customers.refusals import Refusal
from customers.sealing import CannotOpen, seal, unseal
from webex.actions.tokens import keep_tokens
from webex.actions.webhooks import our_webhooks
from webex.client import Webex
from webex.models import Connection, SiteUpdate
from webex.reading import Tokens
from webex.troubles import Rejected, Trouble, Unauthorised

SECONDS = 3  # for each of the two questions, while an administrator waits


class CannotConnect(Refusal):
    """Webex does not take these credentials, or gives no answer."""

    code = "cannot_connect"
    status = 409
    sentence = _("Webex did not accept the client ID, the client secret or the refresh token. Copy all three again.")


class WrongSite(Refusal):
    """The credentials are good, for another site."""

    code = "wrong_site"
    status = 409
    sentence = _("These credentials do not reach %(site)s. Create them for this site.")


@transaction.atomic
def connect(
    *, site: Site, kind: str, client_id: str, client_secret: str, refresh_token: str, may_write: bool, by: User, now: datetime
) -> Connection:
    """Try the credentials, then keep them sealed; a connection that is there gets the new ones. The workers register notifications.

    :raises CannotConnect: when Webex gives no token for them.
    :raises WrongSite: when the token does not reach the site.
    """
    tokens = _tried(site, client_id, client_secret, refresh_token, now=now)
    connection = Connection.objects.filter(site=site).select_for_update(of=("self",)).first() or _new(site, by=by, now=now)
    connection.kind, connection.may_write, connection.client_id = kind, may_write, client_id
    connection.client_secret_sealed = seal(client_secret)
    connection.refresh_token_sealed = seal(refresh_token)
    keep_tokens(connection, tokens, now=now)
    connection.state, connection.trouble, connection.trouble_since = Connection.State.CONNECTED, "", None
    connection.checked_at = connection.quiet_until = None
    connection.healthy_at, connection.connected_by, connection.connected_at = now, by, now
    connection.save()
    site.schedule_updates = ScheduleUpdates.AUTO_AFTER_CONFIRM if may_write else ScheduleUpdates.MANUAL
    site.save(update_fields=["schedule_updates"])
    return connection


@transaction.atomic
def disconnect(*, connection: Connection, now: datetime) -> None:
    """Forget the credentials; the site is looked after by hand again. Notifications are taken off the site if it answers."""
    _unregister(connection, now=now)
    waiting = SiteUpdate.objects.filter(site_id=connection.site_id, state=SiteUpdate.State.WAITING)
    waiting.update(
        state=SiteUpdate.State.FAILED, why=SiteUpdate.Why.NO_CONNECTION, next_try_at=None, settled_at=now, news_at=now
    )  # fmt: skip
    Site.objects.filter(pk=connection.site_id).update(schedule_updates=ScheduleUpdates.MANUAL)
    connection.delete()


def _tried(site: Site, client_id: str, client_secret: str, refresh_token: str, *, now: datetime) -> Tokens:
    try:
        with Webex(now=now, seconds=SECONDS) as door:
            tokens = door.refresh(client_id=client_id, client_secret=client_secret, refresh_token=refresh_token)
        if not tokens.access_token:
            raise CannotConnect
        with Webex(token=tokens.access_token, now=now, seconds=SECONDS) as door:
            reached = door.sites()
    except (Rejected, Unauthorised) as refused:
        raise CannotConnect from refused
    except Trouble as trouble:
        raise CannotConnect(_("Webex gives no answer just now. Nothing was changed; try again in a few minutes.")) from trouble
    if site.host_name not in reached:
        raise WrongSite(site=site.host_name)
    return tokens


def _new(site: Site, *, by: User, now: datetime) -> Connection:
    token = new_token()
    return Connection(
        organisation_id=site.organisation_id,
        site=site,
        hook_digest=digest_of(token),
        hook_token_sealed=seal(token),
        hook_secret_sealed=seal(new_token()),
        connected_by=by,
        connected_at=now,
    )


def _unregister(connection: Connection, *, now: datetime) -> None:
    """A site that does not answer keeps sending for a while; its address opens nothing any more."""
    try:
        with Webex(token=unseal(connection.access_token_sealed), now=now, seconds=SECONDS) as door:
            for webhook in our_webhooks(connection, door.webhooks()):
                door.delete_webhook(webhook.id)
    except (Trouble, CannotOpen):
        return
