"""The order form as a person uses it, in either language, with scripts or without."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from icalendar import Calendar, Event
from playwright.sync_api import Page, expect

from assist_portal.mailbox.messages import Letter
from tests.portal import Portal, until
from tests.reliability.figures import dealt

NUMBER = re.compile(r"PR-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]")


def with_scripts(*, turn: int) -> pytest.MarkDecorator:
    """In a browser with scripts and in one without; a common run takes turns."""
    return pytest.mark.parametrize("scripts", dealt([True, False], turn), ids={True: "with scripts", False: "without scripts"}.get)


@dataclass
class Ordering:
    """One page of one reader. `scripts` says whether they run."""

    page: Page
    scripts: bool = True

    def start(self, package: str) -> None:
        """Press Order now on My resources."""
        self.page.goto("/resources/")
        self.page.locator(f'button[name="package"][value="{package}"]').click()
        expect(self.page.locator('[name="package"]:checked')).to_have_value(package)

    def answer_when(self, first: date, *, days: int = 1, minutes: int = 60) -> None:
        """Type the days, and see what is covered before anything is checked."""
        for number in range(days):
            suffix = f"_{number + 1}" if number else ""
            if number == 1:
                self.page.locator("details.disclosure > summary").first.click()
            self.page.locator(f'[name="date{suffix}"]').fill(f"{first + timedelta(days=number):%Y-%m-%d}")
            self.page.locator(f'[name="time{suffix}"]').fill("10:00")
            self.page.locator(f'[name="minutes{suffix}"]').select_option(str(minutes))
        show = self.page.locator('button[name="show"]')
        if self.scripts:
            expect(show).to_be_hidden()
        else:
            show.click()
        expect(self.page.locator("#coverage figure")).to_have_count(days)

    def go_on(self) -> None:
        """Press the one primary button."""
        self.page.locator("main form .actions > button.button:not(.secondary)").click()

    def answer_session(self) -> None:
        self.page.wait_for_url("**/meeting/")
        self.page.locator('[name="is_scheduled"][value="yes"]').check()
        self.page.locator('[name="meeting_number"]').fill("2554 123 9876")
        self.go_on()

    def answer_event(self, title: str, *, streaming: str = "") -> None:
        self.page.wait_for_url("**/event/")
        self.page.locator('[name="title"]').fill(title)
        if streaming:
            self.page.locator(f'[name="streaming"][value="{streaming}"]').check()
        self.go_on()

    def confirm(self) -> str:
        """Accept the terms and place the order; gives back its number."""
        self.page.wait_for_url("**/check/")
        self.page.locator('[name="accept_terms"]').check()
        self.go_on()
        self.page.wait_for_url(re.compile(r"\?placed$"))
        found = NUMBER.search(self.page.locator(".confirmation .number").inner_text())
        assert found
        return found[0]

    def move(self, number: str, to: date) -> None:
        """Choose another day, read what shifts, and confirm."""
        self.page.goto(f"/orders/{number}/move/")
        self.move_to(to)

    def move_to(self, to: date) -> None:
        self.page.locator('[name="date"]').fill(f"{to:%Y-%m-%d}")
        self.go_on()
        expect(self.page.locator(".before-after .card")).to_have_count(2)
        later = self.page.locator('[name="schedule_update"][value="MYSELF"]')
        if later.count():
            later.check()
        self.page.locator('button[name="confirm"]').click()

    def cancel(self, number: str) -> None:
        self.page.goto(f"/orders/{number}/cancel/")
        self.page.locator("main form button.danger").click()
        expect(self.page.locator(".alert.broken")).to_be_visible()


@dataclass(frozen=True)
class Mail:
    """A letter about an order, with the event of its calendar part."""

    letter: Letter
    method: str
    event: Event

    @property
    def sequence(self) -> int:
        return int(self.event["SEQUENCE"])


def mail_about(portal: Portal, number: str, *, to: str, sequence: int) -> Mail:
    """Wait for the mail whose calendar part has this sequence."""

    def look() -> list[Mail]:
        mails = [_with_calendar(each) for each in portal.letters(to=to, subject=number) if each.attachments]
        return [each for each in mails if each.sequence == sequence]

    return _only(look)


def link_in(letter: Letter) -> str:
    """The path of the one-time link."""
    found = re.search(r"/orders/link/[\w-]+/", letter.text)
    assert found, letter.text
    return found[0]


def _only(look: Callable[[], list[Mail]]) -> Mail:
    found: list[Mail] = until(look)
    assert len(found) == 1
    return found[0]


def _with_calendar(letter: Letter) -> Mail:
    part = next(each for each in letter.attachments if each.kind == "text/calendar")
    calendar = Calendar.from_ical(part.content)
    return Mail(letter, str(calendar["METHOD"]), calendar.walk("VEVENT")[0])
