"""The camera: sets the scene in the demo data, and visits every page of the table in both languages."""

import base64
import sys
from datetime import timedelta
from typing import Any

from django.utils import timezone
from playwright.sync_api import Browser, Page, sync_playwright

from assist_portal.running.stack import Stack
from catalog.models import Package
from customers.models import Membership, User
from customers.tenancy import EVERYTHING, scope
from engagements.models import Engagement, Task
from orders.actions.drafting import save_availability, save_event, save_meeting, start_draft
from orders.asks import Availability, Contact, Event, Meeting, When
from orders.models import Invoice, Order, Thread
from reports.actions.after import make_report
from scheduling.localtime import wall
from scheduling.windows import DayWish
from tests.browser import chromium
from tests.browser.conftest import FLAGS
from tests.pictures.table import DESKTOP, LANGUAGES, OMAR, PATIENCE, PHONE, PICTURES, Picture
from tests.portal import Portal

HEIGHTS = {DESKTOP: 860, PHONE: 780}
SHARPNESS = {DESKTOP: 1, PHONE: 1.5}
QUALITY = 72


def take(stack: Stack) -> None:
    """Write every picture of the table, in both languages."""
    path = chromium.find()
    if path is None:
        sys.exit(chromium.MISSING)
    names, portal = _set_the_scene(), Portal(stack, "")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        for language in LANGUAGES:
            with scope(EVERYTHING):
                User.objects.update(language=language)
            for picture in PICTURES:
                _take(picture, language, names, portal, browser)
        browser.close()


def _take(picture: Picture, language: str, names: dict[str, Any], portal: Portal, browser: Browser) -> None:
    context = browser.new_context(
        base_url=portal.address, locale=language, color_scheme="light", reduced_motion="reduce",
        viewport={"width": picture.width, "height": HEIGHTS[picture.width]}, device_scale_factor=SHARPNESS[picture.width],
    )  # fmt: skip
    context.set_default_timeout(PATIENCE)
    if picture.person:
        with scope(EVERYTHING):
            context.add_cookies(portal.cookies_of(User.objects.get(email=picture.person)))
    page = context.new_page()
    answer = page.goto(picture.path.format(**names), wait_until="networkidle" if picture.width == DESKTOP else "load")
    assert answer and answer.ok, (picture.name, page.url)
    if picture.do:
        picture.do(page)
    if picture.at:
        page.locator(picture.at).first.evaluate("each => each.scrollIntoView({block: 'start'})")
    picture.file(language).parent.mkdir(parents=True, exist_ok=True)
    picture.file(language).write_bytes(_webp(page))
    context.close()


def _webp(page: Page) -> bytes:
    """Playwright itself writes PNG and JPEG only, which are several times as large."""
    page.evaluate("document.activeElement && document.activeElement.blur()")
    page.wait_for_timeout(300)  # what moved has settled
    shot = page.context.new_cdp_session(page).send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    return base64.b64decode(shot["data"])


def _set_the_scene() -> dict[str, Any]:
    """The numbers and keys that the addresses of the table name; what the demo does not hold yet is made."""
    with scope(EVERYTHING):
        omar = User.objects.get(email=OMAR)
        orders = {each.title: each for each in Order.objects.filter(organisation__key="northwind").exclude(number=None)}
        over, board, today = (orders[each] for each in ("Customer webinar: what is new", "Regional partner day", "Learning days"))
        assert over.engagement
        make_report(over.engagement, now=timezone.now(), insist=True)
        planned, live = (Engagement.objects.get(number=each.number) for each in (board, today))
        duty = Task.objects.filter(engagement=planned, side="PROVIDER", state="OPEN", due_at__gt=timezone.now()).order_by("due_at", "pk")[0]
        return {
            "draft": _draft(omar, "ec-premium", orders["Annual customer conference"], finish=True).key,
            "taken": _draft(omar, "tc-premium", orders["Safety training"], finish=False).key,
            "ahead": orders["Annual customer conference"].number, "board": board.number, "today": today.number, "over": over.number,
            "thread": Thread.objects.get(subject="Two more presenters").key, "planned": planned.pk, "live": live.pk, "duty": duty.pk,
            "invoice": Invoice.objects.filter(order=over).earliest("pk").number,
        }  # fmt: skip


def _draft(by: User, package: str, like: Order, *, finish: bool) -> Order:
    """At the time of another order; with `finish` four days earlier, and answered up to the last step."""
    now, assist = timezone.now(), Package.objects.get(code=package)
    organisation = Membership.objects.get(user=by).organisation
    assert like.starts_at and like.site
    draft = start_draft(by=by, organisation=organisation, package=assist, site=like.site, now=now)
    first = DayWish(wall(like.starts_at, like.zone) - timedelta(days=4 if finish else 0), timedelta(hours=2))
    contact = Contact(by.first_name, by.last_name, str(by.phone), by.email, organisation.name)
    save_availability(draft, ask=Availability(contact, like.site, assist, When(like.zone, (first,)), "en", False), by=by, now=now)
    if finish:
        save_meeting(draft, answers=Meeting(is_scheduled=True, meeting_number="2554 123 9876"), by=by, now=now)
        save_event(draft, answers=Event(title="Spring launch", event_kind=assist.event_kinds[0], attendees=400), by=by, now=now)
    return draft
