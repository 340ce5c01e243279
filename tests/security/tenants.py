"""Two customers who have one of everything, the provider's people, and every role with its open browser."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.test import Client

from catalog.actions import load_catalogue
from catalog.models import Service
from customers.actions.calendars import make_feed
from customers.keys import digest_of, new_token, public_key
from customers.models import IdempotentAnswer, Invitation, KeyScope, Membership, Role, User
from customers.tenancy import EVERYTHING, scope
from engagements.actions import book_appointment
from engagements.actions.day import note_change, report_incident, write_note
from engagements.actions.planning import add_deliverable, log_communication
from engagements.actions.speakers import add_speaker
from engagements.models import (
    Appointment,
    Assignment,
    HoursBudget,
    HoursEntry,
    ReadinessMark,
    Recording,
    RecordingDownload,
    RepositoryGrant,
    Session,
    Tick,
)
from orders.actions.cancelling import cancel_order
from orders.actions.checking import Question, ask_in_bulk
from orders.actions.invoicing import settle_order
from orders.actions.links import hashed
from orders.actions.moving import offer_time
from orders.actions.placing import place_order
from orders.actions.threads import open_thread
from orders.asks import Availability
from orders.models import Invoice, OneTimeLink, Order, OrderService, Thread
from outbox.actions import number_events
from outbox.actions.posting import record_outcome
from outbox.actions.webhooks import add_endpoint
from outbox.hooks.posting import Outcome
from outbox.models import Delivery
from reports.actions.after import make_report
from reports.actions.exporting import ask_for_export
from reports.lists import LISTINGS, Filters
from reports.models import Attendance, ExportJob, ExportPart, PromiseCount, RetentionRun
from scheduling.models import StaffMember
from scheduling.windows import DayWish
from tests import make
from tests.orders.conftest import CONTACT, NOW, World, staff

PACKAGES = ("mc-premium", "ec-premium", "event-staff")


@dataclass
class Tenant(World):
    """A customer with an order in every state; names as long as the other customer's, so that answers are equally long."""

    word: str = ""
    people: dict[str, User] = field(default_factory=dict)
    key_token: str = ""
    key_prefix: str = ""
    bulk_key: str = ""
    calendar_token: str = ""
    endpoint_key: str = ""
    delivery_key: str = ""
    invitation: Invitation | None = None
    invitation_token: str = ""
    hook_token: str = ""
    answer_token: str = ""
    link_tokens: dict[str, str] = field(default_factory=dict)
    rehearsal: Appointment | None = None
    orders: dict[str, Order] = field(default_factory=dict)
    invoice: Invoice | None = None
    export: ExportJob | None = None
    threads: dict[str, Thread] = field(default_factory=dict)

    @property
    def contact_email(self) -> str:
        return f"contact@{self.word}.example"

    def ask(self, code: str = "mc-premium", **asked: Any) -> Availability:
        contact = replace(CONTACT, email=self.contact_email, company=f"Company {self.word}")
        return replace(super().ask(code, **asked), contact=contact)

    def membership(self, role: str) -> Membership:
        return Membership.objects.get(organisation=self.organisation, user=self.people[role])

    def place(self, name: str, code: str = "mc-premium", *, day: int = 20, month: int = 4, **asked: Any) -> Order:
        draft = self.draft(code, when=self.when(datetime(2027, month, day, 10)), **asked)
        self.orders[name] = place_order(draft, accept_terms=True, by=self.orderer, now=NOW)
        return self.orders[name]


@dataclass
class Visitor:
    """Somebody at the portal: a browser with a session, or a program with a key."""

    name: str
    client: Client
    tenant: Tenant | None = None
    role: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def is_desk(self) -> bool:
        """Works at the desk, so sees every customer and the admin."""
        return self.name in {"PM", "coordinator", "portal administrator"}

    @property
    def is_staff(self) -> bool:
        return self.is_desk or self.name in {"analyst", "producer"}

    @contextmanager
    def kept_session(self) -> Iterator[None]:
        """Whatever happens inside, signing out included, the browser keeps the cookies it had."""
        before = copy(self.client.cookies)
        yield
        self.client.cookies = before

    def ask(self, method: str, path: str, data: dict[str, Any] | None = None, **headers: Any) -> Any:
        """Send one request as a browser's form would, or as JSON below /api/."""
        more = {**self.headers, **headers}
        if path.startswith("/api/"):
            more = {"if-match": "*", **more}
            return self.client.generic(method, path, "{}" if data is None else data, content_type="application/json", headers=more)
        if method in {"GET", "HEAD"}:
            return getattr(self.client, method.lower())(path, data, headers=more)
        if method == "POST":
            return self.client.post(path, data or {}, headers=more)
        return self.client.generic(method, path, headers=more)


