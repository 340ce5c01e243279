"""The portal's settings, read from the environment; `.env.example` says what each variable means."""

import zoneinfo
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path

import environ
import structlog
from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from assist_portal.addresses import BrokerAddress
from assist_portal.log_lines import hide_secrets

zoneinfo.reset_tzpath(())  # only the pinned tzdata counts, never the machine's own

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")
VAR = Path(env.str("VAR", default=str(BASE_DIR / "var"))).resolve()
environ.Env.read_env(VAR / "portal.env")  # written by `manage.py up`, so that other commands find its servers

DEBUG = env.bool("DEBUG", default=False)
DEVELOPMENT = env.bool("DEVELOPMENT", default=False)  # demo data, development mailbox, staff without MFA
SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])
PORTAL_URL = env.str("PORTAL_URL", default="http://127.0.0.1:8000")  # links in mails are built from this, never from a request
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[PORTAL_URL])

INSTALLED_APPS = [
    "assist_portal",
    "reports",
    "orders",
    "engagements",
    "scheduling",
    "webex",
    "catalog",
    "outbox",
    "customers",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "django.forms",  # the renderer below finds Django's own widgets through it
    "assist_portal.admin_config.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_filters",
    "django_htmx",
    "django_prometheus",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pghistory",
    "pgtrigger",
    "phonenumber_field",
    "rest_framework",
]

MIDDLEWARE = [
    "assist_portal.middleware.NameRequests",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "assist_portal.middleware.AnswerHeaders",
    "csp.middleware.CSPMiddleware",
    "assist_portal.middleware.MachinesFirst",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "assist_portal.middleware.RequestLines",  # above whoever may refuse, so that a refusal has its line too
    "assist_portal.middleware.RefuseNul",
    "scheduling.middleware.KeepRefusals",  # outside the request's transaction, which a refusal rolls back
    "customers.middleware.TenancyMiddleware",  # everything below runs inside its transaction, under the user's scope
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "customers.middleware.LanguageOfUserMiddleware",
    "customers.middleware.StaffNeedSecondFactorMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "assist_portal.urls"
WSGI_APPLICATION = "assist_portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "customers.context_processors.navigation",
            ],
        },
    },
]

FORM_RENDERER = "assist_portal.forms.PortalRenderer"

# Data -------------------------------------------------------------------------------------------------------------

DATABASE_URL = env.str("DATABASE_URL")
BEHIND_PGBOUNCER = env.bool("BEHIND_PGBOUNCER", default=False)  # in transaction mode: docs/scaling.md
DATABASES = {
    "default": {
        **env.db_url("DATABASE_URL"),
        "ATOMIC_REQUESTS": True,  # a savepoint inside TenancyMiddleware's transaction
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=600),
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": BEHIND_PGBOUNCER,
    }
}

BROKER = BrokerAddress.of(env.str("REDIS_URL"))
CACHES = {
    "default": {
        # Only sign-in caches anything: its rate limits and spent codes. In PostgreSQL they outlive Valkey (docs/adr/0004).
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",  # customers.CacheEntry
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},  # never cull what still counts: customers.tasks.forget_expired tidies
    },
}

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static", ("guide", BASE_DIR / "docs" / "guide" / "pictures")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEVELOPMENT
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEVELOPMENT  # an edited style shows at once, and whole

# Languages and time ------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
PHONENUMBER_DEFAULT_REGION = "US"
PHONENUMBER_DB_FORMAT = "E164"

# Sign-in ----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "customers.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",  # who someone is
    "scheduling.access.StaffRolePermissions",  # what a role may do in the admin
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "customers.adapters.AccountAdapter"  # no open sign-up: people come by invitation
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a changed password or second factor is told to its owner
MFA_ADAPTER = "customers.second_factor.SealedSecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Assist portal"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEVELOPMENT
STAFF_NEED_SECOND_FACTOR = env.bool("STAFF_NEED_SECOND_FACTOR", default=not DEVELOPMENT)
USERSESSIONS_TRACK_ACTIVITY = False  # would write a row, and lock it, in every request; signing in is recorded
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")  # a GET changes nothing that could need its author
SESSION_COOKIE_AGE = 14 * 24 * 3600

