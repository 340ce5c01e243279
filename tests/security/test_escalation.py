"""Nobody writes what is not theirs, and nobody makes themselves more than they are. Source: promises rows 27 and 28"""

import json
import logging
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model
from django.forms import BaseForm, ModelForm
from rest_framework.serializers import BaseSerializer, ModelSerializer

import assist_portal.urls  # noqa: F401  # brings in every form and serializer
from customers.checks import tenant_tables
from customers.models import Membership, Role, User
from customers.tenancy import EVERYTHING, scope
from orders.models import Order
from scheduling.models import StaffMember
from tests.project.source import APPS, BASE_DIR
from tests.reliability.figures import FULL
from tests.security.addresses import addresses, samples, some_addresses
from tests.security.tenants import TwoTenants, Visitor, undone

pytestmark = pytest.mark.usefixtures("_quiet")


@pytest.fixture
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def offspring(parent: type) -> set[type]:
    return {parent} | {each for child in parent.__subclasses__() for each in offspring(child)}


def ours(parent: type) -> set[type]:
    return {each for each in offspring(parent) if each.__module__.split(".")[0] in APPS}


# What nobody sets by a form of a page: who owns a row, where it stands, what it costs, what somebody may do.
PROTECTED = set(
    """
    id pk key number state step version status organisation owner user entitlement engagement price cancellation terms
    waiting_reason answer_due_at placed_at confirmed_at cancelled_at cancelled_because cancellation_fee calendar_sequence is_staff
    is_superuser is_active password roles load last_login created_at created_by invited_by accepted_at expires_at revoked_at
    digest prefix lead_time_policy shows_contract_price business_days quantity used contract_percent
    """.split()  # noqa: SIM905  # forty quoted names are harder to read
)
FORMS_OF_THE_DESK = {
    "catalog.forms",
    "scheduling.forms",
    "orders.forms.desk",
    "engagements.forms.agenda",
    "engagements.forms.hours",
}  # behind the admin's door and its permissions
# A page's form may hold these, each with its reason.
ALLOWED = {
    ("SiteForm", "is_active"): "a customer's administrator switches own sites off",
    ("CancelForm", "version"): "says which state of the order was shown; it is compared, not written",
    ("MoveForm", "version"): "says which state of the order was shown; it is compared, not written",
    ("FindForm", "number"): "which order to look for; writes nothing",
    ("JoinForm", "password"): "one's own, on joining",
    ("ExportForm", "state"): "which orders to list; writes nothing",
    ("SettleForm", "state"): "what became of a minor change: that is the answer",
    **{
        (f"{name}Form", "key"): "drawn by the phone, so that an entry sent twice arrives once"
        for name in ("Change", "Day", "Incident", "Note", "Recording", "Resolve", "Room", "Session", "Settle", "Tick", "Worked")
    },
}


@pytest.mark.promise(27, "every form and call, with every column of every model besides")
def test_no_form_of_a_page_offers_a_protected_field() -> None:
    """The admin's forms apart, which only the desk opens; each model form lists its fields, none takes them all."""
    offered = set()
    for form in ours(BaseForm):
        if ".admin" in form.__module__ or form.__module__ in FORMS_OF_THE_DESK:
            continue
        names = set(getattr(form, "base_fields", {}))
        offered |= {(form.__name__, name) for name in names & PROTECTED}
        meta = getattr(form, "_meta", None)
        if issubclass(form, ModelForm) and meta and meta.model:
            assert meta.fields not in (None, "__all__"), form
    assert offered - set(ALLOWED) == set()


@pytest.mark.promise(27, "every form and call, with every column of every model besides")
def test_serializers_name_their_fields_one_by_one() -> None:
    """None is made from a model, so no column becomes writable by being added; prices and states are not among what is taken in."""
    serializers = ours(BaseSerializer)
    assert len(serializers) >= 4
    assert not [each for each in serializers if issubclass(each, ModelSerializer)]
    taking = [each for each in serializers if not each.__name__.endswith(("Out", "Query"))]  # what is answered, and filters
    taken = {(each.__name__, name) for each in taking for name in getattr(each, "_declared_fields", {})}
    assert {pair for pair in taken if pair[1] in PROTECTED} == set()


# What is posted besides the form -----------------------------------------------------------------------------------

