"""Every setting of the product, read from the environment once.

`CRM_ENV` says how we run: `embedded` (make run: own PostgreSQL and Redis below `CRM_DATA_DIR`),
`test`, `development` or `production`. In production an unsafe value stops the start and is named.
"""

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from crm import embedded, languages, logs, production
from crm.live.address import live_sources
from crm.schedule import SCHEDULE

# Lets classes of Django and its admin carry type parameters at run time too.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

CRM_ENV: str = env.str(
    "CRM_ENV", default="production" if "DATABASE_URL" in os.environ else "embedded"
)
if CRM_ENV not in {"embedded", "test", "development", "production"}:
    raise ImproperlyConfigured(
        f"CRM_ENV is {CRM_ENV!r}; use embedded, test, development or production."
    )
PRODUCTION = CRM_ENV == "production"
EMBEDDED = CRM_ENV == "embedded"

DATA_DIR = Path(env.str("CRM_DATA_DIR", default=str(BASE_DIR / ".data"))).expanduser().resolve()
_own_database, _own_redis = embedded.urls(DATA_DIR)
DATABASE_URL: str = env.str("DATABASE_URL", default="" if PRODUCTION else _own_database)
REDIS_URL: str = env.str("REDIS_URL", default="" if PRODUCTION else _own_redis)
EMAIL_URL: str = env.str("EMAIL_URL", default="" if PRODUCTION else "filemail://")
STORAGE_DIR = (
    Path(env.str("CRM_STORAGE_DIR", default=str(DATA_DIR / "storage"))).expanduser().resolve()
)

SECRET_KEY: str = env.str("SECRET_KEY", default="" if PRODUCTION else embedded.secret_key(DATA_DIR))
DEBUG: bool = env.bool("DEBUG", default=False)
ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]", "testserver"]
)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])


# Links in messages are built from it: whoever gets one could be led anywhere by a Host header.
CRM_PUBLIC_URL: str = env.str(
    "CRM_PUBLIC_URL", default="" if PRODUCTION else f"http://localhost:{env.str('PORT', '8000')}"
)
# Files of strangers are handed out from here, where no page and no cookie of ours is.
CRM_DOWNLOAD_URL: str = env.str("CRM_DOWNLOAD_URL", default="").rstrip("/")
if CRM_DOWNLOAD_URL:
    ALLOWED_HOSTS.append(urlsplit(CRM_DOWNLOAD_URL).hostname or "")
CRM_HTTPS: bool = env.bool("CRM_HTTPS", default=True)


if PRODUCTION and (found := production.unsafe(globals())):
    raise ImproperlyConfigured("Unsafe for production: " + "; ".join(found))

# Where open pages hear of changes (crm/live): an address of ours behind the proxy ("/live"), or
# another port of this host, which `manage.py up` chooses. With neither, pages poll.
CRM_LIVE_URL: str = env.str("CRM_LIVE_URL", default="")
CRM_LIVE_PORT: int = env.int("CRM_LIVE_PORT", default=0)

CRM_BRAND: str = env.str("CRM_BRAND", default="Aldermere")
CRM_TIME_ZONE: str = env.str("CRM_TIME_ZONE", default="Europe/London")
CRM_SELF_SERVICE: bool = env.bool("CRM_SELF_SERVICE", default=True)
CRM_METRICS_TOKEN: str = env.str("CRM_METRICS_TOKEN", default="")
CRM_REGION: str = env.str("CRM_REGION", default="GB")
CRM_CURRENCY: str = env.str("CRM_CURRENCY", default="GBP")
if not re.fullmatch("[A-Z]{3}", CRM_CURRENCY):
    raise ImproperlyConfigured(f"CRM_CURRENCY is {CRM_CURRENCY!r}; use a code of ISO 4217: EUR.")

