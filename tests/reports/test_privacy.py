"""Export and erase: no trace of a canary is left, what the law wants kept keeps a pseudonym. Source: promises row 52"""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from customers.models import Membership, Role, User
from engagements.models import Engagement
from orders.actions.cancelling import cancel_order
from orders.actions.checking import Question, ask_in_bulk
from orders.actions.invoicing import settle_order
from orders.actions.placing import place_order
from orders.models import Invoice, Order
from outbox.actions import number_events
from outbox.actions.webhooks import add_endpoint
from outbox.models import Delivery, Event, Message
from reports.actions.after import extend_chain
from reports.actions.exporting import ask_for_export, claim_export, make_export
from reports.actions.privacy import StillNeeded, apply_retention, erase_person, export_person, identity_of
from reports.chain import head_of
from reports.evidence import links_of
from reports.lists import LISTINGS, Filters
from reports.models import ExportPart, RetentionRun
from reports.traces import count_traces
from tests import make
from tests.orders.conftest import NOW, World

CANARY = ("canary.zygote", "Zygotia", "Quillfeather", "14165550987")
EMAIL = f"{CANARY[0]}@northwind.example"


@pytest.fixture
def canary(world: World) -> User:
    person = make.member(
        world.organisation, Role.ORDERER, email=EMAIL, first_name="Zygotia", last_name="Quillfeather", phone="+14165550987"
    )
    placed = place_order(world.draft(), accept_terms=True, by=world.orderer, now=NOW)
    Order.objects.filter(pk=placed.pk).update(
        owner=person, email=EMAIL.upper(), first_name="Zygotia", last_name="Quillfeather", phone="+14165550987",
        comments="Ask Zygotia Quillfeather first.", company="Zygotia Quillfeather Ltd", host_email=EMAIL,
    )  # fmt: skip
    Engagement.objects.filter(pk=placed.engagement_id).update(contact_email=EMAIL, contact_name="Zygotia Quillfeather")
    placed.refresh_from_db()
    cancel_order(placed, accept_fee=Decimal(10_000), by=person, now=datetime(2027, 4, 19, 12, tzinfo=NOW.tzinfo))
    placed.refresh_from_db()
    settle_order(placed, now=NOW + timedelta(days=60))
    extend_chain(placed.engagement)
    ask_for_export(
        listing=LISTINGS["orders"], filters=Filters(), kind="xlsx", organisation=world.organisation, by=person, language="en", now=NOW
    )
    make_export(claim_export(now=NOW), clock=lambda: NOW)
    return person


