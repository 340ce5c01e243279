"""The people of the demo: both customers, and the provider's staff with their hours, languages, certificates and leave."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import holidays
from django.conf import settings
from django.contrib.auth.hashers import make_password

from assist_portal.sandbox.opening import open_sandbox
from catalog.models import Family, StaffRole
from customers.actions.members import add_member
from customers.actions.organisations import add_site
from customers.actions.people import create_person
from customers.keys import digest_of
from customers.models import ApiKey, KeyScope, LeadTimePolicy, Organisation, Platform, Role, ScheduleUpdates, Site, User
from scheduling.actions import add_leave, set_certificate, set_hours
from scheduling.models import Certificate, Holiday, StaffMember

PASSWORD = "demo-assist-2026"  # noqa: S105 - the documented password of the demo
DAY = timedelta(days=1)
WEEKDAYS, ALL_WEEK = range(5), range(7)
EVERY_FAMILY = ("ec", "tc", "mc")


@dataclass(frozen=True)
class Producer:
    """One line of the list below; `until` is the days from now to the last valid day of their certificates."""

    first_name: str
    last_name: str
    zone: str
    calendar: str
    languages: tuple[str, ...]
    families: tuple[str, ...] = EVERY_FAMILY
    until: int = 400
    week: Iterable[int] = WEEKDAYS
    hours: tuple[int, int] = (8, 18)


# Maya, Inès and Liam work long shifts on all days, a third of the world apart: at any moment somebody is there.
# Noah works on public holidays, so that the orders below find somebody whatever day the demo is made on.
PRODUCERS = (
    Producer("Noah", "Fraser", "America/Toronto", "", ("en", "fr")),
    Producer("Chloé", "Gagnon", "America/Montreal", "CA-QC", ("fr", "en")),
    Producer("Maya", "Brooks", "America/New_York", "", ("en", "es"), families=("ec", "mc"), week=ALL_WEEK, hours=(6, 22)),
    Producer("Diego", "Álvarez", "America/Mexico_City", "MX", ("es", "en"), families=("ec", "mc")),
    Producer("Ana", "Souza", "America/Sao_Paulo", "BR-SP", ("pt", "es", "en"), families=("mc",)),
    Producer("Oliver", "Grant", "Europe/London", "GB-ENG", ("en",), families=("ec", "mc")),
    Producer("Inès", "Laurent", "Europe/Paris", "", ("fr", "en"), families=("ec", "mc"), week=ALL_WEEK, hours=(6, 22)),
    Producer("Lukas", "Meyer", "Europe/Berlin", "DE-BE", ("de", "en"), families=("tc",), until=12),  # expires soon
    Producer("Sofia", "Rossi", "Europe/Rome", "IT", ("it", "en"), families=("tc",), until=-20),  # has expired
    Producer("Kavya", "Nair", "Asia/Kolkata", "IN-KA", ("en",), families=("ec", "mc")),
    Producer("Yuki", "Tanaka", "Asia/Tokyo", "JP", ("ja", "en"), families=("mc",)),
    Producer("Liam", "Walsh", "Australia/Sydney", "", ("en",), families=("ec", "mc"), week=ALL_WEEK, hours=(6, 22)),
)


@dataclass(frozen=True)
class Customer:
    """One of the two organisations, with who orders there."""

    organisation: Organisation
    site: Site
    administrator: User
    orderer: User


@dataclass(frozen=True)
class People:
    """Everyone the orders need by name."""

    northwind: Customer
    globex: Customer
    carmen: User
    producers: dict[str, StaffMember]


def make_people(now: datetime) -> People:
    """Make both customers and the provider's staff. The password is hashed once: it is slow on purpose."""
    hashed = make_password(PASSWORD)
    northwind, globex = _northwind(hashed), _globex(hashed)
    carmen = _team(hashed)
    producers = {each.first_name: _producer(each, hashed, now=now) for each in PRODUCERS}
    _holidays(now)
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
    add_leave(producers["Oliver"], start_at=noon - 2 * DAY, end_at=noon + 5 * DAY, reason="Annual leave", now=now)
    add_leave(producers["Kavya"], start_at=noon + 30 * DAY, end_at=noon + 44 * DAY, reason="Parental leave", now=now)
    return People(northwind, globex, carmen, producers)


def make_sandbox(*, now: datetime) -> Customer:
    """Give Northwind's programs a place to rehearse in; nobody signs in there."""
    site = open_sandbox(key="northwind-sandbox", name="Northwind sandbox", zone="America/Toronto", now=now)
    dana = User.objects.get(email="dana@northwind.example")
    return Customer(site.organisation, site, dana, dana)


def make_api_key(customer: Customer, *, now: datetime) -> None:
    """Give the organisation's programs a key whose token `api_key_of` can name again: only a demo may do that."""
    token = api_key_of(customer.organisation.key)
    _tag, prefix, secret = token.split("_")
    ApiKey.objects.create(
        organisation=customer.organisation, name="Demo", prefix=prefix, digest=digest_of(secret), created_by=customer.administrator,
        scopes=list(KeyScope.values), created_at=now, expires_at=now + 365 * DAY,
    )  # fmt: skip


def api_key_of(organisation: str) -> str:
    """The demo's API key of an organisation, drawn from this installation's own secret, so that it can be printed again."""
    drawn = hmac.new(settings.SECRET_KEY.encode(), f"demo key of {organisation}".encode(), hashlib.sha256).hexdigest()
    return f"ap_{drawn[:16]}_{digest_of(drawn)}"


