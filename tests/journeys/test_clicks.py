"""A customer who clicks too often, against the running portal. Source: S53"""

import re
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from customers.tenancy import EVERYTHING, scope
from orders.models import Order
from outbox.models import Message
from tests.northwind import make_northwind
from tests.portal import Portal, until
from tests.reliability.figures import size

CLICKS = size(12, 50)


@pytest.mark.promise(9, "fifty clicks at once, and every page behind a placed order")
@pytest.mark.servers
def test_double_clicks_order_once_and_say_it_once(portal: Portal) -> None:
    """Promises row 9: fifty posts (a dozen in a common run) of the last step at once against the web server, then the mailbox"""
    northwind = make_northwind()
    draft = northwind.draft(northwind.dana, "mc-premium", northwind.monday())
    path = f"{portal.address}/orders/draft/{draft.key}/check/"
    cookies = {each["name"]: each["value"] for each in portal.cookies_of(northwind.dana)}
    with httpx.Client(cookies=cookies, timeout=120, trust_env=False) as browser:
        token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(path).text)[-1]
        form = {"csrfmiddlewaretoken": token, "accept_terms": "on"}
        with ThreadPoolExecutor(CLICKS) as clicks:
            answers = list(clicks.map(lambda _click: browser.post(path, data=form), range(CLICKS)))
    with scope(EVERYTHING):
        order = Order.objects.get(organisation=northwind.organisation)
    assert {answer.status_code for answer in answers} == {302}
    assert {answer.headers["Location"].removesuffix("?placed") for answer in answers} == {f"/orders/{order.number}/"}
    portal.wait_for_letter(to=northwind.dana.email, subject=str(order.number))
    with scope(EVERYTHING):
        until(lambda: not Message.objects.filter(about=order.number, state="QUEUED").exists())
    assert len(portal.letters(to=northwind.dana.email, subject=str(order.number))) == 1
