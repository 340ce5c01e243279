"""Lists as files: inert, whole, their own customer's, and long ones made by a worker. Source: promises row 44"""

import csv
import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as some
from openpyxl import load_workbook

from customers.models import Membership
from orders.actions.placing import place_order
from orders.models import Order
from reports import cells
from reports.actions import exporting
from reports.actions.exporting import ask_for_export, claim_export, forget_exports, make_export
from reports.lists import LISTINGS, Filters
from reports.models import ExportJob, ExportPart
from reports.sheets import Sheet
from reports.views import exports
from tests import make
from tests.orders.conftest import NOW, World

DANGEROUS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\0=1", "＝1", "＋1", "－1", "＠x", "%x", "|x", "'=x", "'quoted",
    '=HYPERLINK("https://evil.example","x")', "=cmd|' /C calc'!A0", "\n=1+1",
]  # fmt: skip
INERT = pytest.mark.promise(44, "what would be a formula, in every field of every list, read back as text from CSV and XLSX")


@INERT
@pytest.mark.parametrize("text", DANGEROUS)
def test_no_cell_of_a_csv_begins_a_formula(text: str) -> None:
    cell = cells.inert(text)
    assert cell.startswith("'")
    assert cells.read_back(cell) == text


@INERT
@given(some.text(alphabet=some.characters(exclude_categories=["Cs"])))
def test_a_csv_gives_back_what_it_was_given(text: str) -> None:
    body = b"".join(cells.csv_lines(["a", "b"], [[text, 1]])).decode("utf-8-sig")
    (_titles, (cell, number)) = csv.reader(io.StringIO(body, newline=""))
    assert cells.read_back(cell) == text if cell.startswith("'") else cell == text
    assert number == "1"


def test_numbers_stay_numbers_in_a_csv() -> None:
    assert cells.inert(Decimal("-12.50")) == "-12.50"


@INERT
@pytest.mark.parametrize("text", [*DANGEROUS, "plain", "a\0b\x1f"])
def test_every_cell_of_a_sheet_is_text(text: str, tmp_path: Path) -> None:
    sheet = Sheet(["A"])
    sheet.add([text, Decimal("-1.50")])
    sheet.save(tmp_path / "x.xlsx")
    for cell in load_workbook(tmp_path / "x.xlsx").active[2]:
        assert cell.data_type in {"s", "inlineStr"}
    value = load_workbook(tmp_path / "x.xlsx").active["A2"].value
    assert value == cells.storable(text) or value == text.replace("\r", "\n"), "XML reads a carriage return as a line end"


def test_a_formula_would_be_one_without_the_guard(tmp_path: Path) -> None:
    """The control."""
    sheet = Sheet(["A"])
    sheet._sheet.append(["=1+1"])
    sheet.save(tmp_path / "x.xlsx")
    assert load_workbook(tmp_path / "x.xlsx").active["A2"].data_type == "f"


