"""What the database itself refuses of an event day's rows; each constraint by its name."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from engagements.actions.day import note_change, report_incident, write_note
from engagements.models import CHANGE_STEPS, HandoverNote, Incident, MinorChange, Tick
from tests import make
from tests.make import EVENT_STARTS as NOW

pytestmark = pytest.mark.usefixtures("everything")

SECOND = timedelta(seconds=1)


@pytest.fixture
def by():
    return make.staff_member("PM").user


@pytest.fixture
def engagement(by):
    make.staff_member("COORDINATOR")
    package = make.staffed_package()
    make.duty(package)
    made = make.engagement(package=package, booked=make.staff_member("ANALYST"))
    report_incident(made, key="i", what="No sound", severity="MINOR", happened_at=NOW, by=by, now=NOW)
    note_change(made, key="c", kind="PLATFORM", what="Rename", asked_by="", asked_at=NOW, by=by)
    write_note(made, key="n", text="Note", written_at=NOW, by=by)
    Tick.objects.create(
        organisation_id=made.organisation_id, task=made.tasks.get(), key="t", done=True, made_at=NOW, arrived_at=NOW, made_by=by,
        outcome="APPLIED",
    )  # fmt: skip
    return made


REFUSED = {
    "incident_says_what_happened": (Incident, {"what": ""}),
    "incident_is_reported_after_it_happened": (Incident, {"happened_at": NOW + SECOND}),
    "incident_is_put_right_by_someone_with_words": (Incident, {"resolved_at": NOW, "resolution": "Fixed"}),
    "incident_is_put_right_after_it_happened": (Incident, {"resolved_at": NOW - SECOND, "resolution": "Fixed", "resolved_by": "by"}),
    "minor_change_says_what_is_to_change": (MinorChange, {"what": ""}),
    "minor_change_is_settled_by_someone": (MinorChange, {"state": "DONE", "settled_at": NOW}),
    "minor_change_is_settled_after_it_was_asked": (MinorChange, {"state": "DONE", "settled_at": NOW - SECOND, "settled_by": "by"}),
    "handover_note_is_read_by_someone_afterwards": (HandoverNote, {"read_at": NOW}),
}


@pytest.mark.parametrize("constraint", REFUSED)
def test_refused_by_name(engagement, by, constraint):
    model, values = REFUSED[constraint]
    values = {name: by if value == "by" else value for name, value in values.items()}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        model.objects.update(**values)


def test_the_rest_of_the_pairs(engagement, by):
    """The controls: with both halves the same updates pass."""
    Incident.objects.update(resolved_at=NOW, resolution="Fixed", resolved_by=by)
    MinorChange.objects.update(state="DONE", settled_at=NOW, settled_by=by)
    HandoverNote.objects.update(read_at=NOW, read_by=by)


@pytest.mark.parametrize(("model", "values"), [(Tick, {"made_at": NOW - SECOND}), (HandoverNote, {"text": "Another"})])
def test_what_was_said_stays(engagement, model, values):
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        model.objects.update(**values)


@pytest.mark.parametrize(
    ("constraint", "values"), [("tick_was_made_before_it_arrived", {"key": "u", "made_at": NOW + SECOND}), ("engagements_tick_key", {})]
)
def test_a_tick_is_refused_by_name(engagement, constraint, values):
    row = Tick.objects.get()
    row.pk = None
    for name, value in values.items():
        setattr(row, name, value)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.save(force_insert=True)


def test_an_empty_note_is_refused(engagement):
    row = HandoverNote.objects.get()
    row.pk, row.key, row.text = None, "o", ""
    with pytest.raises(IntegrityError, match="handover_note_says_something"), transaction.atomic():
        row.save(force_insert=True)


def test_a_change_that_is_settled_stays_settled(engagement, by):
    for old in MinorChange.State.values:
        for new in MinorChange.State.values:
            if old == new or (old, new) in CHANGE_STEPS:
                continue
            MinorChange.objects.all().delete()
            settled = {} if old == "OPEN" else {"settled_at": NOW, "settled_by": by}
            MinorChange.objects.create(
                organisation_id=engagement.organisation_id, engagement=engagement, day=engagement.days.get(), key="d", kind="COACHING",
                what="Help", asked_at=NOW, noted_by=by, state=old, **settled,
            )  # fmt: skip
            with pytest.raises(InternalError, match="Invalid transition"), transaction.atomic():
                MinorChange.objects.update(state=new, settled_at=NOW, settled_by=by)
