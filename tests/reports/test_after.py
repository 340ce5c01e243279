"""After the event: attendance, the report in every form, and a chain in which no byte can be changed. Source: S70, S90; idea 11; row 54"""

import io
import random
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import InternalError, connection, transaction
from django.test import Client
from pypdf import PdfReader

from engagements.actions.day import report_incident
from engagements.models import Engagement, Task
from orders.actions.placing import place_order
from orders.models import Order
from outbox.models import Event, Message
from reports import chain
from reports.actions.after import extend_chain, import_attendance, make_report, reports_due
from reports.after import content_of
from reports.attendance import read
from reports.documents import report_pdf
from reports.evidence import links_of
from reports.models import EventReport, EvidenceLink
from tests import make
from tests.orders.conftest import NOW, World
from webex.models import WatchedMeeting

ENDED = datetime(2027, 4, 20, 15, 0, tzinfo=UTC)
LONG = "Annual customer and partner summit of the northern training and certificate team"


@pytest.fixture
def over(world: World) -> Engagement:
    """The event took place on Tuesday 20 April; nothing of ours is ticked."""
    order = place_order(world.draft("ec-premium"), accept_terms=True, by=world.orderer, now=NOW)
    assert order.engagement
    Order.objects.filter(pk=order.pk).update(title=LONG)
    Engagement.objects.filter(pk=order.engagement.pk).update(title=LONG)
    for state in ("RUNNING", "WRAPPING_UP"):
        Engagement.objects.filter(pk=order.engagement.pk).update(state=state)
    order.engagement.refresh_from_db()
    return order.engagement


def tick_all(engagement: Engagement) -> None:
    tasks = Task.objects.filter(engagement=engagement, state="OPEN").exclude(template__code="post-event-report")
    for task in tasks:
        Task.objects.filter(pk=task.pk).update(state="DONE", done_at=task.due_at or ENDED, next_alert_at=None)


def test_it_waits_for_the_work_and_no_longer_than_it_is_due(over: Engagement) -> None:
    """S70: two working days after the end, which was on a Tuesday."""
    assert list(reports_due(now=ENDED)) == [over]
    assert make_report(over, now=ENDED + timedelta(hours=1)) is None
    assert make_report(over, now=datetime(2027, 4, 22, 12, tzinfo=UTC))


def test_it_is_made_as_soon_as_all_is_done_and_sent_once(over: Engagement) -> None:
    tick_all(over)
    report = make_report(over, now=ENDED + timedelta(hours=1))
    assert report
    assert make_report(over, now=ENDED + timedelta(hours=2)) is None
    assert list(reports_due(now=ENDED)) == []
    assert Message.objects.filter(key=f"{over.number}/report", to=over.contact_email).count() == 1
    assert Event.objects.get(kind="report.ready").about == over.number
    assert Task.objects.get(engagement=over, template__code="post-event-report").state == "DONE"


def test_promises_are_told_by_side(over: Engagement) -> None:
    tick_all(over)
    late = Task.objects.filter(engagement=over, side="PROVIDER", due_at__isnull=False, state="DONE").first()
    assert late
    Task.objects.filter(pk=late.pk).update(done_at=late.due_at + timedelta(hours=1))
    found = make_report(over, now=ENDED + timedelta(hours=1)).content["promises"]["PROVIDER"]
    assert found["late"] == 1
    assert found["not_kept"][0]["title"]["en"] == late.template.title_en


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_pdf_reads_back(over: Engagement, language: str) -> None:
    with time_machine.travel(ENDED, tick=False):
        report = make_report(over, now=ENDED, insist=True)
    assert report
    pdf = report_pdf(report, language=language)
    reader = PdfReader(io.BytesIO(pdf))
    plain = "".join("".join(page.extract_text() for page in reader.pages).replace("\u200b", "").split())
    root = reader.trailer["/Root"]
    assert root["/Lang"] == language
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert "".join(LONG.split()) in plain
    assert report.head in plain
    assert {"en": "Promises", "fr": "Engagementspris"}[language] in plain
    assert report_pdf(report, language=language) == pdf


def test_pages(over: Engagement, world: World, client: Client) -> None:
    make_report(over, now=ENDED, insist=True)
    client.force_login(world.orderer)
    address = f"/reports/engagements/{over.number}/"
    assert LONG in client.get(address).content.decode()
    assert client.get(f"{address}pdf/").content.startswith(b"%PDF")
    assert client.get(f"{address}json/").json()["number"] == over.number
    assert chain.verify(client.get(f"{address}evidence/").content) > 10
    assert f'href="{address}attendance/"' not in client.get(address).content.decode()
    assert client.get(f"{address}attendance/").status_code == 404, "ours to take in"
    client.force_login(world.coordinator.user)
    assert f'href="{address}attendance/"' in client.get(address).content.decode()
    client.force_login(make.member())
    assert client.get(address).status_code == 404