class Typed(dict[str, object]):
    """A row in which everything that could be text is this text, as if somebody had typed it everywhere."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def __missing__(self, name: str) -> object:
        return NOT_TEXT.get(name, self.text)


NOT_TEXT: dict[str, object] = {
    "zone": "UTC", "engagement__zone": "UTC", "price": {}, "total": Decimal(1), "credits__number": "",
    **dict.fromkeys(("starts_at", "ends_at", "placed_at", "confirmed_at", "cancelled_at", "opened_at", "closed_at", "due_at", "done_at")),
}  # fmt: skip


@INERT
@pytest.mark.parametrize("name", LISTINGS)
def test_every_field_of_every_list_is_inert(name: str, tmp_path: Path, record_property: Callable[[str, int], None]) -> None:
    listing, cells_read = LISTINGS[name], 0
    for text in DANGEROUS:
        line = listing.line(Typed(text))
        written = [value for value in line if value == text]
        assert len(written) >= 4
        _titles, read = csv.reader(io.StringIO(b"".join(cells.csv_lines(listing.titles, [line])).decode("utf-8-sig"), newline=""))
        assert [cells.read_back(cell) for cell, value in zip(read, line, strict=True) if value == text] == written
        assert not [cell for cell, value in zip(read, line, strict=True) if value == text and not cell.startswith("'")]
        sheet = Sheet(listing.titles)
        sheet.add(line)
        sheet.save(tmp_path / "x.xlsx")
        in_sheet = [cell for cell, value in zip(load_workbook(tmp_path / "x.xlsx").active[2], line, strict=True) if value == text]
        assert {cell.data_type for cell in in_sheet} <= {"s", "inlineStr"}
        cells_read += 2 * len(written)
    record_property("n", cells_read)


def test_json_is_one_list_of_objects() -> None:
    body = b"".join(cells.json_lines(["a", "b"], [["x", None], [Decimal("1.10"), 2]]))
    assert json.loads(body) == [{"a": "x", "b": None}, {"a": "1.10", "b": 2}]
    assert json.loads(b"".join(cells.json_lines(["a"], []))) == []


@pytest.fixture
def placed(world: World) -> Order:
    return place_order(world.draft(), accept_terms=True, by=world.orderer, now=NOW)


@pytest.mark.parametrize("name", LISTINGS)
@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_every_list_comes_in_every_format(world: World, placed: Order, client: Client, name: str, kind: str) -> None:
    client.force_login(world.orderer)
    answer = client.get(f"/reports/exports/{name}/", {"format": kind})
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f'attachment; filename="{name}.{kind}"'
    body = b"".join(answer.streaming_content)
    if name != "invoices":
        found = body.decode("utf-8-sig") if kind != "xlsx" else str([c.value for r in load_workbook(io.BytesIO(body)).active for c in r])
        assert placed.number in found


def test_filters_narrow(world: World, placed: Order, client: Client) -> None:
    client.force_login(world.orderer)

    def rows(**asked: str) -> int:
        answer = client.get("/reports/exports/orders/", {"format": "json", **asked})
        return len(json.loads(b"".join(answer.streaming_content)))

    assert rows() == 1
    assert rows(state="CANCELLED") == 0
    assert rows(since="2027-04-20", until="2027-04-20") == 1
    assert rows(until="2027-04-19") == 0
    wrong = client.get("/reports/exports/orders/", {"format": "json", "since": "2027-04-20", "until": "2027-04-19"})
    assert (wrong.status_code, "before the first" in wrong.content.decode()) == (422, True)


def test_a_stranger_gets_an_empty_list(placed: Order, client: Client) -> None:
    client.force_login(make.member())
    answer = client.get("/reports/exports/orders/", {"format": "json"})
    assert json.loads(b"".join(answer.streaming_content)) == []


def test_a_long_list_is_made_by_a_worker(world: World, placed: Order, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "AT_ONCE", 0)
    client.force_login(world.orderer)
    asked = client.get("/reports/exports/orders/", {"format": "csv"})
    assert "0 of 1 rows" in client.get(asked["Location"]).content.decode()
    assert client.get("/reports/exports/orders/", {"format": "csv"})["Location"] == asked["Location"], "asked twice, made once"
    job = claim_export(now=NOW)
    assert claim_export(now=NOW) is None, "one maker at a time"
    make_export(job, clock=lambda: NOW)
    assert "The file is ready." in client.get(asked["Location"]).content.decode()
    body = b"".join(client.get(f"/files/{job.key}/").streaming_content).decode("utf-8-sig")
    assert placed.number in body
    client.force_login(make.member(world.organisation))
    assert client.get(f"/files/{job.key}/").status_code == 404, "a colleague did not ask for it"


def test_while_one_list_is_being_made_the_next_is_a_workers(placed: Order, world: World, client: Client) -> None:
    client.force_login(world.orderer)
    with exports._MAKING:
        assert client.get("/reports/exports/orders/", {"format": "csv"}).status_code == 302
    assert client.get("/reports/exports/orders/", {"format": "csv"}).status_code == 200


def job_of(world: World, **fields: object) -> ExportJob:
    values = {
        "kind": "csv",
        "filters": Filters(since=date(2020, 1, 1)),
        "organisation": world.organisation,
        "by": world.orderer,
        **fields,
    }
    return ask_for_export(listing=LISTINGS["orders"], language="fr", now=NOW, **values)


def test_it_expires_and_is_forgotten(world: World, placed: Order, client: Client) -> None:
    job_of(world)
    job = claim_export(now=NOW)
    make_export(job, clock=lambda: NOW)
    assert ExportPart.objects.exists()
    assert forget_exports(now=NOW + timedelta(days=7)) == 1
    assert not ExportPart.objects.exists()
    client.force_login(world.orderer)
    assert client.get(f"/files/{job.key}/").status_code == 404


def test_a_dead_maker_is_followed_by_another(world: World) -> None:
    job_of(world)
    claim_export(now=NOW)
    assert claim_export(now=NOW + timedelta(minutes=2)) is None
    assert claim_export(now=NOW + timedelta(minutes=3))


def test_one_is_made_at_a_time_so_that_a_worker_stays_free(world: World, placed: Order) -> None:
    job_of(world)
    job_of(world, kind="json")
    first = claim_export(now=NOW)
    assert claim_export(now=NOW + timedelta(minutes=1)) is None
    make_export(first, clock=lambda: NOW + timedelta(minutes=1))
    second = claim_export(now=NOW + timedelta(minutes=1))
    assert second and second != first


def test_whoever_makes_a_long_one_keeps_it(world: World, placed: Order) -> None:
    """The claim begins anew with each step."""
    job_of(world)
    list(exporting._rows(claim_export(now=NOW), lambda: NOW + timedelta(minutes=2)))
    assert claim_export(now=NOW + timedelta(minutes=4)) is None
    assert claim_export(now=NOW + timedelta(minutes=5))


def test_who_has_left_gets_nothing(world: World, placed: Order) -> None:
    job_of(world)
    Membership.objects.filter(user=world.orderer).delete()
    with pytest.raises(Membership.DoesNotExist):
        make_export(claim_export(now=NOW), clock=lambda: NOW)
    assert ExportJob.objects.get().state == "FAILED"
