"""A Chromium for the session and pages for a test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import chromium
from tests.portal import Portal

FLAGS = (
    "--no-sandbox",  # tests run as root in containers
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",  # no request but to the portal
    "--disable-component-update",
    "--disable-sync",
)
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this process."""
    path = chromium.find()
    if path is None:
        pytest.fail(chromium.MISSING)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Browser, portal: Portal) -> Iterator[Open]:
    """Open a page of the portal as somebody: `open_page("/", user=dana, language="fr", javascript=False)`.

    A script error, a violated content policy or a failed request of any page fails the test at its end.
    """
    contexts, complaints = [], []

    def opener(
        path: str = "/", *, user: Any = None, language: str = "en", javascript: bool = True, narrow: bool = False, dark: bool = False
    ) -> Page:
        context = browser.new_context(
            base_url=portal.address,
            locale=language,
            java_script_enabled=javascript,
            viewport=NARROW if narrow else WIDE,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        if user is not None:
            context.add_cookies(portal.cookies_of(user))
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: complaints.append(f"{page.url}: {said.text}") if said.type == "error" else None)
        page.goto(path)
        return page

    yield opener
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def assert_accessible() -> Callable[[Page], None]:
    """Zero violations of WCAG 2.2 AA by axe."""

    def check(page: Page) -> None:
        found = Axe().run(
            page,
            options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "resultTypes": ["violations"]},
        )
        faults = [(fault["id"], fault["help"], [node["target"] for node in fault["nodes"]]) for fault in found.response["violations"]]
        assert faults == [], page.url

    return check
