"""Who could take an order, and for who cannot: why not. For the coordinator who chooses a person by hand."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers import times
from orders.desk import language_name
from orders.models import Order
from orders.queries import need_of_order, staff_of_order
from scheduling.models import Booking, Certificate, Leave, StaffMember
from scheduling.queries import Need, free_staff, live

MOST_OTHERS = 20


@dataclass(frozen=True)
class Candidate:
    """Someone who is free, with what speaks for them."""

    staff: StaffMember
    is_held: bool
    why: tuple[str, ...]


@dataclass(frozen=True)
class Candidates:
    """Who is free, the one who is held first; and who has the role but cannot, with the reason."""

    free: tuple[Candidate, ...]
    others: tuple[tuple[StaffMember, str], ...]


def candidates_for(order: Order, *, now: datetime) -> Candidates:
    """Say for everyone with the role whether they could take the order, and why or why not. Source: S4, S30, S48"""
    need, held = need_of_order(order), staff_of_order(order, now=now)
    free = free_staff(need, now=now, prefer=held, ignoring=(order.key,))
    certificates = _certificates(need)
    rest = StaffMember.objects.filter(is_active=True, sandbox=need.sandbox, roles__contains=[need.role]).exclude(
        pk__in=[each.pk for each in free]
    )
    others = list(rest.select_related("user").order_by("load", "id")[:MOST_OTHERS])
    return Candidates(
        free=tuple(Candidate(each, each.pk == held, _why(each, need, certificates.get(each.pk, []))) for each in free),
        others=tuple(_why_not(others, need, certificates, order.key, now=now)),
    )


def _why(staff: StaffMember, need: Need, certificates: Sequence[Certificate]) -> tuple[str, ...]:
    window = need.windows[0]
    said = [
        _("%(hours)s their time") % {"hours": times.span(window.opens_at, window.closes_at, staff.zone)},
        _("works in %(languages)s") % {"languages": ", ".join(language_name(each) for each in staff.languages)},
    ]
    if certificates:
        said.append(_("certified until %(day)s") % {"day": times.day(max(each.valid_until for each in certificates), weekday=False)})
    bookings = ngettext("%(count)d booking so far", "%(count)d bookings so far", staff.load) % {"count": staff.load}
    return (*said, bookings)


def _why_not(
    staff: Sequence[StaffMember], need: Need, certificates: dict[int, list[Certificate]], reference: str, *, now: datetime
) -> list[tuple[StaffMember, str]]:
    ids = [each.pk for each in staff]
    inside = Q()
    for window in need.windows:
        inside |= Q(start_at__lt=window.closes_at, end_at__gt=window.opens_at)
    away = set(Leave.objects.filter(inside, staff__in=ids).values_list("staff_id", flat=True))
    taken = Booking.objects.filter(inside, live(now), staff__in=ids).exclude(reference=reference)
    busy = set(taken.values_list("staff_id", flat=True))
    return [(each, _reason(each, need, certificates.get(each.pk, []), is_away=each.pk in away, is_busy=each.pk in busy)) for each in staff]


def _reason(staff: StaffMember, need: Need, certificates: Sequence[Certificate], *, is_away: bool, is_busy: bool) -> str:
    if need.family_id is not None and not all(_is_certified(certificates, day) for day in need.dates):
        return _("has no certificate that is valid then")
    if need.language and need.language not in staff.languages:
        return _("does not work in %(language)s") % {"language": language_name(need.language)}
    if is_away:
        return _("is on leave")
    if is_busy:
        return _("is booked or held for something else")
    return _("does not work at that time, or has a public holiday")


def _is_certified(certificates: Sequence[Certificate], day: date) -> bool:
    return any(each.valid_from <= day <= each.valid_until for each in certificates)


def _certificates(need: Need) -> dict[int, list[Certificate]]:
    found: dict[int, list[Certificate]] = defaultdict(list)
    if need.family_id is not None:
        for each in Certificate.objects.filter(family=need.family_id, staff__is_active=True):
            found[each.staff_id].append(each)
    return found
