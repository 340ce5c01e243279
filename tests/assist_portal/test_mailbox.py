"""The development mailbox: messages as files, pages to read them."""

from email.message import EmailMessage

import pytest

from assist_portal.mailbox.messages import Letter, find_letter, newest_letters


@pytest.fixture
def folder(tmp_path, settings):
    settings.MAILBOX_DIR = tmp_path
    return tmp_path


def put(folder, key, subject="Your assist", html="<p>Bonjour <b>Gina</b></p><script>alert(1)</script>"):
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "assist@assist.example", "gina@globex.example"
    message.set_content("Bonjour Gina")
    message.add_alternative(html, subtype="html")
    message.add_attachment(b"BEGIN:VCALENDAR", maintype="text", subtype="calendar", filename="invité.ics")
    (folder / f"{key}.eml").write_bytes(message.as_bytes())


FIRST, SECOND = "1000-00000001", "2000-00000002"


def test_newest_first(folder):
    put(folder, FIRST, "Older")
    put(folder, SECOND, "Newer")
    (folder / "3000-00000003.part").write_bytes(b"half")
    assert [letter.subject for letter in newest_letters(folder)] == ["Newer", "Older"]


def test_a_letter_is_taken_apart(folder):
    put(folder, FIRST)
    letter = find_letter(folder, FIRST)
    assert (letter.text.strip(), letter.to) == ("Bonjour Gina", "gina@globex.example")
    assert [(each.name, each.kind) for each in letter.attachments] == [("invité.ics", "text/calendar")]


@pytest.mark.parametrize("key", ["../secret_key", "1000", "1000-0000000g", ""])
def test_only_its_own_files_are_opened(folder, key):
    assert find_letter(folder, key) is None


def test_garbage_is_shown_as_nothing():
    assert Letter.of(FIRST, b"\xff\xfe no header at all").text is not None


def test_the_pages(folder, client, db):
    put(folder, FIRST)
    assert b"Your assist" in client.get("/mailbox/").content
    page = client.get(f"/mailbox/{FIRST}/")
    assert b"Bonjour Gina" in page.content
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    part = client.get(f"/mailbox/{FIRST}/html/")
    assert part.headers["Content-Security-Policy"].startswith("sandbox ")
    assert part.headers["X-Frame-Options"] == "SAMEORIGIN"
    attachment = client.get(f"/mailbox/{FIRST}/1/")
    assert (attachment.content, attachment.headers["Content-Type"]) == (b"BEGIN:VCALENDAR", "application/octet-stream")
    assert client.get(f"/mailbox/{FIRST}/9/").status_code == 404
    assert client.get(f"/mailbox/{SECOND}/").status_code == 404