def _northwind(hashed: str) -> Customer:
    organisation = Organisation.objects.create(key="northwind", name="Northwind Training", language="en", zone="America/Toronto")
    site = add_site(
        organisation=organisation, host_name="northwind.webex.example", platform=Platform.EVENTS, zone="America/Toronto",
        schedule_updates=ScheduleUpdates.MANUAL,
    )  # fmt: skip
    dana = _person("dana@northwind.example", "Dana", "Noor", hashed, phone="+14165550123")
    omar = _person("omar@northwind.example", "Omar", "Haddad", hashed, phone="+14165550124")
    vera = _person("vera@northwind.example", "Vera", "Lindqvist", hashed, phone="+14165550125")
    for user, role in ((dana, Role.ADMINISTRATOR), (omar, Role.ORDERER), (vera, Role.VIEWER)):
        add_member(organisation=organisation, user=user, role=role)
    return Customer(organisation, site, dana, omar)


def _globex(hashed: str) -> Customer:
    organisation = Organisation.objects.create(
        key="globex", name="Globex", language="fr", zone="America/Montreal", lead_time_policy=LeadTimePolicy.NEEDS_APPROVAL
    )
    site = add_site(
        organisation=organisation, host_name="globex.webex.example", platform=Platform.WEBINARS, zone="America/Montreal",
        schedule_updates=ScheduleUpdates.AUTO_AFTER_CONFIRM,
    )  # fmt: skip
    gina = _person("gina@globex.example", "Gina", "Beaulieu", hashed, phone="+15145550126", language="fr", zone="America/Montreal")
    add_member(organisation=organisation, user=gina, role=Role.ADMINISTRATOR)
    return Customer(organisation, site, gina, gina)


def _team(hashed: str) -> User:
    """Everyone but the producers; gives back the coordinator. Analysts travel with their events, so any hour may be theirs."""
    admin = _person("admin@assist.example", "Alex", "Moreau", hashed, is_staff=True, is_superuser=True)
    priya = _person("priya@assist.example", "Priya", "Raman", hashed, is_staff=True, phone="+14165550131")
    anton = _person("anton@assist.example", "Anton", "Berg", hashed, is_staff=True, phone="+14165550132")
    amelie = _person("amelie@assist.example", "Amélie", "Tremblay", hashed, is_staff=True, phone="+15145550133", language="fr")
    carmen = _person("carmen@assist.example", "Carmen", "Ortiz", hashed, is_staff=True, phone="+14165550134")
    for user, role, languages, week, hours in (
        (admin, StaffRole.ADMINISTRATOR, ("en", "fr"), WEEKDAYS, (9, 17)),
        (priya, StaffRole.PM, ("en", "fr"), WEEKDAYS, (8, 18)),
        (anton, StaffRole.ANALYST, ("en", "fr", "de"), ALL_WEEK, (0, 24)),
        (amelie, StaffRole.ANALYST, ("fr", "en"), ALL_WEEK, (0, 24)),
        (carmen, StaffRole.COORDINATOR, ("en", "fr", "es"), WEEKDAYS, (8, 18)),
    ):
        staff = StaffMember.objects.create(user=user, roles=[role], zone="America/Toronto", languages=list(languages))
        set_hours(staff, _week(week, hours))
    return carmen


def _producer(each: Producer, hashed: str, *, now: datetime) -> StaffMember:
    plain = each.first_name.lower().translate(str.maketrans("éè", "ee"))
    user = _person(f"{plain}@assist.example", each.first_name, each.last_name, hashed, is_staff=True, zone=each.zone, phone="+14165550140")
    staff = StaffMember.objects.create(
        user=user, roles=[StaffRole.PRODUCER], zone=each.zone, languages=list(each.languages), holiday_calendar=each.calendar
    )
    set_hours(staff, _week(each.week, each.hours))
    for family in Family.objects.filter(code__in=each.families).order_by("id"):
        certificate = Certificate(staff=staff, family=family, valid_from=now.date() - 500 * DAY, valid_until=now.date() + each.until * DAY)
        set_certificate(certificate, now=now)
    return staff


def _week(days: Iterable[int], hours: Sequence[int]) -> list[tuple[int, time, time]]:
    return [(day, time(hours[0]), time(hours[1] % 24)) for day in days]


def _person(
    email: str, first_name: str, last_name: str, hashed: str, *, is_staff: bool = False, is_superuser: bool = False, phone: str = "",
    language: str = "en", zone: str = "America/Toronto",
) -> User:  # fmt: skip
    user = create_person(
        email=email, first_name=first_name, last_name=last_name, phone=phone, language=language, zone=zone, is_staff=is_staff,
        is_superuser=is_superuser,
    )  # fmt: skip
    user.password = hashed
    user.save(update_fields=["password"])
    return user


def _holidays(now: datetime) -> None:
    rows = []
    for calendar in sorted({each.calendar for each in PRODUCERS if each.calendar}):
        country, _dash, region = calendar.partition("-")
        days: dict[date, str] = holidays.country_holidays(country, subdiv=region or None, years=[now.year, now.year + 1])
        rows += [Holiday(calendar=calendar, on=on, name=name[:120]) for on, name in sorted(days.items())]
    Holiday.objects.bulk_create(rows)
