"""The smallest valid row of each kind, typed. Each opens the scope of everything for itself and puts the former one back."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

from allauth.account.models import EmailAddress
from django.db import connection

from catalog.models import Family, Package, PackageRole, PackageService, Service, TaskTemplate
from customers.keys import NewKey, digest_of, new_key, new_token
from customers.models import ApiKey, Invitation, KeyScope, Membership, Organisation, Role, Site, User
from customers.sealing import seal
from customers.tenancy import EVERYTHING, scope
from engagements.actions import open_engagement
from engagements.brief import Brief, DayBrief
from engagements.models import Engagement
from orders.models import Order
from scheduling.models import Booking, Certificate, Holiday, Leave, StaffMember, WorkingHours
from scheduling.needs import Need
from scheduling.windows import EventDay, Rule
from webex.models import Connection, FoundRecording, Hint, SiteUpdate, WatchedMeeting

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)  # a Monday
PASSWORD = "correct horse battery"

_next = count(1).__next__


# customers ----------------------------------------------------------------------------------------------------------


@scope(EVERYTHING)
def organisation(name: str = "", **fields: Any) -> Organisation:
    number = _next()
    fields.setdefault("key", f"org-{number}")
    return Organisation.objects.create(name=name or f"Organisation {number}", **fields)


@scope(EVERYTHING)
def site(of: Organisation | None = None, **fields: Any) -> Site:
    fields.setdefault("host_name", f"site-{_next()}.webex.example")
    return Site.objects.create(organisation=of or organisation(), **fields)


@scope(EVERYTHING)
def user(email: str = "", password: str | None = None, **fields: Any) -> User:
    """Without a password: `client.force_login(user)` needs none."""
    number = _next()
    fields = {"first_name": "Pat", "last_name": f"Person {number}", **fields}
    person = User.objects.create_user(email or f"person-{number}@people.example", password, **fields)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


@scope(EVERYTHING)
def membership(of: Organisation | None = None, role: str = Role.ORDERER, person: User | None = None) -> Membership:
    return Membership.objects.create(organisation=of or organisation(), user=person or user(), role=role)


def member(of: Organisation | None = None, role: str = Role.ORDERER, **fields: Any) -> User:
    """A person who works for the organisation."""
    return membership(of, role, user(**fields)).user


def staff_user(email: str = "", **fields: Any) -> User:
    """One of the provider's staff; the roles are scheduling's."""
    return user(email, **{"is_staff": True, **fields})


def superuser(email: str = "", **fields: Any) -> User:
    return user(email, **{"is_staff": True, "is_superuser": True, **fields})


@scope(EVERYTHING)
def invitation(of: Organisation | None = None, email: str = "", **fields: Any) -> Invitation:
    """Nobody knows its token; tests that accept one call `invite`."""
    number = _next()
    values = {"created_at": NOW, "expires_at": NOW + timedelta(days=7), "digest": f"{number:064x}", **fields}
    values.setdefault("invited_by", staff_user())
    return Invitation.objects.create(organisation=of or organisation(), email=email or f"guest-{number}@people.example", **values)


@scope(EVERYTHING)
def api_key(
    of: Organisation | None = None, scopes: list[str] | None = None, created_at: datetime | None = None, **fields: Any
) -> tuple[ApiKey, str]:
    """The row, and the token to send as `Authorization: Bearer <token>`. Made an hour ago by the real clock, valid for a year."""
    made_at = created_at or datetime.now(UTC) - timedelta(hours=1)
    new: NewKey = new_key()
    values = {
        "name": "CRM",
        "scopes": scopes or [KeyScope.ORDERS_READ, KeyScope.ORDERS_WRITE],
        "created_at": made_at,
        "expires_at": made_at + timedelta(days=365),
        **fields,
    }
    values.setdefault("created_by", staff_user())
    key = ApiKey.objects.create(organisation=of or organisation(), prefix=new.prefix, digest=new.digest, **values)
    return key, new.token


# scheduling ---------------------------------------------------------------------------------------------------------

SHORT_LEAD = Rule(lead_in=timedelta(minutes=30))  # what an English package staffs; Source: S3
NINE_HOURS = Rule(timedelta(minutes=30), timedelta(minutes=30), timedelta(hours=9))  # the French one; Source: S85
AROUND_THE_CLOCK = [(weekday, time(), time()) for weekday in range(7)]
OFFICE_WEEK = [(weekday, time(9), time(17)) for weekday in range(5)]


def family(code: str = "meetings") -> Family:
    return Family.objects.get_or_create(code=code, defaults={"name_en": code.title(), "name_fr": code.title()})[0]


def staff_member(
    *roles: str, week: Iterable[tuple[int, time, time]] | None = AROUND_THE_CLOCK, person: User | None = None, **fields: Any
) -> StaffMember:
    """A producer who speaks English and works around the clock, unless told otherwise."""
    values = {"roles": list(roles) or ["PRODUCER"], "languages": ["en"], "zone": "UTC", **fields}
    staff = StaffMember.objects.create(user=person or staff_user(), **values)
    working_week(staff, week or [])
    return staff


def working_week(of: StaffMember, week: Iterable[tuple[int, time, time]] = OFFICE_WEEK) -> list[WorkingHours]:
    rows = [WorkingHours(staff=of, weekday=weekday, starts=starts, ends=ends) for weekday, starts, ends in week]
    return WorkingHours.objects.bulk_create(rows)


def certificate(
    of: StaffMember, kind: Family | None = None, valid_from: date = date(2026, 1, 1), valid_until: date = date(2028, 12, 31)
) -> Certificate:
    return Certificate.objects.create(staff=of, family=kind or family(), valid_from=valid_from, valid_until=valid_until)


def leave(of: StaffMember, start_at: datetime, end_at: datetime) -> Leave:
    """The row alone; `scheduling.actions.add_leave` also marks bookings."""
    return Leave.objects.create(staff=of, start_at=start_at, end_at=end_at)


def holiday(calendar: str, on: date) -> Holiday:
    return Holiday.objects.create(calendar=calendar, on=on, name="Holiday")


def booking(of: StaffMember, start_at: datetime, hours: float = 1, **fields: Any) -> Booking:
    """Booked for an event under a reference of its own."""
    values = {"purpose": "EVENT", "state": "BOOKED", "reference": f"ref-{_next()}", "end_at": start_at + timedelta(hours=hours), **fields}
    return Booking.objects.create(staff=of, start_at=start_at, **values)


def need(
    starts_at: datetime = NOW + timedelta(days=7),
    hours: float = 1,
    *,
    days: int = 1,
    role: str = "PRODUCER",
    of: Family | None = None,
    language: str = "en",
    zone: str = "UTC",
    rule: Rule = SHORT_LEAD,
) -> Need:
    """One producer for an hour, next week; `hours` is the event's, the rule adds the help before and after."""
    starts = [starts_at + timedelta(days=n) for n in range(days)]
    event_days = tuple(EventDay(start, start + timedelta(hours=hours)) for start in starts)
    return Need(role, of.pk if of else None, language, zone, event_days, rule)


