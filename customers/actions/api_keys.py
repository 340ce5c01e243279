"""Keys for an organisation's programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers.keys import new_key
from customers.models import ApiKey, Organisation, User
from customers.refusals import Refusal

MOST_LIVE_KEYS = 20


class TooManyKeys(Refusal):
    """Keys that nobody needs are a risk."""

    code = "too_many_keys"
    sentence = _("An organisation has at most %(most)s keys at a time. Revoke one first.")


@dataclass(frozen=True)
class MadeKey:
    """The stored key, and its token, which nobody can see again."""

    key: ApiKey
    token: str


@transaction.atomic
def make_api_key(*, organisation: Organisation, name: str, scopes: Sequence[str], valid_for: timedelta, by: User, now: datetime) -> MadeKey:
    """Draw a key and keep its digest. Several live at once, so that a program can change over without a gap.

    :raises TooManyKeys: when the organisation has 20 live keys.
    """
    Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=organisation.pk)
    live = ApiKey.objects.filter(organisation=organisation, revoked_at=None, expires_at__gt=now).count()
    if live >= MOST_LIVE_KEYS:
        raise TooManyKeys(most=MOST_LIVE_KEYS)
    new = new_key()
    key = ApiKey.objects.create(
        organisation=organisation,
        name=name,
        prefix=new.prefix,
        digest=new.digest,
        scopes=list(scopes),
        created_by=by,
        created_at=now,
        expires_at=now + valid_for,
    )
    return MadeKey(key, new.token)


@transaction.atomic
def rotate_api_key(*, key: ApiKey, now: datetime) -> MadeKey:
    """Make a key that may do the same for as long. The former still works, so that a lost answer locks nobody out; then it ends itself.

    :raises TooManyKeys: when the organisation has 20 live keys.
    """
    term = key.expires_at - key.created_at
    return make_api_key(organisation=key.organisation, name=key.name, scopes=key.scopes, valid_for=term, by=key.created_by, now=now)


def revoke_api_key(*, key: ApiKey, now: datetime) -> None:
    """Make a key worthless at once; safe to run twice."""
    ApiKey.objects.filter(pk=key.pk, organisation_id=key.organisation_id, revoked_at=None).update(revoked_at=now)