def crawl() -> dict[str, int]:
    """Every column of every table as PostgreSQL knows them, not as our models do."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" AS t WHERE t::text ~* %s', ["|".join(CANARY)])
            if number := cursor.fetchone()[0]:
                found[table] = number
    return found


@pytest.mark.promise(52, "one person exported and erased: database, outbox, files, exports; the retention job")
def test_no_trace_is_left(canary: User, world: World) -> None:
    before = crawl()
    assert {"customers_user", "orders_order", "outbox_message", "orders_invoice", "engagements_engagement"} <= set(before)
    assert ExportPart.objects.exists()
    erase_person(EMAIL, by=None, now=NOW)
    assert crawl() == {}
    assert not ExportPart.objects.exists()
    invoice = Invoice.objects.get()
    assert invoice.billed_to.startswith("Erased ")
    assert not User.objects.get(pk=canary.pk).is_active
    assert not EmailAddress.objects.filter(user=canary).exists()
    assert not Membership.objects.filter(user=canary).exists()
    order = Order.objects.get(pk=invoice.order_id)
    assert order.email.endswith("@erased.invalid")
    assert head_of(links_of(order.engagement)), "the chain still holds: the history has no names"


@pytest.mark.promise(52, "one person exported and erased: database, outbox, files, exports; the retention job")
def test_others_are_left_alone(canary: User, world: World) -> None:
    other = make.member(world.organisation, first_name="Zyg", last_name="Quill", email="zygote@northwind.example")
    erase_person(EMAIL, by=None, now=NOW)
    other.refresh_from_db()
    assert (other.last_name, other.email, other.is_active) == ("Quill", "zygote@northwind.example", True)


@pytest.mark.promise(52, "one person exported and erased: database, outbox, files, exports; the retention job")
def test_the_crawl_finds_what_is_there(canary: User) -> None:
    """The control of `count_traces`, which the product itself can ask."""
    assert count_traces(identity_of(EMAIL))["customers_user"] == 1


@pytest.mark.promise(52, "one person exported and erased: database, outbox, files, exports; the retention job")
def test_who_is_needed_is_not_erased_yet(world: World) -> None:
    placed = place_order(world.draft(), accept_terms=True, by=world.orderer, now=NOW)
    with pytest.raises(StillNeeded, match=placed.number):
        erase_person(placed.email, by=None, now=NOW)
    with pytest.raises(CommandError, match="not over"):
        call_command("erase_person", placed.email)


@pytest.mark.promise(52, "one person exported and erased: database, outbox, files, exports; the retention job")
def test_the_export_is_whole_and_without_secrets(canary: User) -> None:
    rows = export_person(EMAIL)
    assert {"customers.user", "customers.membership", "orders.order", "engagements.engagement"} <= {row["model"] for row in rows}
    assert not any("password" in row["fields"] or "digest" in row["fields"] for row in rows)
    out = StringIO()
    call_command("export_person", EMAIL, stdout=out)
    assert len(json.loads(out.getvalue())) == len(rows)


def test_the_privacy_desk_is_the_administrators(canary: User, world: World, client: Client) -> None:
    address = f"/admin/reports/person/{canary.pk}"
    client.force_login(world.coordinator.user)
    for page in ("erase", "export"):
        assert client.get(f"{address}/{page}/").status_code in {302, 403, 404}
        assert client.post(f"{address}/{page}/").status_code in {302, 403, 404}
    assert crawl() != {}
    client.force_login(make.superuser())
    assert EMAIL in client.get(f"{address}/export/").content.decode()
    assert "for good" in client.get(f"{address}/erase/").content.decode()
    assert client.post(f"{address}/erase/").status_code == 302
    assert crawl() == {}


@pytest.mark.promise(52, "one person exported and erased: database, outbox, files, exports; the retention job")
def test_retention_lets_go_and_says_so(world: World) -> None:
    place_order(world.draft(), accept_terms=True, by=world.orderer, now=NOW)
    Message.objects.filter(secret=True).update(**Message.EMPTY)
    Message.objects.update(state="SENT", sent_at=NOW)
    draft = world.draft(when=world.when(datetime(2027, 5, 4, 10)))
    assert apply_retention(now=NOW + timedelta(days=1))["messages emptied"] == 0
    done = apply_retention(now=NOW + timedelta(days=500))
    assert done["messages emptied"] > 0
    assert done["drafts"] == 1
    assert not Order.objects.filter(pk=draft.pk).exists()
    assert not Message.objects.exclude(text="").exists()
    assert RetentionRun.objects.order_by("-pk")[0].counts == done


@pytest.mark.promise(52, "one person exported and erased: database, outbox, files, exports; the retention job")
def test_what_programs_were_told_is_kept_for_a_while_and_the_numbers_go_on(world: World) -> None:
    endpoint = add_endpoint(organisation=world.organisation, url="https://crm.example/h", kinds=[], description="", now=NOW).endpoint
    for day in (20, 21, 22):
        when = world.when(datetime(2027, 4, day, 10))
        place_order(world.draft(when=when), accept_terms=True, by=world.orderer, now=NOW)
    number_events(now=NOW)
    first, *others = Delivery.objects.filter(endpoint=endpoint).order_by("event__sequence")
    Delivery.objects.filter(pk__in=[each.pk for each in others]).update(state="SENT", sent_at=NOW)
    ask_in_bulk(world.organisation, [Question(world.package(), world.site, world.when(), "en")], language="en", now=NOW)
    soon = apply_retention(now=NOW + timedelta(days=1))
    assert (soon["deliveries"], soon["events"], soon["bulk checks"]) == (0, 0, 0)
    assert apply_retention(now=NOW + timedelta(days=8))["bulk checks"] == 1
    count, last = Event.objects.count(), Event.objects.order_by("sequence").last()
    assert count > 2 and last
    assert apply_retention(now=NOW + timedelta(days=91))["deliveries"] == len(others)
    assert apply_retention(now=NOW + timedelta(days=401))["events"] == count - 2
    assert set(Event.objects.values_list("pk", flat=True)) == {first.event_id, last.pk}  # one is still to be told, one is the last
