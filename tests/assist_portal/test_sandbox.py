"""A sandbox: a clock that programs move, and no effect on anybody else. Source: issue 4, docs/adr/0013"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, transaction

from assist_portal.sandbox.due import run_due_work
from assist_portal.sandbox.opening import open_sandbox
from assist_portal.sandbox.tasks import run_sandbox
from catalog.models import Package
from catalog.queries import packages_available_to
from customers.models import KeyScope, Organisation, Site
from customers.queries import sites_visible_to
from engagements.models import Engagement, Task
from orders.actions.placing import place_order
from orders.models import Order
from orders.queries import orders_visible_to
from orders.tasks import issue_invoices, recheck_waiting_orders
from outbox.actions import number_events
from outbox.models import Event, Message, State
from scheduling.models import Booking, RefusedCheck, StaffMember
from tests import make
from tests.orders.conftest import NOW, World, made_world, world
from tests.orders.programs import Program, body

__all__ = ["made_world", "world"]  # fixtures

CLOCK = "sandbox/clock/"


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def sandbox(world: World) -> Site:
    return open_sandbox(key="northwind-sandbox", name="Northwind sandbox", zone="America/Montreal", now=NOW)


@pytest.fixture
def crm(sandbox: Site) -> Program:
    return Program(sandbox.organisation, KeyScope.values)


def asked(world: World, sandbox: Site, **changes: Any) -> dict[str, Any]:
    return body(world, site=sandbox.host_name, **changes)


def forward(crm: Program, **by: Any) -> Any:
    answer = crm.post(CLOCK, {"forward_minutes": int(timedelta(**by).total_seconds() // 60)})
    assert answer.status_code == 200, answer.content
    return answer.json()


def kinds(organisation: Organisation) -> list[str]:
    number_events(now=NOW)
    return list(Event.objects.filter(organisation=organisation).order_by("sequence").values_list("kind", flat=True))


def test_a_promise_is_rehearsed_until_it_is_broken_and_the_event_until_its_end(world: World, sandbox: Site, crm: Program) -> None:
    number = crm.post("orders/", asked(world, sandbox)).json()["number"]
    tasks = crm.get(f"engagements/{number}/tasks/").json()["results"]
    assert {each["standing"] for each in tasks} == {"OPEN"}
    assert forward(crm, days=51) == {"now": "2027-04-21T09:00:00Z", "ahead_seconds": 51 * 86400}  # a day after the event
    tasks = crm.get(f"engagements/{number}/tasks/").json()["results"]
    assert "BROKEN" in {each["standing"] for each in tasks}
    assert crm.get(f"engagements/{number}/").json()["state"] == "WRAPPING_UP"
    told = kinds(sandbox.organisation)
    assert {"order.confirmed", "task.at_risk", "task.broken"} <= set(told)
    assert {each["timestamp"] for each in crm.get("events/?type=task.broken").json()["results"]} == {"2027-04-21T09:00:00Z"}
    forward(crm, days=40)
    assert crm.get(f"orders/{number}/").json()["status"] == "COMPLETED"
    assert kinds(sandbox.organisation)[-1] == "report.ready"
    with time_machine.travel(NOW + timedelta(days=100), tick=False):
        issue_invoices()
    assert not Order.objects.get(number=number).invoices.exists()  # numbers of invoices have no gaps, and are the real ones'


def test_nobody_else_notices(world: World, sandbox: Site, crm: Program) -> None:
    ours = place_order(world.draft(), accept_terms=True, by=world.orderer, now=NOW)
    before = list(Task.objects.filter(engagement=ours.engagement).order_by("pk").values())
    mails, events = Message.objects.filter(organisation=world.organisation).count(), kinds(world.organisation)
    bookings = list(Booking.objects.order_by("pk").values())
    assert crm.post("orders/", asked(world, sandbox)).status_code == 201  # the only producer is taken; the stand-in is not
    assert crm.post("orders/", asked(world, sandbox)).json()["code"] == "nobody_free"
    forward(crm, days=60)
    assert list(Task.objects.filter(engagement=ours.engagement).order_by("pk").values()) == before
    assert Message.objects.filter(organisation=world.organisation).count() == mails
    assert kinds(world.organisation) == events
    assert list(Booking.objects.exclude(staff__sandbox=sandbox.organisation).order_by("pk").values()) == bookings
    assert Engagement.objects.get(pk=ours.engagement_id).state == "STAFFED"
    assert set(StaffMember.objects.filter(sandbox=None, load__gt=0).values_list("load", flat=True)) == {1}
    assert RefusedCheck.objects.count() == 0


def test_what_is_rehearsed_is_written_and_reaches_nobody(world: World, sandbox: Site, crm: Program) -> None:
    crm.post("orders/", asked(world, sandbox))
    forward(crm, days=60)
    mails = Message.objects.filter(organisation=sandbox.organisation)
    assert mails.filter(to="dana@northwind.example").exists() and mails.filter(to__endswith=".invalid").exists()
    assert set(mails.values_list("state", "withdrawn_because")) == {(State.WITHDRAWN, "sandbox")}


def test_stand_ins_work_in_their_sandbox_only(world: World, sandbox: Site, crm: Program) -> None:
    other = open_sandbox(key="other", name="Other", now=NOW)
    crm.post("orders/", asked(world, sandbox))
    used = StaffMember.objects.filter(bookings__isnull=False) | StaffMember.objects.filter(assignments__isnull=False)
    assert {each.sandbox for each in used} == {sandbox.organisation}
    place_order(world.draft(), accept_terms=True, by=world.orderer, now=NOW)
    assert Program(other.organisation).post("orders/", asked(world, other)).status_code == 201
    for organisation, whose in ((world.organisation, None), (other.organisation, other.organisation)):
        team = StaffMember.objects.filter(assignments__organisation=organisation)
        assert {each.sandbox for each in team} == {whose}
    assert not [each for each in StaffMember.objects.exclude(sandbox=None) if each.user.is_active or each.user.is_staff]


def test_it_goes_forward_only_and_in_a_sandbox_only(world: World, crm: Program) -> None:
    assert crm.get(CLOCK).json() == {"now": "2027-03-01T09:00:00Z", "ahead_seconds": 0}
    assert crm.post(CLOCK, {"now": "2027-03-05T09:00:00+01:00"}).json()["now"] == "2027-03-05T08:00:00Z"
    for wish, status, code in (
        ({"now": "2027-03-05T07:59:59Z"}, 422, "clock_out_of_reach"),
        ({"now": "2031-03-05T07:59:59Z"}, 422, "clock_out_of_reach"),
        ({"now": "2027-03-06T00:00:00Z", "forward_minutes": 1}, 400, "invalid"),
        ({}, 400, "invalid"),
        ({"forward_minutes": -1}, 400, "invalid"),
    ):
        answer = crm.post(CLOCK, wish)
        assert (answer.status_code, answer.json()["code"]) == (status, code), wish
    real = Program(world.organisation)
    for answer in (real.get(CLOCK), real.post(CLOCK, {"forward_minutes": 1})):
        assert (answer.status_code, answer.json()["code"]) == (403, "not_a_sandbox")
    assert Organisation.objects.get(pk=world.organisation.pk).clock_ahead == timedelta()
    reader = Program(crm.key.organisation, [KeyScope.ORDERS_READ])
    assert reader.post(CLOCK, {"forward_minutes": 1}).json()["code"] != "not_a_sandbox"
    assert reader.post(CLOCK, {"forward_minutes": 1}).status_code == 403


def test_the_database_lets_no_other_organisation_have_a_clock(world: World, sandbox: Site) -> None:
    organisations = Organisation.objects.filter(pk=world.organisation.pk)
    with pytest.raises(IntegrityError, match="only_a_sandbox_has_its_own_clock"), transaction.atomic():
        organisations.update(clock_ahead=timedelta(minutes=1))
    with pytest.raises(IntegrityError, match="sandbox_clock_runs_ahead"), transaction.atomic():
        Organisation.objects.filter(pk=sandbox.organisation.pk).update(clock_ahead=timedelta(minutes=-1))
    for wish in (True, False):
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            Organisation.objects.filter(is_sandbox=not wish).update(is_sandbox=wish)


def test_the_workers_do_the_same_at_the_sandbox_s_time(world: World, sandbox: Site, crm: Program) -> None:
    crm.post("orders/", asked(world, sandbox))
    Organisation.objects.filter(pk=sandbox.organisation.pk).update(clock_ahead=timedelta(days=60))
    run_sandbox(sandbox.organisation.pk)
    assert "task.broken" in kinds(sandbox.organisation)
    said = kinds(sandbox.organisation)
    run_sandbox(sandbox.organisation.pk)
    run_due_work(sandbox.organisation, now=NOW + timedelta(days=60))
    assert kinds(sandbox.organisation) == said


def test_a_waiting_order_is_looked_at_at_the_sandbox_s_time(world: World, sandbox: Site, crm: Program) -> None:
    crm.post("orders/", asked(world, sandbox))
    waiting = crm.post("orders/", asked(world, sandbox, wait=True)).json()
    assert waiting["status"] == "WAITING"
    Booking.objects.filter(staff__sandbox=sandbox.organisation).update(state="RELEASED")
    recheck_waiting_orders()
    assert crm.get(f"orders/{waiting['number']}/").json()["status"] == "WAITING"
    forward(crm, days=1)
    confirmed = crm.get(f"orders/{waiting['number']}/").json()
    assert confirmed["status"] == "CONFIRMED"
    assert Order.objects.get(number=waiting["number"]).confirmed_at == NOW + timedelta(days=1)


def test_our_people_do_not_meet_what_is_rehearsed(world: World, sandbox: Site, crm: Program) -> None:
    number = crm.post("orders/", asked(world, sandbox)).json()["number"]
    staff = make.staff_member("ADMINISTRATOR", person=make.superuser()).user
    assert not orders_visible_to(staff).filter(number=number).exists()
    assert {site.organisation for site in sites_visible_to(staff)} == {world.organisation}


def test_a_command_opens_one_and_invites_who_looks_after_it(world: World) -> None:
    call_command("make_sandbox", "acme-sandbox", "Acme sandbox", "dev@acme.example", by=world.coordinator.user.email, verbosity=0)
    opened = Organisation.objects.get(key="acme-sandbox")
    assert opened.is_sandbox
    assert opened.invitations.get().email == "dev@acme.example"
    assert packages_available_to(opened, now=NOW).count() == Package.objects.count()
