"""Many tenants through few connections: nobody ever sees another's rows, crashes included."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from django.test import Client

from customers.models import Site
from customers.tenancy import EVERYTHING, scope
from tests import make

TENANTS, REQUESTS, THREADS = 6, 120, 6


@pytest.mark.urls("tests.customers.urls")
def test_interleaved_tenants_see_their_own_rows_only(live_server, transactional_db):
    cookies = {}
    for number in range(TENANTS):
        organisation = make.site(host_name=f"tenant-{number}.example").organisation
        client = Client()
        client.force_login(make.member(organisation))
        cookies[number] = (client.cookies["session"].value, organisation.pk)

    def ask(turn: int) -> tuple[int, int, str]:
        """Without TLS's authorities, which take longer to read than the answer takes."""
        number = turn % TENANTS
        session, organisation = cookies[number]
        crash = turn % 5 == 0
        address = f"{live_server.url}/t/503/?for={organisation}" if crash else f"{live_server.url}/t/{'stream' if turn % 3 else 'sites'}/"
        answer = httpx.get(address, cookies={"session": session}, timeout=60, verify=False)
        return number, answer.status_code, answer.text.strip()

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(ask, range(REQUESTS)))
    wrong = [each for each in answers if (each[1], each[2]) not in {(200, f"tenant-{each[0]}.example"), (503, "busy")}]
    assert not wrong
    with scope(EVERYTHING):
        assert Site.objects.count() == TENANTS  # the crashes left nothing