EVENT = {
    "title": "Spring launch", "event_kind": "MEETING", "attendees": "9", "presenters": "", "sessions": "", "streaming": "NONE",
    "comments": "None.", "external_reference": "",
}  # fmt: skip
MEETING = {
    "is_scheduled": "yes",
    "own_host": "no",
    "host_id": "",
    "host_name": "Omar",
    "host_email": "",
    "meeting_number": "",
    "meeting_link": "",
}
AVAILABILITY = {
    "first_name": "Dana", "last_name": "Noor", "phone": "+15145550123", "email": "dana@northwind.example", "company": "Northwind",
    "package": "mc-premium", "zone": "America/Montreal", "date": "2027-05-04", "time": "10:00", "minutes": "60", "assist_language": "en",
}  # fmt: skip
SITE = {"platform": "EVENTS", "zone": "UTC", "schedule_updates": "MANUAL"}
PERSON = {"first_name": "Ada", "last_name": "Low"}
# Address: who posts, and a form filled in full. An address that writes and is not here fails below.
FILLED: dict[str, tuple[str, dict[str, str]]] = {
    "settings/me/": ("viewer", {**PERSON, "phone": "+15145550123", "language": "fr", "zone": "UTC", "report_mails": "MONTHLY"}),
    "settings/preferences/": ("administrator", {"language": "fr", "zone": "UTC"}),
    "settings/members/invite/": ("administrator", {"email": "fresh@northwind.example", "role": "VIEWER"}),
    "settings/members/<key>/": ("administrator", {"role": "ORDERER"}),
    "settings/members/<key>/remove/": ("administrator", {}),
    "settings/invitations/<key>/withdraw/": ("administrator", {}),
    "settings/sites/add/": ("administrator", {**SITE, "host_name": "fresh.webex.example"}),
    "settings/sites/<host_name>/": ("administrator", {**SITE, "is_active": "on"}),
    "settings/connections/<host_name>/": (
        "administrator",
        {"kind": "INTEGRATION", "client_id": "client", "client_secret": "secret", "refresh_token": "refresh"},
    ),
    "settings/connections/<host_name>/end/": ("administrator", {}),
    "settings/keys/add/": ("administrator", {"name": "CRM", "scopes": "orders:read", "valid_for": "90"}),
    "settings/keys/<prefix>/revoke/": ("administrator", {}),
    "organisation/": ("viewer", {"organisation": "northwind"}),
    "language/": ("viewer", {"language": "fr"}),
    "invitation/<token>/": ("anonymous", {**PERSON, "password": "a long sentence of words"}),
    "orders/new/": ("orderer", {"package": "mc-premium"}),
    "orders/find/": ("anonymous", {"number": "PR-3333-3333-R", "email": "a@b.example"}),
    "orders/link/<token>/": ("anonymous", {}),
    "orders/draft/<key>/availability/": ("orderer", AVAILABILITY),
    "orders/draft/<key>/coverage/": ("orderer", AVAILABILITY),
    "orders/draft/<key>/times/": ("orderer", {"starts_at": "2027-05-05T14:00:00+00:00"}),
    "orders/draft/<key>/meeting/": ("orderer", MEETING),
    "orders/draft/<key>/event/": ("orderer", EVENT),
    "orders/draft/<key>/check/": ("orderer", {"accept_terms": "on"}),
    "orders/draft/<key>/discard/": ("orderer", {}),
    "orders/<number>/move/": ("orderer", {"date": "2027-05-06", "time": "10:00", "schedule_update": "DONE", "confirm": "1"}),
    "orders/<number>/cancel/": ("guest", {"reason": "none", "fee": "0"}),
    "orders/<number>/answer/": ("orderer", {"accept": "1"}),
    "orders/<number>/board/": ("orderer", {"agenda": "final"}),
    "orders/<number>/changes/new/": ("orderer", {"subject": "The screen", "size": "MINOR", "text": "It is dark."}),
    "orders/changes/<key>/": ("orderer", {"text": "Is it?"}),
}
WRITE_NOTHING = {
    "",
    "packages/",
    "support/",
    "support/guides/<slug>/",
    "resources/",
    "settings/",
    "settings/connections/",
    "orders/<number>/",
    "orders/<number>/changes/",
    "invoices/<number>/",
    "invoices/<number>/pdf/",
    "files/<key>/",
    "calendar/<token>.ics",
    "my-day/",
    "my-day/manifest.webmanifest",
    "my-day/worker.js",
    "my-day/engagements/<number>/",
    "my-day/engagements/<number>/live/",
    "reports/",
    "reports/business/",
    "reports/what-if/",
    "reports/engagements/<number>/",
    "reports/engagements/<number>/evidence/",
    "reports/engagements/<number>/json/",
    "reports/engagements/<number>/pdf/",
    "reports/exports/",
    "reports/exports/<table>/",
    "reports/exports/jobs/<key>/",
    "settings/webhooks/",
    "settings/webhooks/<key>/",
    "styleguide/",
    "healthz",
    "readyz",
    "metrics",
}
# Their own tests post them; each takes its fields from a form and hands them to one action by name.
POSTED_ELSEWHERE = {
    "answer/<token>/": "tests/engagements/test_answering.py",
    "unsubscribe/<token>/": "tests/reports/test_mailing.py",
    "reports/engagements/<number>/attendance/": "tests/reports/test_after.py",
    **dict.fromkeys(
        [f"my-day/engagements/<number>/{name}/" for name in
         ("tick", "session", "recording", "incident", "resolve", "change", "settle", "note", "read", "room", "worked")],
        "tests/engagements/test_day_views.py",
    ),
    **dict.fromkeys(
        [f"settings/{rest}/" for rest in
         ("webhooks/add", "webhooks/<key>/change", "webhooks/<key>/rotate", "webhooks/<key>/do/<what>",
          "webhooks/<key>/deliveries/<delivery>/replay")],
        "tests/outbox/test_webhook_pages.py",
    ),
    **dict.fromkeys(["settings/calendar/", "settings/me/calendar/"], "tests/orders/test_feeds.py"),
}  # fmt: skip
RANDOM = set(
    """
    id pgh_id pgh_obj_id pgh_context_id created_at pgh_created_at key number digest prefix token_hash message_id text html
    calendar subject reference about password payload sealed_secret sealed_former_secret
    """.split()  # noqa: SIM905  # forty quoted names are harder to read
)  # created_at by the database's own clock


