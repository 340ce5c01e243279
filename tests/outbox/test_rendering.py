import pytest

from outbox.rendering import render_mail


@pytest.fixture
def _templates(settings, tmp_path):
    """A mail of its own, on the portal's real frame."""
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / "greeting.subject.txt").write_text("{% load i18n %}{% translate 'Yes' %}:\n {{ name }}\n")
    (folder / "greeting.txt").write_text("{{ name }}\n\n{# nothing #}\n\n   \n\n{{ portal_url }}/{{ language }}\n\n")
    (folder / "greeting.html").write_text(
        '{% extends "mail/base.html" %}{% load i18n %}{% block title %}{% translate "Yes" %} {{ name }}{% endblock %}'
    )
    [engine] = settings.TEMPLATES
    settings.TEMPLATES = [{**engine, "DIRS": [tmp_path, *engine["DIRS"]]}]


@pytest.mark.usefixtures("_templates")
def test_the_parts_in_the_recipients_language():
    english = render_mail("greeting", {"name": "Zoë & <O'Brien>"}, "en")
    french = render_mail("greeting", {"name": "Zoë"}, "fr")
    assert english.subject == "Yes: Zoë & <O'Brien>"
    assert french.subject == "Oui: Zoë"
    assert english.text == "Zoë & <O'Brien>\n\nhttp://127.0.0.1:8000/en\n"
    assert "Yes Zoë &amp; &lt;O'Brien&gt;" in english.html.replace("&#x27;", "'")
    assert 'lang="fr"' in french.html


@pytest.mark.usefixtures("_templates")
def test_styles_stand_on_the_elements_and_screens_keep_theirs():
    html = render_mail("greeting", {"name": "Zoë"}, "en").html
    heading = html[html.index("<h1") : html.index("</h1>")]
    assert 'style="' in heading
    assert "@media (prefers-color-scheme: dark)" in html
    assert "http://" not in html.replace("http://127.0.0.1:8000", "")


@pytest.mark.usefixtures("_templates")
def test_a_subject_stays_one_line():
    assert render_mail("greeting", {"name": "a\r\nBcc: b\u202e"}, "en").subject == "Yes: a Bcc: b"
