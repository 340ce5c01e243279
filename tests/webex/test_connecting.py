"""Connecting a site, keeping the right to ask, losing it."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client

from customers.choices import ScheduleUpdates
from customers.models import Role
from customers.sealing import CannotOpen, seal, unseal
from customers.tenancy import EVERYTHING, scope
from outbox.models import Message
from tests import make
from tests.webex.sites import NOW, Customer, SimulatedWebex, connected
from webex.actions import CannotConnect, NotConnected, WrongSite, connect, disconnect
from webex.actions.tokens import ask, valid_token
from webex.models import Connection, SiteUpdate
from webex.simulator.world import Fault, client_of

WORKERS = 20


def raw(connection_id: int) -> str:
    """The row as the database holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM webex_connection c WHERE id = %s", [connection_id])
        return str(cursor.fetchone()[0])


def test_a_connected_site_can_be_asked_and_its_secrets_are_sealed(customer: Customer) -> None:
    row = raw(customer.connection.pk)
    assert ask(customer.connection, lambda site: site.sites(), now=NOW) == {customer.site.host_name}
    token = unseal(customer.connection.access_token_sealed)
    for secret in (token, client_of(customer.site.host_name)[1], unseal(customer.connection.refresh_token_sealed)):
        assert secret and secret not in row
    assert customer.connection.access_expires_at == NOW + timedelta(days=14)  # as Webex said, not as we think


def test_a_secret_in_clear_does_not_get_in(customer: Customer) -> None:
    with pytest.raises(IntegrityError, match="connection_secrets_are_sealed"), transaction.atomic():
        Connection.objects.update(access_token_sealed="in clear")


def test_tokens_stay_exactly_while_connected(customer: Customer) -> None:
    with pytest.raises(IntegrityError, match="connection_keeps_tokens_exactly_while_connected"), transaction.atomic():
        Connection.objects.update(state="DEAUTHORISED")
    with pytest.raises(IntegrityError, match="connection_trouble_has_its_beginning"), transaction.atomic():
        Connection.objects.update(trouble="busy")


def test_keys_can_be_replaced_one_after_the_other(settings) -> None:
    settings.SEALING_KEYS = ("first",)
    sealed = seal("secret")
    settings.SEALING_KEYS = ("second", "first")
    assert unseal(sealed) == "secret"
    settings.SEALING_KEYS = ("second",)
    with pytest.raises(CannotOpen):
        unseal(sealed)


def test_credentials_that_do_not_work_are_refused(webex: SimulatedWebex, everything: None) -> None:
    site, other = make.site(), make.site()
    by = make.member(site.organisation, Role.ADMINISTRATOR)
    client_id, secret = client_of(other.host_name)
    given = {"kind": "SERVICE_APP", "client_id": client_id, "client_secret": secret, "may_write": False, "by": by, "now": NOW}
    with pytest.raises(CannotConnect, match="Copy all three"):
        connect(site=site, refresh_token="wrong", **given)
    with pytest.raises(WrongSite, match=site.host_name):
        connect(site=site, refresh_token=webex.world.token("refresh", other.host_name), **given)
    webex.world.faults.append(Fault(status=500))
    with pytest.raises(CannotConnect, match="no answer"):
        connect(site=site, refresh_token="any", **given)
    assert not Connection.objects.exists()


def test_the_site_says_who_changes_meetings(webex: SimulatedWebex, everything: None) -> None:
    """S52"""
    customer = connected(webex, may_write=True)
    customer.site.refresh_from_db()
    assert customer.site.schedule_updates == ScheduleUpdates.AUTO_AFTER_CONFIRM
    customer.look_after()
    assert len(webex.world.hooks) == 3
    disconnect(connection=customer.connection, now=NOW)
    customer.site.refresh_from_db()
    assert customer.site.schedule_updates == ScheduleUpdates.MANUAL
    assert not Connection.objects.exists() and webex.world.hooks == []


def test_disconnecting_does_not_need_the_site(customer: Customer) -> None:
    customer.webex.world.faults.append(Fault(status=500, times=9))
    disconnect(connection=customer.connection, now=NOW)
    assert not Connection.objects.exists()


def test_a_token_is_renewed_before_it_runs_out_and_both_are_replaced(customer: Customer) -> None:
    before = unseal(customer.connection.refresh_token_sealed)
    customer.webex.pass_time(timedelta(days=13, hours=23, minutes=55))
    ask(customer.connection, lambda site: site.sites(), now=customer.now)
    customer.connection.refresh_from_db()
    assert unseal(customer.connection.refresh_token_sealed) != before
    assert customer.connection.access_expires_at == customer.now + timedelta(days=14)


def test_a_token_that_is_refused_is_renewed_once(customer: Customer) -> None:
    customer.webex.world.expire_access_tokens()
    calls = len(customer.webex.calls("POST", "/access_token"))
    assert ask(customer.connection, lambda site: site.sites(), now=NOW)
    assert len(customer.webex.calls("POST", "/access_token")) == calls + 1