INSTALLED_APPS = [
    "django_prometheus",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "rest_framework",
    "django_filters",
    "oauth2_provider",
    "django_htmx",
    "django_cotton",
    "django_structlog",
    "csp",
    "pgtrigger",
    "pghistory",
    "crm.apps.CrmConfig",
    "crm.accounts.apps.AccountsConfig",
    "crm.events.apps.EventsConfig",
    "crm.audit.apps.AuditConfig",
    "crm.tmf.apps.TmfConfig",
    "crm.web.apps.WebConfig",
    "readiness.apps.ReadinessConfig",
    "customers.apps.CustomersConfig",
    "customers.insight.apps.InsightConfig",
    "interactions.apps.InteractionsConfig",
]

MIDDLEWARE = [
    "crm.health.probes",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "crm.web.download_host.DownloadHost",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "crm.tmf.door.PartnerDoor",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "crm.web.middleware.RequestLog",
    "django_htmx.middleware.HtmxMiddleware",
    "crm.web.middleware.SignedOutMiddleware",
    "crm.web.middleware.ReaderMiddleware",
    "crm.audit.middleware.HistoryContextMiddleware",
    "crm.web.middleware.RuleMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "crm.urls"
WSGI_APPLICATION = "crm.wsgi.application"
ASGI_APPLICATION = "crm.asgi.application"
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
                "django.template.context_processors.i18n",
                "crm.web.context.shell",
            ],
            "builtins": ["crm.web.templatetags.crm"],
        },
    },
]
COTTON_DIR = "cotton"
FORM_RENDERER = "crm.web.form_renderer.FormRenderer"

DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **environ.Env.db_url_config(DATABASE_URL or "postgres:///crm"),
        "ENGINE": "django.db.backends.postgresql",
        # Opening a connection costs more than most of our requests.
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
}
DATABASES["default"].setdefault("OPTIONS", {})["application_name"] = "crm"
# Only cursors that bind on the server (the partner face's) prepare anything. A pooler that hands
# each transaction another connection and can't follow prepared statements needs this off.
DATABASES["default"]["OPTIONS"]["prepare_threshold"] = (
    5 if env.bool("CRM_PREPARED_STATEMENTS", default=True) else None
)
if CRM_ENV == "test":
    DATABASES["default"]["CONN_MAX_AGE"] = 0

CACHES = {
    "default": {
        "BACKEND": "crm.cache.Cache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "crm",
        "TIMEOUT": 300,
    }
}
# In the database alone: who is signed in works on without Redis, and a copy there could outlive
# signing out.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["crm.accounts.backends.NameOrEmailBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if CRM_ENV == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
PASSWORD_RESET_TIMEOUT = 3600
# How many proxies of ours stand in front and append to X-Forwarded-For; the lock of the front
# door counts tries by the address that the outermost of them saw.
CRM_PROXIES: int = env.int("CRM_PROXIES", default=1 if PRODUCTION else 0)
LOGIN_URL = "web:login"
LOGIN_REDIRECT_URL = "web:home"
LOGOUT_REDIRECT_URL = "web:login"

