"""Stand-ins: people who do not exist, so that what is rehearsed in a sandbox takes nobody's time. Source: docs/adr/0013"""

from datetime import date, datetime, time, timedelta

from django.db import transaction

from catalog.models import Family, StaffRole
from customers.actions.people import create_person
from customers.models import Organisation, User
from scheduling.actions.staff import set_certificate, set_hours
from scheduling.models import Certificate, StaffMember

NAMES = {
    StaffRole.PRODUCER: "Producer",
    StaffRole.ANALYST: "Analyst",
    StaffRole.PM: "Manager",
    StaffRole.COORDINATOR: "Coordinator",
}
ALWAYS = [(weekday, time(), time()) for weekday in range(7)]
TERM = timedelta(days=3660)


@transaction.atomic
def make_stand_ins(sandbox: Organisation, *, now: datetime) -> list[StaffMember]:
    """Give a sandbox one person of each role, there at any hour, in English and French, certified for everything.

    They cannot sign in, and no mail reaches them. One of each, so that `nobody_free` is as easily rehearsed as an order.
    """
    return [_stand_in(sandbox, role, name, now=now) for role, name in NAMES.items()]


def _stand_in(sandbox: Organisation, role: StaffRole, name: str, *, now: datetime) -> StaffMember:
    user = create_person(email=f"{role.lower()}@{sandbox.key}.invalid", first_name="Stand-in", last_name=name)
    User.objects.filter(pk=user.pk).update(is_active=False)
    staff = StaffMember.objects.create(user=user, roles=[role], languages=["en", "fr"], sandbox=sandbox)
    set_hours(staff, ALWAYS)
    today: date = now.date()
    for family in Family.objects.order_by("id"):
        set_certificate(Certificate(staff=staff, family=family, valid_from=today - TERM, valid_until=today + TERM), now=now)
    return staff
