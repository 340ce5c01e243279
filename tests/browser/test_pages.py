"""Every page of the portal: no fault that axe finds, and nothing wider than the screen, in both languages.

English is read on a phone in the light, French on a wide screen in the dark; a common run takes turns from page to page.
Unfold's admin is its makers' own.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from django.urls import URLResolver, get_resolver, resolve
from django.utils import timezone
from playwright.sync_api import Browser, Page

from customers.models import Membership, User
from customers.tenancy import EVERYTHING, scope
from orders.actions.invoicing import credit_invoice, settle_order
from orders.actions.links import mail_link
from orders.models import Invoice, Order
from outbox.actions.webhooks import add_endpoint
from reports.actions.after import make_report
from reports.actions.exporting import ask_for_export
from reports.actions.mailing import token_of
from reports.lists import LISTINGS, Filters
from reports.models import ExportJob
from tests import make
from tests.browser.conftest import NARROW, WIDE
from tests.browser.ordering import link_in
from tests.northwind import LONG_TITLE, Northwind, make_northwind, nobody_free, place_in_every_state, talk
from tests.portal import Portal
from tests.reliability.figures import dealt

pytestmark = pytest.mark.browser

PAGES = {  # name: (who reads it, address); {names} are filled in from the scene
    "signed out": ("", "/"),
    "packages": ("", "/packages/"),
    "sign in": ("", "/accounts/login/"),
    "sign in by code": ("", "/accounts/login/code/"),
    "sign up": ("", "/accounts/signup/"),
    "forgotten password": ("", "/accounts/password/reset/"),
    "find": ("", "/orders/find/"),
    "ask for a link": ("", "/orders/{confirmed}/move/"),
    "one-time link": ("", "{link}"),
    "dead link": ("", "/orders/link/none/"),
    "invitation gone": ("", "/invitation/none/"),
    "not found": ("", "/nowhere/"),
    "my resources": ("customer", "/resources/"),
    "a first order": ("viewer", "/resources/"),
    "support": ("customer", "/support/"),
    "guide for customers": ("customer", "/support/guides/customer/"),
    "guide for project managers": ("coordinator", "/support/guides/pm/"),
    "guide for analysts": ("analyst", "/support/guides/analyst/"),
    "guide for integrators": ("customer", "/support/guides/integrating/"),
    "new order": ("customer", "/orders/new/"),
    "availability": ("customer", "/orders/draft/{fresh}/availability/"),
    "availability of three days": ("customer", "/orders/draft/{days}/availability/"),
    "other times": ("customer", "/orders/draft/{taken}/times/"),
    "meeting lookup": ("customer", "/orders/draft/{days}/meeting/"),
    "event": ("customer", "/orders/draft/{days}/event/"),
    "check": ("customer", "/orders/draft/{days}/check/"),
    "discard": ("customer", "/orders/draft/{days}/discard/"),
    "order placed": ("customer", "/orders/{confirmed}/?placed"),
    "order of three days": ("customer", "/orders/{long}/"),
    "late order": ("customer", "/orders/{late}/?placed"),
    "waiting order": ("customer", "/orders/{waiting}/"),
    "cancelled order": ("customer", "/orders/{cancelled}/"),
    "moved order": ("customer", "/orders/{moved}/?moved"),
    "order whose move waits": ("customer", "/orders/{moving}/"),
    "order with an offer": ("customer", "/orders/{offered}/"),
    "order to look at": ("viewer", "/orders/{confirmed}/"),
    "our figures": ("customer", "/reports/"),
    "post-event report": ("customer", "/reports/engagements/{confirmed}/"),
    "attendance": ("coordinator", "/reports/engagements/{confirmed}/attendance/"),
    "downloads": ("customer", "/reports/exports/"),
    "a wrong download": ("customer", "/reports/exports/orders/?since=2027-02-01&until=2027-01-01"),
    "no more figures": ("", "/unsubscribe/{figures}/"),
    "what to look at": ("coordinator", "/reports/"),
    "how we do": ("coordinator", "/reports/business/"),
    "what if": ("coordinator", "/reports/what-if/?role=PRODUCER&language=fr&zone=Europe/Paris&starts=09:00&ends=17:00"),
    "invoice": ("customer", "/invoices/{invoice}/"),
    "order with changes asked for": ("customer", "/orders/{confirmed}/"),
    "board": ("customer", "/orders/{confirmed}/board/"),
    "board of an event": ("customer", "/orders/{long}/board/"),
    "board to look at": ("viewer", "/orders/{long}/board/"),
    "board with nothing found": ("customer", "/orders/{long}/board/?who=zzz"),
    "board at the desk": ("coordinator", "/orders/{long}/board/"),
    "changes asked for": ("customer", "/orders/{confirmed}/changes/"),
    "ask for a change": ("customer", "/orders/{confirmed}/changes/new/"),
    "ask for a change of an event": ("customer", "/orders/{long}/changes/new/"),
    "conversation": ("customer", "/orders/changes/{thread}/"),
    "conversation to look at": ("viewer", "/orders/changes/{thread}/"),
    "conversation at the desk": ("coordinator", "/orders/changes/{thread}/"),
    "move": ("customer", "/orders/{confirmed}/move/"),
    "move three days": ("customer", "/orders/{long}/move/"),
    "cancel": ("customer", "/orders/{confirmed}/cancel/"),
    "cancel what waits": ("customer", "/orders/{late}/cancel/"),
    "settings": ("customer", "/settings/"),
    "my details": ("customer", "/settings/me/"),
    "preferences": ("customer", "/settings/preferences/"),
    "invite": ("customer", "/settings/members/invite/"),
    "a member": ("customer", "/settings/members/{member}/"),
    "add a site": ("customer", "/settings/sites/add/"),
    "a site": ("customer", "/settings/sites/{site}/"),
    "add a key": ("customer", "/settings/keys/add/"),
    "webhooks": ("customer", "/settings/webhooks/"),
    "a webhook endpoint": ("customer", "/settings/webhooks/{endpoint}/"),
    "add a webhook endpoint": ("customer", "/settings/webhooks/add/"),
    "change a webhook endpoint": ("customer", "/settings/webhooks/{endpoint}/change/"),
    "my calendar": ("customer", "/settings/me/calendar/"),
    "the organisation's calendar": ("customer", "/settings/calendar/"),
    "e-mail address": ("customer", "/accounts/email/"),
    "password": ("customer", "/accounts/password/change/"),
    "security": ("customer", "/accounts/2fa/"),
    "app codes": ("customer", "/accounts/2fa/totp/activate/"),
    "passkeys": ("customer", "/accounts/2fa/webauthn/"),
    "sessions": ("customer", "/accounts/sessions/"),
    "sign out": ("customer", "/accounts/logout/"),
    "the desk": ("coordinator", "/"),
    "an analyst's home": ("analyst", "/"),
    "my day": ("coordinator", "/my-day/?everyones"),
    "my day without any": ("analyst", "/my-day/"),
    "an event day": ("coordinator", "/my-day/engagements/{long}/?day=2"),
    "mailbox": ("", "/mailbox/"),
    "styleguide": ("", "/styleguide/"),
}

# Machines' addresses, forms that only take an answer, fragments, and steps of signing in that need a state of their own.
NOT_LOOKED_AT = re.compile(
    r"my-day/(manifest|worker|engagements/<slug:number>/\w+/$)|reports/engagements/<slug:number>/(pdf|json|evidence)/|"
    r"answer/|calendar/|settings/webhooks/<slug:key>/(rotate|do|deliveries)/|settings/connections/|reports/exports/jobs/|hooks/|"
    r"admin/|api/|invoices/<slug:number>/pdf/|files/|healthz|readyz|metrics|\.well-known|language/|organisation/|mailbox/<"
    r"|.*/(withdraw|remove|revoke|answer|coverage)/$"
    r"|accounts/(inactive|reauthenticate|confirm-email|password/set|password/reset/|login/code/confirm|2fa/(?!totp/activate|webauthn/$|$))"
)


@dataclass
class Scene:
    """What the addresses name, and who reads in each language."""

    portal: Portal
    readers: dict[tuple[str, str], User]
    names: dict[str, dict[str, str]]
    contexts: dict[tuple[str, str], Page] = field(default_factory=dict)

    def page(self, browser: Browser, who: str, language: str) -> Page:
        """One page for each reader, kept for all addresses."""
        if (who, language) not in self.contexts:
            context = browser.new_context(
                base_url=self.portal.address,
                locale=language,
                viewport=NARROW if language == "en" else WIDE,
                color_scheme="light" if language == "en" else "dark",
                reduced_motion="reduce",
            )
            context.set_default_timeout(15_000)
            if who:
                context.add_cookies(self.portal.cookies_of(self.readers[who, language]))
            self.contexts[who, language] = context.new_page()
        return self.contexts[who, language]


@pytest.fixture(scope="module")
def kept_scene(running_portal: Portal) -> Iterator[dict[str, Scene]]:
    """Filled in by the first test, which has the database."""
    kept: dict[str, Scene] = {}
    yield kept
    for scene in kept.values():
        for page in scene.contexts.values():
            page.context.close()


@pytest.fixture
def scene(portal: Portal, kept_scene: dict[str, Scene]) -> Scene:
    if not kept_scene:
        kept_scene["scene"] = _set(portal, make_northwind())
    return kept_scene["scene"]


@pytest.mark.parametrize(
    ("name", "language"), [(name, language) for turn, name in enumerate(PAGES) for language in dealt(["en", "fr"], turn)]
)
def test_a_page_is_accessible_and_fits(
    scene: Scene, browser: Browser, assert_accessible: Callable[[Page], None], name: str, language: str
) -> None:
    who, address = PAGES[name]
    page = scene.page(browser, who, language)
    page.goto(address.format(**scene.names[language]))
    assert page.locator("html").get_attribute("lang") == language
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert_accessible(page)


def test_what_appears_after_a_click_is_accessible_too(scene: Scene, browser: Browser, assert_accessible: Callable[[Page], None]) -> None:
    """Errors, the preview of a move, times to choose from for it, and an order found."""
    page = scene.page(browser, "customer", "en")
    page.goto(f"/orders/draft/{scene.names['en']['fresh']}/availability/")
    page.locator("main form .actions > button").click()
    page.locator(".error-summary").wait_for()
    assert_accessible(page)
    page.goto(f"/orders/{scene.names['en']['long']}/move/")
    page.locator('[name="time"]').fill("11:30")
    page.locator("main form .actions > button").click()
    page.locator(".before-after").wait_for()
    assert_accessible(page)
    visitor = scene.page(browser, "", "en")
    visitor.goto("/orders/find/")
    visitor.locator('[name="number"]').fill(scene.names["en"]["confirmed"])
    visitor.locator('[name="email"]').fill(scene.readers["customer", "en"].email)
    visitor.locator("main form button").click()
    visitor.get_by_role("heading", name="Meeting Center Premium").wait_for()
    assert_accessible(visitor)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_secrets_that_are_shown_once_fit_and_are_accessible(
    scene: Scene, browser: Browser, assert_accessible: Callable[[Page], None], language: str
) -> None:
    """An endpoint's secret, an API key, a calendar's address: long words on a phone."""
    page = scene.page(browser, "customer", language)
    page.set_viewport_size(NARROW)
    for address, filled in (
        ("/settings/webhooks/add/", {"url": f"https://crm.example.com/{language}"}),
        ("/settings/keys/add/", {"name": "CRM"}),
        ("/settings/me/calendar/", {}),
    ):
        page.goto(address)
        for name, value in filled.items():
            page.locator(f'[name="{name}"]').fill(value)
        for box in page.locator('main [name="scopes"]').all():
            box.check()
        page.locator("main form button[type=submit]").first.click()
        page.locator(".secret").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert_accessible(page)
    page.set_viewport_size(NARROW if language == "en" else WIDE)


def test_every_address_for_people_is_looked_at() -> None:
    """A new page is added above, or named here with the reason."""
    looked_at = {
        resolve(re.sub(r"{\w+}", "x", address).partition("?")[0].replace("//", "/")).route
        for _who, address in PAGES.values()
        if address != "/nowhere/" and address != "{link}"
    }
    missing = {route for route in _routes(get_resolver()) if route not in looked_at and not NOT_LOOKED_AT.match(route)}
    assert missing == set()


def _routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for each in resolver.url_patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _routes(each, route)
        else:
            yield route


def _set(portal: Portal, northwind: Northwind) -> Scene:
    numbers = place_in_every_state(northwind)
    readers = {("customer", "en"): northwind.dana, ("customer", "fr"): northwind.gina, ("viewer", "en"): northwind.vera}
    readers["viewer", "fr"] = make.member(northwind.organisation, "VIEWER", language="fr")
    for role in ("COORDINATOR", "ANALYST"):
        french = make.staff_member(role, week=None, person=make.staff_user(language="fr")).user
        readers |= {(role.lower(), "en"): make.staff_member(role, week=None).user, (role.lower(), "fr"): french}
    names = {language: {**numbers, **_drafts(northwind, readers["customer", language])} for language in ("en", "fr")}
    with scope(EVERYTHING):
        order = Order.objects.get(number=numbers["confirmed"])
        member = Membership.objects.get(organisation=northwind.organisation, user=northwind.vera)
        url = "https://crm.northwind-training.example/integrations/assist-portal/hooks/production"
        endpoint = add_endpoint(organisation=northwind.organisation, url=url, kinds=[], description="CRM", now=timezone.now()).endpoint
        invoice = _invoice(Order.objects.get(number=numbers["cancelled"]))
        make_report(order.engagement, now=timezone.now(), insist=True)
        mail_link(order, action="MOVE", now=timezone.now())
    link = link_in(portal.wait_for_letter(to=order.email, subject=f"Move your assist {order.number}"))
    thread = talk(northwind, numbers["confirmed"])
    for each in names.values():
        each |= {"thread": thread.key, "invoice": invoice.number, "link": link}
        each |= {"site": northwind.site.host_name, "member": member.key, "endpoint": endpoint.key}
        each |= {"figures": token_of(northwind.vera)}
    return Scene(portal, readers, names)


def _invoice(order: Order) -> Invoice:
    """What a late cancellation would have cost, with a part of it given back."""
    Order.objects.filter(pk=order.pk).update(cancellation_fee=Decimal("120.50"))
    (invoice,) = settle_order(order, now=timezone.now())
    credit_invoice(invoice, amount=Decimal("20.50"), reason="Goodwill.", by=make.staff_user(), now=timezone.now())
    return invoice


def _job(northwind: Northwind, by: User) -> str:
    """A file that is ready."""
    with scope(EVERYTHING):
        job = ask_for_export(
            listing=LISTINGS["orders"], filters=Filters(), kind="csv", organisation=northwind.organisation, by=by, language="en",
            now=timezone.now(),
        )  # fmt: skip
        ExportJob.objects.filter(pk=job.pk).update(state="DONE", finished_at=timezone.now())
    return job.key


def _drafts(northwind: Northwind, by: User) -> dict[str, str]:
    monday, taken = northwind.monday(), northwind.monday()
    nobody_free("ANALYST", taken)
    full = {"title": LONG_TITLE, "presenters": "Ada\nGrace", "comments": "One.\n\nTwo."}
    return {
        "fresh": northwind.draft(by, "mc-premium", monday, upto=Order.Step.AVAILABILITY).key,
        "days": northwind.draft(by, "event-staff", monday, days=3, hours=10, event=full).key,
        "taken": northwind.draft(by, "event-staff", taken, upto=Order.Step.MEETING, days=3, hours=10).key,
    }