# engagements --------------------------------------------------------------------------------------------------------

EVENT_STARTS = datetime(2027, 4, 6, 14, 0, tzinfo=UTC)  # a Tuesday, five weeks after NOW; 10:00 in Montreal


@scope(EVERYTHING)
def staffed_package(team: dict[str, int] | None = None, booked: str = "ANALYST", **fields: Any) -> Package:
    """The French team by default: one PM, one analyst who is booked for the windows. Without duties."""
    number = _next()
    values = {
        "code": f"package-{number}", "name_en": f"Package {number}", "name_fr": f"Forfait {number}", "event_kinds": ["EVENT"],
        "lead_in_minutes": 30, "lead_out_minutes": 30, "daily_cap_minutes": 540, "max_days": 3, "price": 100, **fields,
    }  # fmt: skip
    values.setdefault("family", family())
    package = Package.objects.create(**values)
    roles = {"PM": 1, "ANALYST": 1} if team is None else team
    PackageRole.objects.bulk_create(
        PackageRole(package=package, role=role, count=count, books_window=role == booked) for role, count in roles.items()
    )
    return package


@scope(EVERYTHING)
def duty(of: Package, anchor: str = "EVENT_START", offset: int = 0, **fields: Any) -> TaskTemplate:
    """A promise of the PM, counted in elapsed minutes, unless told otherwise."""
    number = _next()
    values = {
        "code": f"duty-{number}", "title_en": f"Duty {number}", "title_fr": f"Tâche {number}", "side": "PROVIDER", "phase": "PLANNING",
        "source": "test", "position": number % 1000, **fields,
    }  # fmt: skip
    values.setdefault("role", "PM" if values["side"] == "PROVIDER" else "")
    return TaskTemplate.objects.create(package=of, anchor=anchor, offset=offset, **values)


@scope(EVERYTHING)
def cell(of: Package, code: str, inclusion: str = "INCLUDED", minutes: int = 60) -> PackageService:
    """The package says something about a service that takes so long."""
    offered = service(code)
    Service.objects.filter(pk=offered.pk).update(minutes=minutes)
    charge = {"amount": 10, "unit": "HOUR"} if inclusion in {"HOURLY", "ADD_ON"} else {}
    return PackageService.objects.create(package=of, service=offered, inclusion=inclusion, **charge)


