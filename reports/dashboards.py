"""What the dashboards show: each figure by a fixed number of queries, however many orders there are.

Days and months are UTC's; instants are shown in the reader's zone by the page.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any

from babel.dates import format_date
from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Sum
from django.db.models.functions import ExtractDay, TruncMonth
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Package
from customers.bearer import Caller
from customers.queries import rows_of
from customers.times import reader_language
from engagements.models import Assignment, Engagement, Task
from engagements.queries import engagements_visible_to
from orders.invoices import invoices_visible_to
from orders.models import Invoice, Order
from orders.queries import orders_visible_to
from reports.charts import Bar, Dot, Series, bars, line
from reports.models import PromiseCount
from scheduling.models import Booking, RefusedCheck, StaffMember

MONTHS = 12
TONES = ("tone-1", "tone-2", "tone-3", "tone-4", "tone-5", "tone-6")
KEPT = ("kept", "late", "broken")
SOON = timedelta(days=2)
WEEK = timedelta(days=7)
AHEAD = timedelta(days=28)
MOST = 15
SIDES = (("ours", gettext_lazy("Provider")), ("theirs", gettext_lazy("Customer")))


@dataclass(frozen=True)
class Chart:
    """A stacked bar chart: its rows and what its colours mean."""

    rows: tuple[Bar, ...]
    series: tuple[Series, ...]


def months_until(now: datetime, count: int = MONTHS) -> list[date]:
    """The first days of the last months, this one included, oldest first."""
    return [_month(now, back) for back in range(count - 1, -1, -1)]


def _month(now: datetime, back: int) -> date:
    year, month = divmod(now.year * 12 + now.month - 1 - back, 12)
    return date(year, month + 1, 1)


def month_name(month: date) -> str:
    """`Mar 2027`, in French `mars 2027`."""
    return format_date(month, "MMM y", locale=reader_language())


def since_months(now: datetime) -> datetime:
    """The instant at which the months of the charts begin."""
    return datetime.combine(months_until(now)[0], datetime.min.time(), UTC)


# Orders ---------------------------------------------------------------------------------------------------------------


OUTCOMES = {
    "kept": Q(state__in=[Order.State.CONFIRMED, Order.State.COMPLETED]),
    "risk": Q(state=Order.State.WAITING),
    "muted": Q(cancelled_because=Order.CancelledBecause.CUSTOMER),
    "broken": Q(cancelled_because__in=[Order.CancelledBecause.DECLINED, Order.CancelledBecause.EXPIRED]),
}


@dataclass(frozen=True)
class Counted:
    """The orders of a month for a package, placed so many whole days before the event; how many of them came to which of OUTCOMES."""

    month: date
    package: int
    lead: int
    orders: int
    outcomes: tuple[int, ...]


def count_orders(caller: Caller, *, now: datetime) -> list[Counted]:
    """Count what all charts of orders show; one query."""
    outcomes = {name: Count("package_id", filter=which) for name, which in OUTCOMES.items()}
    lead = ExtractDay(ExpressionWrapper(F("starts_at") - F("placed_at"), output_field=DurationField()))
    rows = _monthly(orders_visible_to(caller), "placed_at", now).values_list("month", "package_id", lead).annotate(n=Count("*"), **outcomes)
    return [Counted(month.date(), package, days, n, tuple(came_to)) for month, package, days, n, *came_to in rows.order_by()]


def orders_by_month(counted: Iterable[Counted], *, now: datetime) -> Chart:
    """How many orders were placed, by package and month; one query for the packages' names."""
    found: dict[date, dict[int, int]] = defaultdict(dict)
    for each in counted:
        found[each.month][each.package] = found[each.month].get(each.package, 0) + each.orders
    present = {package for months in found.values() for package in months}
    packages = list(Package.objects.filter(pk__in=present).order_by("position", "pk"))
    series = tuple(Series(each.name, TONES[place % len(TONES)]) for place, each in enumerate(packages))
    rows = [(month_name(month), [found[month].get(each.pk, 0) for each in packages]) for month in months_until(now)]
    return Chart(bars(rows, series) if packages else (), series)


def outcomes_by_month(counted: Iterable[Counted], *, now: datetime) -> Chart:
    """What became of the orders placed in each month."""
    nothing = [0] * len(OUTCOMES)
    found: dict[date, list[int]] = defaultdict(lambda: nothing)
    for each in counted:
        found[each.month] = [one + other for one, other in zip(found[each.month], each.outcomes, strict=True)]
    words = (_("Confirmed"), _("Waiting"), _("Cancelled by the customer"), _("Declined or expired"))
    series = tuple(Series(word, tone) for word, tone in zip(words, OUTCOMES, strict=True))
    return Chart(bars(_every_month(found, now, nothing), series), series)


def lead_times(counted: Iterable[Counted], *, now: datetime) -> tuple[Dot, ...]:
    """The median of whole days between order and event, by the month of the order."""
    days: dict[date, Counter[int]] = defaultdict(Counter)
    for each in counted:
        days[each.month][each.lead] += each.orders
    found = {month: round(median(leads.elements())) for month, leads in days.items()}
    return line([(_short(month), found.get(month)) for month in months_until(now)])


