"""Every address of the URLconf: whom it is for, and which objects it can be asked for."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.urls import URLPattern, get_resolver

from customers.access import Audience
from engagements.models import Task
from orders.models import Order
from reports.actions.mailing import token_of
from scheduling.access import PERMISSIONS
from tests.reliability.figures import FULL
from tests.security.tenants import Tenant, TwoTenants

# Addresses whose views are not ours to decorate, by how they begin.
DECLARED_HERE = {
    "admin/": (Audience("staff", tuple(PERMISSIONS)), "PortalAdminSite.admin_view is their door; ModelAdmin wraps it once more"),
    "accounts/": (Audience("anyone"), "allauth asks for a sign-in itself where one is needed"),
}
# Addresses that name no tenant's row, each with its reason.
NO_TENANT = {
    "accounts/2fa/webauthn/keys/<pk>/remove/": "one's own passkeys",
    "accounts/2fa/webauthn/keys/<pk>/edit/": "one's own passkeys",
    "support/guides/<slug>/": "the guides are the same for every customer",
    "reports/exports/<table>/": "the name of a list; its rows are the reader's",
    "api/v1/reports/<table>/": "the name of a list; its rows are the key's organisation's",
    "api/v1/packages/<code>/": "the catalogue is the same for all; what an organisation cannot order is not there for it",
    "mailbox/": "the development mailbox holds everybody's mail and exists in development only",
    "admin/": "the desk sees every customer; for anyone else nothing of it exists",
}
# Who holds the secret may use it: there is no reader it would be foreign to.
SECRETS = {
    "calendar/<token>.ics",
    "invitation/<token>/",
    "orders/link/<token>/",
    "hooks/webex/<token>/",
    "answer/<token>/",
    "unsubscribe/<token>/",
}


@dataclass(frozen=True)
class Address:
    """One pattern of the URLconf."""

    route: str
    name: str
    view: Callable[..., Any]

    @property
    def shape(self) -> str:
        """The route without the kinds of its parameters: orders/<number>/."""
        return re.sub(r"<\w+:", "<", self.route)

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(re.findall(r"<(?:\w+:)?(\w+)>", self.route))

    @property
    def audience(self) -> Audience | None:
        """As the view declares it, or its class, or the table above."""
        declared = getattr(self.view, "audience", None) or getattr(getattr(self.view, "view_class", None), "audience", None)
        table = (audience for start, (audience, _why) in DECLARED_HERE.items() if self.route.startswith(start))
        return declared or next(table, None)

    @property
    def is_admin(self) -> bool:
        return self.route.startswith("admin/")

    def path(self, **values: Any) -> str:
        """Without going through `reverse`, which would refuse what a stranger types."""
        path = self.route
        for name, value in values.items():
            path = re.sub(rf"\(\?P<{name}>(?:[^()]|\([^()]*\))*\)|<(?:\w+:)?{name}>", lambda _found, value=value: str(value), path)
        return "/" + path.replace("^", "").replace("$", "")


def addresses() -> list[Address]:
    """All of them, development's own included."""
    return list(_walk(get_resolver().url_patterns))


def some_addresses(turn: int = 0, *, ours: int = 1, admin: int = 6) -> list[Address]:
    """All of them at full size; in a common run one of so many of ours, and of the admin's, which are alike."""
    every = enumerate(addresses(), turn)
    return [each for number, each in every if FULL or number % (admin if each.is_admin else ours) == 0]


def _walk(patterns: list[Any], route: str = "", name: str = "") -> Iterator[Address]:
    for each in patterns:
        here = route + str(each.pattern)
        if isinstance(each, URLPattern):
            yield Address(here, name + (each.name or ""), each.callback)
        else:
            yield from _walk(each.url_patterns, here, name + (f"{each.namespace}:" if each.namespace else ""))


@dataclass(frozen=True)
class Samples:
    """The values of an address's parameters: ours, the other customer's, and nobody's, all equally long."""

    own: dict[str, Any]
    foreign: dict[str, Any]
    missing: dict[str, Any]


def samples(address: Address, tenants: TwoTenants, role: str = "") -> Samples:
    """Objects to ask for.

    :raises LookupError: for an address nobody has thought of.
    """
    if address.is_admin:
        return _of_admin(address)
    for start in ("mailbox/", "accounts/"):
        if address.route.startswith(start):
            nobodys = dict.fromkeys(address.parameters, "1")
            return Samples(nobodys, nobodys, nobodys)
    if address.shape in SEVERAL:
        each = [samples_of(make, tenants, role) for make in SEVERAL[address.shape]]
        return Samples(
            *({name: value for one in each for name, value in getattr(one, kind).items()} for kind in ("own", "foreign", "missing"))
        )
    make = PROVIDERS.get(address.shape)
    if make is None:
        raise LookupError(f"no sample object for {address.shape}: add it to tests.security.addresses.PROVIDERS")
    return samples_of(make, tenants, role)


