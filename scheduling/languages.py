"""The languages in which an event can be assisted. Source: S30."""

from django.utils.translation import gettext_lazy as _

ASSIST_LANGUAGES = [
    ("en", _("English")),
    ("fr", _("French")),
    ("de", _("German")),
    ("es", _("Spanish")),
    ("it", _("Italian")),
    ("ja", _("Japanese")),
    ("nl", _("Dutch")),
    ("pt", _("Portuguese")),
    ("zh", _("Chinese")),
]
