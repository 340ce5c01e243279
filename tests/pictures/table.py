"""Every picture of the guides in one table."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "guide" / "pictures"
LANGUAGES = ("en", "fr")
DESKTOP, PHONE = 1280, 390
PATIENCE = 15_000  # milliseconds
Step = Callable[[Page], None]


@dataclass(frozen=True)
class Picture:
    """What is shown, to whom, where; `at` is scrolled to, after `do` has been done."""

    name: str
    person: str
    path: str
    width: int = DESKTOP
    at: str = ""
    do: Step | None = None

    def file(self, language: str) -> Path:
        """Where it lies."""
        return FOLDER / language / f"{self.name}.webp"


def _press(selector: str) -> Step:
    return lambda page: page.locator(selector).first.click()


def _see_what_shifts(page: Page) -> None:
    """A week later than now."""
    later = "field => { const day = new Date(field.value); day.setDate(day.getDate() + 7); field.valueAsDate = day }"
    page.locator('[name="date"]').evaluate(later)
    page.locator("main form .actions > button.button").first.click()
    expect(page.locator(".before-after .card")).to_have_count(2)


def _tick_without_network(page: Page) -> None:
    page.context.set_offline(True)
    page.locator("form .tick-button").first.click()
    expect(page.locator("#kept")).to_be_visible(timeout=PATIENCE)


OMAR, DANA = "omar@northwind.example", "dana@northwind.example"
PRIYA, ANTON = "priya@assist.example", "anton@assist.example"
DAY = "/my-day/engagements/{today}/"
PICTURES = (
    Picture("sign-in", "", "/accounts/login/"),
    Picture("resources", OMAR, "/resources/"),
    Picture("services", OMAR, "/resources/", at="#assist-services"),
    Picture("order-1-availability", OMAR, "/orders/draft/{draft}/availability/"),
    Picture("order-1-other-times", OMAR, "/orders/draft/{taken}/times/"),
    Picture("order-2-meeting", OMAR, "/orders/draft/{draft}/meeting/"),
    Picture("order-3-event", OMAR, "/orders/draft/{draft}/event/"),
    Picture("order-4-check", OMAR, "/orders/draft/{draft}/check/"),
    Picture("order-placed", OMAR, "/orders/{ahead}/?placed"),
    Picture("board", OMAR, "/orders/{board}/board/"),
    Picture("board-answers", OMAR, "/orders/{board}/board/", at="#board"),
    Picture("conversation", OMAR, "/orders/changes/{thread}/"),
    Picture("move", OMAR, "/orders/{ahead}/move/", do=_see_what_shifts),
    Picture("cancel", OMAR, "/orders/{ahead}/cancel/"),
    Picture("invoice", OMAR, "/invoices/{invoice}/"),
    Picture("event-report", OMAR, "/reports/engagements/{over}/"),
    Picture("figures", DANA, "/reports/"),
    Picture("desk", PRIYA, "/admin/"),
    Picture("engagement", PRIYA, "/admin/engagements/engagement/{planned}/change/"),
    Picture("team", PRIYA, "/admin/engagements/engagement/{planned}/choose/?role=ANALYST"),
    Picture("appointment", PRIYA, "/admin/engagements/engagement/{planned}/book/"),
    Picture("agenda", PRIYA, "/admin/engagements/engagement/{live}/agenda/"),
    Picture("shift", PRIYA, "/admin/engagements/task/{duty}/shift/"),
    Picture("what-to-look-at", PRIYA, "/reports/"),
    Picture("attendance", PRIYA, "/reports/engagements/{today}/attendance/"),
    Picture("my-day", ANTON, "/my-day/", PHONE),
    Picture("day-now", ANTON, DAY, PHONE),
    Picture("day-checklist", ANTON, DAY, PHONE, at=".tick-row:has(form .tick-button)"),
    Picture("day-offline", ANTON, DAY, PHONE, do=_tick_without_network, at="#offline"),
    Picture("day-sessions", ANTON, DAY, PHONE, at="#sessions"),
    Picture("day-recording", ANTON, DAY, PHONE, do=_press(".recording details > summary"), at=".recording:has(details)"),
    Picture("day-incident", ANTON, DAY, PHONE, do=_press("#new-incident-summary"), at="#log"),
    Picture("day-hand-over", ANTON, DAY, PHONE, at="#people"),
)
