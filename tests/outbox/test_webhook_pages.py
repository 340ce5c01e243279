"""The pages of webhooks, as an administrator uses them; what is posted besides a form changes nothing."""

import re
from typing import Any

import pytest
from django.test import Client

from customers.models import Organisation, Role, User
from customers.tenancy import EVERYTHING, scope
from outbox.actions import event_of, number_events, record
from outbox.actions.webhooks import add_endpoint, disable_endpoint
from outbox.models import Delivery, EventType, State, WebhookEndpoint
from tests import make

URL = "https://crm.example/hooks"


@pytest.fixture(autouse=True)
def _public_only(settings: Any) -> None:
    settings.WEBHOOKS_TO_LOOPBACK = False


@pytest.fixture
def northwind(db: None) -> Organisation:
    return make.organisation("Northwind Training", key="northwind")


@pytest.fixture
def dana(client: Client, northwind: Organisation) -> Client:
    client.force_login(make.member(northwind, Role.ADMINISTRATOR, email="dana@northwind.example"))
    return client


@pytest.fixture
def endpoint(northwind: Organisation) -> WebhookEndpoint:
    with scope(EVERYTHING):
        return add_endpoint(organisation=northwind, url=URL, kinds=[], description="Our CRM", now=make.NOW).endpoint


@pytest.fixture
def delivery(northwind: Organisation, endpoint: WebhookEndpoint) -> Delivery:
    """One that was given up."""
    with scope(EVERYTHING):
        record(event_of(organisation=northwind, kind=EventType.ORDER_CONFIRMED, about="PR-1", payload={}, now=make.NOW))
        number_events(now=make.NOW)
        Delivery.objects.update(state=State.FAILED, attempts=9, last_error="nobody answers at this address")
        return Delivery.objects.get()


def row(of: Any) -> dict[str, Any]:
    with scope(EVERYTHING):
        return type(of).objects.filter(pk=of.pk).values().get()


def at(endpoint: WebhookEndpoint, rest: str = "") -> str:
    return f"/settings/webhooks/{endpoint.key}/{rest}"


def test_an_endpoint_is_added_and_its_secret_shown_once(dana: Client) -> None:
    form = {"url": URL, "description": "Our CRM", "kinds": ["order.moved"], "sealed_secret": "mine", "organisation": "2", "key": "mine"}
    page = dana.post("/settings/webhooks/add/", form)
    secret = re.search(r"whsec_[\w+/=]+", page.content.decode())
    assert secret
    assert "no-store" in page["Cache-Control"]
    with scope(EVERYTHING):
        made = WebhookEndpoint.objects.select_related("organisation").get()
    assert (made.url, made.description, made.kinds, made.organisation.key) == (URL, "Our CRM", ["order.moved"], "northwind")
    assert "mine" not in (made.key, made.sealed_secret)
    assert URL in dana.get("/settings/webhooks/").content.decode()
    assert secret[0] not in dana.get(at(made)).content.decode()


@pytest.mark.parametrize("url", ["http://crm.example/", "https://10.0.0.1/", "https://127.0.0.1:8443/", "https://user:word@crm.example/"])
def test_an_address_inside_is_refused_and_what_was_typed_stays(dana: Client, url: str) -> None:
    page = dana.post("/settings/webhooks/add/", {"url": url, "description": "Our own machine"}).content.decode()
    assert "We post to https addresses that are public" in page
    assert "Our own machine" in page
    with scope(EVERYTHING):
        assert not WebhookEndpoint.objects.exists()


def test_an_endpoint_is_changed_and_nothing_besides(dana: Client, endpoint: WebhookEndpoint) -> None:
    before = row(endpoint)
    form = {
        "url": f"{URL}/2",
        "description": "New",
        "kinds": ["report.ready"],
        "disabled_at": "2027-01-01",
        "sealed_secret": "x",
        "key": "x",
    }
    assert dana.post(at(endpoint, "change/"), form).status_code == 302
    assert row(endpoint) == before | {"url": f"{URL}/2", "description": "New", "kinds": ["report.ready"]}


def test_a_new_secret_is_shown_and_the_former_signs_for_a_day(dana: Client, endpoint: WebhookEndpoint) -> None:
    before = row(endpoint)
    page = dana.post(at(endpoint, "rotate/"), {"sealed_secret": "mine"}).content.decode()
    assert "For one day each post is signed with the former secret as well." in page
    after = row(endpoint)
    assert after["sealed_former_secret"] == before["sealed_secret"] != after["sealed_secret"] != "mine"
    assert before | {name: after[name] for name in ("sealed_secret", "sealed_former_secret", "former_secret_until")} == after


def test_off_on_and_removed(dana: Client, endpoint: WebhookEndpoint, delivery: Delivery) -> None:
    before = row(endpoint)
    dana.post(at(endpoint, "do/off/"))
    assert "Switch on" in dana.get(at(endpoint)).content.decode()
    refused = dana.post(at(endpoint, f"deliveries/{delivery.key}/replay/"), follow=True).content.decode()
    assert "This endpoint is switched off. Switch it on first." in refused
    dana.post(at(endpoint, "do/on/"), {"url": "https://evil.example/"})
    assert row(endpoint) == before
    assert dana.post(at(endpoint, "do/dance/")).status_code == 404
    dana.post(at(endpoint, "do/remove/"))
    with scope(EVERYTHING):
        assert not WebhookEndpoint.objects.exists()


@pytest.mark.parametrize("whole", [True, False])
def test_what_was_given_up_is_sent_once_more(dana: Client, endpoint: WebhookEndpoint, delivery: Delivery, *, whole: bool) -> None:
    page = dana.get(at(endpoint)).content.decode()
    assert "Given up" in page and "nobody answers at this address" in page
    rest = "do/replay/" if whole else f"deliveries/{delivery.key}/replay/"
    assert "on its way again" in dana.post(at(endpoint, rest), {"state": "SENT"}, follow=True).content.decode()
    assert (row(delivery)["state"], row(delivery)["attempts"]) == (State.QUEUED, 0)
    if not whole:
        assert "still on its way" in dana.post(at(endpoint, rest), follow=True).content.decode()


def test_why_it_is_off_is_told(dana: Client, endpoint: WebhookEndpoint) -> None:
    with scope(EVERYTHING):
        disable_endpoint(endpoint=endpoint, because=WebhookEndpoint.Because.GONE, now=make.NOW)
    assert str(WebhookEndpoint.Because.GONE.label) in dana.get(at(endpoint)).content.decode()


def test_why_it_was_not_taken_is_told_in_the_readers_language(dana: Client, endpoint: WebhookEndpoint, delivery: Delivery) -> None:
    assert "nobody answers at this address" in dana.get(at(endpoint)).content.decode()
    User.objects.filter(pk=dana.session["_auth_user_id"]).update(language="fr")
    assert "personne ne répond à cette adresse" in dana.get(at(endpoint)).content.decode()


@pytest.mark.parametrize("rest", ["", "change/", "rotate/", "do/remove/", "do/off/"])
def test_nobody_else_finds_it(client: Client, northwind: Organisation, endpoint: WebhookEndpoint, rest: str) -> None:
    before = row(endpoint)
    others = [make.member(northwind, Role.ORDERER), make.member(make.organisation("Globex"), Role.ADMINISTRATOR)]
    for other in others:
        client.force_login(other)
        assert client.post(at(endpoint, rest)).status_code in ({404} if rest else {404, 405})
    assert row(endpoint) == before
