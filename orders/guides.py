"""The guides as pages of the portal, from the same files that stand in the repository. Source: S10, S79"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from customers.models import User

FOLDER = settings.BASE_DIR / "docs" / "guide"


@dataclass(frozen=True)
class Guide:
    """One of the four. `languages` is what it is written in, the first for everyone else."""

    slug: str
    title: str | Promise
    summary: str | Promise
    for_staff: bool = False
    languages: tuple[str, ...] = ("en", "fr")

    def language_for(self, reader: str) -> str:
        """The reader's own where there is one."""
        return reader if reader in self.languages else self.languages[0]

    def text(self, language: str) -> str:
        """The Markdown, without its title."""
        name = f"{self.slug}.md" if language == "en" else f"{self.slug}.{language}.md"
        path = FOLDER / name if self.slug != "integrating" else FOLDER.parent / name
        return str(path.read_text(encoding="utf-8")).partition("\n")[2]


GUIDES = (
    Guide("customer", _("A day as a customer"), _("Order, follow, move and cancel, page by page.")),
    Guide("pm", _("A day as a project manager"), _("What needs you, planning an engagement, and the reports."), for_staff=True),
    Guide("analyst", _("A day as an analyst"), _("The event day on a phone, with and without a network."), for_staff=True),
    Guide("integrating", _("Integrating a CRM"), _("Ordering and following assists by program."), languages=("en",)),
)


def guides_for(user: User) -> list[Guide]:
    """All of them for the provider's staff, those of their own side for customers."""
    return [each for each in GUIDES if user.is_staff or not each.for_staff]


def guide_html(guide: Guide, language: str) -> SafeString:
    """Its body; safe, because HTML in it is escaped and the text is ours."""
    html: str = _MARKDOWN.render(guide.text(language))
    return mark_safe(html)  # noqa: S308


def _link(renderer: RendererHTML, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType) -> str:
    tokens[place].attrSet("href", _address(str(tokens[place].attrGet("href"))))
    return renderer.renderToken(tokens, place, options, env)


def _image(_renderer: RendererHTML, tokens: Sequence[Token], place: int, _options: OptionsDict, _env: EnvType) -> str:
    return _picture(str(tokens[place].attrGet("src")), tokens[place].content)


_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_MARKDOWN.add_render_rule("link_open", _link)
_MARKDOWN.add_render_rule("image", _image)


def _address(target: str) -> str:
    """Another guide stands in the portal too."""
    slug = target.rpartition("/")[2].partition(".")[0]
    is_guide = target.endswith(".md") and slug in {each.slug for each in GUIDES}
    return reverse("guide", args=[slug]) if is_guide else target


def _picture(source: str, words: str) -> str:
    """Small enough to read on; the whole picture is one press away."""
    address = escape(static(source.replace("pictures/", "guide/", 1)))
    return f'<a class="guide-picture" href="{address}"><img src="{address}" alt="{escape(words)}"></a>'