@dataclass
class TwoTenants:
    """Ours and theirs: every visitor who belongs to a customer belongs to `ours`, but for the other customer's key."""

    ours: Tenant
    theirs: Tenant
    staff: dict[str, StaffMember]

    @cached_property
    def visitors(self) -> dict[str, Visitor]:
        made = [
            Visitor("anonymous", browser()),
            Visitor("guest", guest(self.ours), self.ours),
            *(Visitor(role.lower(), browser(person), self.ours, role) for role, person in self.ours.people.items()),
            *(Visitor(name, browser(person.user)) for name, person in self.staff.items()),
            Visitor("our key", browser(), self.ours, headers={"authorization": f"Bearer {self.ours.key_token}"}),
            Visitor("their key", browser(), self.theirs, headers={"authorization": f"Bearer {self.theirs.key_token}"}),
        ]
        return {each.name: each for each in made}


def browser(person: User | None = None, **options: Any) -> Client:
    """A browser that shows error pages instead of raising."""
    client = Client(raise_request_exception=False, **options)
    if person:
        client.force_login(person)
    return client


def guest(tenant: Tenant) -> Client:
    """Nobody we know, who has spent both one-time links of one order."""
    client = browser()
    with kept_links():
        client.post(f"/orders/link/{tenant.link_tokens['MOVE']}/")
        grants = client.session["order_grants"]
        client.post(f"/orders/link/{tenant.link_tokens['CANCEL']}/")
        session = client.session
        session["order_grants"] = {**grants, **session["order_grants"]}
        session.save()
    return client


@contextmanager
def kept_links() -> Iterator[None]:
    """Spent links become fresh again."""
    yield
    with scope(EVERYTHING):
        OneTimeLink.objects.update(used_at=None)