def samples_of(make: "Provider", tenants: TwoTenants, role: str) -> Samples:
    """One parameter's values."""
    name, value, missing = make
    own, foreign = value(tenants.ours, role), value(tenants.theirs, role)
    assert len(str(own)) == len(str(foreign)) == len(str(missing)), name
    return Samples({name: own}, {name: foreign}, {name: missing})


NOBODYS_NUMBER = "PR-3333-3333-R"
_KEY = "0123456789abcdef"


def _number(tenant: Tenant, role: str) -> Any:
    return tenant.orders["french" if role == "analyst" else "confirmed"].number


def _offered(tenant: Tenant, _role: str) -> Any:
    return tenant.orders["offered"].number


def _draft(tenant: Tenant, _role: str) -> Any:
    return tenant.orders["draft"].key


def _member(tenant: Tenant, _role: str) -> Any:
    return tenant.membership("VIEWER").key


def _invitation(tenant: Tenant, _role: str) -> Any:
    assert tenant.invitation
    return tenant.invitation.key


Provider = tuple[str, Callable[[Tenant, str], Any], str]
PROVIDERS: dict[str, Provider] = {
    "settings/members/<key>/": ("key", _member, _KEY),
    "settings/members/<key>/remove/": ("key", _member, _KEY),
    "settings/invitations/<key>/withdraw/": ("key", _invitation, _KEY),
    "settings/sites/<host_name>/": ("host_name", lambda tenant, _role: tenant.site.host_name, "eastsouth.webex.example"),
    **{
        f"settings/connections/<host_name>/{page}": ("host_name", lambda tenant, _role: tenant.site.host_name, "eastsouth.webex.example")
        for page in ("", "end/")
    },
    "hooks/webex/<token>/": ("token", lambda tenant, _role: tenant.hook_token, "x" * 43),
    "settings/keys/<prefix>/revoke/": ("prefix", lambda tenant, _role: tenant.key_prefix, _KEY),
    "invitation/<token>/": ("token", lambda tenant, _role: tenant.invitation_token, "x" * 43),
    "unsubscribe/<token>/": ("token", lambda tenant, _role: token_of(tenant.people["VIEWER"]), "x" * 54),
    "answer/<token>/": ("token", lambda tenant, _role: tenant.answer_token, "x" * 43),
    "calendar/<token>.ics": ("token", lambda tenant, _role: tenant.calendar_token, "x" * 43),
    "orders/link/<token>/": ("token", lambda tenant, _role: tenant.link_tokens["MOVE"], "x" * 43),
    **{
        f"orders/draft/<key>/{page}/": ("key", _draft, "y" * len("0" * 22))
        for page in ("availability", "coverage", "times", "meeting", "event", "check", "discard")
    },
    "support/guides/<slug>/": ("slug", lambda _tenant, _role: "customer", "no-guide"),
    "reports/exports/<table>/": ("table", lambda _tenant, _role: "orders", "nobody"),
    "reports/exports/jobs/<key>/": ("key", lambda tenant, _role: tenant.export.key, "z" * 22),
    "files/<key>/": ("key", lambda tenant, _role: tenant.export.key, "z" * 22),
    **{f"reports/engagements/<number>/{page}": ("number", _number, NOBODYS_NUMBER) for page in ("", "pdf/", "json/", "evidence/")},
    "reports/engagements/<number>/attendance/": ("number", _number, NOBODYS_NUMBER),
    "invoices/<number>/": ("number", lambda tenant, _role: tenant.invoice.number, "INV-2020-99999"),
    "invoices/<number>/pdf/": ("number", lambda tenant, _role: tenant.invoice.number, "INV-2020-99999"),
    "orders/<number>/": ("number", _number, NOBODYS_NUMBER),
    "orders/<number>/move/": ("number", _number, NOBODYS_NUMBER),
    "orders/<number>/cancel/": ("number", _number, NOBODYS_NUMBER),
    "orders/changes/<key>/": ("key", lambda tenant, role: tenant.threads["french" if role == "analyst" else "confirmed"].key, _KEY),
    "orders/<number>/board/": ("number", _number, NOBODYS_NUMBER),
    "orders/<number>/changes/": ("number", _number, NOBODYS_NUMBER),
    "orders/<number>/changes/new/": ("number", _number, NOBODYS_NUMBER),
    "api/v1/packages/<code>/": ("code", lambda _tenant, _role: "mc-premium", "zz-premium"),
    "api/v1/availability/bulk/<key>/": ("key", lambda tenant, _role: tenant.bulk_key, _KEY),
    **{
        f"api/v1/webhook-endpoints/<key>/{page}": ("key", lambda tenant, _role: tenant.endpoint_key, _KEY)
        for page in ("", "rotate-secret/", "replay/", "deliveries/")
    },
    **{f"settings/webhooks/<key>/{page}": ("key", lambda tenant, _role: tenant.endpoint_key, _KEY) for page in ("", "change/", "rotate/")},
    **{f"api/v1/engagements/<number>/{page}": ("number", _number, NOBODYS_NUMBER) for page in ("", "tasks/", "recordings/")},
    "api/v1/reports/engagements/<number>/": ("number", _number, NOBODYS_NUMBER),
    "api/v1/reports/<table>/": ("table", lambda _tenant, _role: "orders", "nobody"),
    **{f"api/v1/orders/<number>/{page}": ("number", _number, NOBODYS_NUMBER) for page in ("", "move/", "cancel/")},
    "orders/<number>/answer/": ("number", _offered, NOBODYS_NUMBER),
    "my-day/engagements/<number>/": ("number", _number, NOBODYS_NUMBER),
    **{
        f"my-day/engagements/<number>/{part}/": ("number", _number, NOBODYS_NUMBER)
        for part in ("live", "tick", "session", "recording", "incident", "resolve", "change", "settle", "note", "read", "room", "worked")
    },
}