def test_of_twenty_workers_with_an_expired_token_one_renews(webex: SimulatedWebex, transactional_db: None) -> None:
    """Refresh race: exactly 1 refresh call, 20 successes."""
    with scope(EVERYTHING):  # committed, so that threads see it
        lasting = connected(webex)
    lasting.webex.world.expire_access_tokens()
    before = len(lasting.webex.calls("POST", "/access_token"))
    gate, answers = threading.Barrier(WORKERS), []

    def work() -> None:
        gate.wait()
        try:
            answers.append(ask(lasting.connection, lambda site: site.sites(), now=NOW))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [{lasting.site.host_name}] * WORKERS
    assert len(lasting.webex.calls("POST", "/access_token")) - before == 1


def test_a_withdrawn_permission_is_said_once_and_nothing_is_asked_any_more(customer: Customer) -> None:
    """serviceApp deauthorized: stop, tell the tenant's administrators, do not retry 401 for ever."""
    update = SiteUpdate.objects.create(
        organisation=customer.site.organisation, site=customer.site, kind="CHANGE", reference="PR-1", position=1, meeting_number="1",
        host_email="a@b.example", old_starts_at=NOW, starts_at=NOW + timedelta(days=1), ends_at=NOW + timedelta(days=2), zone="UTC",
        asked_at=NOW, next_try_at=NOW + timedelta(days=1),
    )  # fmt: skip
    customer.webex.world.refused_sites.add(customer.site.host_name)
    customer.look_after()
    connection_now, calls = customer.connection, len(customer.webex.calls())
    assert (connection_now.state, connection_now.access_token_sealed, connection_now.refresh_token_sealed) == ("DEAUTHORISED", "", "")
    (mail,) = Message.objects.filter(to=customer.by.email)
    assert customer.site.host_name in mail.subject and f"/settings/connections/{customer.site.host_name}/" in mail.text
    update.refresh_from_db()
    assert (update.state, update.why) == ("FAILED", "NO_CONNECTION")
    customer.look_after(NOW + timedelta(hours=1))
    with pytest.raises(NotConnected):
        valid_token(customer.connection, now=NOW)
    assert len(customer.webex.calls()) == calls and Message.objects.filter(to=customer.by.email).count() == 1


def test_connecting_again_works(customer: Customer) -> None:
    customer.webex.world.refused_sites.add(customer.site.host_name)
    customer.look_after()
    customer.webex.world.refused_sites.clear()
    again = connected(customer.webex, customer.site)
    assert again.connection.pk == customer.connection.pk and again.connection.state == "CONNECTED"
    again.look_after()
    assert again.connection.healthy_at == NOW


# The page ----------------------------------------------------------------------------------------------------------------


def page_of(client: Client, customer_site: str) -> str:
    return str(client.get(f"/settings/connections/{customer_site}/").content.decode())


def test_an_administrator_connects_and_ends_by_the_page(webex: SimulatedWebex, db: None, client: Client) -> None:
    site = make.site()
    client.force_login(make.member(site.organisation, Role.ADMINISTRATOR))
    path = f"/settings/connections/{site.host_name}/"
    client_id, secret = client_of(site.host_name)
    form = {"kind": "SERVICE_APP", "client_id": client_id, "client_secret": secret, "refresh_token": "wrong"}
    page = client.post(path, form).content.decode()
    assert "Copy all three again" in page and secret not in page and client_id in page
    form["refresh_token"] = webex.world.token("refresh", site.host_name)
    assert client.post(path, form).status_code == 302
    shown = page_of(client, site.host_name)
    assert "It changes nothing on the site" in shown and secret not in shown and form["refresh_token"] not in shown
    assert site.host_name in client.get("/settings/connections/").content.decode()
    assert client.post(path + "end/").status_code == 302
    with scope(EVERYTHING):
        assert not Connection.objects.exists()


@pytest.mark.parametrize(("trouble", "says"), [("unreachable", "keeps trying"), ("deauthorised", "Create a new refresh token")])
def test_the_page_shows_how_the_connection_is(customer: Customer, client: Client, trouble: str, says: str) -> None:
    client.force_login(customer.by)
    gone = {"state": "DEAUTHORISED", "access_token_sealed": "", "refresh_token_sealed": ""} if trouble == "deauthorised" else {}
    Connection.objects.update(trouble=trouble, trouble_since=NOW, **gone)
    assert says in page_of(client, customer.site.host_name)


def test_orderers_do_not_see_it(customer: Customer, client: Client) -> None:
    client.force_login(make.member(customer.site.organisation, Role.ORDERER))
    assert client.get(f"/settings/connections/{customer.site.host_name}/").status_code == 404