def names_of_columns() -> set[str]:
    """Every field of every model of ours, and its column."""
    models: list[type[Model]] = [model for app in APPS for model in apps.get_app_config(app).get_models() if hasattr(model, "_meta")]
    fields = [field for model in models for field in model._meta.local_fields]
    return {field.name for field in fields} | {field.attname for field in fields}


def hostile(world: TwoTenants, besides: set[str]) -> dict[str, str]:
    """A value for every column there is, the most wanted ones first."""
    theirs = world.theirs
    wanted = {
        "organisation": theirs.organisation.pk, "owner": theirs.people["ADMINISTRATOR"].pk, "user": theirs.people["ADMINISTRATOR"].pk,
        "site": theirs.site.pk, "state": "COMPLETED", "status": "COMPLETED", "role": "ADMINISTRATOR", "roles": "ADMINISTRATOR",
        "is_staff": "on", "is_superuser": "on", "price": '{"contract": "0"}', "lead_time_policy": "ADVISE", "fee": "0", "used": "0",
        "quantity": "99", "email": "owned@evil.example", "staff": world.staff["analyst"].pk, "version": "", "fold": "",
        "package": "event-staff",
        "language": "fr", "zone": "UTC",
    }  # fmt: skip
    values = {name: wanted.get(name, wanted.get(name.removesuffix("_id"), "1")) for name in names_of_columns()}
    return {name: str(value) for name, value in values.items() if name not in besides}


def watched() -> list[str]:
    return sorted({*tenant_tables(), User._meta.db_table, "scheduling_staffmember", "scheduling_booking", "account_emailaddress"})


def rows_now() -> dict[tuple[str, Any], dict[str, Any]]:
    found = {}
    with scope(EVERYTHING), connection.cursor() as cursor:
        for table in watched():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            names = [column.name for column in cursor.description]
            for values in cursor.fetchall():
                row = dict(zip(names, values, strict=True))
                found[table, row.get("id", row.get("pgh_id"))] = row
    return found


