"""A query that is compiled once finds what the same query finds when it is written anew, whatever it is asked with."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.db.models import CharField, Count, Prefetch

from customers.choices import Platform
from customers.models import Membership, Organisation, Site
from customers.statements import Given, Statement
from customers.tenancy import EVERYTHING, scope
from tests import make

SITES = Statement(
    Site.objects.filter(organisation_id=Given("organisation"), platform=Given("platform", CharField()), is_active=True)
    .select_related("organisation")
    .order_by("-host_name")
)


def hosts(of: Organisation, platform: str = Platform.MEETINGS) -> list[str]:
    return [f"{site.host_name} {site.organisation.name}" for site in SITES.ask(organisation=of.pk, platform=platform)]


@pytest.fixture
def acme(db):
    acme = make.organisation("Acme", key="acme")
    for name in ("a", "b"):
        make.site(acme, host_name=f"{name}.example")
    return acme


@pytest.fixture
def bolt(db):
    return make.site(make.organisation("Bolt", key="bolt"), host_name="bolt.example").organisation


@scope(EVERYTHING)
def test_each_asking_has_its_own_values(acme, bolt, django_assert_num_queries):
    with django_assert_num_queries(3):
        assert hosts(acme) == ["b.example Acme", "a.example Acme"]
        assert hosts(bolt) == ["bolt.example Bolt"]
        assert hosts(acme, Platform.WEBINARS) == []


@scope(EVERYTHING)
def test_what_has_changed_since_is_seen(acme):
    assert len(hosts(acme)) == 2
    Site.objects.filter(host_name="b.example").update(is_active=False)
    assert hosts(acme) == ["a.example Acme"]


def test_the_wall_stands_in_front_of_it(acme, bolt):
    with scope(bolt):
        assert hosts(acme) == []
        assert len(hosts(bolt)) == 1


@scope(EVERYTHING)
def test_it_loads_with_the_rows_what_the_query_names(acme, django_assert_num_queries):
    ann = make.member(acme)
    membership = Statement(
        Membership.objects.filter(user_id=Given("user")).prefetch_related(Prefetch("organisation__sites", to_attr="places"))
    )
    [found] = membership.ask(user=ann.pk)
    assert len(found.organisation.places) == 2
    counted = Statement(Site.objects.filter(organisation_id=Given("organisation")).values("organisation_id").annotate(sites=Count("id")))
    assert counted.ask(organisation=acme.pk) == [{"organisation_id": acme.pk, "sites": 2}]


def test_a_thread_asks_on_its_own_connection(acme):
    with scope(acme):
        assert len(hosts(acme)) == 2

    def elsewhere() -> list[str]:
        try:
            with scope(acme):
                return hosts(acme)  # what this test has made is not committed: only its own connection sees it
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(elsewhere).result() == []


@scope(EVERYTHING)
def test_nothing_is_left_open(acme):
    with pytest.raises(KeyError):
        SITES.ask(organisation=acme.pk)
    with pytest.raises(ValueError, match="with values"):
        SITES.ask(organisation=None, platform=Platform.MEETINGS)
