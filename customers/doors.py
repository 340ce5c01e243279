"""The look-ups that must happen before the scope is known. Each opens one door, by a unique key, and closes it again."""

from django.db.models import CharField

from customers.models import ApiKey, CalendarFeed, Invitation, Membership, User
from customers.statements import Given, Statement
from customers.tenancy import door

_MEMBERSHIPS = Statement(Membership.objects.filter(user_id=Given("user")).select_related("organisation").order_by("id"))
_KEY = Statement(ApiKey.objects.filter(prefix=Given("prefix", CharField())).select_related("organisation"))


@door
def memberships_of(user: User) -> list[Membership]:
    """Return everything the person belongs to, with its organisation, oldest first."""
    return _MEMBERSHIPS.ask(user=user.pk)


@door
def api_key_with_prefix(prefix: str) -> ApiKey | None:
    """Return the key with its organisation, whatever its state; the caller compares the secret."""
    return next(iter(_KEY.ask(prefix=prefix)), None)


@door
def invitation_with_digest(digest: str) -> Invitation | None:
    """Return the invitation with its organisation, whatever its state."""
    return Invitation.objects.filter(digest=digest).select_related("organisation", "invited_by").first()


@door
def calendar_feed_with_digest(digest: str) -> CalendarFeed | None:
    """Return the feed, unless its person was locked out or left the organisation."""
    found = CalendarFeed.objects.filter(digest=digest).select_related("organisation", "user").first()
    if found is None or found.user is None:
        return found
    belongs = (
        Membership.objects.filter(user=found.user, organisation=found.organisation).exists() if found.organisation else found.user.is_staff
    )
    return found if found.user.is_active and belongs else None