@cache
def points_at() -> dict[tuple[str, str], str]:
    """The table each pointer's column points at, history included."""
    return {
        (model._meta.db_table, field.column): field.related_model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_fields
        if field.related_model and field.column
    }


def effects(visitor: Visitor, path: str, data: Any) -> tuple[int, list[str]]:
    """The status, and every new, changed or vanished value, without what is drawn at random."""
    with undone(), visitor.kept_session():
        before = rows_now()
        status = visitor.ask("POST", path, data).status_code
        after = rows_now()
    told = [f"{table} loses {pk}" for table, pk in before.keys() - after.keys()]
    for (table, pk), row in after.items():
        old = before.get((table, pk))
        for name, value in row.items():
            if name not in RANDOM and (old is None or old[name] != value):
                is_fresh = (points_at().get((table, name)), value) in after.keys() - before.keys() if isinstance(value, int) else False
                told.append(f"{table}.{name} = {'a new row' if is_fresh else value}")
    return status, sorted(told)


@pytest.mark.promise(27, "every form and call, with every column of every model besides")
def test_every_address_that_writes_is_filled_in() -> None:
    writing = {
        each.shape
        for each in addresses()
        if not each.is_admin and not each.route.startswith(("accounts/", "mailbox/", "api/", ".well", "hooks/"))
    }
    assert writing - WRITE_NOTHING - set(POSTED_ELSEWHERE) == set(FILLED)
    assert all((BASE_DIR / test).exists() for test in POSTED_ELSEWHERE.values())


@pytest.mark.promise(27, "every form and call, with every column of every model besides")
@pytest.mark.parametrize("shape", FILLED)
def test_what_is_posted_besides_the_form_changes_nothing(world: TwoTenants, shape: str) -> None:
    """Each form, filled in, once by itself and once with every column of every model: the rows are the same afterwards."""
    name, data = FILLED[shape]
    visitor = world.visitors[name]
    address = next(each for each in addresses() if each.shape == shape)
    with scope(EVERYTHING):
        path = address.path(**(samples(address, world, name).own if address.parameters else {}))
        if shape.endswith("availability/"):
            data = {**data, "site": str(world.ours.site.pk)}
    plain = effects(visitor, path, data)
    loaded = effects(visitor, path, {**hostile(world, set(data)), **data})
    assert sorted(set(loaded[1]) ^ set(plain[1])) == []
    assert loaded == plain
    assert plain[0] in {200, 302}
    asks_only = {"language/", "organisation/", "orders/find/", "orders/draft/<key>/coverage/", "settings/connections/<host_name>/"}
    assert plain[1] or shape in asks_only, "the control: the form does write"


@pytest.mark.promise(27, "every form and call, with every column of every model besides")
def test_what_is_sent_besides_the_api_s_fields_changes_nothing(world: TwoTenants) -> None:
    body = {
        "package": "mc-premium", "site": world.ours.site.host_name, "time_zone": "America/Montreal", "duration_minutes": 60,
        "starts_at": "2027-05-04T10:00:00-04:00", "language": "en", "meeting": {"is_scheduled": True},
        "contact": {"first_name": "Dana", "last_name": "Noor", "email": "dana@northwind.example", "phone": "+15145550123", "company": "N"},
        "event": {"title": "Spring launch", "event_kind": "MEETING"},
    }  # fmt: skip
    known = {
        "days",
        "wait",
        "services",
        "external_reference",
        "starts_at",
        "fold",
        *EVENT,
        *MEETING,
        *AVAILABILITY,
        "branded_app",
        "content_build",
    }
    extra = hostile(world, known | set(body))
    loaded = {**extra, **{name: {**extra, **value} if isinstance(value, dict) else value for name, value in body.items()}}
    visitor = world.visitors["our key"]
    plain = effects(visitor, "/api/v1/orders/", json.dumps(body))
    assert plain[0] == 201
    answer = effects(visitor, "/api/v1/orders/", json.dumps(loaded))
    assert sorted(set(answer[1]) ^ set(plain[1])) == []
    assert answer == plain


