"""A mail's subject, text and HTML from templates, in the recipient's language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from css_inline import CSSInliner
from django.conf import settings
from django.template import Context, loader
from django.utils import translation

from outbox.headers import one_line

# Mail programs drop style sheets, so the styles go onto the elements; what asks for the screen's width or darkness stays above.
_INLINER = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)

_EMPTY_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")  # blocks that were left empty


@dataclass(frozen=True)
class Rendered:
    """The finished parts of a mail, in its recipient's language."""

    language: str
    subject: str
    text: str
    html: str = ""


def render_mail(template: str, context: Mapping[str, Any], language: str) -> Rendered:
    """Render `mail/<template>.subject.txt`, `.txt` and `.html` in this language.

    The templates also see `portal_url` and `language`. Only the HTML is escaped.
    """
    values = {"portal_url": settings.PORTAL_URL, "language": language, **context}
    with translation.override(language):
        return Rendered(
            language=language,
            subject=one_line(_plain(f"mail/{template}.subject.txt", values)),
            text=_EMPTY_LINES.sub("\n\n", _plain(f"mail/{template}.txt", values)).strip() + "\n",
            html=_INLINER.inline(loader.render_to_string(f"mail/{template}.html", values)),
        )


def _plain(name: str, values: dict[str, Any]) -> str:
    template = loader.get_template(name).template  # type: ignore[attr-defined]  # Django's own engine, below its autoescaping
    return str(template.render(Context(values, autoescape=False)))