def test_attendance_is_judged_row_by_row_before_anything_is_kept(over: Engagement, world: World, client: Client) -> None:
    session = over.sessions.first() or over.sessions.create(
        organisation=over.organisation, day=over.days.get(), key="s1", title="Keynote", starts_at=over.starts_at, ends_at=over.ends_at
    )
    title = session.title
    text = f"Session;Enrolled;Attended\n{title};120;87\nNobody;1;1\n{title};1;1\n{session.key};x;1\nx;1\n"
    problems = [line.problem for line in read(text, [session])]
    assert problems[0] == ""
    assert all(problems[1:])
    client.force_login(world.coordinator.user)
    address = f"/reports/engagements/{over.number}/attendance/"
    assert "Put the marked rows right" in client.post(address, {"pasted": text, "keep": "1"}).content.decode()
    assert not hasattr(over.sessions.get(pk=session.pk), "attendance")
    good = f"Session,Enrolled,Attended\n{title},120,87\n"
    assert "Keep these figures" in client.post(address, {"pasted": good}).content.decode()
    assert client.post(address, {"pasted": good, "keep": "1"}).status_code == 302
    assert make_report(over, now=ENDED, insist=True).content["sessions"][0]["attended"] == 87


def test_the_site_s_figures_stand_in_the_report_until_others_are_taken_in(over: Engagement, world: World) -> None:
    """S90: of two sessions in one meeting it cannot be told who was in which."""
    day = over.days.get()
    make.webex_rows(make.webex_connection(world.site, world.orderer), over.number)
    WatchedMeeting.objects.update(registered=40, attended=31, attendance_at=ENDED)
    session = over.sessions.get()
    content = content_of(over, now=ENDED)
    assert [(each["registered"], each["attended"]) for each in (*content["days"], *content["sessions"])] == [(40, 31)] * 2
    times = {"starts_at": over.starts_at, "ends_at": over.ends_at}
    over.sessions.create(organisation=over.organisation, day=day, key="s2", title="Workshop", **times)
    content = content_of(over, now=ENDED)
    assert content["days"][0]["attended"] == 31
    assert {each["attended"] for each in content["sessions"]} == {None}
    import_attendance(over, figures={session.pk: (12, 9)}, by=None, now=ENDED)
    assert [each["attended"] for each in content_of(over, now=ENDED)["sessions"]] == [9, None]


# Evidence -------------------------------------------------------------------------------------------------------------


@pytest.mark.promise(54, "one hundred changed bytes, forged files and changed rows are found")
def test_verify_passes_on_the_truth_and_finds_a_hundred_of_a_hundred_changed_bytes(over: Engagement, tmp_path) -> None:
    make_report(over, now=ENDED, insist=True)
    report, links = EventReport.objects.get(), links_of(over)
    data = chain.pack(report.content, links, links[-1].digest)
    file = tmp_path / "evidence.jsonl"
    file.write_bytes(data)
    call_command("verify", str(file), verbosity=0)
    chance, found = random.Random(54), 0
    for _time in range(100):
        place = chance.randrange(len(data))
        changed = bytearray(data)
        changed[place] ^= chance.randrange(1, 256)
        file.write_bytes(changed)
        try:
            call_command("verify", str(file), verbosity=0)
        except CommandError:
            found += 1
    assert found == 100


@pytest.mark.promise(54, "one hundred changed bytes, forged files and changed rows are found")
def test_a_forger_who_seals_the_file_anew_breaks_the_chain(over: Engagement) -> None:
    make_report(over, now=ENDED, insist=True)
    links = links_of(over)
    forged = chain.Link(links[3].source, {**links[3].row, "pgh_label": "forged"}, links[3].digest)
    data = chain.pack({}, [*links[:3], forged, *links[4:]], links[-1].digest)
    with pytest.raises(chain.Broken, match="link 4"):
        chain.verify(data)


@pytest.mark.promise(54, "one hundred changed bytes, forged files and changed rows are found")
def test_a_changed_row_of_the_history_is_found_in_the_database(over: Engagement) -> None:
    extend_chain(over)
    call_command("verify", verbosity=0)
    columns = ["state", "side", "phase", "pgh_label"]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE engagements_taskevent DISABLE TRIGGER USER")  # as the owner of the database could
        cursor.execute("SELECT pgh_id FROM engagements_taskevent WHERE engagement_id = %s ORDER BY pgh_id", [over.pk])
        rows = [row[0] for row in cursor.fetchall()]
    chance, found = random.Random(1), 0
    for _time in range(20):
        column, row = chance.choice(columns), chance.choice(rows)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE engagements_taskevent SET {column} = 'X' || substr({column}, 2) WHERE pgh_id = %s", [row])
            try:
                call_command("verify", verbosity=0)
            except CommandError:
                found += 1
            transaction.set_rollback(True)
    assert found == 20


@pytest.mark.promise(54, "one hundred changed bytes, forged files and changed rows are found")
def test_the_chain_goes_on_where_it_ended_and_is_never_rewritten(over: Engagement, world: World) -> None:
    first = extend_chain(over)
    assert extend_chain(over) == first
    count = EvidenceLink.objects.count()
    with time_machine.travel(over.starts_at, tick=False):
        report_incident(
            over, severity="MINOR", what="No sound.", happened_at=over.starts_at, key="i-1", by=world.producers[0].user,
            now=over.starts_at,
        )  # fmt: skip
    assert extend_chain(over) != first
    assert EvidenceLink.objects.count() > count
    assert chain.head_of(links_of(over)) == extend_chain(over)
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        EvidenceLink.objects.update(digest="0" * 64)
