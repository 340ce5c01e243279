"""A database that cannot write or takes no more connections: 503, nothing half done, and back without a restart. Promises row 18."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import psycopg2
import pytest
from django.db import connection

from customers.tenancy import EVERYTHING, scope
from orders.models import Order
from tests.cluster import with_name
from tests.portal import Portal, until
from tests.reliability.figures import row
from tests.reliability.stage import DAY, Stage

pytestmark = [pytest.mark.servers, pytest.mark.timeout(240)]

HANG_UP = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid() AND usename = current_user"


@contextmanager
def altered(portal: Portal, change: str, back: str) -> Iterator[None]:
    """The database under another setting, for every connection from now on."""

    def alter(setting: str) -> None:
        with closing(psycopg2.connect(with_name(portal.stack.environment["DATABASE_URL"], "postgres"))) as server:
            server.autocommit = True
            with server.cursor() as cursor:
                cursor.execute(f"ALTER DATABASE {portal.database} {setting}")
                cursor.execute(HANG_UP, [portal.database])
        connection.close()  # ours too

    alter(change)
    try:
        yield
    finally:
        alter(back)


@pytest.mark.parametrize(
    ("change", "back"),
    [("SET default_transaction_read_only = on", "RESET default_transaction_read_only"), ("CONNECTION LIMIT 0", "CONNECTION LIMIT -1")],
    ids=["read-only", "no connection left"],
)
def test_not_now_is_said_and_nothing_is_half_done(set_stage: Callable[..., Stage], change: str, back: str) -> None:
    stage = set_stage(1, orderers=1)
    (program,), (customer,) = stage.programs(1), stage.customers()
    assert program.order(stage.at).status_code == 201
    with scope(EVERYTHING):
        before = Order.objects.count()
    with row(18, f"a database that refuses: {change}", n=1) as counts, altered(stage.portal, change, back):
        refused = program.order(stage.at + DAY)
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        assert refused.headers["Retry-After"] == "5"
        if "LIMIT" in change:
            page = customer.line.get("/resources/")
            assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
            assert "Not available for a moment" in page.text
        assert customer.line.get("/healthz").status_code == 200
        counts |= {"wins": 1, "losses": 0}
    until(lambda: program.order(stage.at + DAY).status_code == 201, seconds=30)
    with scope(EVERYTHING):
        assert Order.objects.count() == before + 1
