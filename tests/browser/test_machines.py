"""The running portal, seen from outside."""

import smtplib

import httpx
import pytest

pytestmark = pytest.mark.browser


def test_it_is_ready(portal):
    answer = httpx.get(f"{portal.address}/readyz")
    assert answer.json() == {"status": "ok", "database": "ok", "cache": "ok", "broker": "ok", "heartbeat": "ok"}


def test_the_mailbox_shows_what_arrived(portal, open_page, assert_accessible):
    port = int(portal.stack.environment["EMAIL_URL"].rpartition(":")[2])
    with smtplib.SMTP("127.0.0.1", port) as line:
        line.sendmail(
            "a@assist.example", ["reader@northwind.example"], "To: reader@northwind.example\r\nSubject: Good news\r\n\r\nIt works.\r\n"
        )
    portal.wait_for_letter(to="reader@northwind.example", subject="Good news")
    page = open_page("/mailbox/")
    page.get_by_role("link", name="Good news").first.click()
    assert "It works." in page.text_content("main")
    assert_accessible(page)
