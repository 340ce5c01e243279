"""Order, move, cancel and find in Chromium, with scripts and without: S16 to S53."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from scheduling.models import Booking
from tests.browser.ordering import Ordering, link_in, mail_about, with_scripts
from tests.northwind import Northwind, make_northwind, nobody_free
from tests.portal import Portal

pytestmark = pytest.mark.browser
DAY = timedelta(days=1)


@pytest.fixture
def northwind(portal: Portal) -> Northwind:
    return make_northwind()


@with_scripts(turn=0)
def test_a_meeting_is_ordered_moved_and_cancelled(portal: Portal, northwind: Northwind, open_page: Any, scripts: bool) -> None:
    dana, monday = northwind.dana, northwind.monday()
    ordering = Ordering(open_page("/", user=dana, javascript=scripts), scripts)
    ordering.start("mc-premium")
    ordering.answer_when(monday)
    ordering.go_on()
    ordering.answer_session()
    ordering.answer_event("Spring launch")
    number = ordering.confirm()

    confirmed = mail_about(portal, number, to=dana.email, sequence=0)
    assert (confirmed.method, str(confirmed.event["SUMMARY"])) == ("REQUEST", "Spring launch")
    assert "Scheduling coordinator: " in confirmed.letter.text
    assert "Producer: " in confirmed.letter.text
    assert "$165.75 (30%)" in confirmed.letter.text  # the fee table is at the organisation's rate
    assert "$165.75" in confirmed.letter.html

    ordering.move(number, monday + DAY)
    expect(ordering.page.locator(".alert.kept .before-after .card")).to_have_count(2)
    moved = mail_about(portal, number, to=dana.email, sequence=1)
    assert (moved.method, moved.event["UID"]) == ("REQUEST", confirmed.event["UID"])
    assert "Old time: " in moved.letter.text
    assert moved.event["DTSTART"].dt - confirmed.event["DTSTART"].dt == DAY

    ordering.cancel(number)
    cancelled = mail_about(portal, number, to=dana.email, sequence=2)
    assert (cancelled.method, cancelled.event["UID"]) == ("CANCEL", confirmed.event["UID"])
    assert "Cancellation fee: none" in cancelled.letter.text


@with_scripts(turn=1)
def test_three_days_with_streaming_are_ordered_in_french(portal: Portal, northwind: Northwind, open_page: Any, scripts: bool) -> None:
    """S76, S85: ten hours a day, of which nine are staffed"""
    gina, monday = northwind.gina, northwind.monday()
    ordering = Ordering(open_page("/", user=gina, javascript=scripts, language="fr"), scripts)
    ordering.start("event-staff")
    ordering.answer_when(monday, days=3, minutes=600)
    expect(ordering.page.locator("#coverage")).to_contain_text("Non couvert")
    ordering.go_on()
    ordering.answer_session()
    ordering.answer_event("Sommet annuel", streaming="PLATFORM")
    number = ordering.confirm()
    expect(ordering.page.locator(".confirmation")).to_contain_text("confirmée")

    mail = mail_about(portal, number, to=gina.email, sequence=0)
    assert mail.letter.subject.strip().startswith("Confirmée")
    assert mail.letter.text.count("Quand\N{NO-BREAK SPACE}: ") == 3
    assert "Analyste\N{NO-BREAK SPACE}: " in mail.letter.text
    ordering.move(number, northwind.monday())
    assert len(mail_about(portal, number, to=gina.email, sequence=1).letter.html) > 0


@with_scripts(turn=2)
def test_nobody_free_leads_to_another_time(northwind: Northwind, open_page: Any, scripts: bool) -> None:
    """S48: three times with their reasons, the chosen one held"""
    monday = northwind.monday()
    nobody_free("PRODUCER", monday)
    ordering = Ordering(open_page("/", user=northwind.dana, javascript=scripts), scripts)
    ordering.start("mc-premium")
    ordering.answer_when(monday)
    ordering.go_on()
    ordering.page.wait_for_url("**/times/")
    expect(ordering.page.locator(".offer .why")).to_have_count(3 + 2)
    held = Booking.objects.filter(state="HELD").count()
    ordering.page.locator('button[name="starts_at"]').first.click()
    ordering.answer_session()
    assert Booking.objects.filter(state="HELD").count() == held + 1
    if scripts:
        expect(ordering.page.locator("[data-until]")).to_contain_text("minutes")
    ordering.answer_event("Another time")
    ordering.confirm()
    expect(ordering.page.locator(".chip.kept").first).to_be_visible()


def test_waiting_for_someone_is_said_and_mailed(portal: Portal, northwind: Northwind, open_page: Any) -> None:
    """S48"""
    monday = northwind.monday()
    nobody_free("PRODUCER", monday)
    ordering = Ordering(open_page("/", user=northwind.dana))
    ordering.start("mc-premium")
    ordering.answer_when(monday)
    ordering.go_on()
    ordering.page.locator('button[name="wait"]').click()
    ordering.answer_session()
    ordering.answer_event("Whenever")
    number = ordering.confirm()
    expect(ordering.page.locator(".confirmation.waiting")).to_be_visible()
    letter = portal.wait_for_letter(to=northwind.dana.email, subject=number)
    assert letter.subject.startswith("Waiting: Meeting Center Premium")
    assert not letter.attachments


@with_scripts(turn=3)
def test_a_visitor_finds_the_order_and_moves_it_by_the_link(portal: Portal, northwind: Northwind, open_page: Any, scripts: bool) -> None:
    """S43 to S46"""
    order = northwind.place(northwind.dana, "mc-premium", monday := northwind.monday())
    page = open_page("/orders/find/", javascript=scripts)
    page.locator('[name="number"]').fill(str(order.number).lower())
    page.locator('[name="email"]').fill(order.email)
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Meeting Center Premium")
    expect(page.locator("main")).not_to_contain_text("Spring launch")
    page.get_by_role("link", name="Update date or time").click()
    page.locator('[name="link-email"]').fill(order.email)
    page.get_by_role("button", name="Send me the link").click()
    letter = portal.wait_for_letter(to=order.email, subject=f"Move your assist {order.number}")

    page.goto(link_in(letter))
    page.goto(link_in(letter))  # a mail scanner that looks does not use it up
    page.get_by_role("button", name="Open the order").click()
    Ordering(page, scripts).move_to(monday + DAY)
    expect(page.get_by_role("heading", level=1)).to_have_text("The order has moved")
    assert mail_about(portal, str(order.number), to=order.email, sequence=1).method == "REQUEST"


@pytest.mark.promise(9, "back and refresh in a browser")
def test_back_and_refresh_order_once(northwind: Northwind, open_page: Any) -> None:
    """Promises row 9"""
    draft = northwind.draft(northwind.dana, "mc-premium", northwind.monday())
    page = open_page(f"/orders/draft/{draft.key}/check/", user=northwind.dana)
    number = Ordering(page).confirm()
    page.reload()
    page.go_back()
    page.goto(f"/orders/draft/{draft.key}/check/")
    assert page.url.endswith(f"/orders/{number}/")


def test_errors_take_the_focus_and_keep_what_was_typed(northwind: Northwind, open_page: Any) -> None:
    ordering = Ordering(open_page("/", user=northwind.dana))
    ordering.start("mc-premium")
    ordering.page.locator('[name="company"]').fill("Northwind of the North")
    ordering.page.locator('[name="date"]').fill("2020-02-20")
    ordering.go_on()
    expect(ordering.page.locator(".error-summary")).to_be_focused()
    expect(ordering.page.locator('[name="company"]')).to_have_value("Northwind of the North")
    ordering.page.locator('.error-summary a[href="#id_time"]').click()
    expect(ordering.page.locator('[name="time"]')).to_be_focused()
