"""Reads of engagements: whose they are, and who works on them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import DateTimeField, Prefetch, QuerySet

from catalog.models import PackageRole, StaffRole
from customers.access import has_staff_role
from customers.bearer import Caller, KeyBearer
from customers.models import Organisation, User
from customers.queries import rows_of
from customers.statements import Given, Statement
from engagements.models import Assignment, Engagement, EventDay
from engagements.unbooked import best_for
from scheduling.models import StaffMember

SEES_EVERYTHING = (StaffRole.ADMINISTRATOR, StaffRole.COORDINATOR, StaffRole.PM)
# In the order a customer wants to read them: who does it, who plans it, whom to ask.
READING_ORDER = (StaffRole.PRODUCER, StaffRole.ANALYST, StaffRole.PM, StaffRole.COORDINATOR, StaffRole.ADMINISTRATOR)


_TEAM = Assignment.objects.filter(organisation_id=Given("organisation"), engagement_id=Given("engagement")).select_related("staff__user")
_SHOWN = _TEAM.only("role", *(f"staff__user__{name}" for name in ("first_name", "last_name", "email", "phone")))
_WORKING = Statement(_SHOWN.filter(ended_at=None))
_WORKED = Statement(_SHOWN.filter(ended_at=Given("ended_at", DateTimeField())))
_COORDINATOR = Statement(
    Assignment.objects.filter(
        organisation_id=Given("organisation"),
        role=StaffRole.COORDINATOR,
        staff__is_active=True,
        staff__roles__contains=[StaffRole.COORDINATOR],
    )
    .select_related("staff__user")
    .order_by("-id")[:1]
)


@dataclass(frozen=True, slots=True)
class Contact:
    """Someone on the team, as the customer may know them; `role` is a `StaffRole`. Source: S38"""

    role: str
    name: str
    email: str
    phone: str

    @property
    def role_name(self) -> str:
        """Name the role in the reader's language."""
        return str(StaffRole(self.role).label)


def engagements_visible_to(user: Caller) -> QuerySet[Engagement]:
    """Return the engagements the caller may reach: the door to this app's rows.

    Customers and keys: their organisation's. Administrators, coordinators and PMs: all. Other staff: those they are or were
    assigned to.
    """
    engagements = rows_of(user, Engagement.objects.select_related("package", "organisation"))
    if isinstance(user, KeyBearer) or not user.is_staff or has_staff_role(user, *SEES_EVERYTHING):
        return engagements
    return engagements.filter(pk__in=Assignment.objects.filter(staff__user_id=user.pk).values("engagement_id"))


def current_assignments(engagement: Engagement) -> QuerySet[Assignment]:
    """Return who works on it now; of one that is over, who did until then."""
    return Assignment.objects.filter(
        organisation_id=engagement.organisation_id,
        engagement=engagement,
        ended_at=engagement.closed_at,  # both are empty while it goes on
    ).select_related("staff__user")


def seat_with_everything(assignment_pk: int) -> Assignment:
    """Return one assignment with its person, engagement and days, for the page that asks about it."""
    seats = Assignment.objects.select_related("staff__user", "engagement__package", "engagement__organisation")
    return seats.prefetch_related(Prefetch("engagement__days", EventDay.objects.order_by("position"))).get(pk=assignment_pk)


def team_of(engagement: Engagement) -> list[Contact]:
    """List the people on it, the booked person first, the coordinator last. Source: S38, S74"""
    whose = {"organisation": engagement.organisation_id, "engagement": engagement.pk}
    over = engagement.closed_at
    seats = _WORKED.ask(**whose, ended_at=over) if over else _WORKING.ask(**whose)  # like `current_assignments`
    seats.sort(key=lambda each: (READING_ORDER.index(StaffRole(each.role)), each.pk))
    return [contact(each.staff, role=each.role) for each in seats]


def contact(staff: StaffMember, *, role: str) -> Contact:
    """Show a member of staff the way customers see them."""
    user = staff.user
    return Contact(role=role, name=user.get_full_name() or user.email, email=user.email, phone=str(user.phone or ""))


def coordinator_for(organisation_id: int, *, now: datetime | None = None) -> User | None:
    """Return whom the organisation's people write to; None only when there is no coordinator at all. Source: S38, S42"""
    staff = coordinator_staff_for(organisation_id, now=now)
    return staff.user if staff else None


def coordinator_staff_for(organisation_id: int, *, now: datetime | None = None) -> StaffMember | None:
    """Return the coordinator who had the organisation's latest engagement, else the one with the fewest.

    A customer keeps the same person to write to, on every page and in every mail.
    """
    role = StaffRole.COORDINATOR
    for latest in _COORDINATOR.ask(organisation=organisation_id):
        return latest.staff
    customer = Organisation.objects.only("language", "zone").get(pk=organisation_id)
    chosen = best_for({role: 1}, organisation_id=organisation_id, language=customer.language, zone=customer.zone, now=now)[role]
    return chosen[0][0] if chosen else None


def is_staffed(team: Iterable[PackageRole], seated: Collection[str]) -> bool:
    """Tell whether every role of the package has its people, given the role of each current assignment. Source: S74"""
    roles = list(seated)
    return all(roles.count(need.role) >= need.count for need in team)


def engagements_for_list(user: Caller) -> QuerySet[Engagement]:
    """Return what the caller may see, with days and current team loaded in one query each."""
    current = Assignment.objects.filter(ended_at__isnull=True).select_related("staff__user").order_by("id")
    return engagements_visible_to(user).prefetch_related(
        Prefetch("days", EventDay.objects.order_by("position")), Prefetch("assignments", current, to_attr="team")
    )
