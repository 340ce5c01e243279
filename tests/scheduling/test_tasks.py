"""What the beat asks for, run twice; and the command that loads holidays."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command

from scheduling import tasks
from scheduling.models import Booking, Holiday
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.django_db


def test_holds_expire_once_by_the_clock():
    staff = make.staff_member()
    over = make.booking(staff, datetime(2027, 3, 8, 10, 0, tzinfo=UTC), state="HELD", expires_at=NOW)
    alive = make.booking(staff, datetime(2027, 3, 9, 10, 0, tzinfo=UTC), state="HELD", expires_at=NOW + timedelta(minutes=1))
    with time_machine.travel(NOW, tick=False):
        tasks.expire_holds()
        tasks.expire_holds()
    assert list(Booking.objects.order_by("pk").values_list("pk", "state")) == [(over.pk, "RELEASED"), (alive.pk, "HELD")]


@pytest.mark.parametrize("load", [tasks.load_holidays, lambda: call_command("load_holidays", verbosity=0)])
def test_holidays_of_the_regions_in_use_are_known_for_two_years(load):
    make.staff_member(holiday_calendar="FR")
    make.staff_member(holiday_calendar="CA-QC", is_active=False)
    kept = Holiday.objects.create(calendar="FR", on=date(2027, 7, 14), name="renamed by a coordinator")
    with time_machine.travel(NOW, tick=False):
        load()
        count = Holiday.objects.count()
        load()
    assert Holiday.objects.count() == count
    assert set(Holiday.objects.values_list("calendar", flat=True)) == {"FR"}
    assert set(Holiday.objects.values_list("on__year", flat=True)) == {2027, 2028}
    kept.refresh_from_db()
    assert kept.name == "renamed by a coordinator"


def test_named_regions_only():
    with time_machine.travel(NOW, tick=False):
        call_command("load_holidays", "GB-SCT", verbosity=0)
    assert set(Holiday.objects.values_list("calendar", flat=True)) == {"GB-SCT"}
