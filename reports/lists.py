"""The lists that can be taken away as files: their columns, their filters, and whose rows they hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.models import TaskTemplate
from customers.bearer import Caller
from customers.times import reader_language
from engagements.models import Engagement, Task
from engagements.queries import engagements_visible_to
from orders.invoices import invoices_visible_to
from orders.models import Invoice, Order
from orders.queries import orders_visible_to
from reports.cells import Value, at_home

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """One column: its name for programs, its title for people, and its value in a row."""

    name: str
    title: Promise | str
    value: Callable[[Row], Value]


@dataclass(frozen=True)
class Filters:
    """What narrows a list: days (UTC, both included) and a state; empty is everything."""

    since: date | None = None
    until: date | None = None
    state: str = ""

    def to_json(self) -> dict[str, str]:
        """For a job's row."""
        return {
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "state": self.state,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, str]) -> "Filters":
        """Back from a job's row."""
        since, until = (date.fromisoformat(kept[name]) if kept.get(name) else None for name in ("since", "until"))
        return cls(since, until, kept.get("state", ""))


@dataclass(frozen=True)
class Listing:
    """One list: `rows` is its door, `by` the instant that the days of the filters mean, `fields` what its columns read."""

    name: str
    title: Promise
    rows: Callable[[Caller], QuerySet[Any]]
    by: str
    states: tuple[tuple[str, Any], ...]
    fields: tuple[str, ...]
    columns: tuple[Column, ...]

    def narrowed(self, caller: Caller, filters: Filters) -> QuerySet[Any, dict[str, Any]]:
        """The caller's rows under these filters, oldest first, as dictionaries of the fields."""
        rows = self.rows(caller)
        if filters.since:
            rows = rows.filter(**{f"{self.by}__gte": datetime.combine(filters.since, time(), UTC)})
        if filters.until:
            rows = rows.filter(**{f"{self.by}__lt": datetime.combine(filters.until + timedelta(days=1), time(), UTC)})
        if filters.state:
            rows = rows.filter(state=filters.state) if self.name != "invoices" else rows.filter(kind=filters.state)
        return rows.order_by("pk").values("pk", *self.fields)

    def line(self, row: Row) -> list[Value]:
        """The cells of one row."""
        return [column.value(row) for column in self.columns]

    @property
    def titles(self) -> list[str]:
        """In the reader's language."""
        return [str(column.title) for column in self.columns]

    @property
    def names(self) -> list[str]:
        """For programs."""
        return [column.name for column in self.columns]


def _plain(name: str, title: Promise, field: str = "") -> Column:
    return Column(name, title, lambda row: row[field or name])


def _local(name: str, title: Promise, zone: str = "zone", field: str = "") -> Column:
    """An instant on the event's own clock, with its offset."""
    return Column(name, title, lambda row: at_home(row[field or name], row[zone]))


def _label(name: str, title: Promise, choices: Any, field: str = "") -> Column:
    labels = dict(choices)
    return Column(name, title, lambda row: str(labels.get(row[field or name], row[field or name])))


def _both(name: str, title: Promise, field: str) -> Column:
    """A name that the catalogue holds in both languages."""
    return Column(name, title, lambda row: row[f"{field}_{reader_language()}"])


def _of_price(name: str, title: Promise, key: str) -> Column:
    return Column(name, title, lambda row: (row["price"] or {}).get(key))


ORDERS = Listing(
    "orders", _("Orders"), orders_visible_to, "starts_at",
    tuple(choice for choice in Order.State.choices if choice[0] != Order.State.DRAFT),
    ("number", "state", "organisation__name", "package__name_en", "package__name_fr", "title", "starts_at", "ends_at", "zone", "company",
     "email", "external_reference", "assist_language", "placed_at", "confirmed_at", "cancelled_at", "cancellation_fee", "price"),
    (
        _plain("number", _("Request number")),
        _label("state", _("State"), Order.State.choices),
        _plain("organisation", _("Organisation"), "organisation__name"),
        _both("package", _("Package"), "package__name"),
        _plain("title", _("Title")),
        _local("starts_at", _("Start")),
        _local("ends_at", _("End")),
        _plain("time_zone", _("Time zone"), "zone"),
        _plain("company", _("Company")),
        _plain("contact", _("Contact e-mail"), "email"),
        _plain("external_reference", _("Your reference")),
        _plain("language", _("Language"), "assist_language"),
        _local("placed_at", _("Ordered")),
        _local("confirmed_at", _("Confirmed")),
        _local("cancelled_at", _("Cancelled")),
        _of_price("standard", _("Standard charge"), "standard"),
        _of_price("contract", _("Your rate"), "contract"),
        _plain("cancellation_fee", _("Cancellation fee")),
        _of_price("currency", _("Currency"), "currency"),
    ),
)  # fmt: skip

ENGAGEMENTS = Listing(
    "engagements", _("Engagements"), engagements_visible_to, "starts_at", tuple(Engagement.State.choices),
    ("number", "state", "organisation__name", "package__name_en", "package__name_fr", "title", "starts_at", "ends_at", "zone", "opened_at",
     "closed_at"),
    (
        _plain("number", _("Request number")),
        _label("state", _("State"), Engagement.State.choices),
        _plain("organisation", _("Organisation"), "organisation__name"),
        _both("package", _("Package"), "package__name"),
        _plain("title", _("Title")),
        _local("starts_at", _("Start")),
        _local("ends_at", _("End")),
        _plain("time_zone", _("Time zone"), "zone"),
        _local("opened_at", _("Opened")),
        _local("closed_at", _("Closed")),
    ),
)  # fmt: skip


def _promises(caller: Caller) -> QuerySet[Task]:
    return Task.objects.filter(engagement__in=engagements_visible_to(caller))


PROMISES = Listing(
    "promises", _("Promises"), _promises, "due_at", tuple(Task.State.choices),
    ("engagement__number", "engagement__organisation__name", "template__title_en", "template__title_fr", "side", "phase", "state", "due_at",
     "done_at", "short_notice", "engagement__zone"),
    (
        _plain("number", _("Request number"), "engagement__number"),
        _plain("organisation", _("Organisation"), "engagement__organisation__name"),
        _both("promise", _("Promise"), "template__title"),
        _label("side", _("Side"), TaskTemplate.Side.choices),
        _label("phase", _("Phase"), TaskTemplate.Phase.choices),
        _label("state", _("State"), Task.State.choices),
        _local("due_at", _("Due"), "engagement__zone"),
        _local("done_at", _("Done"), "engagement__zone"),
        _plain("short_notice", _("Short notice")),
    ),
)  # fmt: skip

INVOICES = Listing(
    "invoices", _("Invoices"), invoices_visible_to, "issued_at", tuple(Invoice.Kind.choices),
    ("number", "kind", "organisation__name", "order__number", "issued_at", "due_on", "billed_to", "currency", "total", "credits__number"),
    (
        _plain("number", _("Number")),
        _label("kind", _("Kind"), Invoice.Kind.choices),
        _plain("organisation", _("Organisation"), "organisation__name"),
        _plain("order", _("Order"), "order__number"),
        Column("issued_at", _("Issued"), lambda row: row["issued_at"]),
        _plain("due_on", _("Due on")),
        _plain("billed_to", _("Billed to")),
        Column("total", _("Amount"), lambda row: -row["total"] if row["credits__number"] else row["total"]),
        _plain("currency", _("Currency")),
        _plain("takes_back", _("Takes back"), "credits__number"),
    ),
)  # fmt: skip

LISTINGS = {each.name: each for each in (ORDERS, ENGAGEMENTS, PROMISES, INVOICES)}
