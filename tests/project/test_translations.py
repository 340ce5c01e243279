"""English and French are complete, and the compiled catalogue is the one in the repository."""

import re
from pathlib import Path

import pytest
import unfold
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation import gettext, override

from assist_portal import messages

PO = Path(settings.BASE_DIR) / "locale" / "fr" / "LC_MESSAGES" / "django.po"
AGAIN = "run `make messages` and write the French"


@pytest.fixture(scope="module")
def found():
    return messages.collect(settings.BASE_DIR, {"unfold": Path(unfold.__file__).parent})


@pytest.fixture(scope="module")
def catalog():
    with PO.open("rb") as source:
        return read_po(source, locale="fr", domain="django")


def test_every_string_of_the_code_and_the_templates_is_in_the_catalogue(found, catalog):
    missing = [message.id for message in found if message.id and catalog.get(message.id, message.context) is None]
    assert missing == [], AGAIN


def test_every_string_has_its_french(catalog):
    assert messages.untranslated(catalog) == [], AGAIN


def test_no_string_is_left_from_code_that_is_gone(found, catalog):
    gone = [message.id for message in catalog if message.id and found.get(message.id, message.context) is None]
    assert gone == [], AGAIN


def test_the_compiled_catalogue_is_current():
    assert PO.with_suffix(".mo").read_bytes() == messages.as_mo(PO.read_bytes()), AGAIN


def test_the_french_fills_the_same_places(catalog):
    def places(text):
        return sorted(set(re.findall(r"%\(\w+\)s|{\w*}|%s", text)))

    def fits(message):
        english = message.id if message.pluralizable else (message.id,)
        french = [set(places(text)) for text in (message.string if message.pluralizable else (message.string,))]
        known = {place for text in english for place in places(text)}
        return french[-1] == set(places(english[-1])) and all(filled <= known for filled in french)

    wrong = [message.id for message in catalog if message.id and not fits(message)]
    assert wrong == []


def test_french_reaches_the_reader():
    with override("fr"):
        assert gettext("Find an order") == "Trouver une commande"
