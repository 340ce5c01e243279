"""The demo shows every state whenever it is made, and is made once."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.test import Client

from assist_portal.demo import DemoIsThere, Made, api_key_of, make_demo
from catalog.models import Entitlement, Package
from customers.models import User
from engagements.models import Appointment, Assignment, Engagement, RecordingDownload, Speaker, Task
from engagements.queries import promise_list
from orders.models import Order, OrderChange, Thread
from outbox.models import Message
from outbox.models import State as MailState
from scheduling.models import Booking, Certificate
from tests.catalog.conftest import catalogue, loaded_once
from tests.lasting import for_a_module

pytestmark = pytest.mark.django_db
MOMENTS = [
    datetime(2027, 3, 1, 9, 0, tzinfo=UTC),  # a Monday morning
    datetime(2026, 12, 26, 3, 10, tzinfo=UTC),  # a Saturday night among holidays
    datetime(2027, 10, 31, 16, 45, tzinfo=UTC),  # a Sunday on which the clocks go back in Europe
]


__all__ = ["catalogue", "loaded_once"]  # fixtures


@dataclass(frozen=True)
class Demo:
    now: datetime
    made: Made


@pytest.fixture(scope="module", params=MOMENTS, ids=str)
def lasting_demo(request, loaded_once, django_db_blocker):
    """Making it takes seconds."""
    with for_a_module(lambda: Demo(request.param, make_demo(now=request.param)), django_db_blocker) as demo:
        yield demo


@pytest.fixture
def demo(lasting_demo, catalogue):
    return lasting_demo


def test_orders_in_every_state_whenever_it_is_made(demo):
    now = demo.now
    assert set(Order.objects.values_list("state", flat=True)) == set(Order.State.values)
    board = promise_list(Order.objects.get(title="Regional partner day").engagement, now=now)
    assert {(each.is_ours, each.word) for each in board} >= {
        (False, "missed"),
        (True, "missed"),
        (False, "kept"),
        (False, "not applicable"),
    }
    assert Thread.objects.filter(answer_due_at__lt=now).exists()
    assert Appointment.objects.filter(state="BOOKED", kind="REHEARSAL", starts_at__gt=now).count() == 1
    assert set(Speaker.objects.values_list("sent_to", flat=True)) > {""}
    summit = promise_list(Order.objects.get(title="Partner summit").engagement, now=now)
    assert {each.word for each in summit if each.code == "recording-upload"} == {"done late", "missed"}
    assert RecordingDownload.objects.count() == 2
    assert set(Order.objects.values_list("waiting_reason", flat=True)) >= set(Order.WaitingReason.values)
    changes = set(OrderChange.objects.values_list("state", "offered"))
    assert changes >= {("WAITING", False), ("WAITING", True), ("APPLIED", False)}
    assert Order.objects.filter(state="CANCELLED", cancelled_because="CUSTOMER", cancellation_fee__gt=0).exists()
    assert Order.objects.filter(state="CANCELLED", cancelled_because="DECLINED").exists()
    assert Order.objects.filter(state="WAITING", answer_due_at__lt=now).exists()
    assert set(Engagement.objects.values_list("state", flat=True)) >= {"STAFFED", "RUNNING", "WRAPPING_UP", "CLOSED", "CANCELLED"}
    assert set(Message.objects.values_list("state", flat=True)) >= {MailState.SENT, MailState.QUEUED, MailState.FAILED}


def test_an_analysts_event_is_today_one_promise_is_broken_and_one_at_risk(demo):
    now = demo.now
    today = Engagement.objects.get(state="RUNNING", days__starts_at__lte=now, days__ends_at__gt=now)
    assert Assignment.objects.filter(
        engagement=today, role="ANALYST", staff__user__email__in=["anton@assist.example", "amelie@assist.example"]
    )
    uploads = Task.objects.filter(template__code="recording-upload", state="OPEN", engagement__state="WRAPPING_UP").order_by("due_at")
    broken, at_risk = uploads
    assert now - timedelta(days=2) < broken.due_at < now - timedelta(days=1)
    assert now < at_risk.due_at < now + timedelta(hours=9)


def test_the_people_can_sign_in_and_the_contracts_differ(demo):
    now, made = demo.now, demo.made
    for email in ("dana@northwind.example", "gina@globex.example", "carmen@assist.example", "admin@assist.example"):
        assert User.objects.get(email=email).check_password(made.password)
        assert EmailAddress.objects.get(email=email).verified
    assert User.objects.get(email="admin@assist.example").is_superuser
    assert Client().login(email="anton@assist.example", password=made.password)
    northwind = Entitlement.objects.filter(organisation__key="northwind")
    assert set(northwind.values_list("package__code", flat=True)) == set(Package.objects.values_list("code", flat=True))
    assert northwind.filter(contract_percent__lt=100).exists()
    assert northwind.filter(used=1, quantity=1).exists()
    assert Entitlement.objects.filter(valid_until__lt=now.date()).exists()
    days_left = {(each.valid_until - now.date()).days for each in Certificate.objects.filter(staff__sandbox=None)}
    assert {-20, 12, 400} == days_left
    assert Booking.objects.filter(needs_cover_since__isnull=False).exists()


def test_made_again_it_says_so_and_changes_nothing(demo, capsys):
    count = Order.objects.count()
    call_command("make_demo")
    said = capsys.readouterr().out
    assert "there already" in said and api_key_of("northwind") in said
    assert Order.objects.count() == count
    with pytest.raises(DemoIsThere):
        make_demo(now=MOMENTS[0])
