"""Template words for the board; `{% load board %}`."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from engagements.models.recordings import RecordingFormat
from engagements.queries import Promise
from engagements.readiness import Readiness
from engagements.timeline import Standing
from orders.templatetags.orders import percent

register = template.Library()

# Tone of the timeline's dot, tone of the chip, icon.
LOOKS = {
    Standing.OPEN: ("", "info", "clock"),
    Standing.AT_RISK: ("risk", "risk", "warning"),
    Standing.BROKEN: ("broken", "broken", "stop"),
    Standing.KEPT: ("done", "kept", "check"),
    Standing.WAIVED: ("", "", "cross"),
}


@register.filter
def standing_dot(promise: Promise) -> str:
    """`class="{{ promise|standing_dot }}"`: the look of a promise's dot on the timeline."""
    return LOOKS[promise.standing][0]


@register.filter
def standing_tone(promise: Promise) -> str:
    """`{% tone_chip promise|standing_tone promise|standing_icon promise.word %}`: how a promise stands, in words first."""
    return LOOKS[promise.standing][1]


@register.filter
def standing_icon(promise: Promise) -> str:
    """The icon beside the word."""
    return LOOKS[promise.standing][2]


@register.filter
def format_names(formats: list[str]) -> str:
    """`{{ recording.formats|format_names }}`: the forms of a recording, in the reader's language."""
    return ", ".join(str(RecordingFormat(each).label) for each in formats)


@register.simple_tag
def evidence(promise: Promise) -> SafeString:
    """`{% evidence promise %}`: what shows that it was done; a web address leads there, anything else stays words."""
    if promise.evidence.startswith(("https://", "http://")) and len(promise.evidence.split()) == 1:
        return format_html('<a href="{}" rel="noopener noreferrer nofollow" target="_blank">{}</a>', promise.evidence, promise.evidence)
    return format_html('<span class="keep-lines">{}</span>', promise.evidence)


@register.inclusion_tag("pictures/readiness_ring.html")
def readiness_ring(readiness: Readiness) -> dict[str, object]:
    """`{% readiness_ring board.readiness %}`: the ring with its number, which screen readers hear in words."""
    number = percent(readiness.percent)
    return {"readiness": readiness, "number": number, "words": _("Ready for the event: %(percent)s") % {"percent": number}}
