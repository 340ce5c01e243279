"""The coordinators' screens."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine

from scheduling import queries
from scheduling.models import Holiday, Leave, StaffMember, WorkingHours
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.django_db

TEN = datetime(2027, 3, 8, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEEK = "/admin/scheduling/staffmember/week/"


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def coordinator(client):
    user = make.staff_member("COORDINATOR").user
    client.force_login(user)
    return user


@pytest.fixture
def administrator(client):
    user = make.superuser()
    client.force_login(user)
    return user


def form(staff, **changes):
    """What the change page posts when nothing was changed."""
    values = {"languages": staff.languages, "zone": staff.zone, "holiday_calendar": staff.holiday_calendar, "is_active": "on"}
    for prefix in ("certificates", "hours", "leaves"):
        values |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    return {**values, **changes}


def change(client, staff, **changes):
    return client.post(f"/admin/scheduling/staffmember/{staff.pk}/change/", form(staff, **changes))


def errors(answer):
    return answer.context["errors"]


@pytest.mark.parametrize("name", ["staffmember", "booking", "holiday"])
def test_every_screen_opens(client, coordinator, name):
    staff = make.staff_member(zone="Europe/Paris")
    make.certificate(staff)
    make.leave(staff, TEN, TEN + HOUR)
    rows = {"staffmember": staff, "booking": make.booking(staff, TEN), "holiday": make.holiday("FR", date(2027, 7, 14))}
    assert client.get(f"/admin/scheduling/{name}/").status_code == 200
    assert client.get(f"/admin/scheduling/{name}/{rows[name].pk}/change/").status_code == 200
    assert client.post(f"/admin/scheduling/{name}/{rows[name].pk}/delete/", {"post": "yes"}).status_code == (
        302 if name == "holiday" else 403
    )


@pytest.mark.parametrize("query", ["roles=PRODUCER", "languages=fr", "q=pat", "is_active__exact=1"])
def test_people_are_found(client, coordinator, query):
    make.staff_member(languages=["fr"])
    answer = client.get(f"/admin/scheduling/staffmember/?{query}")
    assert answer.status_code == 200
    assert answer.context["cl"].result_count >= 1


class TestPeople:
    def test_a_lost_language_marks_what_is_to_come(self, client, coordinator):
        staff = make.staff_member(languages=["en", "fr"])
        make.booking(staff, TEN)
        assert change(client, staff, languages=["fr"]).status_code == 302
        assert queries.bookings_needing_cover(NOW).count() == 1

    def test_saving_without_a_change_marks_nothing(self, client, coordinator):
        staff = make.staff_member()
        make.booking(staff, TEN)
        assert change(client, staff).status_code == 302
        assert not queries.bookings_needing_cover(NOW).exists()

    def test_coordinators_do_not_give_roles(self, client, coordinator):
        staff = make.staff_member("PRODUCER")
        change(client, staff, roles=["PRODUCER", "COORDINATOR"])
        assert StaffMember.objects.get(pk=staff.pk).roles == ["PRODUCER"]
        assert client.get("/admin/scheduling/staffmember/add/").status_code == 403

    def test_administrators_do(self, client, administrator):
        staff = make.staff_member("PRODUCER")
        change(client, staff, roles=["PRODUCER", "ANALYST"])
        assert StaffMember.objects.get(pk=staff.pk).roles == ["ANALYST", "PRODUCER"]

    def test_administrators_add_people_and_go_on_to_their_hours(self, client, administrator):
        user = make.staff_user()
        values = {
            "user": user.pk,
            "roles": ["PM"],
            "languages": ["en"],
            "zone": "Europe/Paris",
            "holiday_calendar": "fr",
            "is_active": "on",
        }
        answer = client.post("/admin/scheduling/staffmember/add/", values)
        staff = StaffMember.objects.get(user=user)
        assert answer.url.endswith(f"/{staff.pk}/change/")
        assert Holiday.objects.filter(calendar="FR", on=date(2027, 7, 14)).exists()

    def test_a_region_without_holidays_is_refused(self, client, coordinator):
        answer = change(client, make.staff_member(), holiday_calendar="CA-XX")
        assert "There is no list of holidays for CA-XX." in str(errors(answer))

    def test_pms_look_only(self, client):
        client.force_login(make.staff_member("PM").user)
        staff = make.staff_member()
        assert client.get(f"/admin/scheduling/staffmember/{staff.pk}/change/").status_code == 200
        assert change(client, staff).status_code == 403


class TestRows:
    def test_leave_is_typed_on_the_persons_clock_in_whole_days(self, client, coordinator):
        staff = make.staff_member(zone="America/Toronto")
        make.booking(staff, TEN)
        leave = {"leaves-TOTAL_FORMS": "1", "leaves-0-first_day": "2027-03-08", "leaves-0-last_day": "2027-03-14", "leaves-0-reason": "ill"}
        assert change(client, staff, **leave).status_code == 302
        stored = Leave.objects.get()
        assert stored.start_at == datetime(2027, 3, 8, 5, 0, tzinfo=UTC)
        assert stored.end_at == datetime(2027, 3, 15, 4, 0, tzinfo=UTC)  # the clocks changed on the 14th
        assert queries.bookings_needing_cover(NOW).count() == 1

    def test_stored_leave_is_shown_as_it_was_typed_and_can_be_changed(self, client, coordinator):
        staff = make.staff_member()
        leave = make.leave(staff, TEN, TEN + 5 * HOUR)
        page = client.get(f"/admin/scheduling/staffmember/{staff.pk}/change/").content.decode()
        assert 'value="10:00:00"' in page
        rows = {
            "leaves-TOTAL_FORMS": "1", "leaves-INITIAL_FORMS": "1", "leaves-0-id": leave.pk, "leaves-0-first_day": "2027-03-08",
            "leaves-0-first_time": "11:00", "leaves-0-last_day": "2027-03-08", "leaves-0-last_time": "15:00", "leaves-0-reason": "",
        }  # fmt: skip
        assert change(client, staff, **rows).status_code == 302
        assert Leave.objects.get().start_at == TEN + HOUR
        assert change(client, staff, **rows, **{"leaves-0-DELETE": "on"}).status_code == 302
        assert not Leave.objects.exists()

    def test_empty_leave_is_refused(self, client, coordinator):
        rows = {"leaves-TOTAL_FORMS": "1", "leaves-0-first_day": "2027-03-08", "leaves-0-last_day": "2027-03-07"}
        assert "must end after it begins" in str(errors(change(client, make.staff_member(), **rows)))

    def test_hours_replace_the_week(self, client, coordinator):
        staff = make.staff_member(week=make.OFFICE_WEEK)
        rows = {"hours-TOTAL_FORMS": "2", "hours-INITIAL_FORMS": "0"}
        for n, (starts, ends) in enumerate([("09:00", "12:00"), ("12:00", "00:00")]):
            rows |= {f"hours-{n}-weekday": "2", f"hours-{n}-starts": starts, f"hours-{n}-ends": ends}
        assert change(client, staff, **rows).status_code == 302
        assert list(WorkingHours.objects.filter(staff=staff).values_list("weekday", "starts", "ends")) == [(2, time(9), time())]

    def test_hours_can_trade_places(self, client, coordinator):
        staff = make.staff_member(week=[(0, time(9), time(12)), (1, time(13), time(17))])
        one, other = staff.hours.order_by("weekday")
        rows = {
            "hours-TOTAL_FORMS": "2", "hours-INITIAL_FORMS": "2", "hours-0-id": one.pk, "hours-1-id": other.pk,
            "hours-0-weekday": "1", "hours-0-starts": "13:00", "hours-0-ends": "17:00",
            "hours-1-weekday": "0", "hours-1-starts": "09:00", "hours-1-ends": "12:00",
        }  # fmt: skip
        assert change(client, staff, **rows).status_code == 302
        assert staff.hours.count() == 2

    def test_empty_hours_are_refused(self, client, coordinator):
        rows = {"hours-TOTAL_FORMS": "1", "hours-0-weekday": "2", "hours-0-starts": "09:00", "hours-0-ends": "08:00"}
        assert "Enter an end after the start" in str(errors(change(client, make.staff_member(), **rows)))

    def test_certificates_are_given_shortened_and_taken(self, client, coordinator):
        staff, kind = make.staff_member(), make.family()
        make.booking(staff, TEN)
        row = {"certificates-0-family": kind.pk, "certificates-0-valid_from": "2027-01-01", "certificates-0-valid_until": "2027-12-31"}
        assert change(client, staff, **row, **{"certificates-TOTAL_FORMS": "1"}).status_code == 302
        assert not queries.bookings_needing_cover(NOW).exists()
        row |= {"certificates-TOTAL_FORMS": "1", "certificates-INITIAL_FORMS": "1", "certificates-0-id": staff.certificates.get().pk}
        assert change(client, staff, **{**row, "certificates-0-valid_until": "2027-03-02"}).status_code == 302
        assert queries.bookings_needing_cover(NOW).count() == 1
        assert change(client, staff, **row, **{"certificates-0-DELETE": "on"}).status_code == 302
        assert not staff.certificates.exists()


class TestHolidays:
    def test_they_are_loaded_for_the_regions_in_use(self, client, coordinator):
        make.staff_member(holiday_calendar="CA-QC")
        assert client.get("/admin/scheduling/holiday/load/").status_code == 200
        assert not Holiday.objects.exists()
        assert client.post("/admin/scheduling/holiday/load/").status_code == 302
        assert Holiday.objects.get(calendar="CA-QC", on=date(2027, 6, 24))
        assert Holiday.objects.filter(on__year=2028).exists()
        count = Holiday.objects.count()
        client.post("/admin/scheduling/holiday/load/")
        assert Holiday.objects.count() == count


class TestWeek:
    def test_it_shows_who_is_booked_held_away_and_in_need_of_cover(self, client, coordinator):
        staff = make.staff_member(week=make.OFFICE_WEEK)
        make.booking(staff, NOW + HOUR)
        make.booking(staff, NOW + 3 * HOUR, state="HELD", expires_at=NOW + HOUR)
        make.booking(staff, NOW + 5 * HOUR, needs_cover_since=NOW)
        make.booking(staff, NOW + 7 * HOUR, state="RELEASED")
        make.leave(staff, NOW + 48 * HOUR, NOW + 72 * HOUR)
        page = client.get(WEEK).content.decode()
        for kind, times in {"booked": 1, "held": 1, "cover": 1, "leave": 2}.items():
            assert page.count(f'<li class="week-is-{kind}">') == times, kind

    def test_the_weeks_before_and_after(self, client, coordinator):
        make.booking(make.staff_member(), TEN)
        assert "week-is-booked" not in client.get(WEEK).content.decode()
        page = client.get(f"{WEEK}?week=2027-03-10").content.decode()
        assert "week-is-booked" in page
        assert "?week=2027-03-01" in page
        assert "?week=2027-03-15" in page

    @pytest.mark.parametrize("query", ["week=soon", "week=9999-12-31", "week=0001-01-01", "role=KING", "page=99", "page=x"])
    def test_nonsense_in_the_address_is_harmless(self, client, coordinator, query):
        assert client.get(f"{WEEK}?{query}").status_code == 200

    def test_by_role(self, client, coordinator):
        producer, analyst = make.staff_member("PRODUCER"), make.staff_member("ANALYST")
        page = client.get(f"{WEEK}?role=ANALYST").content.decode()
        assert str(analyst) in page
        assert str(producer) not in page

    @pytest.mark.parametrize("people", [1, 40])
    def test_the_number_of_queries_does_not_grow(self, client, coordinator, django_assert_num_queries, people):
        for _ in range(people):
            make.booking(make.staff_member(holiday_calendar="FR"), NOW + HOUR)
        with django_assert_num_queries(21):
            page = client.get(WEEK)
        assert len(page.context["weeks"]) == min(people + 1, 30)


class TestWeekOf:
    def test_days_are_those_of_the_reader_and_blocks_are_cut_at_midnight(self):
        staff = make.staff_member(week=None)
        make.booking(staff, datetime(2027, 3, 2, 3, 0, tzinfo=UTC), 4)  # 22:00 to 02:00 in Toronto
        (week,) = queries.week_of([staff], monday=date(2027, 3, 1), zone="America/Toronto", now=NOW)
        first, second = week.days[0].blocks[0], week.days[1].blocks[0]
        assert (first.left, first.width, second.left, second.width) == (91.67, 8.33, 0, 8.33)

    def test_a_day_of_23_hours_is_measured_as_such(self):
        staff = make.staff_member(zone="America/Toronto", week=[(6, time(12), time())])
        (week,) = queries.week_of([staff], monday=date(2027, 3, 8), zone="America/Toronto", now=NOW)
        assert [(each.kind, each.left, each.width) for each in week.days[6].blocks] == [("WORK", 47.83, 52.17)]

    def test_a_holiday_is_not_worked(self):
        staff = make.staff_member(holiday_calendar="FR")
        make.holiday("FR", date(2027, 3, 3))
        (week,) = queries.week_of([staff], monday=date(2027, 3, 1), zone="UTC", now=NOW)
        assert [bool(day.blocks) for day in week.days] == [True, True, False, True, True, True, True]