# The other calls that write: address, what is posted, and what else the call may be given.
CALLS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "api/v1/orders/<number>/move/": ({"starts_at": "2027-05-04T10:00:00-04:00"}, {"schedule_update"}),
    "api/v1/orders/<number>/cancel/": ({"reason": "Plans changed."}, {"accept_fee"}),
    "api/v1/engagements/<number>/tasks/<key>/waive/": ({"reason": "We bring none."}, set()),
    "api/v1/engagements/<number>/recordings/<key>/open/": ({}, set()),
    "api/v1/availability/bulk/": ({"questions": []}, set()),
    "api/v1/webhook-endpoints/": ({"url": "https://crm.example.com/h", "events": []}, {"description"}),
    "api/v1/webhook-endpoints/<key>/rotate-secret/": ({}, set()),
    "api/v1/webhook-endpoints/<key>/replay/": ({}, set()),
    "api/v1/webhook-endpoints/<key>/deliveries/<delivery>/replay/": ({}, set()),
    "api/v1/key/rotate/": ({}, set()),
}
ASKED_ELSEWHERE = {
    "api/v1/orders/": "above",
    "api/v1/engagements/<number>/tasks/<key>/complete/": "by the waiver: the same fields, a link besides",
    "api/v1/engagements/<number>/recordings/": "tests/engagements/test_api.py, once the session has ended",
    "api/v1/availability/": "holds nobody and writes nothing",
    "api/v1/webhook-endpoints/<key>/": "takes PATCH; the fields are those of the list's POST",
    "api/v1/sandbox/clock/": "refuses here: the organisation is no sandbox",
}


@pytest.mark.promise(27, "every form and call, with every column of every model besides")
@pytest.mark.parametrize("shape", CALLS)
def test_what_is_sent_besides_a_call_s_fields_changes_nothing(world: TwoTenants, shape: str) -> None:
    body, more = CALLS[shape]
    address = next(each for each in addresses() if each.shape == shape)
    with scope(EVERYTHING):
        path = address.path(**(samples(address, world, "our key").own if address.parameters else {}))
    if shape.endswith("bulk/"):
        asked = {"package": "mc-premium", "site": world.ours.site.host_name, "time_zone": "UTC", "duration_minutes": 60}
        body = {"questions": [{**asked, "starts_at": "2027-05-04T10:00:00Z"}]}
    visitor = world.visitors["our key"]
    plain = effects(visitor, path, json.dumps(body))
    loaded = effects(visitor, path, json.dumps({**hostile(world, set(body) | more), **body}))
    assert loaded == plain
    assert plain[0] in {200, 201, 202} and (plain[1] or shape.endswith("/replay/")), "the control: the call does write"


@pytest.mark.promise(27, "every form and call, with every column of every model besides")
def test_every_call_that_writes_is_asked() -> None:
    writing = {each.shape for each in addresses() if "POST" in getattr(getattr(each.view, "view_class", None), "calls", {})}
    assert writing - set(CALLS) <= set(ASKED_ELSEWHERE)


@pytest.mark.promise(27, "every form and call, with every column of every model besides")
def test_another_tenants_site_and_package_are_refused(world: TwoTenants) -> None:
    """The fields a form does have: values of another customer are no choices."""
    path = f"/orders/draft/{world.ours.orders['draft'].key}/availability/"
    status, told = effects(world.visitors["orderer"], path, {**AVAILABILITY, "site": str(world.theirs.site.pk)})
    assert (status, told) == (200, [])


# Becoming more than one is -------------------------------------------------------------------------------------------


INLINES = ("certificates", "hours", "leaves")


def grants_of(world: TwoTenants) -> dict[str, Any]:
    with scope(EVERYTHING):
        return {
            "people": list(User.objects.order_by("pk").values_list("pk", "email", "is_staff", "is_superuser", "is_active", "password")),
            "members": list(Membership.objects.order_by("pk").values_list("organisation", "user", "role")),
            "roles": list(StaffMember.objects.order_by("pk").values_list("user", "roles", "is_active")),
        }


