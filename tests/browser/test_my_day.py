"""An event day on a phone in Chromium: live, in one hand, with and without scripts, and through a spell without a network."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from catalog.models import Package
from customers.models import User
from customers.tenancy import EVERYTHING, scope
from engagements.actions import cancel_engagement, move_engagement
from engagements.actions.day_ticks import take_tick
from engagements.models import Engagement, Incident, Task, Tick
from tests import make
from tests.browser.conftest import NARROW, WIDE
from tests.browser.ordering import with_scripts
from tests.portal import Portal, until

pytestmark = pytest.mark.browser

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TARGET = 44
TICKS = "**/tick/*"


@dataclass
class EventDay:
    """An event of two days that began an hour ago, and phones that look at it."""

    portal: Portal
    browser: Browser
    engagement: Engagement
    analyst: User
    pm: User
    contexts: list[BrowserContext] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"/my-day/engagements/{self.engagement.number}/"

    def phone(self, person: User, *, javascript: bool = True, wide: bool = False, ready: bool = True) -> Page:
        """Open the page; with `ready` the phone has it in store, too."""
        context = self.browser.new_context(
            base_url=self.portal.address,
            locale="en",
            viewport=WIDE if wide else NARROW,
            java_script_enabled=javascript,
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        context.add_cookies(self.portal.cookies_of(person))
        self.contexts.append(context)
        page = context.new_page()
        page.goto(self.path)
        if ready and javascript:
            page.evaluate("navigator.serviceWorker.ready.then(() => true)")
            page.reload()
        return page

    def open_tasks(self, count: int) -> list[Task]:
        """Duties of the day that only need a tick."""
        with scope(EVERYTHING):
            found = self.engagement.tasks.filter(
                state="OPEN", phase="EVENT_DAY", side="PROVIDER", role="ANALYST", day__position=1, template__evidence="TICK"
            )
            return list(found.select_related("template").order_by("due_at", "id")[:count])

    def states(self, tasks: list[Task]) -> list[str]:
        with scope(EVERYTHING):
            return list(Task.objects.filter(pk__in=[each.pk for each in tasks]).order_by("due_at", "id").values_list("state", flat=True))


@pytest.fixture
def day(portal: Portal, browser: Browser) -> Iterator[EventDay]:
    made = make_day(portal, browser, began=timezone.now() - HOUR)
    yield made
    for context in made.contexts:
        context.close()


def make_day(portal: Portal, browser: Browser, *, began: datetime, days: int = 2) -> EventDay:
    with scope(EVERYTHING):
        analyst = make.staff_member("ANALYST")
        for role in ("PM", "COORDINATOR"):
            make.staff_member(role)
        package = Package.objects.get(code="event-staff")
        engagement = make.engagement(
            package=package, booked=analyst, now=began - 30 * DAY, days=make.day_briefs(began, days=days, hours=4), title="Learning days",
            conditions=frozenset({"MEETINGS"}), services=frozenset({"support-room"}),
        )  # fmt: skip
        said_yes = {"answer": "ACCEPTED", "answered_at": began - 29 * DAY}
        engagement.assignments.filter(answer="ASKED").update(**said_yes)  # or the sweep asks somebody else meanwhile
        pm = engagement.assignments.get(role="PM").staff.user
    return EventDay(portal, browser, engagement, analyst.user, pm)


def tick(page: Page, task: Task) -> None:
    page.locator(f"#tick-{task.key}").click()


def lose_the_network(page: Page) -> None:
    """While a page is loaded anew Chromium forgets for a moment that it is offline, so ticks are also stopped on their way."""
    page.context.route(TICKS, lambda route: route.abort("internetdisconnected"))
    page.context.set_offline(True)


def find_it_again(page: Page) -> None:
    page.context.unroute(TICKS)
    page.context.set_offline(False)


def test_ticks_without_a_network_arrive_once_with_their_times(day: EventDay) -> None:
    first, second, third = day.open_tasks(3)
    page = day.phone(day.analyst)
    lose_the_network(page)
    pressed = datetime.now(UTC)
    for task in (first, second, third):
        tick(page, task)
        expect(page.locator(f"#task-{task.key}")).to_contain_text("Kept on this phone")
    expect(page.locator("#offline")).to_contain_text("3 entries are kept on this phone")
    tick(page, third)  # taken back before it was sent
    expect(page.locator("#offline")).to_contain_text("2 entries are kept on this phone")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Learning days")
    expect(page.locator(f"#task-{first.key}")).to_contain_text("Kept on this phone")
    assert day.states([first, second, third]) == ["OPEN"] * 3
    page.wait_for_timeout(1500)

    find_it_again(page)
    expect(page.locator(f"#task-{first.key}")).to_have_class("tick-row done broken", timeout=20_000)
    expect(page.locator("#offline")).to_be_hidden()
    assert day.states([first, second, third]) == ["DONE", "DONE", "OPEN"]
    with scope(EVERYTHING):
        ticks = list(Tick.objects.filter(task__in=[first, second, third]).order_by("made_at"))
        assert [each.task_id for each in ticks] == [first.pk, second.pk]
        for each in ticks:
            assert abs(each.made_at - pressed) < 5 * SECOND < each.arrived_at - pressed + 5 * SECOND
            assert each.arrived_at - each.made_at > SECOND
            assert Task.objects.get(pk=each.task_id).done_at == each.made_at


def test_two_phones_without_a_network_merge(day: EventDay) -> None:
    both, one, two = day.open_tasks(3)
    anton, amelie = day.phone(day.analyst), day.phone(day.analyst)
    for page, tasks in ((anton, (both, one)), (amelie, (both, two))):
        lose_the_network(page)
        for task in tasks:
            tick(page, task)
            expect(page.locator(f"#task-{task.key}")).to_contain_text("Kept on this phone")
    for page in (amelie, anton):
        find_it_again(page)
        expect(page.locator("#offline")).to_be_hidden(timeout=20_000)
    until(lambda: day.states([both, one, two]) == ["DONE"] * 3)
    with scope(EVERYTHING):
        assert sorted(Tick.objects.filter(task__in=[both, one, two]).values_list("outcome", flat=True)) == ["ALREADY_SO"] + ["APPLIED"] * 3
    for page in (amelie, anton):
        for task in (both, one, two):
            expect(page.locator(f"#task-{task.key}.done")).to_be_visible()


@pytest.mark.parametrize("meanwhile", ["moved", "closed"])
def test_what_happened_meanwhile_is_said(day: EventDay, meanwhile: str) -> None:
    (task,) = day.open_tasks(1)
    page = day.phone(day.analyst)
    lose_the_network(page)
    tick(page, task)
    expect(page.locator("#kept")).to_be_visible()
    with scope(EVERYTHING):
        if meanwhile == "closed":
            cancel_engagement(day.engagement, by=None, now=timezone.now())
        else:
            days = make.day_briefs(timezone.now() + 2 * DAY, days=2, hours=4)
            staff = day.engagement.assignments.get(role="ANALYST").staff_id
            move_engagement(day.engagement, days=days, staff_id=staff, by=None, now=timezone.now() - 2 * HOUR)
    find_it_again(page)
    words = {"moved": "The event has moved meanwhile", "closed": "closed or cancelled"}[meanwhile]
    expect(page.locator("#said")).to_contain_text(words, timeout=20_000)
    expect(page.locator("#offline")).to_be_hidden()
    assert not any(state == "DONE" for state in day.states([task]))


def test_everyone_who_looks_sees_it_and_what_is_typed_stays(day: EventDay) -> None:
    (task,) = day.open_tasks(1)
    page = day.phone(day.pm, ready=False)
    page.locator("#new-incident-summary").click()
    page.locator("#incident-what").fill("No sound in")
    with scope(EVERYTHING):
        take_tick(day.engagement, task_key=task.key, key="elsewhere", done=True, made_at=timezone.now(), by=day.analyst, now=timezone.now())
    expect(page.locator(f"#task-{task.key}.done")).to_be_visible(timeout=5_000)
    expect(page.locator("#incident-what")).to_have_value("No sound in")
    expect(page.locator("#incident-what")).to_be_focused()
    page.keyboard.type(" room 2")
    page.get_by_role("button", name="Report it").click()
    expect(page.locator("#log .came-up")).to_contain_text("No sound in room 2")
    with scope(EVERYTHING):
        assert Incident.objects.get(engagement=day.engagement).what == "No sound in room 2"


def test_an_evidence_that_is_refused_stays_typed(day: EventDay) -> None:
    page = day.phone(day.analyst, ready=False)
    more = page.locator("details.tick-more").first
    more.locator("summary").click()
    more.locator("input[name=evidence]").fill("room:2")  # a link for Chromium, none for the portal
    more.get_by_role("button", name="It is done").click()
    expect(page.locator("#said")).to_contain_text("not a link")
    expect(page.locator("details.tick-more[open] input[name=evidence]")).to_have_value("room:2")


def test_the_bell_rings_when_the_window_opens(portal: Portal, browser: Browser) -> None:
    """T-30, within five seconds"""
    opens_at = timezone.now() + 10 * SECOND
    day = make_day(portal, browser, began=opens_at + 30 * MINUTE, days=1)
    page = day.phone(day.analyst, ready=False)
    expect(page.locator("#alarm")).to_be_empty()
    expect(page.locator("#alarm")).to_have_text("Your window is open: you are on duty now.", timeout=20_000)
    assert timezone.now() - opens_at < 5 * SECOND
    day.contexts[0].close()


@with_scripts(turn=1)
def test_one_tap_each(day: EventDay, scripts: bool) -> None:
    (task,) = day.open_tasks(1)
    page = day.phone(day.analyst, javascript=scripts, ready=False)
    tick(page, task)
    row = page.locator(f"#task-{task.key}")
    expect(row.locator(".tick-said")).to_contain_text(day.analyst.get_full_name())
    row.get_by_role("button", name="Undo").click()
    expect(row.locator(".tick-button")).to_be_visible()
    page.get_by_role("button", name="It has begun").click()
    expect(page.locator(".session .chip").first).to_have_text("Running")
    page.wait_for_timeout(1100)
    page.get_by_role("button", name="It has ended").click()
    expect(page.locator(".session .chip").first).to_have_text("Ended")


def test_it_fits_one_hand(day: EventDay, assert_accessible: Callable[[Page], None]) -> None:
    page = day.phone(day.analyst, ready=False)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    small: list[Any] = page.evaluate(
        "least => [...document.querySelectorAll('main button, main summary, .bottom-bar a, .day-tabs a, main .button')]"
        ".filter(each => each.checkVisibility()).map(each => [each.innerText, each.getBoundingClientRect().height])"
        ".filter(([, height]) => height < least)",
        TARGET,
    )
    assert small == []
    assert page.locator(".bottom-bar a").count() <= 5
    assert_accessible(page)


def test_it_can_be_installed(day: EventDay) -> None:
    page = day.phone(day.analyst)
    client = page.context.new_cdp_session(page)
    faults = client.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [fault["errorId"] for fault in faults if fault["errorId"] != "in-incognito"] == []


def test_signing_out_leaves_no_page_on_the_phone(day: EventDay) -> None:
    page = day.phone(day.analyst)
    page.goto("/my-day/")
    assert page.evaluate("caches.has('my-day-pages')")
    page.locator(".site-header details.menu > summary").first.click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda address: "my-day" not in address)
    until(lambda: not page.evaluate("caches.has('my-day-pages')"), seconds=5)
