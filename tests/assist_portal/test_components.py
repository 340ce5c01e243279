"""The frame of every page and its forms: whole in both languages, tied together for screen readers, and robust when all else fails."""

import re
from html.parser import HTMLParser

import pytest
from django import forms
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override


class Sample(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the card.")
    phone = forms.CharField(label="Phone", required=False)
    where = forms.ChoiceField(label="Where", choices=[("a", "Here"), ("b", "There")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="I agree")


class Ids(HTMLParser):
    def __init__(self):
        super().__init__()
        self.ids, self.pointed = [], []

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name == "id":
                self.ids.append(value)
            if name in {"aria-describedby", "aria-labelledby", "for"}:
                self.pointed += (value or "").split()
            if name == "href" and (value or "").startswith("#"):
                self.pointed.append(value[1:])


def read(html):
    found = Ids()
    found.feed(html)
    return found


def drawn(data=None):
    with override("en"):
        return str(Sample(data))


def test_every_pointer_of_a_form_with_errors_has_its_target():
    found = read(drawn({"phone": "1"}))
    assert len(found.ids) == len(set(found.ids))
    assert set(found.pointed) - {""} <= set(found.ids)


def test_errors_stand_in_a_summary_that_takes_the_focus_and_beside_their_fields():
    html = drawn({})
    assert 'class="error-summary" role="alert" tabindex="-1"' in html
    assert 'href="#id_name">Name – This field is required.' in html
    assert 'href="#id_where_0"' in html
    assert re.search(r'<input[^>]*name="name"[^>]*aria-describedby="id_name_helptext id_name_error"', html)
    assert "error-summary" not in drawn()


def test_what_may_stay_empty_says_so_in_words():
    assert drawn().count("(optional)") == 1


def test_choices_are_a_group_with_a_legend():
    assert re.search(r"<fieldset.*?<legend>Where</legend>.*?type=\"radio\"", drawn(), re.DOTALL)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("template", ["400.html", "500.html", "403_csrf.html"])
def test_pages_for_faults_need_no_request_and_no_database(template, language):
    with override(language):
        html = render_to_string(template)
    assert f'<html lang="{language}">' in html
    assert '<main id="main"' in html


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "words"), [("en", "Sign in"), ("fr", "Se connecter")])
@pytest.mark.parametrize("name", ["account_login", "account_request_login_code", "account_reset_password", "styleguide"])
def test_pages_before_sign_in_speak_the_reader_s_language(client, name, language, words):
    response = client.get(reverse(name), headers={"accept-language": language})
    html = response.content.decode()
    assert f'<html lang="{language}">' in html
    assert words in html
    found = read(html)
    assert len(found.ids) == len(set(found.ids))


@pytest.mark.django_db
def test_a_page_that_is_not_there_keeps_the_frame(client):
    response = client.get("/no/such/page/", headers={"accept-language": "fr"})
    assert response.status_code == 404
    assert "Cette page n’est pas ici" in response.content.decode()
