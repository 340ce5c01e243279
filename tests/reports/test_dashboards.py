"""The dashboards: what they count, for whom, and by how many queries."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from engagements.models import Engagement, Task
from orders.actions.cancelling import decline_order
from orders.actions.placing import place_order
from orders.models import Order
from reports import charts, dashboards
from reports.actions.counting import count_promises
from reports.charts import Series
from reports.models import PromiseCount
from scheduling.actions.refusing import keep_refusals
from scheduling.refused import Refused
from tests import make
from tests.orders.conftest import NOW, World, staff


@pytest.fixture
def placed(world: World) -> Order:
    late = place_order(world.draft(when=world.when(datetime(2027, 3, 9, 10))), accept_terms=True, by=world.orderer, now=NOW)
    decline_order(late, reason="Too soon.", by=world.coordinator.user, now=NOW)
    return place_order(world.draft(), accept_terms=True, by=world.orderer, now=NOW)


def test_months() -> None:
    months = dashboards.months_until(datetime(2027, 2, 28, tzinfo=UTC))
    assert (months[0], months[-1], len(months)) == (date(2026, 3, 1), date(2027, 2, 1), 12)


def test_bars_fill_the_axis_and_no_more() -> None:
    series = (Series("a", "x"), Series("b", "y"))
    rows = charts.bars([("one", [1, 3]), ("two", [1, 0])], series)
    assert [(part.x, part.width) for part in rows[0].parts] == [(0, 25), (25, 75)]
    assert rows[1].total == 1
    assert charts.bars([("none", [0, 0])], series)[0].parts == ()
    assert charts.bars([("over", [150])], series[:1], most=100)[0].parts[0].width == 100


def test_a_line_leaves_gaps() -> None:
    dots = charts.line([("a", None), ("b", 0), ("c", 10)])
    assert [dot.value for dot in dots] == [None, 0, 10]
    assert dots[1].y > dots[2].y


def test_orders_are_counted_by_package_month_and_outcome(world: World, placed: Order) -> None:
    user, now = world.coordinator.user, NOW + timedelta(days=1)
    counted = dashboards.count_orders(user, now=now)
    assert [bar.total for bar in dashboards.orders_by_month(counted, now=now).rows][-1] == 2
    last = dashboards.outcomes_by_month(counted, now=now).rows[-1]
    assert {part.tone: part.value for part in last.parts} == {"kept": 1, "broken": 1}
    assert dashboards.lead_times(counted, now=now)[-1].value == 29


def test_a_customer_counts_their_own_only(world: World, placed: Order) -> None:
    assert dashboards.count_orders(make.member(), now=NOW + timedelta(days=1)) == []
    assert not dashboards.orders_by_month([], now=NOW).rows


def test_promises_are_counted_until_the_engagement_is_closed(world: World, placed: Order) -> None:
    engagement = placed.engagement
    assert engagement
    Task.objects.filter(engagement=engagement).delete()
    due = NOW + timedelta(days=1)
    package = engagement.package
    for n, (side, state, done) in enumerate(
        [("PROVIDER", "DONE", due), ("PROVIDER", "DONE", due + timedelta(hours=1)), ("PROVIDER", "OPEN", None), ("CUSTOMER", "OPEN", None)]
    ):
        Task.objects.create(
            organisation=engagement.organisation, engagement=engagement, key=f"k{n}", template=make.duty(package), side=side,
            phase="PLANNING", due_at=due, state=state, done_at=done,
        )  # fmt: skip
    assert count_promises(now=NOW) >= 1
    row = PromiseCount.objects.get(engagement=engagement)
    assert (row.ours_kept, row.ours_late, row.ours_broken, row.ours_ahead, row.theirs_ahead) == (1, 1, 0, 1, 1)
    count_promises(now=due + timedelta(days=1))
    row.refresh_from_db()
    assert (row.ours_broken, row.theirs_broken, row.final) == (1, 1, False)
    for state in ("RUNNING", "WRAPPING_UP"):
        Engagement.objects.filter(pk=engagement.pk).update(state=state)
    Engagement.objects.filter(pk=engagement.pk).update(state="CLOSED", closed_at=due)
    count_promises(now=due)
    row.refresh_from_db()
    assert row.final
    before = row.counted_at
    count_promises(now=due + timedelta(days=9))
    row.refresh_from_db()
    assert row.counted_at == before


@pytest.mark.parametrize(
    ("who", "address", "queries"),
    [("customer", "/reports/", 17), ("desk", "/reports/", 13), ("analyst", "/reports/", 12), ("desk", "/reports/business/", 16)],
)
@pytest.mark.parametrize("more", [0, 3])
def test_pages_take_so_many_queries_however_many_orders(
    world: World, placed: Order, client: Client, django_assert_num_queries, who: str, address: str, queries: int, more: int
) -> None:
    staff("PRODUCER", 4)
    for n in range(more):
        place_order(world.draft(when=world.when(datetime(2027, 4, 21 + n, 10))), accept_terms=True, by=world.orderer, now=NOW)
    count_promises(now=NOW)
    people = {"customer": world.orderer, "desk": world.coordinator.user, "analyst": world.analysts[0].user}
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        client.force_login(people[who])
        client.get(address)
        with django_assert_num_queries(queries):
            page = client.get(address)
    assert page.status_code == 200


def test_one_more_person(world: World, client: Client) -> None:
    need = make.need(datetime(2027, 3, 2, 10, tzinfo=UTC), language="fr")
    keep_refusals([Refused(need, "order-1", NOW), Refused(make.need(language="de"), "order-2", NOW)])
    asked = {"role": "PRODUCER", "language": "fr", "zone": "Europe/Paris", "starts": "09:00", "ends": "17:00"}
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        client.force_login(world.coordinator.user)
        page = client.get("/reports/what-if/", asked).content.decode()
        assert "would have taken one order" in page
        assert "The day ends after it begins" in client.get("/reports/what-if/", {**asked, "ends": "08:00"}).content.decode()
        assert client.get("/reports/business/").status_code == 200
    client.force_login(world.orderer)
    assert client.get("/reports/what-if/", asked).status_code == 404
