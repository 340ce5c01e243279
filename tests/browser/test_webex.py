"""A connected site in Chromium: step 2 fills itself in, a moved event moves on the site, a recording appears by itself. S25, S51, S93"""

import re
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Page, expect

from customers.tenancy import EVERYTHING, scope
from tests.browser.ordering import Ordering, with_scripts
from tests.northwind import ZONE, Northwind, make_northwind
from tests.portal import Portal, until
from webex.models import WatchedMeeting

pytestmark = pytest.mark.browser
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def northwind(portal: Portal) -> Northwind:
    return make_northwind()


def tell_site(portal: Portal, command: str, **said: Any) -> dict[str, Any]:
    """What only a simulated site can be told."""
    base = portal.stack.environment["WEBEX_BASE_URL"].removesuffix("/v1")
    answer = httpx.post(f"{base}/simulator/{command}", json=said)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def meeting_at(portal: Portal, northwind: Northwind, number: str, start: datetime, **fields: Any) -> None:
    times = {"start": start.isoformat(), "end": (start + HOUR).isoformat()}
    host = {"host_email": northwind.dana.email, "host_name": "Dana Noor", "site": northwind.site.host_name}
    tell_site(portal, "meeting", number=number, title="Q3 partner briefing", agenda="10:00 Figures", **times, **host, **fields)


def ten_o_clock(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 10, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def connect(portal: Portal, northwind: Northwind, page: Page) -> None:
    """By the settings page, as an administrator does."""
    credentials = tell_site(portal, "credentials", site=northwind.site.host_name)
    page.goto("/settings/")
    page.get_by_role("link", name="Connections to your sites").click()
    page.get_by_role("link", name="Connect").last.click()
    for name, value in credentials.items():
        page.locator(f'[name="{name}"]').fill(value)
    page.locator('[name="may_write"]').check()
    page.get_by_role("button", name="Connect the site").click()
    expect(page.locator("main .chip")).to_have_text("Connected")


def look_up(page: Page, number: str, email: str) -> None:
    page.wait_for_url("**/meeting/")
    page.locator('[name="is_scheduled"][value="yes"]').check()
    page.locator('[name="meeting_number"]').fill(number)
    page.locator('[name="host_email"]').fill(email)


@with_scripts(turn=0)
def test_an_order_fills_itself_in_and_its_move_moves_the_meeting(
    portal: Portal, northwind: Northwind, open_page: Any, assert_accessible: Any, scripts: bool
) -> None:
    dana, monday = northwind.dana, northwind.monday()
    number = f"2551{int(time.time()) % 10_000_000:07d}"
    ordering = Ordering(open_page("/", user=dana, javascript=scripts), scripts)
    connect(portal, northwind, ordering.page)
    meeting_at(portal, northwind, number, ten_o_clock(monday))
    ordering.start("mc-premium")
    ordering.answer_when(monday)
    ordering.go_on()
    look_up(ordering.page, "1", dana.email)
    ordering.go_on()
    expect(ordering.page.locator(".alert.risk")).to_contain_text("We did not find this meeting")
    if scripts:
        assert_accessible(ordering.page)
    look_up(ordering.page, f"{number[:4]} {number[4:7]} {number[7:]}", dana.email)
    ordering.page.get_by_role("button", name="Look again").click()
    ordering.page.wait_for_url("**/event/")
    expect(ordering.page.locator('[name="title"]')).to_have_value("Q3 partner briefing")
    expect(ordering.page.locator('[name="sessions"]')).to_have_value("10:00 Figures")
    ordering.go_on()
    order = ordering.confirm()

    ordering.page.goto(f"/orders/{order}/move/")
    ordering.page.locator('[name="date"]').fill(f"{monday + DAY:%Y-%m-%d}")
    ordering.go_on()
    ordering.page.locator('[name="schedule_update"][value="CONNECTOR"]').check()
    ordering.page.locator('button[name="confirm"]').click()
    told = re.compile("We update the schedule on your site for you|Your site shows the new time")  # the worker may have been faster
    expect(ordering.page.locator(".alert.kept")).to_contain_text(told)
    wanted = f"{ten_o_clock(monday + DAY):%Y-%m-%dT%H:%M:%SZ}"
    until(lambda: tell_site(portal, "show", number=number)["start"] == wanted, seconds=60)
    until(lambda: ordering.page.reload() and "Your site shows the new time" in ordering.page.locator("main").inner_text())


def test_a_recording_appears_by_itself_within_a_minute(portal: Portal, northwind: Northwind, open_page: Any) -> None:
    """Of the site's publishing it; nobody searches."""
    number, now = f"2552{int(time.time()) % 10_000_000:07d}", datetime.now(UTC).replace(microsecond=0)
    page = open_page("/", user=northwind.dana)
    connect(portal, northwind, page)
    order = northwind.place(northwind.dana, "mc-premium", northwind.monday())
    meeting_at(portal, northwind, number, now - 2 * HOUR, runs_itself=False)
    tell_site(portal, "begin", number=number, at=(now - 2 * HOUR).isoformat())
    tell_site(portal, "end", number=number, at=(now - HOUR).isoformat())
    with scope(EVERYTHING):  # an order cannot be placed for yesterday: its day is put there
        WatchedMeeting.objects.create(
            organisation=northwind.organisation, site=northwind.site, reference=order.number, position=1, meeting_number=number,
            host_email=northwind.dana.email, starts_at=now - 2 * HOUR, ends_at=now - HOUR, next_look_at=now,
        )  # fmt: skip
    page.goto(f"/orders/{order.number}/")
    until(lambda: page.reload() and page.locator("#on-site").count(), seconds=60)
    assert page.locator("#on-site a").count() == 0
    published = time.monotonic()
    tell_site(portal, "publish", number=number)
    until(lambda: page.reload() and page.locator("#on-site a").count(), seconds=60)
    took = time.monotonic() - published
    expect(page.locator("#on-site a")).to_contain_text("Q3 partner briefing")
    analyst_mail = portal.wait_for_letter(to="", subject="A recording is there", seconds=60)
    assert str(order.number) in analyst_mail.subject
    print(f"the recording was on the page {took:.1f} s after it was published")
    assert took < 60
