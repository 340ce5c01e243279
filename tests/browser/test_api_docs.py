"""The pages about the REST API show every call, under our content policy and without anything from outside. Source: issue 4, point 3"""

import pytest

from tests.browser.conftest import Open
from tests.portal import Portal
from tests.reliability.figures import dealt

pytestmark = pytest.mark.browser
NARROW_AND_DARK, WIDE = (True, True), (False, False)


@pytest.mark.parametrize(("narrow", "dark"), dealt([NARROW_AND_DARK, WIDE], 0))
def test_every_call_is_shown_and_nothing_is_loaded_from_outside(portal: Portal, open_page: Open, narrow: bool, dark: bool) -> None:
    page = open_page("/styleguide/", narrow=narrow, dark=dark)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/api/v1/docs/")
    page.locator("#api .opblock").first.wait_for()
    calls = page.request.get("/api/v1/openapi.json").json()["paths"]
    shown = page.locator("#api .opblock").count()
    assert shown >= sum(len(methods) for methods in calls.values())
    page.locator("#operations-orders-order_place, [id*='order_place']").first.locator(".opblock-summary-control").click()
    page.get_by_text("Idempotency-Key", exact=False).first.wait_for()
    assert page.locator(".authorize").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert {url for url in asked if not url.startswith((portal.address, "data:", "blob:"))} == set()
