"""Who belongs to an organisation, and in which role."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers.models import Membership, Organisation, Role, User
from customers.queries import is_last_administrator
from customers.refusals import Refusal


class LastAdministrator(Refusal):
    """Nobody would be left to run the organisation's settings."""

    code = "last_administrator"
    sentence = _("%(name)s is the only administrator. Make somebody else an administrator first.")


class MemberAlready(Refusal):
    """The person belongs to the organisation."""

    code = "member_already"
    sentence = _("%(name)s is a member already.")


class StaffCannotJoin(Refusal):
    """The provider's staff see every customer and belong to none."""

    code = "staff_cannot_join"
    sentence = _("This address belongs to the assist team, which cannot join an organisation.")


@transaction.atomic
def add_member(*, organisation: Organisation, user: User, role: str) -> Membership:
    """Let a person work for an organisation.

    :raises MemberAlready: when they do.
    :raises StaffCannotJoin: when they are staff.
    """
    if user.is_staff:
        raise StaffCannotJoin
    membership, made = Membership.objects.get_or_create(organisation=organisation, user=user, defaults={"role": Role(role)})
    if not made:
        raise MemberAlready(name=str(user))
    return membership


@transaction.atomic
def change_role(*, membership: Membership, role: str) -> None:
    """Give a member another role, from their next request on. Locks the organisation.

    :raises LastAdministrator: when the only administrator would become something else.
    """
    current = _locked(membership)
    if role != Role.ADMINISTRATOR and is_last_administrator(current.pk):
        raise LastAdministrator(name=str(current.user))
    current.role = Role(role)
    current.save(update_fields=["role"])


@transaction.atomic
def remove_member(*, membership: Membership) -> None:
    """End a membership, from the person's next request on; their account and what they ordered stay. Locks the organisation.

    :raises LastAdministrator: when nobody would be left to run the settings.
    """
    current = _locked(membership)
    if is_last_administrator(current.pk):
        raise LastAdministrator(name=str(current.user))
    current.delete()


def _locked(membership: Membership) -> Membership:
    """Read the membership again under its organisation's lock, which the database's own rule takes too."""
    Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=membership.organisation_id)
    return Membership.objects.select_related("user").get(pk=membership.pk, organisation_id=membership.organisation_id)
