"""What the project manager keeps: speakers and their links, deliverables, the log, and putting off what comes later. Source: S80, S84"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from engagements.actions import EngagementOver, book_appointment, cancel_engagement
from engagements.actions.planning import (
    AlreadyDelivered,
    NotShiftable,
    ShiftOutOfRange,
    add_deliverable,
    deliver,
    log_communication,
    shift_the_rest,
)
from engagements.actions.speakers import LinksMissing, NothingToSend, add_speaker, change_speaker, remove_speaker, send_links
from engagements.models import Speaker
from outbox.models import Message
from tests import make
from tests.make import EVENT_STARTS, NOW

pytestmark = pytest.mark.usefixtures("everything")

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LINK = "https://example.com/join/ada"


@pytest.fixture
def engagement():
    for role in ("PM", "COORDINATOR"):
        make.staff_member(role)
    package = make.staffed_package()
    make.cell(package, "rehearsal", minutes=120)
    return make.engagement(package=package, booked=make.staff_member("ANALYST"))


def speaker(engagement, name="Ada", link=LINK):
    return add_speaker(engagement, name=name, email=f"{name.lower()}@people.example", link=link, by=None)


class TestSpeakers:
    def test_each_gets_link_and_instructions_once(self, engagement):
        """Source: S84"""
        ada = speaker(engagement)
        assert send_links(engagement, to_customer=False, by=None, now=NOW) == 1
        ada.refresh_from_db()
        assert (ada.sent_at, ada.sent_to) == (NOW, ada.email)
        (mail,) = Message.objects.filter(to=ada.email)
        for part in (mail.text, mail.html):
            assert LINK in part
            assert "Come 30 minutes before you speak" in part
        with pytest.raises(NothingToSend):
            send_links(engagement, to_customer=False, by=None, now=NOW + HOUR)

    def test_or_the_customer_gets_all_of_them(self, engagement):
        """Source: S84"""
        speaker(engagement), speaker(engagement, "Grace", LINK + "2")
        before = Message.objects.filter(to=engagement.contact_email).count()
        assert send_links(engagement, to_customer=True, by=None, now=NOW) == 2
        assert Message.objects.filter(to=engagement.contact_email).count() == before + 1
        assert set(Speaker.objects.values_list("sent_to", flat=True)) == {engagement.contact_email}

    def test_nobody_is_sent_anything_while_a_link_is_missing(self, engagement):
        speaker(engagement), speaker(engagement, "Grace", "")
        with pytest.raises(LinksMissing, match="Grace"):
            send_links(engagement, to_customer=False, by=None, now=NOW)
        assert not Speaker.objects.exclude(sent_at=None).exists()

    def test_another_link_has_not_been_sent(self, engagement):
        ada = speaker(engagement)
        send_links(engagement, to_customer=False, by=None, now=NOW)
        assert change_speaker(ada, name="Ada L.", email=ada.email, link=LINK, by=None).sent_at == NOW
        assert change_speaker(ada, name="Ada L.", email=ada.email, link=LINK + "3", by=None).sent_at is None

    def test_a_booked_rehearsal_with_speakers_follows_the_list(self, engagement):
        """Source: S83"""
        rehearsal = book_appointment(engagement, kind="REHEARSAL", option=2, starts_at=EVENT_STARTS - 7 * DAY, by=None, now=NOW)
        ada = speaker(engagement)
        assert rehearsal.checks.filter(speaker=ada).count() == 3
        remove_speaker(ada, by=None)
        assert rehearsal.checks.count() == 0

    def test_what_is_over_has_no_new_speakers(self, engagement):
        cancel_engagement(engagement, by=None, now=NOW)
        with pytest.raises(EngagementOver):
            speaker(engagement)

    def test_constraint(self, engagement):
        speaker(engagement)
        with pytest.raises(IntegrityError, match="speaker_link_sent_to_someone"), transaction.atomic():
            Speaker.objects.update(sent_at=NOW)


class TestShiftTheRest:
    @pytest.fixture
    def tasks(self):
        package = make.staffed_package()
        for days in (-20, -14, -7):
            make.duty(package, offset=days * 24 * 60)
        make.duty(package, offset=-10 * 24 * 60, phase="REHEARSAL")
        engagement = make.engagement(package=package)
        return list(engagement.tasks.order_by("due_at"))

    def test_this_and_what_comes_later_in_the_lane_with_their_warnings(self, tasks):
        early, first, other, last = tasks
        assert shift_the_rest(first, days=2, by=None, now=NOW) == [first, last]
        for task, moved in zip(tasks, (0, 2, 0, 2), strict=True):
            before = task.due_at
            task.refresh_from_db()
            assert task.due_at == before + moved * DAY
            assert task.next_alert_at == task.due_at - 3 * DAY
            assert task.wanted_at == before
        assert early.phase != other.phase

    def test_earlier_too_but_not_into_the_past(self, tasks):
        shift_the_rest(tasks[0], days=-1, by=None, now=NOW)
        with pytest.raises(ShiftOutOfRange):
            shift_the_rest(tasks[0], days=-50, by=None, now=NOW)
        for days in (0, 61):
            with pytest.raises(ShiftOutOfRange):
                shift_the_rest(tasks[0], days=days, by=None, now=NOW)

    def test_a_breach_is_never_shifted_away(self, tasks):
        """Source: S93"""
        with pytest.raises(NotShiftable):
            shift_the_rest(tasks[0], days=5, by=None, now=EVENT_STARTS - 19 * DAY)

    def test_nor_is_the_48_hour_promise(self):
        """Source: S93"""
        package = make.staffed_package()
        make.duty(package, "EVENT_END", 48 * 60, phase="AFTER", ladder="RECORDING")
        with pytest.raises(NotShiftable):
            shift_the_rest(make.engagement(package=package).tasks.get(), days=1, by=None, now=NOW)


def test_deliverables_are_handed_over_once(engagement):
    """Source: S80"""
    paper = add_deliverable(engagement, title="Run of show", due_on=EVENT_STARTS.date(), by=None, now=NOW)
    assert deliver(paper, link=LINK, by=None, now=NOW + HOUR).delivered_at == NOW + HOUR
    with pytest.raises(AlreadyDelivered):
        deliver(paper, link=LINK, by=None, now=NOW + DAY)


def test_the_log_keeps_when_how_with_whom_and_what(engagement):
    """Source: S80"""
    entry = log_communication(engagement, at=NOW, channel="CALL", with_whom="Dana", summary="Agenda comes on Friday.", by=None)
    assert list(engagement.communications.values_list("with_whom", "summary")) == [("Dana", "Agenda comes on Friday.")]
    assert entry.noted_by is None