# Mail -------------------------------------------------------------------------------------------------------------

EMAIL_BACKEND = "outbox.backends.OutboxBackend"  # Django's and allauth's mail becomes rows too
SMTP = env.email_url("EMAIL_URL", default="smtp://127.0.0.1:8025")  # where the outbox delivers
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Assist portal <assist@assist.example>")
PROVIDER_NAME = env.str("PROVIDER_NAME", default=parseaddr(DEFAULT_FROM_EMAIL)[0])  # who issues invoices and reports
SMTP_TIMEOUT_SECONDS = 20
WEBHOOKS_TO_LOOPBACK = env.bool("WEBHOOKS_TO_LOOPBACK", default=DEVELOPMENT)  # else public https addresses only
MAILBOX_DIR = Path(env.str("MAILBOX_DIR", default=str(VAR / "mailbox")))  # the development mailbox's files

# API --------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["customers.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["customers.authentication.KeyHasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["customers.rest.throttling.KeyThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["customers.rest.rendering.JSON"],
    "DEFAULT_PARSER_CLASSES": ["assist_portal.bodies.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "assist_portal.openapi.schema.CallSchema",
    "EXCEPTION_HANDLER": "assist_portal.problems.problem_json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Assist portal",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "DESCRIPTION": "Order assists, follow them, and keep a CRM in step. `docs/integrating.md` is the guide.",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENABLE_DJANGO_DEPLOY_CHECK": False,  # the tests look at the description, and `make check` whether it is current
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [],  # choices stand where they are used; names for them collide
    "COMPONENT_SPLIT_REQUEST": True,
    "WEBHOOKS": [
        f"assist_portal.openapi.webhooks.{name}"
        for name in (
            "order_confirmed",
            "order_waiting",
            "order_moved",
            "order_cancelled",
            "engagement_staffed",
            "task_completed",
            "task_at_risk",
            "task_broken",
            "recording_available",
            "report_ready",
        )
    ],
}

# Rules of the house that an operator may turn ------------------------------------------------------------------------

HOLD_MINUTES = env.int("HOLD_MINUTES", default=15)  # Source: S23, S48
LIVE_HOLDS_PER_ORDERER = env.int("LIVE_HOLDS_PER_ORDERER", default=3)  # Source: S48
ANSWER_WORKING_DAYS = env.int("ANSWER_WORKING_DAYS", default=1)  # how long we wait for "I will do it" before the next is asked
API_CALLS_PER_MINUTE = env.int("API_CALLS_PER_MINUTE", default=600)  # each key
API_BAD_KEYS_PER_MINUTE = env.int("API_BAD_KEYS_PER_MINUTE", default=60)  # each address
INVITATIONS_PER_HOUR = env.int("INVITATIONS_PER_HOUR", default=100)  # each organisation
FIND_TRIES = env.int("FIND_TRIES", default=5)  # Source: S45
FIND_MINUTES = env.int("FIND_MINUTES", default=15)  # Source: S45
RETENTION_DAYS = {  # how long texts with personal data are kept; orders, invoices and the history stay
    "messages": env.int("KEEP_MESSAGES_DAYS", default=400),
    "account_messages": env.int("KEEP_SIGN_IN_MAILS_DAYS", default=30),
    "drafts": env.int("KEEP_DRAFTS_DAYS", default=90),
    "refused_checks": env.int("KEEP_REFUSED_CHECKS_DAYS", default=400),
    "invitations": env.int("KEEP_INVITATIONS_DAYS", default=90),  # after they have expired
    "deliveries": env.int("KEEP_DELIVERIES_DAYS", default=90),  # of events to webhook endpoints
    "events": env.int("KEEP_EVENTS_DAYS", default=400),
    "bulk_checks": env.int("KEEP_BULK_CHECKS_DAYS", default=7),
}
EXPORT_DAYS = env.int("EXPORT_DAYS", default=7)
INVOICE_DUE_DAYS = env.int("INVOICE_DUE_DAYS", default=30)
# In how many working days a change that was asked for is answered; the sources give no figure (assumed). Source: S42, S89, S119
MINOR_ANSWER_WORKING_DAYS = env.int("MINOR_ANSWER_WORKING_DAYS", default=1)
MAJOR_ANSWER_WORKING_DAYS = env.int("MAJOR_ANSWER_WORKING_DAYS", default=2)

