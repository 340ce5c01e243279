"""Template words for times, lengths and money; `{% load times %}`."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.numbers import format_currency, format_decimal
from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from customers import times

register = template.Library()


OFFSET = re.compile(r"\([^()]*UTC[^()]*\)")


@register.filter
def unbroken(words: str) -> SafeString:
    """Keep `(UTC-4)` on one line: browsers would break it at the hyphen."""
    return mark_safe(OFFSET.sub(r'<span class="nowrap">\g<0></span>', escape(words)))  # noqa: S308 - escaped just before


def _on_a_page(context: template.Context, words: str) -> str:
    """Mails carry plain words: their programs wrap differently, and their text part has no markup."""
    return unbroken(words) if "request" in context and context.autoescape else words


@register.filter(needs_autoescape=True)
def in_zone(instant: datetime | None, zone: str, autoescape: bool = True) -> str:  # noqa: FBT001, FBT002 - Django's signature
    """`{{ order.confirmed_at|in_zone:order.zone }}`: Tue 16 March 2027, 09:30, Montreal (UTC-4)."""
    if not instant:
        return ""
    words = times.moment(instant, zone or "UTC")
    return unbroken(words) if autoescape else words


@register.filter
def date_in_zone(instant: datetime | None, zone: str) -> str:
    """`{{ order.starts_at|date_in_zone:order.zone }}`: the day an instant falls on there."""
    return times.day(instant.astimezone(ZoneInfo(zone or "UTC"))) if instant else ""


@register.filter(needs_autoescape=True)
def hour_in_zone(instant: datetime | None, zone: str, autoescape: bool = True) -> str:  # noqa: FBT001, FBT002 - Django's signature
    """`{{ task.due_at|hour_in_zone:engagement.zone }}`: 09:30 (UTC-4), where the day stands beside it."""
    words = times.hour(instant, zone or "UTC") if instant else ""
    return unbroken(words) if autoescape else words


@register.filter
def short_day_in_zone(instant: datetime | None, zone: str) -> str:
    """`{{ day.starts_at|short_day_in_zone:engagement.zone }}`: Tue 16 March, where the year goes without saying."""
    return times.day(instant.astimezone(ZoneInfo(zone or "UTC")), year=False) if instant else ""


@register.filter
def as_day(value: date | None) -> str:
    """`{{ entitlement.valid_until|as_day }}`: a calendar day, which needs no zone."""
    return times.day(value, weekday=False) if value else ""


@register.filter
def as_wall_time(local: datetime | None) -> str:
    """`{{ moved.local|as_wall_time }}`: Thu 1 July 2027, 10:00, on a clock whose place is said beside it."""
    return times.day_and_clock(local) if local else ""


@register.filter
def machine_time(instant: datetime | None) -> str:
    """`value="{{ slot.starts_at|machine_time }}"`: RFC 3339 in UTC, for machines and form fields only."""
    return times.machine(instant) if instant else ""


@register.filter
def machine_second(instant: datetime | None) -> str:
    """`data-gone-at="{{ undo_until|machine_second }}"`: RFC 3339 in UTC to the millisecond, for scripts."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if instant else ""


@register.filter
def city(zone: str) -> str:
    """`{{ site.zone|city }}`: Montreal."""
    return times.city(zone)


@register.filter
def relative_to(instant: datetime | None, now: datetime) -> str:
    """`{{ hold.expires_at|relative_to:now }}`: in 12 minutes. Only beside an absolute time."""
    return times.relative(instant, now) if instant else ""


@register.filter
def duration(length: timedelta | int | None) -> str:
    """`{{ order.duration|duration }}` or minutes: 1 h 30 min."""
    return "" if length is None else times.duration(length)


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    """`{{ line.amount|money:order.currency }}`: $1,250.00, in French 1 250,00 $US."""
    return "" if amount is None else format_currency(amount, currency, locale=times.reader_language())


@register.simple_tag
def label(words: str) -> str:
    """`{% label _("When") %}`: with its colon, which in French stands apart."""
    return f"{words}{times.NO_BREAK if times.reader_language() == 'fr' else ''}:"


@register.filter
def number(value: Decimal | int | None) -> str:
    """`{{ hours.left|number }}`: 6.5, in French 6,5."""
    return "" if value is None else format_decimal(value, locale=times.reader_language())


@register.simple_tag(takes_context=True)
def time_span(context: template.Context, start: datetime, end: datetime, zone: str) -> str:
    """`{% time_span start end zone %}`: Tue 16 March 2027, 09:30 to 11:00, Montreal (UTC-4)."""
    return _on_a_page(context, times.span(start, end, zone))


@register.simple_tag(takes_context=True)
def hours_span(context: template.Context, start: datetime, end: datetime, zone: str) -> str:
    """`{% hours_span start end zone %}`: 09:30 to 11:00 (UTC-4), where the day stands beside it."""
    return _on_a_page(context, times.hours(start, end, zone))


@register.simple_tag(takes_context=True)
def your_time(context: template.Context, start: datetime, end: datetime, zone: str, reader_zone: str) -> str:
    """`{% your_time start end zone user.zone %}`: 14:30 to 16:00 your time, Paris (UTC+1); empty when the clocks agree."""
    return _on_a_page(context, times.yours(start, end, zone, reader_zone))


@register.simple_tag
def both_times(start: datetime, end: datetime, zone: str, reader_zone: str = "") -> SafeString:
    """`{% both_times start end zone user.zone %}`: the span, and in grey below it the reader's own hours."""
    first = format_html('<time datetime="{}">{}</time>', times.machine(start), unbroken(times.span(start, end, zone)))
    second = times.yours(start, end, zone, reader_zone)
    return format_html('{} <span class="second">{}</span>', first, unbroken(second)) if second else first


@register.simple_tag
def both_moments(instant: datetime, zone: str, reader_zone: str = "") -> SafeString:
    """`{% both_moments instant zone user.zone %}`: one instant, and in grey below it the reader's own clock."""
    first = format_html('<time datetime="{}">{}</time>', times.machine(instant), unbroken(times.moment(instant, zone)))
    second = times.yours(instant, instant, zone, reader_zone)
    return format_html('{} <span class="second">{}</span>', first, unbroken(second)) if second else first
