"""`{% load browsers %}`: what people call the browser that a session runs in."""

from django import template
from django.utils.translation import gettext as _

register = template.Library()

# What each calls itself, in the order to look for it: Edge and Opera also say Chrome, all of them Safari, every phone Linux or Mac.
_BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "Chrome/": "Chrome",
    "CriOS/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Macintosh": "Mac",
    "Linux": "Linux",
}


@register.filter
def browser_words(user_agent: str) -> str:
    """`{{ session.user_agent|browser_words }}`: Firefox, Windows; of what nobody knows, all it says itself."""
    browser = next((name for mark, name in _BROWSERS.items() if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS.items() if mark in user_agent), "")
    return f"{browser}, {system}" if browser and system else browser or user_agent or _("Unknown")
