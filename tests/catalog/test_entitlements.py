"""Who may order what, and the last unit that only one can have."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from catalog.actions import LastDayMissing, TermTooLong, give_back, grant_entitlement, use_one
from catalog.actions.entitling import add_months
from catalog.models import Entitlement, Family, Package
from catalog.queries import (
    EntitlementExpired,
    EntitlementUsedUp,
    NotEntitled,
    OutsideServiceTerm,
    check_entitlement_covers,
    entitlement_for,
    entitlements_visible_to,
    packages_available_to,
)
from customers.models import Role
from customers.tenancy import EVERYTHING, scope
from tests import make
from tests.guard import install

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
CLIENTS = 100


def package(code: str = "mc-premium", **fields) -> Package:
    family, _ = Family.objects.get_or_create(code="mc", defaults={"name_en": "Meetings", "name_fr": "Réunions"})
    values = {"name_en": code, "name_fr": code, "summary_en": "-", "summary_fr": "-", "event_kinds": ["MEETING"], "price": 650, **fields}
    return Package.objects.get_or_create(code=code, defaults={"family": family, **values})[0]


def entitlement(of=None, *, until=date(2027, 12, 31), since=date(2027, 1, 1), quantity=5, **fields) -> Entitlement:
    values = {"organisation": of or make.organisation(), "valid_from": since, "valid_until": until, "quantity": quantity}
    return Entitlement.objects.create(**values, **{"package": package(), **fields})


def find(row: Entitlement, starts_at: datetime, *, hours: float = 1, site=None, of=None) -> Entitlement:
    return entitlement_for(
        row.organisation, site=site, package=of or row.package, starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours)
    )


@pytest.mark.usefixtures("everything")
class TestWhatIsAvailable:
    def test_only_what_was_granted_source_s15(self):
        mine = entitlement()
        entitlement(package=package("tc-premium"))
        assert list(packages_available_to(mine.organisation, now=NOW)) == [mine.package]

    def test_on_that_site_or_on_any_source_s21(self):
        mine = entitlement()
        north, south = make.site(mine.organisation), make.site(mine.organisation)
        entitlement(mine.organisation, package=package("tc-premium"), site=north)
        codes = [
            set(packages_available_to(mine.organisation, now=NOW, site=site).values_list("code", flat=True))
            for site in (north, south, None)
        ]
        assert codes == [{"mc-premium", "tc-premium"}, {"mc-premium"}, {"mc-premium", "tc-premium"}]

    def test_not_what_is_used_up_over_or_withdrawn(self):
        used_up = entitlement(quantity=1, used=1)
        entitlement(used_up.organisation, until=date(2027, 2, 28), package=package("tc-premium"))
        entitlement(used_up.organisation, package=package("ec-premium", is_active=False))
        assert not packages_available_to(used_up.organisation, now=NOW)

    def test_what_begins_later_can_be_ordered_now(self):
        mine = entitlement(since=date(2027, 4, 1))
        assert packages_available_to(mine.organisation, now=NOW).count() == 1

    def test_the_last_day_is_the_organisations_own(self):
        """23:30 in Montreal on the last valid day is the next day in UTC."""
        mine = entitlement(make.organisation(zone="America/Montreal"), until=date(2027, 3, 1))
        assert packages_available_to(mine.organisation, now=datetime(2027, 3, 2, 4, 30, tzinfo=UTC)).exists()
        assert not packages_available_to(mine.organisation, now=datetime(2027, 3, 2, 5, 0, tzinfo=UTC)).exists()

    def test_entitlements_of_others_are_not_seen(self):
        mine, _theirs = entitlement(), entitlement()
        member = make.member(mine.organisation, Role.VIEWER)
        assert list(entitlements_visible_to(member)) == [mine]
        assert entitlements_visible_to(make.staff_user()).count() == 2


@pytest.mark.usefixtures("everything")
class TestWhichOneIsUsed:
    def test_the_sites_own_before_one_for_every_site(self):
        any_site = entitlement(until=date(2027, 6, 1))
        site = make.site(any_site.organisation)
        own = entitlement(any_site.organisation, site=site)
        assert find(any_site, NOW, site=site) == own
        assert find(any_site, NOW, site=make.site(any_site.organisation)) == any_site

    def test_the_first_to_end_and_the_next_when_it_is_used_up(self):
        late = entitlement()
        soon = entitlement(late.organisation, until=date(2027, 6, 1), quantity=1)
        assert find(late, NOW) == soon
        use_one(soon)
        assert find(late, NOW) == late
        assert find(late, datetime(2027, 7, 1, 9, tzinfo=UTC)) == late

    def test_none_for_the_package_looks_like_no_such_package(self):
        with pytest.raises(NotEntitled) as refused:
            find(entitlement(), NOW, of=package("tc-premium"))
        assert (refused.value.code, refused.value.status) == ("not_found", 404)

    def test_none_for_this_site(self):
        mine = entitlement()
        mine.site = make.site(mine.organisation)
        mine.save(update_fields=["site"])
        with pytest.raises(NotEntitled):
            find(mine, NOW, site=make.site(mine.organisation))

    def test_none_of_another_organisation(self):
        mine, theirs = entitlement(), entitlement(package=package("tc-premium"))
        with pytest.raises(NotEntitled):
            find(mine, NOW, of=theirs.package)

    def test_expired(self):
        with pytest.raises(EntitlementExpired, match="1 January 2027 to 31 December 2027"):
            find(entitlement(), datetime(2028, 1, 1, 12, tzinfo=UTC))

    def test_not_begun(self):
        with pytest.raises(EntitlementExpired):
            find(entitlement(), datetime(2026, 12, 31, 12, tzinfo=UTC))

    def test_outside_the_service_term_source_s77(self):
        mine = entitlement(package=package("event-staff", term_months=12))
        with pytest.raises(OutsideServiceTerm):
            find(mine, datetime(2028, 1, 1, 12, tzinfo=UTC))

    def test_used_up(self):
        mine = entitlement(quantity=1)
        use_one(mine)
        with pytest.raises(EntitlementUsedUp):
            find(mine, NOW)

    @pytest.mark.parametrize(
        ("starts_at", "hours", "inside"),
        [
            (datetime(2028, 1, 1, 3, 0, tzinfo=UTC), 2, True),  # 22:00 to 24:00 in Montreal on 31 December
            (datetime(2028, 1, 1, 3, 0, tzinfo=UTC), 2.25, False),  # over midnight
            (datetime(2028, 1, 1, 5, 0, tzinfo=UTC), 1, False),  # midnight of 1 January
            (datetime(2027, 1, 1, 5, 0, tzinfo=UTC), 1, True),  # midnight of 1 January a year before
            (datetime(2027, 1, 1, 4, 45, tzinfo=UTC), 1, False),
        ],
    )
    def test_the_days_are_the_organisations_own_to_the_end_of_the_last_source_s77(self, starts_at, hours, inside):
        mine = entitlement(make.organisation(zone="America/Montreal"))
        ends_at = starts_at + timedelta(hours=hours)
        if inside:
            check_entitlement_covers(mine, starts_at=starts_at, ends_at=ends_at)
        else:
            with pytest.raises(EntitlementExpired):
                check_entitlement_covers(mine, starts_at=starts_at, ends_at=ends_at)

    def test_one_query(self, django_assert_num_queries):
        mine = entitlement()
        with django_assert_num_queries(1):
            find(mine, NOW)


@pytest.mark.usefixtures("everything")
class TestGranting:
    def test_a_service_term_sets_the_last_day_source_s77(self):
        row = grant_entitlement(
            organisation=make.organisation(), package=package("event-staff", term_months=12), quantity=2, valid_from=date(2027, 3, 1)
        )
        assert (row.valid_until, row.used, row.contract_percent) == (date(2028, 3, 1), 0, Decimal(100))

    def test_without_a_term_the_last_day_must_be_named(self):
        with pytest.raises(LastDayMissing):
            grant_entitlement(organisation=make.organisation(), package=package(), quantity=2, valid_from=date(2027, 3, 1))

    def test_not_beyond_the_term(self):
        with pytest.raises(TermTooLong, match="1 March 2028"):
            grant_entitlement(
                organisation=make.organisation(),
                package=package("event-staff", term_months=12),
                quantity=2,
                valid_from=date(2027, 3, 1),
                valid_until=date(2028, 3, 2),
            )

    @pytest.mark.parametrize(
        ("day", "months", "then"),
        [
            (date(2027, 3, 1), 12, date(2028, 3, 1)),
            (date(2028, 2, 29), 12, date(2029, 2, 28)),
            (date(2027, 1, 31), 1, date(2027, 2, 28)),
            (date(2027, 12, 15), 1, date(2028, 1, 15)),
            (date(2027, 11, 30), 25, date(2029, 12, 30)),
        ],
    )
    def test_the_same_day_some_months_later(self, day, months, then):
        assert add_months(day, months) == then


@pytest.mark.usefixtures("everything")
class TestUnits:
    def test_one_is_used_and_given_back(self):
        mine = entitlement(quantity=1)
        assert use_one(mine) == mine
        with pytest.raises(EntitlementUsedUp), transaction.atomic():
            use_one(mine)
        assert Entitlement.objects.get().used == 1
        give_back(mine)
        assert Entitlement.objects.get().used == 0
        use_one(mine)

    def test_none_can_be_given_back_that_was_not_used(self):
        with pytest.raises(IntegrityError, match="used_check"), transaction.atomic():
            give_back(entitlement())

    @pytest.mark.parametrize(
        ("fields", "constraint"),
        [
            ({"quantity": 1, "used": 2}, "entitlement_is_never_oversold"),
            ({"until": date(2026, 12, 31)}, "entitlement_ends_after_it_begins"),
            ({"contract_percent": Decimal("100.01")}, "entitlement_contract_percent_in_range"),
        ],
    )
    def test_the_database_refuses(self, fields, constraint):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            entitlement(**fields)

    def test_a_site_of_another_organisation_is_refused_by_the_database(self):
        def grant_for_the_site_of_another():
            with transaction.atomic():
                entitlement(site=make.site())
                connection.check_constraints()  # a deferred foreign key: without this it speaks at the commit

        with pytest.raises(IntegrityError, match="same_organisation"):
            grant_for_the_site_of_another()


def race(take: Callable[[], bool], clients: int = CLIENTS) -> int:
    """Let many clients take at the same moment; returns how many were told yes."""
    together = Barrier(clients)

    def client(_number: int) -> bool:
        try:
            connection.ensure_connection()
            together.wait(timeout=60)
            with install():
                return take()
        finally:
            connection.close()

    with ThreadPoolExecutor(clients) as pool:
        return sum(pool.map(client, range(clients)))


@pytest.fixture
def last_unit(transactional_db: None) -> Entitlement:
    with scope(EVERYTHING):
        return entitlement(quantity=1)


def take(row: Entitlement) -> bool:
    try:
        with scope(row.organisation_id):
            use_one(row)
    except EntitlementUsedUp:
        return False
    return True


class TestTheLastUnit:
    """Row 59 of the promises: an entitlement is never oversold."""

    def test_one_of_100_gets_it(self, last_unit):
        assert race(lambda: take(last_unit)) == 1
        with scope(EVERYTHING):
            assert Entitlement.objects.get().used == 1

    def test_cancelling_gives_it_back_to_one_other(self, last_unit):
        assert race(lambda: take(last_unit), 10) == 1
        with scope(EVERYTHING):
            give_back(last_unit)
        assert race(lambda: take(last_unit), 10) == 1

    def test_without_the_check_several_get_it(self, last_unit):
        """The control: what holds the promise is the CHECK, and nothing else."""
        check = next(each for each in Entitlement._meta.constraints if each.name == "entitlement_is_never_oversold")
        with connection.schema_editor() as editor:
            editor.remove_constraint(Entitlement, check)
        try:
            assert race(lambda: take(last_unit), 10) >= 2
        finally:
            with scope(EVERYTHING):
                Entitlement.objects.update(used=0)
            with connection.schema_editor() as editor:
                editor.add_constraint(Entitlement, check)
