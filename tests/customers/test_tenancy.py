"""The second wall between tenants, in PostgreSQL itself."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from customers.checks import tenancy_is_enforced, tenant_tables
from customers.models import Organisation, Site
from customers.operations import TenantTable
from customers.tenancy import EVERYTHING, current_scope, door, enter_scope, execute_alone, scope, scope_text, scoped_by
from tests import make
from tests.guard import NoScope

NO_SCOPE = "no tenancy scope is set"


@pytest.fixture
def acme(db) -> Organisation:
    return make.site(make.organisation("Acme"), host_name="acme.webex.example").organisation


@pytest.fixture
def bolt(db) -> Organisation:
    return make.site(make.organisation("Bolt"), host_name="bolt.webex.example").organisation


def hosts() -> list[str]:
    return sorted(name.removesuffix(".webex.example") for name in Site.objects.values_list("host_name", flat=True))


def raw(sql: str, *params: object) -> list[tuple]:
    """Past the guard, which looks for quoted names."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def refused(doing, error, match):
    def doing_and_checking():
        doing()
        raw("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(error, match=match), transaction.atomic():
        doing_and_checking()


# What a scope shows -------------------------------------------------------------------------------------------------


def test_the_tests_connect_as_an_ordinary_role(db):
    assert raw("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user") == [(False,)]


def test_a_scope_shows_its_organisations_and_no_others(acme, bolt):
    with scope(acme):
        assert hosts() == ["acme"]
    with scope(acme.pk, bolt):
        assert hosts() == ["acme", "bolt"]
    with scope(EVERYTHING):
        assert hosts() == ["acme", "bolt"]
    with scope():
        assert hosts() == []


def test_the_organisation_itself_is_behind_the_wall(acme, bolt):
    with scope(acme):
        assert [each.name for each in Organisation.objects.all()] == ["Acme"]
        assert Organisation.objects.filter(pk=bolt.pk).update(name="Owned") == 0


def test_the_text_of_a_scope():
    assert scope_text() == "0"
    assert scope_text(7, 3, 7) == "3,7"
    assert scope_text(7, EVERYTHING) == "*"
    with pytest.raises(ValueError, match="invalid literal"):
        scope_text("1); DROP TABLE")


def test_without_a_scope_every_tenant_table_is_an_error(db):
    """A row is judged before any of its constraints, so one without values does for every table; reading: see the plan."""
    tables = sorted(set(tenant_tables()) & set(connection.introspection.table_names()))
    assert len(tables) >= 9
    for table in tables:
        with pytest.raises(ProgrammingError, match=NO_SCOPE), transaction.atomic():
            raw(f"INSERT INTO {table} DEFAULT VALUES")
        plan = "\n".join(line for (line,) in raw(f"EXPLAIN (COSTS OFF) SELECT * FROM {table}"))
        assert "Filter: ((InitPlan 1).col1 OR (" in plan, table


def test_without_a_scope_rows_are_an_error_and_unset_equals_empty(acme):
    with pytest.raises(ProgrammingError, match=NO_SCOPE), transaction.atomic():
        raw("SELECT * FROM customers_site")
    raw("SELECT set_config('portal.scope', '', true)")
    with pytest.raises(ProgrammingError, match=NO_SCOPE), transaction.atomic():
        raw("SELECT * FROM customers_site")


def test_the_guard_is_loud_on_empty_tables_where_postgresql_is_silent(db):
    assert raw("SELECT * FROM customers_site") == []  # the control: without the guard, silence
    with pytest.raises(NoScope):
        Site.objects.count()


def test_the_guard_asks_again_once_a_scope_has_ended_or_was_rolled_back(db):
    with scope(EVERYTHING):
        assert Site.objects.count() == 0
    with pytest.raises(NoScope):
        Site.objects.count()
    with pytest.raises(LookupError), transaction.atomic():
        raw("SELECT set_config('portal.scope', '*', true)")
        assert Site.objects.count() == 0
        raise LookupError
    with pytest.raises(NoScope):
        Site.objects.count()


def test_the_guard_asks_again_in_the_next_transaction(transactional_db):
    for _ended in range(2):
        with transaction.atomic():
            with pytest.raises(NoScope):
                Site.objects.count()
            raw("SELECT set_config('portal.scope', '*', true)")
            assert Site.objects.count() == 0


# What a scope lets in -----------------------------------------------------------------------------------------------


def test_writing_for_another_organisation_is_refused(acme, bolt):
    with scope(acme):
        mine = Site.objects.create(organisation=acme, host_name="new.webex.example")
        theirs = {"organisation": bolt, "host_name": "x.webex.example"}
        refused(lambda: Site.objects.create(**theirs), ProgrammingError, "row-level security")
        refused(lambda: Site.objects.bulk_create([Site(**theirs)]), ProgrammingError, "row-level security")
        refused(lambda: Site.objects.filter(pk=mine.pk).update(organisation=bolt), ProgrammingError, "row-level security")


def test_changing_and_deleting_what_is_not_seen_does_nothing(acme, bolt):
    with scope(acme):
        assert Site.objects.filter(host_name="bolt.webex.example").update(is_active=False) == 0
        assert Site.objects.filter(host_name="bolt.webex.example").delete()[0] == 0
    with scope(bolt):
        assert Site.objects.get().is_active


def test_history_is_behind_the_wall_too(acme, bolt):
    with scope(acme):
        Site.objects.update(is_active=False)
        assert raw("SELECT DISTINCT organisation_id FROM customers_siteevent") == [(acme.pk,)]
    with scope(EVERYTHING):
        assert len(raw("SELECT DISTINCT organisation_id FROM customers_siteevent")) == 2


# How scopes nest ----------------------------------------------------------------------------------------------------


def test_the_former_scope_returns_whatever_happens_inside(acme, bolt):
    with scope(acme):
        with scope(EVERYTHING):
            assert hosts() == ["acme", "bolt"]
        assert current_scope() == str(acme.pk)
        with pytest.raises(ZeroDivisionError), scope(bolt):
            _ = 1 / 0
        assert current_scope() == str(acme.pk)
        with pytest.raises(DatabaseError), scope(bolt):
            raw("SELECT 1 / 0")
        assert current_scope() == str(acme.pk)
    assert current_scope() == ""


def test_decorators_open_a_scope_for_each_call(acme, bolt):
    @scope(EVERYTHING)
    def sweep() -> list[str]:
        return hosts()

    @scoped_by("organisation")
    def work(number: int, *, organisation: Organisation) -> list[str]:
        return hosts() * number

    assert sweep() == sweep() == ["acme", "bolt"]
    assert work(2, organisation=bolt) == ["bolt", "bolt"]
    assert current_scope() == ""


def test_a_door_shows_everything_for_one_look_up_and_closes_again(acme, bolt):
    @door
    def look() -> list[str]:
        return hosts()

    @door
    def stumble() -> None:
        raise Site.DoesNotExist

    with scope(acme):
        assert look() == ["acme", "bolt"]
        assert hosts() == ["acme"]
        with pytest.raises(Site.DoesNotExist):
            stumble()
        assert hosts() == ["acme"]
    assert look() == ["acme", "bolt"]
    assert current_scope() == ""


def test_a_scope_lives_only_in_a_transaction(transactional_db):
    with pytest.raises(transaction.TransactionManagementError):
        enter_scope(EVERYTHING)


def test_threads_inherit_no_scope(transactional_db):
    make.site()

    def look() -> list[tuple]:
        try:
            return raw("SELECT * FROM customers_site")
        finally:
            connection.close()

    with scope(EVERYTHING), ThreadPoolExecutor(1) as pool, pytest.raises(ProgrammingError, match=NO_SCOPE):
        pool.submit(look).result()


def test_the_setting_is_empty_after_each_transaction(transactional_db):
    with scope(EVERYTHING):
        pass
    assert current_scope() == ""


# The checks that guard the wall -------------------------------------------------------------------------------------


def test_the_check_finds_nothing_to_say(db):
    assert tenancy_is_enforced(databases=["default"]) == []


@pytest.mark.parametrize(
    "damage",
    [
        "ALTER TABLE customers_site DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE customers_site NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY tenancy ON customers_site",
        "CREATE POLICY hole ON customers_site USING (true)",
        "DROP POLICY tenancy ON customers_site; CREATE POLICY tenancy ON customers_site USING (true) WITH CHECK (true)",
    ],
)
def test_the_check_sees_each_way_the_wall_may_fall(db, damage):
    raw(damage)
    found = tenancy_is_enforced(databases=["default"])
    assert [error.id for error in found] == ["customers.E003"]
    assert "customers_site" in found[0].msg


def test_every_table_with_an_organisation_is_known_to_the_check(db):
    """Read from the catalog, not from the models: a table made by hand counts too."""
    rows = raw("SELECT table_name FROM information_schema.columns WHERE column_name = 'organisation_id' AND table_schema = 'public'")
    assert {table for (table,) in rows} <= set(tenant_tables())
    assert {"customers_organisation", "customers_organisationevent"} <= set(tenant_tables())


def test_a_wall_says_what_it_is():
    assert TenantTable("Site").describe() == "Put Site behind the wall between tenants"


def test_a_name_twice_in_one_organisation_is_refused_and_in_two_is_not(acme, bolt):
    with scope(EVERYTHING):
        Site.objects.create(organisation=bolt, host_name="acme.webex.example")
        doing = lambda: Site.objects.create(organisation=acme, host_name="acme.webex.example")  # noqa: E731
        refused(doing, IntegrityError, "site_host_name_once_per_organisation")


# One statement alone --------------------------------------------------------------------------------------------------

RENAME = "UPDATE customers_site SET host_name = 'renamed.webex.example' WHERE organisation_id = %s"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("under", "then"), [("own", "renamed"), ("other", "acme")])
def test_one_statement_alone_sees_its_scope_and_leaves_none(acme, bolt, under, then):
    execute_alone(RENAME, [acme.pk], under=scope_text(acme if under == "own" else bolt))
    assert not connection.in_atomic_block
    with scope(acme):
        assert hosts() == [then]
    with pytest.raises(ProgrammingError, match=NO_SCOPE):
        raw("SELECT * FROM customers_site")


@pytest.mark.django_db(transaction=True)
def test_one_statement_alone_takes_one_round_trip(acme, django_assert_num_queries):
    with django_assert_num_queries(1):
        execute_alone(RENAME, [acme.pk], under=EVERYTHING)


def test_one_statement_inside_a_scope_gives_the_former_one_back(acme, bolt):
    with scope(bolt):
        execute_alone(RENAME, [acme.pk], under=EVERYTHING)
        assert hosts() == ["bolt"]
    with scope(acme):
        assert hosts() == ["renamed"]
