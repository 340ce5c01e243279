"""An engagement from the desk to the day: planned in the admin, run on a phone with a spell off the network, watched by its customer."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from customers.models import User
from customers.tenancy import EVERYTHING, scope
from engagements.actions import move_engagement
from engagements.models import Appointment, Engagement, Task, Tick
from tests import make
from tests.browser.conftest import Open
from tests.browser.test_my_day import EventDay, tick
from tests.northwind import Northwind, make_northwind
from tests.portal import Portal, until
from tests.reliability.figures import dealt

pytestmark = pytest.mark.browser

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
SESSIONS = (("1", "Opening", "10:00", "11:00"), ("2", "Workshops", "10:00", "16:00"), ("3", "Closing", "10:00", "12:00"))
BREAK_OUT = ("1", "Break-out", "10:30", "11:30")
Accessible = Callable[[Page], None]


@pytest.fixture
def northwind(portal: Portal) -> Northwind:
    """One analyst more than Northwind needs, so that there is somebody to choose."""
    made = make_northwind()
    make.staff_member("ANALYST", zone="America/Montreal", languages=["en", "fr"])
    return made


@pytest.fixture
def engagement(northwind: Northwind) -> Engagement:
    event = {"title": "Learning days", "streaming": "PLATFORM"}
    order = northwind.place(northwind.dana, "event-staff", northwind.monday(), hours=6, days=3, event=event)
    assert order.engagement
    return order.engagement


@pytest.fixture
def phones(portal: Portal, browser: Browser) -> Iterator[list[EventDay]]:
    opened: list[EventDay] = []
    yield opened
    for day in opened:
        for context in day.contexts:
            context.close()


def test_planned_at_the_desk(engagement: Engagement, northwind: Northwind, open_page: Open, assert_accessible: Accessible) -> None:
    with scope(EVERYTHING):
        pm = engagement.assignments.get(role="PM").staff.user
    page = open_page(f"/admin/engagements/engagement/{engagement.pk}/change/", user=pm)
    expect(page.locator(".timeline-picture")).to_be_visible()
    choose_another_analyst(page, engagement)
    book_the_rehearsal(page, engagement)
    write_the_agenda(page, engagement)
    shift_the_rest(page, engagement)
    for turn, (reader, words) in enumerate(((northwind.dana, "We owe you"), (northwind.gina, "Ce que nous vous devons"))):
        for narrow in dealt([True, False], turn):
            board = open_page(f"/orders/{engagement.number}/board/", user=reader, narrow=narrow, language=reader.language)
            expect(board.get_by_role("heading", name=words)).to_be_visible()
            assert_accessible(board)


def test_run_on_a_phone_and_watched(
    engagement: Engagement, northwind: Northwind, open_page: Open, assert_accessible: Accessible, phones: list[EventDay],
    portal: Portal, browser: Browser,
) -> None:  # fmt: skip
    day = comes_about(engagement, portal, browser)
    phones.append(day)
    board = open_page(f"/orders/{engagement.number}/board/?who=kept", user=northwind.dana)
    first, second = day.open_tasks(2)
    expect(board.locator("#board")).not_to_contain_text(first.title)
    phone = day.phone(day.analyst)
    assert_accessible(phone)
    phone.goto("/my-day/")
    expect(phone.get_by_role("link", name="Learning days").first).to_be_visible()
    assert_accessible(phone)
    phone.goto(day.path)
    phone.context.set_offline(True)
    began = timezone.now()
    for task in (first, second):
        tick(phone, task)
        expect(phone.locator(f"#task-{task.key}")).to_contain_text("Kept on this phone")
    pressed = timezone.now()
    phone.wait_for_timeout(2500)
    phone.context.set_offline(False)
    until(lambda: day.states([first, second]) == ["DONE"] * 2)
    with scope(EVERYTHING):
        ticks = list(Tick.objects.filter(task__in=[first, second]))
    assert len(ticks) == 2 and all(began - SECOND < each.made_at < pressed + SECOND < each.arrived_at - SECOND for each in ticks)
    board.goto(f"/orders/{engagement.number}/board/")
    for task in (first, second):
        expect(board.locator(f"#promise-{task.key}")).to_contain_text(day.analyst.get_full_name())
    assert_accessible(board)


def test_the_day_reads_french(
    engagement: Engagement, portal: Portal, browser: Browser, phones: list[EventDay], assert_accessible: Accessible
) -> None:
    day = comes_about(engagement, portal, browser)
    phones.append(day)
    User.objects.filter(pk=day.analyst.pk).update(language="fr")
    try:
        phone = day.phone(day.analyst, ready=False)
        expect(phone.get_by_role("heading", name="Liste de vérification")).to_be_visible()
        assert_accessible(phone)
        phone.goto("/my-day/")
        expect(phone.get_by_role("heading", level=1)).to_have_text("Ma journée")
        assert_accessible(phone)
    finally:
        User.objects.filter(pk=day.analyst.pk).update(language="en")


def comes_about(engagement: Engagement, portal: Portal, browser: Browser) -> EventDay:
    """The portal's clock is the real one, so the event comes to today instead of the weeks going by: it began an hour ago."""
    now = timezone.now()
    with scope(EVERYTHING):
        seats = {each.role: each.staff for each in engagement.assignments.filter(ended_at=None).select_related("staff__user")}
        days = make.day_briefs(now - HOUR, days=3, hours=6)
        moved = move_engagement(engagement, days=days, staff_id=seats["ANALYST"].pk, by=None, now=now - 2 * HOUR)
    return EventDay(portal, browser, moved, seats["ANALYST"].user, seats["PM"].user)