@contextmanager
def undone() -> Iterator[None]:
    """Nothing of what happens inside stays."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def two_tenants() -> TwoTenants:
    """Under the scope of everything."""
    with scope(EVERYTHING):
        load_catalogue()
        people = {
            "coordinator": staff("COORDINATOR", 1)[0],
            "PM": staff("PM", 1)[0],
            "portal administrator": make.staff_member("ADMINISTRATOR", person=make.superuser()),
        }
        producers, analysts = staff("PRODUCER", 6), staff("ANALYST", 2)
        ours = _tenant("northwind", people["coordinator"], producers, analysts)
        theirs = _tenant("southeast", people["coordinator"], producers, analysts)
        our_analyst, their_analyst = _booked(ours.orders["french"], "ANALYST"), _booked(theirs.orders["french"], "ANALYST")
        RetentionRun.objects.create(ran_at=NOW, counts={})
        StaffMember.objects.filter(roles__contains=["PM"]).update(holiday_calendar="CA-QC")  # so that loading its holidays would show
        make.holiday("CA-QC", NOW.date())
        someone = theirs.people[Role.VIEWER]
        Authenticator.objects.create(user=someone, type=Authenticator.Type.TOTP, data={"secret": "GEZDGNBVGY3TQOJQ"})
        assert our_analyst != their_analyst
        number_events(now=NOW)
        for tenant in (ours, theirs):
            delivery = Delivery.objects.filter(endpoint__key=tenant.endpoint_key).order_by("id")[0]
            record_outcome(delivery, Outcome(200), now=NOW)
            tenant.delivery_key = delivery.key
        producer = _booked(ours.orders["confirmed"], "PRODUCER")
        assert producer != _booked(theirs.orders["confirmed"], "PRODUCER")
        return TwoTenants(ours, theirs, {**people, "analyst": our_analyst, "producer": producer})


def _booked(order: Order, role: str) -> StaffMember:
    assert order.engagement
    return order.engagement.assignments.get(role=role).staff


def _tenant(word: str, coordinator: StaffMember, producers: list[StaffMember], analysts: list[StaffMember]) -> Tenant:
    organisation = make.organisation(f"{word.title()} Training", key=word, zone="America/Montreal")
    people = {role: make.member(organisation, role, email=f"{role.lower()}@{word}.example") for role in Role.values}
    site = make.site(organisation, host_name=f"{word}.webex.example", zone="America/Montreal")
    made = Tenant(organisation, site, people[Role.ORDERER], coordinator, producers, analysts, word=word, people=people)
    for code in PACKAGES:
        made.entitle(code, quantity=20)
    _secrets(made)
    url = f"https://crm.{word}.example/hooks"
    made.endpoint_key = add_endpoint(organisation=organisation, url=url, kinds=[], description=f"CRM of {word}", now=NOW).endpoint.key
    _orders(made)
    _event_day(made)
    _planning(made)
    _afterwards(made)
    return made


def _secrets(made: Tenant) -> None:
    key, made.key_token = make.api_key(made.organisation, KeyScope.values, created_at=NOW - timedelta(hours=1))
    made.key_prefix = key.prefix
    made.calendar_token = make_feed(organisation=made.organisation, user=None, now=NOW)
    made.invitation_token = new_token()
    made.invitation = make.invitation(made.organisation, f"new@{made.word}.example", digest=digest_of(made.invitation_token))
    made.hook_token = new_token()
    make.webex_rows(make.webex_connection(made.site, made.people[Role.ADMINISTRATOR], made.hook_token))


def _orders(made: Tenant) -> None:
    """One of each state; the draft is answered to the last step."""
    made.place("confirmed")
    french = made.place("french", "event-staff", day=22)
    OrderService.objects.create(organisation=made.organisation, order=french, service=Service.objects.order_by("pk")[0])
    made.place("late", day=9, month=3)
    made.place("unspoken", language="de", day=26)
    offered = made.place("offered", day=10, month=3)
    offer_time(offered, first=DayWish(datetime(2027, 4, 27, 10), timedelta(), None), by=made.coordinator.user, now=NOW)
    gone = made.place("cancelled", day=28)
    made.orders["cancelled"] = cancel_order(gone, accept_fee=None, reason="Plans changed.", by=made.orderer, now=NOW)
    costly = made.place("costly", day=16)
    made.orders["costly"] = cancel_order(costly, accept_fee=Decimal(10_000), by=made.orderer, now=datetime(2027, 4, 10, tzinfo=UTC))
    (made.invoice,) = settle_order(costly, now=NOW)
    for name in ("confirmed", "french"):
        make_report(made.orders[name].engagement, now=NOW, insist=True)
    made.export = ask_for_export(
        listing=LISTINGS["orders"], filters=Filters(), kind="csv", organisation=made.organisation, by=made.people[Role.ADMINISTRATOR],
        language="en", now=datetime.now(UTC),
    )  # fmt: skip
    ExportJob.objects.filter(pk=made.export.pk).update(state="DONE", finished_at=NOW)
    ExportPart.objects.create(organisation=made.organisation, job=made.export, position=0, content=made.word.encode())
    made.orders["draft"] = made.draft(when=made.when(datetime(2027, 4, 29, 10)))
    Order.objects.filter(pk=made.orders["draft"].pk).update(step=Order.Step.CHECK)
    for action in OneTimeLink.Action.values:
        made.link_tokens[action] = new_token()
        OneTimeLink.objects.create(
            organisation=made.organisation, order=made.orders["confirmed"], action=action, token_hash=hashed(made.link_tokens[action]),
            order_version=made.orders["confirmed"].version, created_at=NOW, expires_at=NOW + timedelta(minutes=30),
        )  # fmt: skip
    for name in ("confirmed", "french"):
        made.threads[name] = open_thread(
            made.orders[name], key=public_key(), subject=f"Two more hosts for {made.word}", size="MINOR", text="As we said.",
            by=made.orderer, now=NOW,
        )  # fmt: skip
    question = Question(made.package("mc-premium"), made.site, made.when(), "en")
    made.bulk_key = ask_in_bulk(made.organisation, [question], language="en", now=NOW).key
    IdempotentAnswer.objects.create(
        organisation=made.organisation, key="once", path="/api/v1/orders/", body_hash="0" * 64, status=201, body=b"{}",
        content_type="application/json", created_at=NOW,
    )  # fmt: skip


def _event_day(made: Tenant) -> None:
    """What comes up on an event day, at its first minute."""
    engagement, by = made.orders["french"].engagement, made.coordinator.user
    assert engagement
    at = {"by": by, "now": engagement.starts_at}
    report_incident(engagement, key=f"{made.word}-i", what="No sound", severity="MINOR", happened_at=engagement.starts_at, **at)
    note_change(engagement, key=f"{made.word}-c", kind="PLATFORM", what="Rename", asked_by="", asked_at=engagement.starts_at, by=by)
    write_note(engagement, key=f"{made.word}-n", text="Room 2 echoes.", written_at=engagement.starts_at, by=by)
    Tick.objects.create(
        organisation=made.organisation, task=engagement.tasks.order_by("pk")[0], key=f"{made.word}-t", done=True, made_by=by,
        made_at=engagement.starts_at, arrived_at=engagement.starts_at, outcome=Tick.Outcome.APPLIED,
    )  # fmt: skip


def _planning(made: Tenant) -> None:
    """What the project manager keeps, and an open question to the analyst."""
    engagement, by = made.orders["french"].engagement, made.coordinator.user
    assert engagement
    add_speaker(engagement, name=f"Ada {made.word}", email=f"ada@{made.word}.example", link="https://example.com/join", by=by)
    week_before = engagement.starts_at - timedelta(days=7, hours=3 * (made.word == "northwind"))  # one PM for both
    made.rehearsal = book_appointment(engagement, kind="REHEARSAL", option=2, starts_at=week_before, by=by, now=NOW)
    add_deliverable(engagement, title=f"Run of show {made.word}", due_on=None, by=by, now=NOW)
    log_communication(engagement, at=NOW, channel="CALL", with_whom=f"Contact {made.word}", summary="Agreed.", by=by)
    made.answer_token = new_token()
    Assignment.objects.filter(engagement=engagement, role="ANALYST").update(token_hash=hashed(made.answer_token))


def _afterwards(made: Tenant) -> None:
    """What remains of an event, a row of each table."""
    organisation, engagement = made.organisation, made.orders["french"].engagement
    assert engagement
    session = Session.objects.filter(engagement=engagement).order_by("pk")[0]
    ends = engagement.ends_at
    budget = HoursBudget.objects.filter(engagement=engagement)[0]
    HoursEntry.objects.create(
        organisation=organisation, budget=budget, key=f"{made.word}-h", kind="WORK", minutes=30, reason="Upload", entered_at=ends
    )
    recording = Recording.objects.create(
        organisation=organisation, session=session, key=f"{made.word}-r", url=f"https://{made.site.host_name}/r/1", place="SITE",
        formats=["MP4"], added_at=ends, expires_at=ends + timedelta(days=90),
    )  # fmt: skip
    RecordingDownload.objects.create(organisation=organisation, recording=recording, opened_at=ends)
    RepositoryGrant.objects.create(
        organisation=organisation, engagement=engagement, host_name=f"files.{made.word}.example", valid_from=NOW, valid_until=ends,
        granted_at=NOW,
    )  # fmt: skip
    ReadinessMark.objects.create(
        organisation=organisation, engagement=engagement, starts_at=engagement.starts_at, days=14, looked_at=NOW, open_items=3, percent=20
    )
    Attendance.objects.create(organisation=organisation, session=session, registered=20, attended=12, imported_at=ends)
    PromiseCount.objects.create(
        organisation=organisation, engagement=engagement, package=engagement.package, starts_at=engagement.starts_at, counted_at=NOW
    )


def text_of(response: Any) -> str:
    """The body, whatever it is made of."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return str(body.decode(errors="replace"))


NONCES = re.compile(r"""name="csrfmiddlewaretoken" value="[^"]+"|nonce="[^"]+"|'nonce-[^']+'|"csrfToken":"[^"]+"|X-CSRFToken[^,}]+""")


BY_CHANCE = {"X-Request-ID", "RateLimit"}


@dataclass(frozen=True)
class Shown:
    """What somebody can tell of an answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    cookies: tuple[str, ...]
    body: str


def shown(response: Any, *typed: str) -> Shown:
    """An answer without what differs by chance, and without what the reader asked for themselves."""

    def plain(text: str) -> str:
        text = NONCES.sub("~", text)
        for word in typed:
            text = text.replace(word, "~")
        return text

    headers = sorted((name, plain(value)) for name, value in response.headers.items() if name not in BY_CHANCE)
    return Shown(response.status_code, tuple(headers), tuple(sorted(response.cookies)), plain(text_of(response)))
