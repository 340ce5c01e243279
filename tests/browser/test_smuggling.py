"""A real browser opens pages whose every text somebody chose to make it run something, and runs nothing. Source: promises row 39"""

from collections.abc import Callable

import pytest
from django.db.models import Field
from playwright.sync_api import Browser

from customers.models import User
from customers.tenancy import EVERYTHING, scope
from orders.models import Order
from tests import make
from tests.northwind import Northwind, make_northwind, talk
from tests.portal import Portal
from tests.reliability.figures import size
from tests.security.payloads import PAYLOADS, packed
from tests.security.planted import plant

pytestmark = pytest.mark.browser
ROUNDS = size(1, 9)
OF_THE_CUSTOMER = (
    "/resources/", "/orders/{number}/", "/orders/{number}/board/", "/orders/{number}/changes/", "/orders/changes/{thread}/", "/settings/",
    "/settings/me/", "/reports/", "/orders/new/",
)  # fmt: skip
OF_THE_DESK = (
    "/",
    "/my-day/?everyones",
    "/my-day/engagements/{number}/",
    "/orders/{number}/",
    "/admin/orders/order/",
    "/admin/orders/order/{pk}/change/",
)


def words_of(number: int) -> Callable[[Field], str]:
    turn = iter(range(number * 9, 10_000))
    return lambda field: packed(min(field.max_length or 900, 900), next(turn))[0]


def typed_everywhere(northwind: Northwind, number: int) -> None:
    with scope(EVERYTHING):
        plant(words_of(number), organisation=northwind.organisation.pk)
        User.objects.filter(pk=northwind.dana.pk).update(first_name=packed(80, number)[0], last_name=packed(80, number + 1)[0])


@pytest.mark.timeout(1800)
@pytest.mark.promise(39, "the same in Chromium: pages of customer, desk and admin; calls, dialogs and loads of foreign addresses")
def test_nothing_typed_runs_in_a_browser(portal: Portal, browser: Browser, record_property: Callable[[str, int], None]) -> None:
    northwind, ran = make_northwind(), []
    number = str(northwind.place(northwind.dana, "mc-premium", northwind.monday()).number)
    thread = talk(northwind, number)
    with scope(EVERYTHING):
        pk = Order.objects.get(number=number).pk
    readers = ((northwind.dana, OF_THE_CUSTOMER), (make.staff_member("ADMINISTRATOR", person=make.superuser()).user, OF_THE_DESK))
    looked = 0
    for person, addresses in readers:
        context = browser.new_context(base_url=portal.address)
        context.add_cookies(portal.cookies_of(person))
        context.expose_function("xq7", lambda: ran.append("a call"))
        page = context.new_page()
        page.on("dialog", lambda dialog: (ran.append("a dialog"), dialog.dismiss()))
        page.on(
            "request", lambda request: ran.append(request.url) if "xq7.example" in request.url.partition("/")[2].split("/")[1] else None
        )
        for turn in range(ROUNDS):
            typed_everywhere(northwind, turn * 9)
            for address in addresses:
                answer = page.goto(address.format(number=number, thread=thread.key, pk=pk), wait_until="load")
                assert answer and answer.status == 200, address
                page.mouse.move(400, 300)
                looked += 1
        assert ran == []
        page.evaluate("xq7()")
        page.evaluate("alert(1)")
        assert ran == ["a call", "a dialog"], "the control: they would be seen"
        ran.clear()
        context.close()
    record_property("n", looked)
    record_property("payloads", len(PAYLOADS))
