"""Every address of the URLconf answers without an error and with the headers of a hardened site, whoever asks."""

import json
import subprocess
import sys

import pytest
from django.core.management import call_command

from customers.tenancy import EVERYTHING, scope
from tests import make
from tests.project.routes import routes
from tests.project.source import BASE_DIR
from tests.project.test_deployment import PRODUCTION

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
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
)
ADMIN_DIRECTIVES = ("default-src 'self'", "base-uri 'none'", "frame-ancestors 'none'")


@pytest.fixture
def hardened(settings):
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True


def faults_of(answer, path):
    """What the answer lacks, in words."""
    headers = answer.headers
    policy = headers.get("Content-Security-Policy", "")
    wanted = ADMIN_DIRECTIVES if path.startswith("/admin/") else DIRECTIVES
    expected = {**EXPECTED, "Referrer-Policy": "strict-origin"} if path.startswith(SECRET_IN_ADDRESS) else EXPECTED
    faults = [f"{name}: {headers.get(name)}" for name, value in expected.items() if headers.get(name) != value]
    faults += [directive for directive in wanted if directive not in policy]
    faults += ["unsafe"] if "unsafe" in policy and not path.startswith("/admin/") else []
    faults += ["camera"] if "camera=()" not in headers.get("Permissions-Policy", "") else []
    faults += ["cache"] if "no-store" not in headers.get("Cache-Control", "") and "private" not in headers.get("Cache-Control", "") else []
    faults += [
        f"cookie {name}" for name, cookie in answer.cookies.items() if not (cookie["secure"] and cookie["samesite"] and cookie["httponly"])
    ]
    faults += [f"says {name}" for name in ("Server", "X-Powered-By") if name in headers]
    return faults


@pytest.mark.parametrize("who", ["nobody", "customer", "administrator"])
def test_every_page_is_hardened(who, client, hardened):
    client.raise_request_exception = False
    call_command("load_catalogue", verbosity=0)
    with scope(EVERYTHING):
        if who == "customer":
            client.force_login(make.member())
        elif who == "administrator":
            client.force_login(make.superuser())
    bad = {}
    for path in PATHS:
        if path in MACHINES or path.endswith(FRAMED):
            continue
        answer = client.get(path, secure=True)
        faults = faults_of(answer, path)
        if answer.status_code >= 500:
            faults.append(f"answers {answer.status_code}")
        if faults:
            bad[path] = faults
    assert bad == {}


def test_every_route_is_walked():
    assert {"/", "/accounts/login/", "/orders/new/", "/admin/", "/api/v1/orders/", "/healthz"} <= set(PATHS)
    assert len(PATHS) > 100


def test_the_control_sees_a_missing_header(client, hardened, settings):
    settings.SECURE_CONTENT_TYPE_NOSNIFF = False
    assert faults_of(client.get("/accounts/login/", secure=True), "/accounts/login/") == ["X-Content-Type-Options: None"]


def test_production_names_and_guards_its_cookies():
    program = (
        "import json; from django.conf import settings as s;"
        "print(json.dumps([s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        "s.SESSION_COOKIE_HTTPONLY, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS, s.DEBUG,"
        "s.STAFF_NEED_SECOND_FACTOR, s.SESSION_COOKIE_SAMESITE]))"
    )
    environment = {**PRODUCTION, "DJANGO_SETTINGS_MODULE": "assist_portal.settings", "VAR": str(BASE_DIR / "nowhere")}
    said = subprocess.run([sys.executable, "-c", program], cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=True).stdout
    assert json.loads(said) == ["__Host-session", "__Host-csrf", True, True, True, True, 31_536_000, False, True, "Lax"]


@pytest.mark.parametrize(
    "host", ["evil.example", "assist.example.evil.example", "assist.example@evil.example", "127.0.0.1:8000:80", "a b", "[::1"]
)
def test_other_hosts_are_refused(client, host):
    assert client.get("/accounts/login/", headers={"Host": host}).status_code == 400


def test_a_forwarded_host_changes_nothing(client):
    answer = client.get("/accounts/login/", headers={"X-Forwarded-Host": "evil.example"})
    assert (answer.status_code, b"evil.example" in answer.content) == (200, False)
