"""Template words for orders; `{% load orders %}`."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from babel.numbers import format_currency, format_percent
from django import template
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import to_python

from catalog.models import Package, PackageService, Service
from customers import times
from orders import pricing
from orders.asks import days_from_json
from orders.documents import quantity_words
from orders.models import InvoiceLine, Order, OrderChange
from orders.queries import days_of_order
from scheduling import localtime
from scheduling.gaps import Alternative
from scheduling.languages import ASSIST_LANGUAGES
from scheduling.queries import describe
from scheduling.windows import Coverage

register = template.Library()
STEP_NAMES = {Order.Step.AVAILABILITY: "availability", Order.Step.MEETING: "meeting", Order.Step.EVENT: "event", Order.Step.CHECK: "check"}


@register.simple_tag
def alternative_span(alternative: Alternative, order: Order) -> str:
    """`{% alternative_span each order %}`: from when to when, with the number of days where there are several."""
    lengths = [day.duration for day in days_of_order(order)]
    if len(lengths) == 1:
        return times.span(alternative.starts_at, alternative.starts_at + lengths[0], order.zone)
    return _("%(count)d days from %(first)s") % {"first": times.moment(alternative.starts_at, order.zone), "count": len(lengths)}


@register.simple_tag
def alternative_yours(alternative: Alternative, order: Order, reader_zone: str) -> str:
    """`{% alternative_yours each order user.zone as yours %}`: its start on the reader's clock; empty when the clocks agree."""
    return times.yours(alternative.starts_at, alternative.starts_at, order.zone, reader_zone)


@register.simple_tag
def why(alternative: Alternative, order: Order) -> str:
    """`{% why each order %}`: why this time is offered. Source: S48"""
    return describe(alternative, order.zone)


@register.simple_tag
def wall_inputs(starts_at: datetime, zone: str) -> SafeString:
    """Hidden fields that ask for the wall time of an instant, as the move form takes it."""
    local = localtime.wall(starts_at, zone)
    values = {"date": local.date().isoformat(), "time": f"{local:%H:%M}", "fold": local.fold}
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', values.items())


@register.filter
def date_value(value: date | str | None) -> str:
    """A date as a date field holds it."""
    return value.isoformat() if isinstance(value, date) else str(value or "")


@register.filter
def time_value(value: time | str | None) -> str:
    """A time as a time field holds it."""
    return f"{value:%H:%M}" if isinstance(value, time) else str(value or "")


@register.simple_tag
def order_spans(order: Order) -> list[str]:
    """`{% order_spans order as spans %}`: each day of the order."""
    return [times.span(day.starts_at, day.ends_at, order.zone) for day in days_of_order(order)]


@register.simple_tag
def change_spans(change: OrderChange, order: Order, which: str) -> list[str]:
    """`{% change_spans change order "old" as spans %}`: the old or the new days of a move."""
    return _change_spans(change, order, which)


@register.simple_tag
def change_lines(change: OrderChange, order: Order, which: str) -> str:
    """`{% change_lines change order "old" %}`: the old or the new days of a move, for plain text."""
    return "; ".join(_change_spans(change, order, which))


@register.simple_tag
def change_span(change: OrderChange, order: Order, which: str) -> SafeString:
    """`{% change_span change order "old" %}`: the old or the new days of a move, each on a line."""
    return format_html_join(SafeString("<br>"), "{}", ((span,) for span in _change_spans(change, order, which)))


def _change_spans(change: OrderChange, order: Order, which: str) -> list[str]:
    days = days_from_json(change.old_days if which == "old" else change.new_days)
    starts = [(localtime.reached(day.local_start, order.zone, last=bool(day.fold)), day.duration) for day in days]
    return [times.span(start, start + length, order.zone) for start, length in starts]


@register.simple_tag
def post_role(roles: dict[int, str], author_id: int) -> str:
    """`{% post_role roles post.author_id %}`: in which role one of us writes."""
    return roles.get(author_id, "")


@register.filter
def any_uncovered(coverage: Sequence[Coverage]) -> bool:
    """True when a part of some event day is not staffed."""
    return any(each.uncovered for each in coverage)


@register.simple_tag
def quantity(line: InvoiceLine) -> str:
    """`{% quantity line %}`: how much of what a line of an invoice charges."""
    return quantity_words(line)


@register.filter
def percent(value: int) -> str:
    """30%, in French 30 %."""
    return format_percent(value / 100, locale=times.reader_language())


@register.filter
def phone(number: str) -> str:
    """A phone number as people read it."""
    return to_python(number).as_international if number else ""


@register.filter
def language(code: str) -> str:
    """The name of a language of the assist."""
    return str(dict(ASSIST_LANGUAGES).get(code, code))


@register.simple_tag
def draft_url(draft: Order) -> str:
    """The step a draft goes on at."""
    return reverse(f"orders:{STEP_NAMES[Order.Step(draft.step)]}", args=[draft.key])


@register.simple_tag
def hours_of(minutes: int | None) -> int | None:
    """Whole hours of a cap in minutes, None without a cap."""
    return minutes // 60 if minutes else None


@register.inclusion_tag("orders/_price.html")
def price_table(price: pricing.Quote, shows_contract: object, package: Package | None = None) -> dict[str, object]:
    """`{% price_table price organisation.shows_contract_price package %}`: the price by its lines, named in the reader's language.

    A package that is given is not looked up. Source: S35
    """
    return {"price": price, "lines": named_lines(price, package), "shows_contract": shows_contract}


@register.simple_tag
def price_lines(price: pricing.Quote) -> list[tuple[str, pricing.Line]]:
    """`{% price_lines price as lines %}`: the lines with their names, for a table drawn elsewhere."""
    return named_lines(price)


def named_lines(price: pricing.Quote, package: Package | None = None) -> list[tuple[str, pricing.Line]]:
    """The lines with their names."""
    names: dict[str, str] = {package.code: package.name} if package else {}
    for model in (Service, Package):
        if unnamed := {line.code for line in price.lines} - names.keys():
            names |= {row.code: row.name for row in model.objects.filter(code__in=unnamed).only("code", "name_en", "name_fr")}
    return [(names.get(line.code, line.code), line) for line in price.lines]


@register.simple_tag
def cell_price(cells: Sequence[PackageService], index: int, package: Package) -> str:
    """What ticking a service costs, in words."""
    cell = cells[index]
    if cell.amount is None:
        return cell.get_inclusion_display()
    price = _("%(amount)s %(unit)s") % {
        "amount": format_currency(cell.amount, package.currency, locale=times.reader_language()),
        "unit": cell.get_unit_display(),
    }
    if not cell.minimum_minutes:
        return price
    return _("%(price)s, at least %(length)s") % {"price": price, "length": times.duration(timedelta(minutes=cell.minimum_minutes))}


@register.simple_tag
def policy_text(terms: pricing.Terms) -> str:
    """The frozen cancellation terms in the reader's language."""
    return terms.text_fr if (get_language() or "en").startswith("fr") else terms.text_en
