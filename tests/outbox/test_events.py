"""Events get their order once they are committed; promises row 42, architecture "Numbers in order are given after the commit"."""

import threading
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from customers.models import Organisation
from customers.tenancy import EVERYTHING, scope
from outbox.actions import event_of, number_events, record
from outbox.models import Event, EventType
from tests import make


def happen(of: Organisation, about: str = "PR-1", **payload: Any) -> Event:
    with scope(of):
        event = event_of(organisation=of, kind=EventType.ORDER_CONFIRMED, about=about, payload=payload, now=make.NOW)
        record(event)
        return event


def positions(of: Organisation) -> list[tuple[str, int | None]]:
    with scope(of):
        return list(Event.objects.filter(organisation=of).order_by("sequence", "id").values_list("about", "sequence"))


def test_each_organisation_counts_by_itself_without_gaps(db):
    ours, theirs = make.organisation(), make.organisation()
    happen(ours, "a"), happen(theirs, "x"), happen(ours, "b")
    assert number_events(now=make.NOW) == 3
    happen(ours, "c")
    assert (number_events(now=make.NOW), number_events(now=make.NOW)) == (1, 0)
    assert positions(ours) == [("a", 1), ("b", 2), ("c", 3)]
    assert positions(theirs) == [("x", 1)]


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_later_gets_the_later_number():
    """The control is the row's id, drawn at the insert: it says the opposite."""
    of = make.organisation()
    written, numbered = threading.Event(), threading.Event()

    def slow():
        with scope(EVERYTHING):
            happen(of, "slow")
            written.set()
            numbered.wait(10)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert written.wait(10)
    happen(of, "quick")
    assert number_events(now=make.NOW) == 1
    assert positions(of) == [("quick", 1)]
    numbered.set()
    thread.join()
    assert number_events(now=make.NOW) == 1
    assert positions(of) == [("quick", 1), ("slow", 2)]
    with scope(EVERYTHING):
        assert list(Event.objects.order_by("id").values_list("about", flat=True)) == ["slow", "quick"]


@pytest.mark.django_db(transaction=True)
def test_one_numbers_while_the_others_leave():
    of = make.organisation()
    happen(of)
    inside, done = threading.Event(), threading.Event()
    numbers = []

    def first():
        with transaction.atomic():
            numbers.append(number_events(now=make.NOW))
            inside.set()
            done.wait(10)
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert inside.wait(10)
    assert number_events(now=make.NOW) == 0
    done.set()
    thread.join()
    assert (numbers, positions(of)) == ([1], [("PR-1", 1)])


def test_an_event_is_never_rewritten(everything):
    event = happen(make.organisation())
    number_events(now=make.NOW)
    for change in ({"payload": {"status": "COMPLETED"}}, {"about": "PR-2"}, {"sequence": 2}, {"sequence": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Event.objects.filter(pk=event.pk).update(**change)


def test_no_unknown_kind_and_no_position_twice(everything):
    of = make.organisation()
    with pytest.raises(ValueError, match="coffee"):
        event_of(organisation=of, kind="coffee.ready", about="PR-1", payload={}, now=make.NOW)
    values = {"organisation": of, "about": "PR-1", "payload": {}, "happened_at": make.NOW}
    with pytest.raises(IntegrityError, match="event_kind_is_known"), transaction.atomic():
        Event.objects.create(kind="coffee.ready", **values)
    with pytest.raises(IntegrityError, match="event_position_starts_at_one"), transaction.atomic():
        Event.objects.create(kind=EventType.REPORT_READY, sequence=0, **values)
    Event.objects.create(kind=EventType.REPORT_READY, sequence=1, **values)
    with pytest.raises(IntegrityError, match="event_one_per_position"), transaction.atomic():
        Event.objects.create(kind=EventType.REPORT_READY, sequence=1, **values)
