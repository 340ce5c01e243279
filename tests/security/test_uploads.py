"""A file that somebody sends is read as a CSV or refused; it is kept nowhere, and nothing of it runs. Source: promises row 47

One page takes files, the attendance of an event, and what it keeps are two figures. So there is no address that would serve a file back, no
name in a store, and no quota to fill.
"""

import io
import logging
import zipfile
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import FileField
from django.forms import BaseForm
from django.forms import FileField as FormFileField

from customers.tenancy import EVERYTHING, scope
from reports.models import Attendance
from tests.reliability.figures import FULL
from tests.security.tenants import TwoTenants, Visitor, text_of
from tests.security.test_escalation import ours

REFUSED = pytest.mark.promise(47, "bad files sent to the one page that takes files: none kept, none served, none run")
SCRIPT = "<script>alert('canary')</script>"
NAMES = [
    "attendance.csv", "../../../etc/cron.d/x.csv", "..\\..\\x.csv", "shell.php", "x.csv\x00.php", "\u202egnp.exe", "x.svg",
    "x" * 300 + ".csv", "a.csv\r\nContent-Type: text/html", "'; DROP TABLE x--.csv",
]  # fmt: skip


def zip_bomb() -> bytes:
    """Ten megabytes in ten kilobytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("../../bomb.csv", b"0" * 10_000_000)
    return packed.getvalue()


CONTENTS: dict[str, tuple[str, bytes]] = {
    "script in SVG": ("image/svg+xml", f'<svg xmlns="http://www.w3.org/2000/svg">{SCRIPT}</svg>'.encode()),
    "HTML": ("text/html", f"<!doctype html>{SCRIPT},1,2\n{SCRIPT},1,2".encode()),
    "HTML as CSV": ("text/csv", f"session,enrolled,attended\n{SCRIPT},1,2".encode()),
    "PHP": ("application/x-php", b"<?php system($_GET['c']); ?>\n<?php ?>,1,1"),
    "GIF and script": ("image/gif", f"GIF89a/*,,\n*/=1;{SCRIPT}//,1,1".encode()),
    "PDF and HTML": ("application/pdf", f"%PDF-1.7\n1 0 obj<</JS(app.alert(1))>>\n{SCRIPT},1,1".encode()),
    "wrong magic": ("text/csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
    "program": ("text/csv", b"\x7fELF\x02\x01\x01" + bytes(range(256))),
    "zip bomb": ("application/zip", zip_bomb()),
    "a cell without an end": ("text/csv", b'session,enrolled,attended\n"' + b"x" * 150_000),
    "the line ends of an old Mac": ("text/csv", b"session,enrolled,attended\rx,1,2\r"),
    "too long": ("text/csv", b"x" * 1_000_000),
    "far too long": ("text/csv", b"x" * 3_000_000),
}
BAD = list(product(CONTENTS, NAMES)) if FULL else [(kind, NAMES[n % len(NAMES)]) for n, kind in enumerate(CONTENTS)]


@pytest.fixture(autouse=True)
def disk(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """Where Django would put files."""
    logging.disable(logging.CRITICAL)
    settings.FILE_UPLOAD_TEMP_DIR, settings.MEDIA_ROOT = str(tmp_path), str(tmp_path)
    yield tmp_path
    logging.disable(logging.NOTSET)


def page(world: TwoTenants) -> str:
    return f"/reports/engagements/{world.ours.orders['french'].number}/attendance/"


def send(visitor: Visitor, where: str, kind: str, name: str) -> Any:
    content_type, content = CONTENTS[kind]
    file = SimpleUploadedFile("x", content, content_type=content_type)
    file._name = name  # as a program would send it
    return visitor.client.post(where, {"file": file, "keep": "1"})


def figures() -> list[tuple[Any, ...]]:
    with scope(EVERYTHING):
        return list(Attendance.objects.order_by("pk").values_list("pk", "registered", "attended"))


@REFUSED
def test_no_bad_file_is_kept_or_run(world: TwoTenants, disk: Path, record_property: Callable[[str, int], None]) -> None:
    before, faults, refused = figures(), [], 0
    for kind, name in BAD:
        answer = send(world.visitors["coordinator"], page(world), kind, name)
        text = text_of(answer)
        refused += answer.status_code >= 400
        if (
            answer.status_code >= 500
            or answer.status_code == 302
            or "<script>alert" in text
            or answer["X-Content-Type-Options"] != "nosniff"
        ):
            faults.append((kind, name[:40], answer.status_code))
    assert faults == []
    assert (figures(), list(disk.iterdir())) == (before, [])
    assert len(BAD) >= (100 if FULL else 10)
    record_property("n", len(BAD))
    record_property("refused_unread", refused)


@REFUSED
def test_a_good_file_is_taken(world: TwoTenants) -> None:
    """The control: the page reads files."""
    with scope(EVERYTHING):
        session = world.ours.orders["french"].engagement.sessions.order_by("pk")[0]
    file = SimpleUploadedFile("a.csv", f"session,enrolled,attended\r\n{session.key},31,17\r\n".encode(), content_type="text/csv")
    assert world.visitors["coordinator"].client.post(page(world), {"file": file}).status_code == 200
    before = figures()
    file.seek(0)
    assert world.visitors["coordinator"].client.post(page(world), {"file": file, "keep": "1"}).status_code == 302
    assert {(31, 17)} == {each[1:] for each in set(figures()) - set(before)}


@REFUSED
@pytest.mark.parametrize("where", ["/accounts/login/", "/orders/find/", ""])
def test_ten_gigabytes_are_refused_before_they_are_read(world: TwoTenants, disk: Path, where: str) -> None:
    """Anybody may claim so much at any address: a form's token is looked for in the body."""
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n' + b"y" * 1000
    asked = {"content_type": "multipart/form-data; boundary=x", "CONTENT_LENGTH": str(10 * 2**30)}
    assert world.visitors["coordinator"].client.generic("POST", where or page(world), body, **asked).status_code in {400, 413}
    assert list(disk.iterdir()) == []


def test_django_s_own_way_would_read_a_long_file(world: TwoTenants, settings: Any, disk: Path) -> None:
    """The control."""
    settings.FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
    assert send(world.visitors["coordinator"], page(world), "far too long", "x.csv").status_code == 200


@REFUSED
@pytest.mark.parametrize("name", ["anonymous", "viewer", "orderer", "administrator", "our key", "their key"])
def test_nobody_but_staff_may_send_one(world: TwoTenants, name: str) -> None:
    answer = send(world.visitors[name], page(world), "HTML as CSV", "attendance.csv")
    assert (answer.status_code, "/accounts/login/" in answer.headers.get("Location", "")) in {(404, False), (302, True)}


@REFUSED
def test_no_other_form_and_no_table_takes_files() -> None:
    taking = {
        form.__name__ for form in ours(BaseForm) for each in getattr(form, "base_fields", {}).values() if isinstance(each, FormFileField)
    }
    assert taking == {"AttendanceForm"}
    assert [field for model in apps.get_models() for field in model._meta.get_fields() if isinstance(field, FileField)] == []
