"""The board and a conversation in a browser: with and without scripts."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.ordering import with_scripts
from tests.northwind import make_northwind

pytestmark = pytest.mark.browser


@with_scripts(turn=0)
def test_the_customer_answers_and_asks(open_page: Open, scripts: bool) -> None:
    northwind = make_northwind()
    number = northwind.place(northwind.dana, "event-staff", northwind.monday(), hours=7).number
    page = open_page(f"/orders/{number}/", user=northwind.dana, javascript=scripts, narrow=not scripts)
    page.get_by_role("link", name="Open the board").click()
    page.wait_for_url("**/board/")

    page.get_by_label("Who does this?").fill("repository that you")
    if not scripts:
        page.get_by_role("button", name="Search").click()
    expect(page.locator(".promises > li")).to_have_count(1)
    repository = page.locator(".promises > li")
    repository.locator("summary", has_text="Mark as done").click()
    repository.get_by_label("The link that shows it").fill("the drive")
    repository.locator("button[value=done]").click()
    expect(page.locator('[role="alert"]')).to_be_visible()
    expect(page.get_by_label("The link that shows it").first).to_have_value("the drive")
    page.get_by_label("The link that shows it").first.fill("https://files.example/summit")
    page.locator("button[value=done]:visible").first.click()
    page.wait_for_url("**/board/#promise-*")
    expect(page.get_by_text("Ready for the event: 0%")).to_have_count(0)

    page.goto(f"/orders/{number}/changes/new/")
    page.get_by_label("What is it about?").fill("A second host")
    page.get_by_label("Minor").check()
    page.get_by_label("What is to change?").fill("x" * 4001)
    page.get_by_role("button", name="Send the request").click()
    expect(page.locator(".error-summary")).to_contain_text("has 4001 characters")
    expect(page.get_by_label("What is to change?")).to_have_value("x" * 4001)
    page.get_by_label("What is to change?").fill("Ada, please.")
    page.get_by_role("button", name="Send the request").click()
    page.wait_for_url("**/orders/changes/*/")
    expect(page.locator(".post")).to_have_count(1)