# Webex --------------------------------------------------------------------------------------------------------------

WEBEX_BASE_URL = env.str("WEBEX_BASE_URL", default="https://webexapis.com/v1")
SEALING_KEYS = tuple(env.list("SEALING_KEYS", default=[]))  # seal what must be read again; without any, SECRET_KEY does

# Headers ----------------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ("/admin/",),  # assist_portal.middleware sends the admin's own, Unfold needs eval and inline styles
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
ADMIN_CONTENT_SECURITY_POLICY = {
    "default-src": [SELF],
    "script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
}
FILE_UPLOAD_HANDLERS = ["assist_portal.uploads.ShortFilesOnly"]  # never on disk
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_COOKIES = PORTAL_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_NAME = "__Host-session" if SECURE_COOKIES else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE_COOKIES else "csrf"
LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SECURE, LANGUAGE_COOKIE_SAMESITE = True, SECURE_COOKIES, "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no cookie of its own to guard
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_COOKIES else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_COOKIES
SECURE_SSL_REDIRECT = SECURE_COOKIES and env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$", r"^\.well-known/security\.txt$"]  # a machine may ask by number
BEHIND_TLS_PROXY = env.bool("BEHIND_TLS_PROXY", default=False)  # a proxy that sets X-Forwarded-Proto itself
if BEHIND_TLS_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_TLS_PROXY)  # whose last entry of X-Forwarded-For is the caller; else all share its limits

SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="security@assist.example")

# What operators see ------------------------------------------------------------------------------------------------

METRICS_TOKEN = env.str("METRICS_TOKEN", default="")  # without one, /metrics answers this machine only
BROKER_PROBE_SECONDS = 0.5
OLDEST_HEARTBEAT = timedelta(seconds=env.int("OLDEST_HEARTBEAT_SECONDS", default=60))  # then /readyz says that nobody works
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True  # assist_portal.middleware.NameRequests, whatever the caller sent
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, hide_secrets, structlog.processors.JSONRenderer()],
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.format_exc_info,
            ],
        },
    },
    "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["lines"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.server": {"handlers": ["lines"], "propagate": False},
        "httpx": {"level": "WARNING"},  # it would write whole addresses, with the e-mail addresses in them
    },
}

UNFOLD = {
    "SITE_TITLE": _("Assist portal"),
    "SITE_HEADER": _("Assist portal"),
    "SITE_URL": "/",
    "SITE_ICON": lambda _request: static("mark.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("mark.svg")}],
    "SHOW_LANGUAGES": True,
    "STYLES": [lambda _request: static("desk.css")],
    "SCRIPTS": [lambda _request: static("desk.js")],
    "DASHBOARD_CALLBACK": "assist_portal.admin.dashboard.dashboard",
    "SIDEBAR": {"navigation": "assist_portal.admin.sidebar.navigation"},
    "BORDER_RADIUS": "8px",
    "COLORS": {  # the tokens of static/portal.css: warm paper and ink, deep teal
        "base": {
            "50": "#faf8f4",
            "100": "#f3efe7",
            "200": "#e0dacd",
            "300": "#cfc7b6",
            "400": "#a69d8b",
            "500": "#6f685b",
            "600": "#5d574c",
            "700": "#423e36",
            "800": "#2b2823",
            "900": "#201e1b",
            "950": "#171614",
        },
        "primary": {
            "50": "#f0f8f7",
            "100": "#e2f0ee",
            "200": "#c0e2de",
            "300": "#9adfd8",
            "400": "#74cbc3",
            "500": "#2f8f8a",
            "600": "#0a5c5a",
            "700": "#084f4d",
            "800": "#064543",
            "900": "#053a38",
            "950": "#06211f",
        },
        "font": {
            "subtle-light": "var(--color-base-600)",
            "subtle-dark": "var(--color-base-400)",
            "default-light": "var(--color-base-700)",
            "default-dark": "var(--color-base-300)",
            "important-light": "var(--color-base-900)",
            "important-dark": "var(--color-base-50)",
        },
    },
}
