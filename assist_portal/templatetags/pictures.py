"""Template words for icons, state chips and pictures drawn on the server; `{% load pictures %}`."""

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from assist_portal.coverage import lay_out
from assist_portal.templatetags.times import unbroken
from customers import times

register = template.Library()

NEUTRAL = ("", "info")
STATES = {
    # orders
    "DRAFT": ("", "pencil"),
    "WAITING": ("risk", "clock"),
    "CONFIRMED": ("kept", "check"),
    "COMPLETED": ("info", "flag"),
    "CANCELLED": ("broken", "cross"),
    # engagements and tasks
    "OPEN": ("info", "clock"),
    "STAFFED": ("kept", "people"),
    "RUNNING": ("info", "play"),
    "WRAPPING_UP": ("info", "list"),
    "CLOSED": ("", "flag"),
    "DONE": ("kept", "check"),
    "WAIVED": ("", "cross"),
    "ANSWERED": ("kept", "mail"),
    "AT_RISK": ("risk", "warning"),
    "BROKEN": ("broken", "stop"),
    # bookings
    "HELD": ("risk", "clock"),
    "BOOKED": ("kept", "check"),
    "RELEASED": ("", "cross"),
    # messages
    "QUEUED": ("info", "clock"),
    "SENT": ("kept", "check"),
    "FAILED": ("broken", "stop"),
    "WITHDRAWN": ("", "cross"),
    # people and keys
    "ACTIVE": ("kept", "check"),
    "EXPIRED": ("", "clock"),
    "REVOKED": ("broken", "cross"),
    "ACCEPTED": ("kept", "check"),
}


@register.simple_tag
@lru_cache(maxsize=128)  # a page draws dozens, and the address of the file is looked up for each
def icon(name: str) -> SafeString:
    """`{% icon "check" %}`: a picture that carries no meaning of its own; a word stands beside it."""
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>', static("icons.svg"), name)


@register.inclusion_tag("pictures/brand_mark.html")
def brand_mark() -> dict[str, object]:
    """Draw the portal's mark: someone, and someone beside them."""
    return {}


@register.simple_tag
def chip(state: str, words: str) -> SafeString:
    """`{% chip order.state order.get_state_display %}`: a state in words, with its icon and colour."""
    tone, picture = STATES.get(state, NEUTRAL)
    return format_html('<span class="chip {}">{}{}</span>', tone, icon(picture), words)


@register.simple_tag
def tone_chip(tone: str, picture: str, words: str) -> SafeString:
    """`{% tone_chip "risk" "warning" _("Short notice") %}`: a chip for what is not a state."""
    return format_html('<span class="chip {}">{}{}</span>', tone, icon(picture), words)


@register.inclusion_tag("pictures/copyable.html")
def copyable(words: str) -> dict[str, str]:
    """`{% copyable order.number %}`: a number with a button that copies it, where scripts run."""
    return {"words": words}


@register.simple_tag(takes_context=True)
def nav_item(context: template.Context, address: str, picture: str, words: str, extra: str = "") -> SafeString:
    """Write one line of the navigation; the page one is on says so."""
    path = context["request"].path if "request" in context else ""
    here = path == address if address == "/" else "#" not in address and path.startswith(address)
    current = SafeString(' aria-current="page"') if here else ""
    return format_html('<li class="{}"><a href="{}"{}>{}<span>{}</span></a></li>', extra, address, current, icon(picture), words)


@register.inclusion_tag("pictures/coverage_bar.html")
def coverage_bar(  # noqa: PLR0917 - a template tag takes its words in order
    event_start: datetime, event_end: datetime, window_start: datetime, window_end: datetime, zone: str, cap_hours: int | None = None
) -> dict[str, object]:
    """Draw an event day, the staffed window around it and what stays uncovered, with the same in words. Source: S85, S86"""
    cap = timedelta(hours=cap_hours) if cap_hours else None
    drawn = lay_out(event=(event_start, event_end), window=(window_start, window_end), zone=zone, cap=cap)
    return {
        "drawn": drawn,
        "picture": f"coverage-{window_start:%Y%m%d%H%M}-{event_end:%H%M}",
        "labels": [(tick, times.clock(tick.instant.astimezone(ZoneInfo(zone)))) for tick in drawn.ticks if tick.labelled],
        "event_words": unbroken(times.span(event_start, event_end, zone)),
        "event_length": times.duration(event_end - event_start),
        "window_words": unbroken(times.hours(window_start, window_end, zone)),
        "window_length": times.duration(window_end - window_start),
        "bare": [(unbroken(times.hours(start, end, zone)), times.duration(end - start)) for start, end in drawn.uncovered_spans],
        "cap_words": times.duration(cap) if cap else "",
    }