# at the desk ---------------------------------------------------------------------------------------------------------


def press(page: Page, deed: str, menu: str = "") -> None:
    """Press a button over the form, or one in a menu there, which is opened by keyboard; `deed` is how its address ends."""
    if menu:
        opener = page.locator("li > a:not([href]):visible", has_text=menu)
        opener.press("Enter")
        expect(page.locator("body > nav a:focus")).to_be_visible()
        page.keyboard.press("Escape")
        expect(opener).to_be_focused()
        expect(page.locator("body > nav a:visible")).to_have_count(0)
        opener.press(" ")
    page.locator(f'a[href$="/{deed}/"]:visible').click()


def choose_another_analyst(page: Page, engagement: Engagement) -> None:
    press(page, "choose")
    page.locator(".desk-tabs").get_by_role("link", name="Analyst").click()
    with scope(EVERYTHING):
        before = engagement.assignments.get(role="ANALYST", ended_at=None).staff
    expect(page.locator("label.desk-choice", has_text=str(before))).to_contain_text("has it now")
    choice = page.locator("label.desk-choice").filter(has_not_text="has it now").first
    expect(choice).to_contain_text("other engagement")
    choice.locator("input").check()
    page.get_by_role("button", name="Assign").click()
    expect(page.locator("body")).to_contain_text("has it now (Analyst) and is asked by mail.")
    with scope(EVERYTHING):
        assert engagement.assignments.get(role="ANALYST", ended_at=None).staff != before


def book_the_rehearsal(page: Page, engagement: Engagement) -> None:
    press(page, "book")
    page.locator('[name="option"][value="2"]').check()
    page.locator('[name="choice"]').first.check()
    page.get_by_role("button", name="Book an appointment").click()
    expect(page.locator("body")).to_contain_text("Rehearsal booked")
    with scope(EVERYTHING):
        rehearsal = Appointment.objects.get(engagement=engagement)
    assert 5 <= (engagement.starts_at - rehearsal.starts_at).days <= 9 and rehearsal.ends_at - rehearsal.starts_at == 2 * HOUR


def write_the_agenda(page: Page, engagement: Engagement) -> None:
    press(page, "agenda", menu="Agenda")
    for number, (day, title, starts, ends) in enumerate((*SESSIONS, BREAK_OUT)):
        page.locator(f'[name="s{number}-day"]').select_option(day)
        for field, value in (("title", title), ("starts", starts), ("ends", ends)):
            page.locator(f'[name="s{number}-{field}"]').fill(value)
    page.get_by_role("button", name="Save the agenda").click()
    expect(page.locator("body")).to_contain_text("The agenda is saved.")
    press(page, "final", menu="Agenda")
    page.get_by_role("button", name="Declare the agenda final").click()
    expect(page.locator(".timeline-counts")).to_contain_text("Agenda final since")
    with scope(EVERYTHING):
        assert engagement.sessions.filter(day__position=1).count() == 2


def shift_the_rest(page: Page, engagement: Engagement) -> None:
    with scope(EVERYTHING):
        ahead = Task.objects.filter(engagement=engagement, state="OPEN", phase="PLANNING", due_at__gt=timezone.now() + DAY)
        task = ahead.order_by("due_at", "pk")[0]
    assert task.due_at
    page.goto(f"/admin/engagements/task/{task.pk}/change/")
    press(page, "shift")
    expect(page.locator(".desk-table").first).to_contain_text(task.title)
    page.locator('[name="days"]').fill("2")
    page.get_by_role("button", name="Shift the rest").click()
    expect(page.locator("body")).to_contain_text("shifted.")
    with scope(EVERYTHING):
        later: datetime | None = Task.objects.get(pk=task.pk).due_at
    assert later and abs(later - task.due_at - 2 * DAY) <= HOUR  # the same wall time, also over a change of the clocks
