from email import message_from_bytes
from email.policy import default

import pytest

from outbox.envelope import write_mail
from outbox.models import Message
from tests.make import NOW

SENDER = "Assist portal <assist@assist.example>"
CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nSUMMARY:Été\r\nEND:VCALENDAR\r\n"


def read(**fields):
    values = {"message_id": "<1@assist.example>", "to": "a@b.example", "language": "fr", "subject": "Confirmé", **fields}
    row = Message(**{"text": "C’est confirmé.\n", **values})
    return message_from_bytes(write_mail(row, sender=SENDER, now=NOW), policy=default)


def test_the_headers():
    mail = read()
    assert dict(mail.items()) == {
        "From": "Assist portal <assist@assist.example>",
        "To": "a@b.example",
        "Subject": "Confirmé",
        "Date": "Mon, 01 Mar 2027 09:00:00 +0000",
        "Message-ID": "<1@assist.example>",
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "8bit",
        "Content-Language": "fr",
    }
    assert mail.get_content().splitlines() == ["C’est confirmé."]


def test_html_stands_beside_the_text():
    mail = read(html="<p>C’est confirmé.")
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_the_invitation_stands_beside_the_text_and_as_a_file():
    mail = read(html="<p>", calendar=CALENDAR, calendar_method="REQUEST")
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    beside, attached = list(mail.walk())[-2:]
    assert beside["Content-Type"].params == {"charset": "utf-8", "method": "REQUEST"}
    assert beside.get_content().replace("\n", "\r\n").replace("\r\r", "\r") == CALENDAR
    assert attached.get_filename() == "invite.ics"
    assert attached.get_content() == CALENDAR.encode()


@pytest.mark.parametrize(
    "typed",
    [
        "Acme\r\nBcc: evil@e.example",
        "Acme\nX-Evil: 1",
        "=?utf-8?q?Acme=0D=0ABcc:_evil@e.example?=",
        "=?utf-8?b?QWNtZQ0KQmNjOiBldmlsQGUuZXhhbXBsZQ==?=",
        "Acme\0\x0b\x0c\x1c\x85\u2028Bcc: evil@e.example",
        "\u202egro.live\u202c",
        "x" * 5000,
        "\ud800",
    ],
)
def test_what_somebody_typed_adds_no_header_and_no_recipient(typed):
    mail = read(subject=f"Confirmed: {typed}")
    assert sorted(mail.keys()) == sorted(read().keys())
    assert mail["To"].addresses[0].addr_spec == "a@b.example"
    assert str(mail["Subject"]).strip().startswith("Confirmed:")


def test_two_recipients_cannot_be_written():
    with pytest.raises(ValueError):
        read(to="a@b.example, c@d.example")
