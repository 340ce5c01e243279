"""Every refused check is a row, whatever became of the request's own transaction. Source: idea 12"""

from datetime import timedelta

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from scheduling import queries
from scheduling.actions import NobodyFree, hold
from scheduling.actions.refusing import keep_refusals
from scheduling.middleware import KeepRefusals
from scheduling.models import RefusedCheck
from scheduling.refused import collecting
from tests import make

pytestmark = pytest.mark.django_db
NOW, UNTIL = make.NOW, make.NOW + timedelta(minutes=15)


def asks(times: int, reference: str = "order-1"):
    """A view that asks for somebody, is refused, and rolls everything back."""

    def view(_request: HttpRequest) -> HttpResponse:
        for _time in range(times):
            with pytest.raises(NobodyFree), transaction.atomic():
                hold(make.need(language="fr"), reference=reference, now=NOW, until=UNTIL)
        return HttpResponse()

    return view


def test_the_counter_is_the_sum_of_the_rows() -> None:
    KeepRefusals(asks(3))(HttpRequest())
    KeepRefusals(asks(1, "order-2"))(HttpRequest())
    assert sorted(RefusedCheck.objects.values_list("reference", "times", "language", "role")) == [
        ("order-1", 3, "fr", "PRODUCER"),
        ("order-2", 1, "fr", "PRODUCER"),
    ]
    row = RefusedCheck.objects.get(reference="order-1")
    assert len(row.windows) == 1
    assert row.opens_at == make.need().windows[0].opens_at


def test_a_mere_question_is_a_row_each_time() -> None:
    with collecting() as notes:
        assert queries.free_staff(make.need(), now=NOW) == []
        assert queries.free_staff(make.need(), now=NOW) == []
    keep_refusals(notes)
    assert RefusedCheck.objects.filter(reference="").count() == 2


def test_a_yes_leaves_nothing() -> None:
    make.staff_member()
    with collecting() as notes:
        hold(make.need(), reference="order-1", now=NOW, until=UNTIL)
    assert notes == []


def test_workers_do_not_count_their_new_looks() -> None:
    """The control: outside a request nothing is noted."""
    asks(1)(HttpRequest())
    assert not RefusedCheck.objects.exists()
