"""The figures of a week or a month: what was ordered, what took place, how promises were kept."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, Sum

from customers.bearer import Caller
from customers.queries import rows_of
from engagements.models import Engagement
from engagements.queries import engagements_visible_to
from orders.models import Order
from orders.queries import orders_visible_to
from reports.dashboards import KEPT, SIDES
from reports.models import PromiseCount


@dataclass(frozen=True)
class Period:
    """Whole days on one zone's clock; `until` is the day after the last."""

    since: date
    until: date
    zone: str

    @property
    def last(self) -> date:
        """The last day that belongs to it."""
        return self.until - timedelta(days=1)

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """From the first midnight up to, and without, the last."""
        zone = ZoneInfo(self.zone)
        return datetime.combine(self.since, time(), zone), datetime.combine(self.until, time(), zone)


@dataclass(frozen=True)
class Promises:
    """How one side kept what was due at the events of a period."""

    side: str
    kept: int
    late: int
    broken: int


@dataclass(frozen=True)
class Figures:
    """Orders placed in the period, by what became of them so far; events that ended in it; promises of the events that began in it."""

    placed: int
    waiting: int
    cancelled: int
    events: int
    promises: tuple[Promises, ...]


def figures_of(caller: Caller, period: Period) -> Figures:
    """Count what the caller may see; three queries."""
    since, until = period.instants
    placed = orders_visible_to(caller).filter(placed_at__gte=since, placed_at__lt=until)
    orders = placed.aggregate(
        placed=Count("pk"),
        waiting=Count("pk", filter=Q(state=Order.State.WAITING)),
        cancelled=Count("pk", filter=Q(state=Order.State.CANCELLED)),
    )
    ended = engagements_visible_to(caller).exclude(state=Engagement.State.CANCELLED).filter(ends_at__gte=since, ends_at__lt=until)
    counts = rows_of(caller, PromiseCount.objects.filter(starts_at__gte=since, starts_at__lt=until))
    sums = counts.aggregate(**{f"{side}_{how}": Sum(f"{side}_{how}", default=0) for side, _word in SIDES for how in KEPT})
    promises = tuple(Promises(str(word), *(sums[f"{side}_{how}"] for how in KEPT)) for side, word in SIDES)
    return Figures(**orders, events=ended.count(), promises=promises)