def _duty(tenant: Tenant, role: str) -> Any:
    """A promise of the customer's."""
    duties = Task.objects.filter(engagement__number=_number(tenant, role), side="CUSTOMER", state="OPEN").order_by("pk")
    return duties[0].key


_ENDPOINT: Provider = ("key", lambda tenant, _role: tenant.endpoint_key, _KEY)
_ENGAGEMENT: Provider = ("number", _number, NOBODYS_NUMBER)
_DUTY: Provider = ("key", _duty, _KEY)
_ENGAGEMENT_OF_RECORDING: Provider = ("number", lambda tenant, _role: tenant.orders["french"].number, NOBODYS_NUMBER)
_RECORDING: Provider = ("key", lambda tenant, _role: f"{tenant.word}-r", "somebodys-r")
_DELIVERY: Provider = ("delivery", lambda tenant, _role: tenant.delivery_key, _KEY)
# Addresses with more than one parameter.
SEVERAL: dict[str, tuple[Provider, ...]] = {
    "settings/webhooks/<key>/do/<what>/": (_ENDPOINT, ("what", lambda _tenant, _role: "off", "off")),
    "settings/webhooks/<key>/deliveries/<delivery>/replay/": (_ENDPOINT, _DELIVERY),
    "api/v1/webhook-endpoints/<key>/deliveries/<delivery>/replay/": (_ENDPOINT, _DELIVERY),
    **{f"api/v1/engagements/<number>/tasks/<key>/{verb}/": (_ENGAGEMENT, _DUTY) for verb in ("complete", "waive")},
    "api/v1/engagements/<number>/recordings/<key>/open/": (_ENGAGEMENT_OF_RECORDING, _RECORDING),
}


def _of_admin(address: Address) -> Samples:
    """The first row of the screen's model; the desk sees every customer's, so there is no foreign one."""
    if "content_type_id" in address.parameters:
        order = Order.objects.order_by("pk").first()
        assert order
        own = {"content_type_id": ContentType.objects.get_for_model(Order).pk, "object_id": order.pk}
        return Samples(own, own, {**own, "object_id": 2**60})
    if "app_label" in address.parameters:
        return Samples({"app_label": "catalog"}, {"app_label": "catalog"}, {"app_label": "nothing"})
    if "url" in address.parameters:
        return Samples({"url": "nothing"}, {"url": "nothing"}, {"url": "at-all"})
    if address.parameters != ("object_id",):
        raise LookupError(f"no sample object for {address.route}: add it to tests.security.addresses._of_admin")
    model = model_of(address)
    row = model._default_manager.order_by("pk").first()
    if row is None:
        raise LookupError(f"no row of {model.__name__} for {address.route}: make one in tests.security.tenants")
    return Samples({"object_id": row.pk}, {"object_id": row.pk}, {"object_id": 2**60})


def model_of(address: Address) -> type[Model]:
    """The model of an admin screen, from its address: admin/<app>/<model>/..."""
    _admin, app, model = address.route.split("/")[:3]
    found = apps.get_model(app, model)
    assert found in admin.site._registry
    return found
