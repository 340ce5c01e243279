"""Every address of the URLconf answers without an error and with the headers of a hardened site, whoever asks."""

import json
import subprocess
import sys
from functools import cache

import pytest

from customers.tenancy import EVERYTHING, scope
from tests import make
from tests.project.routes import routes
from tests.project.source import BASE_DIR
from tests.project.test_deployment import PRODUCTION, manage
from tests.reliability.figures import FULL, size
from tests.security.addresses import samples, some_addresses
from tests.security.conftest import tenants, world
from tests.security.tenants import browser

__all__ = ["tenants", "world"]  # fixtures

pytestmark = pytest.mark.django_db
PATHS = sorted({route.path for route in routes()})
MACHINES = {"/healthz", "/readyz", "/metrics", "/.well-known/security.txt"}
FRAMED = "/html/"  # a letter's HTML part stands in a frame of the development mailbox
EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
}
SECRET_IN_ADDRESS = ("/orders/link/", "/answer/")  # names its origin only, which forms under https need, and never the address
DIRECTIVES = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
)
FEATURES = ("camera", "geolocation", "microphone", "payment", "usb", "browsing-topics")
TELLING = ("Server", "X-Powered-By", "X-AspNet-Version", "Via", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials")
LANGUAGE_COOKIE = "django_language"
ROW = "header assertions on every address, as each kind of visitor, under production's settings; check --deploy"
ADMIN_DIRECTIVES = ("default-src 'self'", "base-uri 'none'", "frame-ancestors 'none'")


GUARDING = (
    "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD", "SECURE_REFERRER_POLICY", "SECURE_SSL_REDIRECT",
    "SECURE_CROSS_ORIGIN_OPENER_POLICY", "SECURE_CONTENT_TYPE_NOSNIFF", "X_FRAME_OPTIONS", "SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE",
    "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE", "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE", "CSRF_COOKIE_HTTPONLY",
    "CSRF_COOKIE_SAMESITE", "LANGUAGE_COOKIE_SECURE", "LANGUAGE_COOKIE_HTTPONLY", "LANGUAGE_COOKIE_SAMESITE", "DEBUG",
    "STAFF_NEED_SECOND_FACTOR",
)  # fmt: skip


@cache
def in_production():
    """What the settings say under the variables of production, in a process of their own."""
    program = f"import json; from django.conf import settings as s; print(json.dumps({{name: getattr(s, name) for name in {GUARDING}}}))"
    environment = {**PRODUCTION, "DJANGO_SETTINGS_MODULE": "assist_portal.settings", "VAR": str(BASE_DIR / "nowhere")}
    said = subprocess.run([sys.executable, "-c", program], cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=True)
    return json.loads(said.stdout)


@pytest.fixture
def hardened(settings):
    for name, value in in_production().items():
        setattr(settings, name, value)
    settings.STAFF_NEED_SECOND_FACTOR = False  # or staff would see one page only


def checks_of(answer, path):
    """What the answer must have, in words, and whether it has."""
    headers, of_admin = answer.headers, path.startswith("/admin/")
    policy, permitted, kept = (headers.get(name, "") for name in ("Content-Security-Policy", "Permissions-Policy", "Cache-Control"))
    expected = {**EXPECTED, "Referrer-Policy": "strict-origin"} if path.startswith(SECRET_IN_ADDRESS) else EXPECTED
    checks = {f"{name}: {headers.get(name)}": headers.get(name) == value for name, value in expected.items()}
    if path in MACHINES:  # nobody's browser: frame-ancestors says it too
        checks = {words: holds for words, holds in checks.items() if not words.startswith("X-Frame-Options")}
    checks |= {directive: directive in policy for directive in (ADMIN_DIRECTIVES if of_admin else DIRECTIVES)}
    checks |= {f"policy with {word}": word not in policy for word in ("*", "http:", "https:", "blob:")}
    checks |= {f"policy with {word}": of_admin or word not in policy for word in ("unsafe-inline", "unsafe-eval")}
    checks |= {f"permits {feature}": f"{feature}=()" in permitted for feature in FEATURES}
    checks["cache"] = "no-store" in kept or "private" in kept
    checks |= {f"says {name}": name not in headers for name in TELLING}
    for name, cookie in answer.cookies.items():
        checks |= {f"cookie {name} without {guard}": bool(cookie[guard]) for guard in ("secure", "httponly", "samesite")}
        checks[f"cookie {name} for all paths of this host"] = (cookie["path"], cookie["domain"]) == ("/", "")
        checks[f"cookie {name} without __Host-"] = name.startswith("__Host-") or name == LANGUAGE_COOKIE
    return checks


def faults_of(answer, path):
    return [words for words, holds in checks_of(answer, path).items() if not holds]


VISITORS = ("anonymous", "administrator", "portal administrator")
MORE = ("viewer", "orderer", "analyst", "producer", "PM", "coordinator", "our key")
VISITS = VISITORS + MORE if FULL else VISITORS


def person(world, who):
    """Who signs in as that visitor, if anybody."""
    customers = {role.lower(): each for role, each in world.ours.people.items()}
    return {**customers, **{name: each.user for name, each in world.staff.items()}}.get(who)


def paths_of(world, address, who):
    """With an object of ours, and at full size with nobody's."""
    if not address.parameters:
        return {address.path()}
    with scope(EVERYTHING):
        found = samples(address, world, who)
    return {address.path(**values) for values in ((found.own, found.missing) if FULL else (found.own,))}


@pytest.mark.timeout(1800)
@pytest.mark.promise(36, ROW)
@pytest.mark.parametrize("who", VISITS)
def test_every_page_is_hardened(world, who, hardened, record_property):
    browsing, bad, count, opened = browser(person(world, who)), {}, 0, 0  # its cookies have production's names
    for address in some_addresses(VISITS.index(who), ours=1 if who == "administrator" else 3):
        if address.route.endswith(FRAMED):
            continue
        for path in paths_of(world, address, who):
            answer = browsing.get(path, secure=True, headers=world.visitors[who].headers)
            bad |= {path: faults} if (faults := faults_of(answer, path)) else {}
            bad |= {path: answer.status_code} if answer.status_code >= 500 and path != "/readyz" else {}
            count, opened = count + len(checks_of(answer, path)), opened + (answer.status_code == 200)
    assert opened > (size(5, 20) if who in {"anonymous", "our key"} else size(25, 40))
    assert bad == {}
    record_property("n", count)


def test_every_route_is_walked():
    assert {"/", "/accounts/login/", "/orders/new/", "/admin/", "/api/v1/orders/", "/healthz"} <= set(PATHS)
    assert len(PATHS) > 100


def test_the_control_sees_a_missing_header(client, hardened, settings):
    settings.SECURE_CONTENT_TYPE_NOSNIFF = False
    assert faults_of(client.get("/accounts/login/", secure=True), "/accounts/login/") == ["X-Content-Type-Options: None"]


@pytest.mark.promise(36, ROW)
def test_production_names_and_guards_its_cookies():
    said = in_production()
    assert (said["SESSION_COOKIE_NAME"], said["CSRF_COOKIE_NAME"]) == ("__Host-session", "__Host-csrf")
    assert {said[f"{name}_COOKIE_{guard}"] for name in ("SESSION", "CSRF", "LANGUAGE") for guard in ("SECURE", "HTTPONLY")} == {True}
    assert {said[f"{name}_COOKIE_SAMESITE"] for name in ("SESSION", "CSRF", "LANGUAGE")} == {"Lax"}
    assert (said["SECURE_SSL_REDIRECT"], said["SECURE_HSTS_SECONDS"], said["DEBUG"]) == (True, 31_536_000, False)
    assert said["STAFF_NEED_SECOND_FACTOR"] is True


@pytest.mark.promise(36, ROW)
def test_a_signed_in_page_sets_guarded_cookies(client, hardened):
    """So that the checks of cookies above have something to check."""
    make.member(email="dana@northwind.example", password=make.PASSWORD)
    page = client.get("/accounts/login/", secure=True)
    answer = client.post("/accounts/login/", {"login": "dana@northwind.example", "password": make.PASSWORD}, secure=True)
    assert {"__Host-csrf", "__Host-session"} <= {*page.cookies, *answer.cookies}
    assert faults_of(page, "/accounts/login/") == faults_of(answer, "/accounts/login/") == []
    assert len(checks_of(answer, "/accounts/login/")) >= 40


@pytest.mark.promise(36, ROW)
def test_plain_http_is_led_to_https_but_for_machines(client, hardened):
    for path in PATHS:
        answer = client.get(path)
        assert (answer.status_code == 301) == (path not in MACHINES), path
        assert path in MACHINES or answer["Location"] == f"https://testserver{path}"


@pytest.mark.promise(36, ROW)
def test_the_deployment_checks_find_nothing():
    done = manage("check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


def test_a_plain_address_would_be_found():
    """The control: the checks above can fail."""
    assert manage("check", "--deploy", "--fail-level", "WARNING", PORTAL_URL="http://assist.example").returncode == 1
