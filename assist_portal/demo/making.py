"""Making the demo, once. The caller opens the scope of everything, which is one transaction."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from assist_portal.demo.contracts import make_contracts
from assist_portal.demo.orders import make_orders
from assist_portal.demo.people import PASSWORD, api_key_of, make_api_key, make_people, make_sandbox
from assist_portal.demo.site_meetings import make_site_meetings
from customers.models import Organisation
from customers.refusals import Refusal


class DemoIsThere(Refusal):
    """The demo is made once."""

    code = "demo_is_there"
    sentence = "The demo data is there already."


class NotForProduction(Refusal):
    """Accounts with a published password belong on a development machine only."""

    code = "not_for_production"
    sentence = "Demo data is made on a development machine only (DEVELOPMENT=true)."


@dataclass(frozen=True)
class Made:
    """What to tell the person who asked for the demo."""

    password: str
    api_keys: dict[str, str]


def make_demo(*, now: datetime) -> Made:
    """Make two customers, the provider's staff, and orders in every state around this moment; nothing in it is drawn at random.

    What later parts of the portal bring (invoices, attendance) is not in it yet.

    :raises DemoIsThere: when it has been made before; nothing changes.
    :raises NotForProduction: anywhere but on a development machine.
    """
    if not settings.DEVELOPMENT:
        raise NotForProduction
    if Organisation.objects.filter(key="northwind").exists():
        raise DemoIsThere
    people = make_people(now)
    make_contracts(people, now=now)
    for customer in (people.northwind, people.globex):
        make_api_key(customer, now=now)
    make_api_key(make_sandbox(now=now), now=now)
    make_orders(people, now=now)
    make_site_meetings(people, now=now)
    return demo_access()


def demo_access() -> Made:
    """How to get into the demo."""
    return Made(PASSWORD, {key: api_key_of(key) for key in ("northwind", "globex", "northwind-sandbox")})
