"""The first wall between tenants, and what is read about organisations, their people and sites."""

from datetime import datetime
from typing import TypeVar

from django.db.models import Model, QuerySet

from customers.bearer import Caller, KeyBearer
from customers.models import ApiKey, Invitation, Membership, Organisation, Role, Site, User
from customers.statements import Given, Statement

M = TypeVar("M", bound=Model)


def organisation_ids_of(user: Caller) -> list[int] | None:
    """Return the organisations whose rows the caller may reach; None means all, for staff.

    In a request that is the one the person works in now: naming it in the query is what lets PostgreSQL use its indexes.
    """
    if isinstance(user, KeyBearer):
        return [user.organisation_id]
    if user.is_staff:
        return None
    if user.working_for is not None:
        return [user.working_for.organisation_id]
    return list(Membership.objects.filter(user=user).values_list("organisation_id", flat=True))


def rows_of(user: Caller, rows: QuerySet[M], path: str = "organisation_id") -> QuerySet[M]:
    """Narrow any tenant table to the caller's organisations: the first wall, for the `*_visible_to` of every app.

    Staff do not meet what programs rehearse in a sandbox: it is in no figure and on no list of theirs.
    """
    ids = organisation_ids_of(user)
    if ids is None:
        return rows.exclude(**{f"{path}__in": Organisation.objects.filter(is_sandbox=True)})
    return rows.filter(**{path: ids[0]}) if len(ids) == 1 else rows.filter(**{f"{path}__in": ids})


def sites_visible_to(user: Caller, organisation: Organisation | None = None) -> QuerySet[Site]:
    """Return the sites the caller may reach, of one organisation if given, those switched off included. Source: S20."""
    sites = rows_of(user, Site.objects.order_by("host_name", "id"))
    return sites if organisation is None else sites.filter(organisation=organisation)


def sites_orderable_by(key: ApiKey) -> list[Site]:
    """Return the sites a program may order for: its organisation's, but those switched off. Source: S20."""
    return _ORDERABLE.ask(organisation=key.organisation_id)


_ORDERABLE = Statement(Site.objects.filter(organisation_id=Given("organisation"), is_active=True).order_by("host_name", "id"))


def memberships_visible_to(user: Caller) -> QuerySet[Membership]:
    """Return who belongs to the caller's organisations."""
    return rows_of(user, Membership.objects.select_related("user").order_by("user__last_name", "user__first_name", "id"))


def invitations_visible_to(user: Caller) -> QuerySet[Invitation]:
    """Return the invitations of the caller's organisations, newest first."""
    return rows_of(user, Invitation.objects.select_related("invited_by").order_by("-created_at", "-id"))


def api_keys_visible_to(user: Caller) -> QuerySet[ApiKey]:
    """Return the API keys of the caller's organisations, newest first."""
    return rows_of(user, ApiKey.objects.select_related("created_by").order_by("-created_at", "-id"))


def open_invitations(invitations: QuerySet[Invitation], *, now: datetime) -> QuerySet[Invitation]:
    """Return those that may still be accepted."""
    return invitations.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=now)


def account_with_address(email: str) -> User | None:
    """Return who signs in with this address; people are not behind the wall, so never show the answer to a stranger."""
    return User.objects.filter(email=email.lower()).first()


def administrators_of(organisation: Organisation) -> QuerySet[User]:
    """Return whom a member asks when something is missing. Source: S11."""
    return _people(memberships__organisation=organisation, memberships__role=Role.ADMINISTRATOR)


def _people(**having: object) -> QuerySet[User]:
    """Return active people by name; both conditions on a membership must hold for the same one, hence one filter call."""
    return User.objects.filter(is_active=True, **having).order_by("last_name", "first_name", "id")


def is_member(organisation: Organisation, email: str) -> bool:
    """Tell whether somebody with this address belongs to the organisation."""
    return Membership.objects.filter(organisation=organisation, user__email=email.lower()).exists()


def is_last_administrator(membership_id: int) -> bool:
    """Tell whether the organisation would be left without an administrator."""
    membership = Membership.objects.get(pk=membership_id)
    others = Membership.objects.filter(organisation_id=membership.organisation_id, role=Role.ADMINISTRATOR).exclude(pk=membership_id)
    return membership.role == Role.ADMINISTRATOR and not others.exists()


def may_order(membership: Membership | None) -> bool:
    """Tell whether this member may place, move and cancel orders."""
    return membership is not None and membership.may(Role.ORDERER)