LANGUAGE_CODE = languages.WRITTEN_IN
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGES = languages.offered(LOCALE_PATHS[0])
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("CRM_STATIC_ROOT", default=str(DATA_DIR / "static")))
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": STORAGE_DIR},
    },
    "staticfiles": {
        "BACKEND": "crm.web.packing.PackedStaticFiles"
        if PRODUCTION or EMBEDDED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = CRM_ENV in {"test", "development"}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_TEMP_DIR = None

SECURE = PRODUCTION and CRM_HTTPS
SECURE_SSL_REDIRECT = SECURE
# Asked over plain HTTP by what runs beside us; whoever asks from outside is refused anyway.
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
CSRF_FAILURE_VIEW = "crm.web.errors.csrf_refused"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "connect-src": [SELF, *live_sources(CRM_LIVE_PORT, ALLOWED_HOSTS)],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

vars().update(environ.Env.email_url_config(EMAIL_URL or "consolemail://"))
if EMAIL_URL.startswith("filemail"):
    EMAIL_FILE_PATH = str(DATA_DIR / "mail")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL: str = env.str(
    "CRM_FROM_EMAIL",
    default=f"{CRM_BRAND} <care@{urlsplit(CRM_PUBLIC_URL).hostname or 'localhost'}>",
)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["crm.tmf.authentication.BearerToken"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["crm.tmf.parsing.JsonBody"],
    "EXCEPTION_HANDLER": "crm.tmf.errors.as_tmf_error",
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
OAUTH2_PROVIDER = {
    "SCOPES": {
        "read": "Read what the client's account may see",
        "write": "Create and change what the client's account may change",
    },
    "DEFAULT_SCOPES": ["read", "write"],
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    # Partners only ever use client credentials; every other way in is shut as RFC 9700 wants it.
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    # A token is kept as its digest: who reads the database cannot call with it.
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
}

# Partner face: calls a minute per client, patience for one question, callbacks into this machine.
CRM_API_RATE_PER_MINUTE: int = env.int("CRM_API_RATE_PER_MINUTE", default=120_000)
CRM_API_QUERY_MILLISECONDS: int = env.int("CRM_API_QUERY_MILLISECONDS", default=5000)
CRM_ACCESS_LOG_WAITS_FOR_DISK: bool = env.bool("CRM_ACCESS_LOG_WAITS_FOR_DISK", default=False)
CRM_HUB_ALLOW_PRIVATE: bool = env.bool("CRM_HUB_ALLOW_PRIVATE", default=not PRODUCTION)

# Channels: mailboxes we read ("care=imaps://user:password@host/INBOX", parted by spaces), secrets
# of providers (CRM_CHANNEL_SMS_SECRET, CRM_CHANNEL_SMS_HOOK_SECRET …), the link to an SMSC
# ("package.module:object") and the scanner for attachments (clamd, "host:3310").
CRM_MAILBOXES: dict[str, str] = {
    name: url
    for name, _equals, url in (
        one.partition("=") for one in env.str("CRM_MAILBOXES", default="").split()
    )
}
CRM_CHANNEL_SECRETS: dict[str, str] = {
    name: value for name, value in os.environ.items() if name.startswith("CRM_CHANNEL_")
}
# smpp://system_id:password@host:2775, or smpps:// over TLS; a link of one's own takes its place.
CRM_SMPP_URL: str = env.str("CRM_SMPP_URL", default="")
CRM_SMPP_LINK: str = env.str("CRM_SMPP_LINK", default="")
CRM_SCANNER: str = env.str("CRM_SCANNER", default="")

# A service that speaks chat completions ("https://…/v1"), for the assistant; off without it and
# until versions of its capabilities that say so are in use.
CRM_ASSIST_URL: str = env.str("CRM_ASSIST_URL", default="")
CRM_ASSIST_KEY: str = env.str("CRM_ASSIST_KEY", default="")

CELERY_BROKER_URL = REDIS_URL
if REDIS_URL.startswith("unix://"):
    CELERY_BROKER_URL = "redis+socket://" + REDIS_URL.removeprefix("unix://").replace(
        "?db=", "?virtual_host="
    )
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_TASK_RETRY_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 270
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
# KiB. An import or the search for duplicates behind it leaves hundreds of MiB in its process, which
# another takes the place of once its task is done.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 500_000
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "crm.beat:OneAtWork"
CELERY_BEAT_SCHEDULE = SCHEDULE
# Redis takes the lowest number first, and what names none is 0: the clocks and the heartbeat, which
# are soon done and pass by unless they are on time, wait behind no backlog.
CELERY_TASK_ROUTES = {
    "crm.events.tasks.deliver*": {"priority": 3},
    "crm.tmf.tasks.tell_listener": {"priority": 6},
}
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Longer than the hard time limit, or a slow task would run twice.
    "visibility_timeout": 900,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 25,
}

DJANGO_STRUCTLOG_CELERY_ENABLED = True
LOGGING = logs.logging_config(env.str("LOG_LEVEL", default="INFO"))

PROMETHEUS_EXPORT_MIGRATIONS = False
# Whether all subdomains of the operator's domain speak HTTPS is not ours to say.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
