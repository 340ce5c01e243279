"""Reports over the REST API. Source: interfaces "REST API", S70, S90"""

import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from openpyxl import load_workbook

from customers.models import KeyScope
from orders.actions.placing import place_order
from orders.models import Order
from reports import api
from reports.actions.after import make_report
from tests import make
from tests.orders.conftest import NOW, World
from tests.orders.programs import Program


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        yield


@pytest.fixture
def order(world: World) -> Order:
    return place_order(world.draft(), accept_terms=True, by=world.orderer, now=NOW)


@pytest.fixture
def crm(world: World) -> Program:
    return Program(world.organisation, [KeyScope.REPORTS_READ])


@pytest.mark.parametrize("table", ["orders", "engagements", "promises", "invoices"])
def test_each_list_comes_as_json_csv_and_a_sheet(crm: Program, order: Order, table: str) -> None:
    rows = crm.get(f"reports/{table}/").json()["results"]
    sheet = crm.get(f"reports/{table}/?format=xlsx")
    text = crm.get(f"reports/{table}/", accept="text/csv")
    assert (text["Content-Type"], sheet["Content-Type"]) == ("text/csv; charset=utf-8", api.XLSX)
    assert f'"{table}.csv"' in text["Content-Disposition"].replace("filename=", "")
    cells = load_workbook(io.BytesIO(sheet.content)).active
    assert cells is not None
    assert cells.max_row - 1 == len(rows) == text.content.decode().strip().count("\n")
    assert (order.number in str(rows)) == (order.number in text.content.decode()) == (table != "invoices")


def test_a_list_is_narrowed_by_what_is_on_the_list_and_holds_the_caller_s_rows(crm: Program, order: Order) -> None:
    day = order.starts_at.date()
    assert len(crm.get(f"reports/orders/?since={day}&until={day}&state=CONFIRMED").json()["results"]) == 1
    assert crm.get(f"reports/orders/?since={day + timedelta(days=1)}").json()["results"] == []
    assert crm.get("reports/orders/?format=csv", accept="application/json")["Content-Type"].startswith("text/csv")
    for wrong in ("state=GONE", "since=yesterday", "until=2027-01-01&since=2027-01-02", "organisation=1", "format=xml", "state=%00"):
        answer = crm.get(f"reports/orders/?{wrong}")
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json"), wrong
    assert crm.get("reports/orders/?format=csv&since=x")["Content-Type"] == "application/problem+json"
    assert crm.get("reports/nothing/").status_code == 404
    assert Program(make.organisation(), [KeyScope.REPORTS_READ]).get("reports/orders/").json()["results"] == []
    assert Program(make.organisation()).get("reports/orders/").status_code == 403


def test_more_rows_than_an_answer_holds_are_refused(crm: Program, order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "MOST_ROWS", 0)
    assert crm.get("reports/orders/").json()["code"] == "too_many_rows"


def test_the_report_of_an_event_is_there_once_it_is_made(crm: Program, order: Order) -> None:
    here = f"reports/engagements/{order.number}/"
    assert crm.get(here).status_code == 404
    assert order.engagement
    report = make_report(order.engagement, now=order.ends_at + timedelta(days=1), insist=True)
    assert report
    assert crm.get(here).json() == {**report.content, "head": report.head}
    assert set(report.content) | {"head"} == set(api.EventReportOut().fields), "as it is described"
    assert {frozenset(day) for day in report.content["days"]} == {frozenset(api.ReportDayOut().fields)}
    stranger = Program(make.organisation(), [KeyScope.REPORTS_READ])
    assert stranger.get(here).status_code == 404