@pytest.mark.promise(28, "nobody becomes more by any screen, and a role that is taken is gone at once")
@pytest.mark.parametrize("name", ["anonymous", "guest", "viewer", "orderer", "administrator", "analyst", "producer", "PM", "coordinator"])
def test_nobody_becomes_more_by_any_screen_of_the_admin(world: TwoTenants, name: str) -> None:
    """Every screen of people, memberships, roles and keys, posted with everything one could want; a common run posts fewer at the door."""
    visitor, before = world.visitors[name], grants_of(world)
    with scope(EVERYTHING):
        member = world.theirs.membership("VIEWER").pk
    wish = {
        **hostile(world, set()), "_save": "1", "action": "remove", "languages": "en", "_selected_action": str(member),
    }  # fmt: skip
    for prefix in (*INLINES, "sites"):
        wish |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    screens = re.compile(r"admin/(customers|scheduling/staffmember|mfa|account)/")
    asked = 0
    for address in addresses() if visitor.is_staff else some_addresses(admin=3):
        if screens.match(address.route + "/"):
            with scope(EVERYTHING):
                values = samples(address, world).own if address.parameters else {}
            with undone():
                visitor.ask("POST", address.path(**values), wish)
                now = grants_of(world)
                if name == "coordinator" and address.route.startswith("admin/scheduling/staffmember/"):
                    now["roles"] = [(user, roles, True) for user, roles, _active in now["roles"]]  # a coordinator may switch somebody off
                assert now == before, f"{name}: {address.route}"
            asked += 1
    assert asked >= (30 if FULL or visitor.is_staff else 8)


@pytest.mark.promise(28, "nobody becomes more by any screen, and a role that is taken is gone at once")
def test_the_portal_administrator_may(world: TwoTenants) -> None:
    """The control: the same post gives a role when somebody sends it who may."""
    person = world.staff["producer"]
    data = {
        "roles": ["PRODUCER", "PM"], "languages": "en", "zone": "UTC", "is_active": "on", "holiday_calendar": "", "_save": "1",
        **{f"{name}-{count}_FORMS": "0" for name in INLINES for count in ("TOTAL", "INITIAL")},
    }  # fmt: skip
    path = f"/admin/scheduling/staffmember/{person.pk}/change/"
    for name, gets in (("coordinator", {"PRODUCER"}), ("portal administrator", {"PRODUCER", "PM"})):
        with undone():
            assert world.visitors[name].ask("POST", path, data).status_code == 302
            assert set(StaffMember.objects.get(pk=person.pk).roles) == gets


@pytest.mark.promise(28, "nobody becomes more by any screen, and a role that is taken is gone at once")
def test_a_role_that_is_taken_is_gone_at_once(world: TwoTenants) -> None:
    """The next request of the same browser, without signing in again."""
    pm, orderer = world.visitors["PM"], world.visitors["orderer"]
    order = f"/orders/{world.theirs.orders['confirmed'].number}/"
    assert (pm.ask("GET", "/admin/").status_code, pm.ask("GET", order).status_code) == (200, 200)
    StaffMember.objects.filter(pk=world.staff["PM"].pk).update(roles=["ANALYST"])
    assert (pm.ask("GET", "/admin/").status_code, pm.ask("GET", order).status_code) == (404, 404)
    assert orderer.ask("GET", "/orders/new/").status_code == 200
    with scope(EVERYTHING):
        Membership.objects.filter(user=world.ours.orderer).update(role=Role.VIEWER)
    assert orderer.ask("GET", f"/orders/{world.ours.orders['confirmed'].number}/cancel/").status_code == 404
    User.objects.filter(pk=world.ours.orderer.pk).update(is_active=False)
    assert orderer.ask("GET", "/resources/").status_code == 302


@pytest.mark.promise(28, "nobody becomes more by any screen, and a role that is taken is gone at once")
@pytest.mark.parametrize("name", ["viewer", "analyst", "producer", "PM"])
def test_who_only_looks_changes_no_order(world: TwoTenants, name: str) -> None:
    """They read it; the pages that move and cancel it do not exist for them."""
    visitor = world.visitors[name]
    order: Order = world.ours.orders["french" if name == "analyst" else "confirmed"]
    assert visitor.ask("GET", f"/orders/{order.number}/").status_code == 200
    for page in ("move", "cancel", "answer"):
        path = f"/orders/{order.number}/{page}/"
        assert path not in visitor.ask("GET", f"/orders/{order.number}/").content.decode()
        assert effects(visitor, path, {"fee": "0", "date": "2027-05-06", "time": "10:00", "confirm": "1", "schedule_update": "DONE"}) == (
            404,
            [],
        )
