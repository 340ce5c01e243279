"""The guides: true to the portal's words, complete with their pictures, and shown on the Support page. Source: S10, S79"""

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.test import Client

from customers.models import Role
from orders.guides import FOLDER, GUIDES, guide_html
from tests import make
from tests.pictures.table import LANGUAGES, PICTURES

INTEGRATING = FOLDER.parent / "integrating.md"
WALKS = sorted(FOLDER.glob("*.md"))
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
each_walk = pytest.mark.parametrize("path", WALKS, ids=lambda path: path.name)


def language_of(path: Path) -> str:
    return "fr" if path.name.endswith(".fr.md") else "en"


@cache
def words_of_the_portal(language: str) -> set[str]:
    po = settings.BASE_DIR / "locale" / "fr" / "LC_MESSAGES" / "django.po"
    with po.open("rb") as source:
        messages = [each for each in read_po(source, locale="fr") if isinstance(each.id, str)]
    return {str(each.string if language == "fr" else each.id) for each in messages}


def test_each_of_the_three_walks_is_written_in_both_languages() -> None:
    assert [path.name for path in WALKS] == [f"{slug}{end}" for slug in ("analyst", "customer", "pm") for end in (".fr.md", ".md")]


@each_walk
def test_every_button_named_in_a_guide_is_one_of_the_portal(path: Path) -> None:
    """Bold words are names of what is on the page; those that begin a paragraph with a stop of their own are not."""
    named = [words for words in re.findall(r"\*\*(.+?)\*\*", path.read_text()) if not words.endswith((".", "?"))]
    assert len(named) > 15
    assert [words for words in named if words not in words_of_the_portal(language_of(path))] == []


@each_walk
def test_every_picture_is_there_in_the_language_of_the_guide(path: Path) -> None:
    shown = PICTURE.findall(path.read_text())
    assert shown and all(words for words, _source in shown)
    assert [source for _words, source in shown if not source.startswith(f"pictures/{language_of(path)}/")] == []
    assert [source for _words, source in shown if not (FOLDER / source).is_file()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guides_show_every_picture_of_the_table_and_no_other(language: str) -> None:
    table = {each.name for each in PICTURES}
    assert len(table) == len(PICTURES)
    texts = [path.read_text() for path in WALKS if language_of(path) == language]
    assert {Path(source).stem for text in texts for _words, source in PICTURE.findall(text)} == table
    assert {path.stem for path in (FOLDER / "pictures" / language).iterdir()} == table


def test_the_pictures_stay_small() -> None:
    assert sum(path.stat().st_size for path in (FOLDER / "pictures").rglob("*.webp")) < 3_000_000


@pytest.mark.parametrize("path", [*WALKS, INTEGRATING], ids=lambda path: path.name)
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    targets = [target for target in re.findall(r"\]\(([^)]+)\)", path.read_text()) if not target.startswith("https://")]
    assert [target for target in targets if not (path.parent / target).resolve().is_file()] == []


def test_html_in_a_guide_is_shown_as_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "customer.md").write_text("# Title\n\n<script>1</script> & [more](pm.md)")
    monkeypatch.setattr("orders.guides.FOLDER", tmp_path)
    html = guide_html(GUIDES[0], "en")
    assert html.strip() == '<p>&lt;script&gt;1&lt;/script&gt; &amp; <a href="/support/guides/pm/">more</a></p>'


@pytest.mark.django_db
def test_the_support_page_links_the_guides_of_the_readers_side(client: Client) -> None:
    for reader, slugs in (
        (make.member(make.organisation(), Role.VIEWER, language="fr"), {"customer", "integrating"}),
        (make.staff_user(), {each.slug for each in GUIDES}),
    ):
        client.force_login(reader)
        assert set(re.findall(r'href="/support/guides/(\w+)/"', client.get("/support/").content.decode())) == slugs
        answers = {each.slug: client.get(f"/support/guides/{each.slug}/").status_code for each in GUIDES}
        assert answers == {each.slug: 200 if each.slug in slugs else 404 for each in GUIDES}
    assert client.get("/support/guides/none/").status_code == 404


@pytest.mark.django_db
def test_a_guide_speaks_the_readers_language_where_it_is_written_in_it(client: Client) -> None:
    client.force_login(make.member(make.organisation(), Role.VIEWER, language="fr"))
    french = client.get("/support/guides/customer/").content.decode()
    assert 'lang="fr">' in french and "Commander en quatre étapes" in french and "/static/guide/fr/board.webp" in french
    assert 'href="/support/guides/integrating/"' in french
    assert '<div class="guide flow" lang="en">' in client.get("/support/guides/integrating/").content.decode()