@scope(EVERYTHING)
def service(code: str) -> Service:
    values = {"name_en": code, "name_fr": code, "description_en": code, "description_fr": code, "source": "test"}
    return Service.objects.get_or_create(code=code, defaults=values)[0]


def day_briefs(starts_at: datetime = EVENT_STARTS, days: int = 1, hours: float = 2, rule: Rule = NINE_HOURS) -> tuple[DayBrief, ...]:
    covered = need(starts_at, hours, days=days, rule=rule).windows
    return tuple(DayBrief(each.day.starts_at, each.day.ends_at, each.opens_at, each.closes_at) for each in covered)


def brief(of: Package, organisation: Organisation, **fields: Any) -> Brief:
    """What an order says about one day in Montreal, five weeks ahead, with nobody booked."""
    number = _next()
    values = {
        "number": f"PR-{number}", "reference": f"order-{number}", "title": "Spring summit", "contact_name": "Dana Field",
        "contact_email": f"dana-{number}@people.example", "language": "en", "assist_language": "en", "zone": "America/Montreal",
        "days": day_briefs(), "conditions": frozenset(), "services": frozenset(), "booked": None, **fields,
    }  # fmt: skip
    return Brief(organisation=organisation, package=of, **values)


@scope(EVERYTHING)
def engagement(
    of: Organisation | None = None, package: Package | None = None, booked: StaffMember | None = None, now: datetime = NOW, **fields: Any
) -> Engagement:
    """Opened for an order; `booked` has the windows in their calendar too."""
    values = {"booked": booked, **fields}
    asked = brief(package or staffed_package(), of or organisation(), **values)
    if booked:
        for day in asked.days:
            hours = (day.window_ends_at - day.window_starts_at) / timedelta(hours=1)
            booking(booked, day.window_starts_at, hours, reference=asked.reference)
    return open_engagement(asked, by=None, now=now)


# webex --------------------------------------------------------------------------------------------------------------


@scope(EVERYTHING)
def webex_connection(of: Site, by: User, token: str = "", **fields: Any) -> Connection:
    """Connected with credentials that open nothing; `token` is what the address of its notifications ends with."""
    token = token or new_token()
    values = {
        "client_id": "client", "client_secret_sealed": seal("secret"), "access_token_sealed": seal("access"),
        "refresh_token_sealed": seal("refresh"), "access_expires_at": NOW + timedelta(days=14), "hook_digest": digest_of(token),
        "hook_token_sealed": seal(token), "hook_secret_sealed": seal("hook secret"), "connected_by": by, "connected_at": NOW,
        "checked_at": NOW, **fields,
    }  # fmt: skip
    return Connection.objects.create(organisation_id=of.organisation_id, site=of, **values)


@scope(EVERYTHING)
def webex_rows(of: Connection, reference: str = "") -> WatchedMeeting:
    """One of everything a connection leads to."""
    org, day = {"organisation_id": of.organisation_id}, {"starts_at": EVENT_STARTS, "ends_at": EVENT_STARTS + timedelta(hours=1)}
    meeting = {"meeting_number": "25512340987", "host_email": "ana@host.example", "reference": reference or f"PR-{_next()}", "position": 1}
    watched = WatchedMeeting.objects.create(**org, site_id=of.site_id, **meeting, **day)
    FoundRecording.objects.create(**org, watched=watched, recording_id="r", playback_url="https://site.example/r", found_at=NOW)
    SiteUpdate.objects.create(
        **org, site_id=of.site_id, kind="CHANGE", **meeting, **day, old_starts_at=NOW, zone="UTC", asked_at=NOW, next_try_at=NOW
    )
    Hint.objects.create(**org, connection=of, digest="0" * 64, resource="meetings", event="ended", received_at=NOW)
    return watched


# orders -------------------------------------------------------------------------------------------------------------


@scope(EVERYTHING)
def copies(order: Order, count: int, *, first: int = 1) -> None:
    """As many cancelled orders more, numbered from the first, written by PostgreSQL itself."""
    skipped = {"id", "engagement_id", "number", "key", "external_reference", "state", "cancelled_at", "cancelled_because", "title"}
    names = ", ".join(field.attname for field in Order._meta.concrete_fields if field.attname not in skipped)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE orders_order DISABLE TRIGGER USER")  # the audit trail takes minutes for as many in one transaction
        cursor.execute(
            f"INSERT INTO orders_order ({names}, number, key, external_reference, state, cancelled_at, cancelled_because, title) "
            f"SELECT {names}, 'PR-' || lpad(n::text, 8, '0'), 'copy-' || n, '', 'CANCELLED', now(), 'CUSTOMER', '=Copy ' || n "
            "FROM orders_order, generate_series(%s, %s) AS n WHERE id = %s",
            [first, first + count - 1, order.pk],
        )
        cursor.execute("ALTER TABLE orders_order ENABLE TRIGGER USER")