def spend_by_month(caller: Caller, *, now: datetime) -> list[tuple[str, tuple[Bar, ...]]]:
    """What was billed less what was given back, by currency and month; one query."""
    sign = Sum("total", filter=Q(kind=Invoice.Kind.INVOICE), default=0) - Sum("total", filter=Q(kind=Invoice.Kind.CREDIT_NOTE), default=0)
    rows = _monthly(invoices_visible_to(caller), "issued_at", now).values("month", "currency").annotate(net=sign).order_by()
    found: dict[str, dict[date, list[Any]]] = defaultdict(dict)
    for row in rows:
        found[row["currency"]][row["month"].date()] = [row["net"]]
    series = (Series(_("Billed"), TONES[0]),)
    return [(currency, bars(_every_month(months, now, [0]), series)) for currency, months in sorted(found.items())]


# Promises -------------------------------------------------------------------------------------------------------------


def promises_by_month(caller: Caller, *, now: datetime) -> list[tuple[str, Chart]]:
    """How each side kept its promises, by the month of the event; one query over what was counted ahead."""
    names = [f"{side}_{how}" for side, _word in SIDES for how in KEPT]
    counts = rows_of(caller, PromiseCount.objects.filter(starts_at__lte=now))
    rows = _monthly(counts, "starts_at", now).values("month").annotate(**{f"n_{name}": Sum(name) for name in names}).order_by()
    found = {row["month"].date(): row for row in rows}
    series = tuple(Series(word, tone) for word, tone in ((_("Kept"), "kept"), (_("Late"), "risk"), (_("Broken"), "broken")))
    charts = []
    for side, word in SIDES:
        values = {month: [row[f"n_{side}_{how}"] or 0 for how in KEPT] for month, row in found.items()}
        charts.append((str(word), Chart(bars(_every_month(values, now, [0, 0, 0]), series), series)))
    return charts


def at_risk(caller: Caller, *, now: datetime) -> list[Task]:
    """What we owe that is overdue or due within two days, the most urgent first; one query."""
    open_tasks = Task.objects.filter(state=Task.State.OPEN, side="PROVIDER", due_at__gt=now - timedelta(days=30), due_at__lte=now + SOON)
    mine = open_tasks.filter(engagement__in=engagements_visible_to(caller)).select_related("template", "engagement__organisation")
    return list(mine.order_by("due_at", "pk")[:MOST])


def this_week(caller: Caller, *, now: datetime) -> list[Engagement]:
    """Events of the next seven days and those that run, soonest first; one query."""
    ahead = engagements_visible_to(caller).exclude(state=Engagement.State.CANCELLED).filter(ends_at__gte=now, starts_at__lte=now + WEEK)
    return list(ahead.order_by("starts_at", "pk")[:MOST])


# People ---------------------------------------------------------------------------------------------------------------


def load_of_staff(role: str, *, now: datetime) -> tuple[Bar, ...]:
    """How many engagements that are not over each person of a role has; one query."""
    current = Assignment.objects.filter(role=role, ended_at__isnull=True)
    rows = current.values("staff__user__first_name", "staff__user__last_name").annotate(n=Count("pk")).order_by("-n")[:MOST]
    return bars([(_name(row, "staff__user__"), [row["n"]]) for row in rows], (Series(_("Engagements"), TONES[0]),))


def utilisation(*, now: datetime) -> tuple[Bar, ...]:
    """The share of their weekly hours that people are booked for in the next four weeks, busiest first; two queries."""
    length = ExpressionWrapper(F("end_at") - F("start_at"), output_field=DurationField())
    taken = Booking.objects.filter(state=Booking.State.BOOKED, start_at__gte=now, start_at__lt=now + AHEAD)
    booked = dict(taken.values_list("staff").annotate(total=Sum(length)).order_by("-total")[:MOST])
    people = StaffMember.objects.filter(pk__in=booked).select_related("user").prefetch_related("hours")
    rows = []
    for person in people:
        weekly = sum(_minutes(each.starts, each.ends) for each in person.hours.all())
        share = round(100 * (booked[person.pk] / timedelta(minutes=1)) / (4 * weekly)) if weekly else 100
        rows.append((person.user.get_full_name() or person.user.email, [share]))
    return bars(sorted(rows, key=lambda row: -row[1][0]), (Series(_("Booked"), TONES[0]),), most=100)


def refusals_by_month(*, now: datetime) -> tuple[Bar, ...]:
    """How many wishes nobody could take, by the month they were first asked; one query."""
    rows = _monthly(RefusedCheck.objects.all(), "asked_at", now).values("month").annotate(n=Count("*")).order_by()
    found = {row["month"].date(): [row["n"]] for row in rows}
    return bars(_every_month(found, now, [0]), (Series(_("Refused"), "broken"),))


# ----------------------------------------------------------------------------------------------------------------------


def _monthly(rows: QuerySet[Any], field: str, now: datetime) -> QuerySet[Any]:
    within = rows.filter(**{f"{field}__gte": since_months(now)})
    monthly: QuerySet[Any] = within.annotate(month=TruncMonth(field, tzinfo=UTC))
    return monthly


def _every_month(found: dict[date, list[Any]], now: datetime, nothing: list[int]) -> list[tuple[str, list[Any]]]:
    return [(month_name(month), found.get(month, nothing)) for month in months_until(now)]


def _short(month: date) -> str:
    return format_date(month, "MMM", locale=reader_language())


def _name(row: Mapping[str, Any], path: str) -> str:
    return f"{row[path + 'first_name']} {row[path + 'last_name']}".strip()


def _minutes(starts: Any, ends: Any) -> int:
    end = ends.hour * 60 + ends.minute or 24 * 60
    return int(end - starts.hour * 60 - starts.minute)
