"""Settings, read top to bottom. What differs by place is an environment variable."""

from datetime import timedelta
from pathlib import Path

import dj_database_url
import django_stubs_ext
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from environs import validate

from config.api_values import NAMED_VALUES
from config.env import env, mail_settings, required_in_production
from config.schedule import beat_schedule

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Where this process stands ------------------------------------------------
DEBUG: bool = env.bool("DEBUG", False)
DEMO: bool = env.bool("DEMO", False)
TESTING: bool = env.bool("TESTING", False)
PRODUCTION: bool = not (DEBUG or DEMO or TESTING)

SECRET_KEY = required_in_production(
    "SECRET_KEY", production=PRODUCTION, development="development-only-not-a-secret"
)
AUDIT_SIGNING_KEY = required_in_production(
    "AUDIT_SIGNING_KEY", production=PRODUCTION, development="development-only-anchor"
)
ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]", "testserver"]
)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
BASE_URL: str = required_in_production(
    "BASE_URL", production=PRODUCTION, development="http://127.0.0.1:8000"
)
# How many proxies of ours stand in front, each adding itself to X-Forwarded-For.
TRUSTED_PROXY_COUNT: int = env.int("TRUSTED_PROXY_COUNT", 0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT

# --- Apps ---------------------------------------------------------------------
INSTALLED_APPS = [
    "config.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "csp",
    "django_htmx",
    "common",
    "workshop",
    "parts",
    "restoration",
    "config.apps.HouseConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.OwnLanguageAndZone",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "common.pages.RefusalPages",
    "common.gate.Gate",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.reader",
                "common.pages.house_flags",
            ],
        },
    },
]

# --- PostgreSQL: the only truth -----------------------------------------------
DATABASES = {
    "default": dj_database_url.parse(
        required_in_production(
            "DATABASE_URL",
            production=PRODUCTION,
            development="postgres://app@127.0.0.1/app",
        ),
        conn_max_age=60,
        conn_health_checks=True,
    )
}
DATABASES["default"]["OPTIONS"] = DATABASES["default"].get("OPTIONS", {}) | {
    "options": (
        f"-c statement_timeout={env.int('DB_STATEMENT_TIMEOUT_MS', 15_000)}"
        f" -c lock_timeout={env.int('DB_LOCK_TIMEOUT_MS', 5_000)}"
        " -c idle_in_transaction_session_timeout=60000"
        # Tests empty ledgers between runs; the triggers let nobody else do that.
        + (" -c house.may_truncate=on" if TESTING else "")
    ),
    "connect_timeout": 5,
}
# The test command migrates one database; the others are copies of it.
DATABASES["default"]["TEST"] = {"TEMPLATE": env.str("TEST_TEMPLATE", None)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Broker and cache: either may be lost -------------------------------------
BROKER_URL: str = required_in_production(
    "BROKER_URL", production=PRODUCTION, development="redis://127.0.0.1:6379/0"
)
CACHE_URL: str = required_in_production(
    "CACHE_URL", production=PRODUCTION, development="redis://127.0.0.1:6379/1"
)
REDIS_TIMEOUTS = {"socket_timeout": 2, "socket_connect_timeout": 2}
CACHES = {
    "default": {
        "BACKEND": "config.cache.ForgivingRedisCache",
        "LOCATION": CACHE_URL,
        # Parallel test processes share one server, not one set of keys.
        "KEY_PREFIX": env.str("PYTEST_XDIST_WORKER", ""),
        "OPTIONS": REDIS_TIMEOUTS,
    }
}

# --- Celery -------------------------------------------------------------------
CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 270
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # A little over the longest task; the sweep that hands lost work out again runs
    # every 5 seconds. No task carries a delay of over a minute.
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "unacked_mutex_expire": 30,
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
    "health_check_interval": 10,
    "retry_on_timeout": True,
}
CELERY_TASK_DEFAULT_QUEUE = "parts"
QUEUES = ("plan", "parts", "mail", "media")
# The first pattern that fits decides; what fits none goes to the default queue.
CELERY_TASK_ROUTES = (
    [
        ("*.plan_*", {"queue": "plan"}),
        ("*.publish_plan*", {"queue": "plan"}),
        ("*.mail_*", {"queue": "mail"}),
        ("*.send_*", {"queue": "mail"}),
        ("*.media_*", {"queue": "media"}),
        ("*_attachment", {"queue": "media"}),
    ],
)
CELERY_BEAT_SCHEDULE = beat_schedule(QUEUES)

# --- People -------------------------------------------------------------------
AUTH_USER_MODEL = "workshop.User"
KNOX_TOKEN_MODEL = "workshop.ApiToken"  # noqa: S105 - a model's name
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if TESTING
    else ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
# Who may enter which route; `common.gate` asks it before any view runs.
ROUTE_POLICY = "config.policy.ROUTES"
STAFF_MFA_REQUIRED: bool = not (DEMO or TESTING)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "workshop.accounts.HouseAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# An address is proven by the invitation mailed to it, and changed by the house.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/300s/key",
    "reset_password": "20/m/ip,5/m/key",
    "reauthenticate": "10/m/user",
}
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "GT-R Workshop"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION

# --- Language and time --------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ja", _("Japanese"))]
LOCALE_PATHS = [
    BASE_DIR / place / "locale"
    for place in (
        "config",
        "restoration/portal",
        "restoration/floor",
        "restoration/board",
        "restoration",
        "parts",
        "workshop",
        "common",
    )
]
USE_I18N = True
FORMAT_MODULE_PATH = "config.formats"
USE_TZ = True
TIME_ZONE = "Asia/Tokyo"

# --- Files --------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", BASE_DIR / "var" / "static")
# Signed heads of the audit chains; ship this folder off the machine every day.
AUDIT_ANCHOR_DIR = env.path("AUDIT_ANCHOR_DIR", BASE_DIR / "var" / "anchors")
MEDIA_ROOT = env.path("MEDIA_ROOT", BASE_DIR / "var" / "media")
# Names with a hash are cached for ever; DEBUG and tests serve the sources.
COLLECTED = PRODUCTION or DEMO
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not COLLECTED
WHITENOISE_AUTOREFRESH = DEBUG or TESTING
FILE_UPLOAD_PERMISSIONS = 0o640

# --- Mail ---------------------------------------------------------------------
EMAIL_URL: str = required_in_production(
    "EMAIL_URL", production=PRODUCTION, development=f"file://{BASE_DIR}/var/mail"
)
globals().update(mail_settings(EMAIL_URL))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", "workshop@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Plan and promises --------------------------------------------------------
# How many of a hundred first promises the house means to keep.
PROMISE_PERCENT: int = env.int(
    "PROMISE_PERCENT", 80, validate=validate.Range(min=50, max=99)
)
# How long the planner looks for a better plan after each change; a minute by night.
PLAN_SECONDS: float = env.float(
    "PLAN_SECONDS", 4.0, validate=validate.Range(min=1, max=60)
)

# --- API ----------------------------------------------------------------------
REST_FRAMEWORK = {
    # Tokens first: the first one's challenge makes a missing login a 401.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "workshop.api.tokens.HouseTokens",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["common.permissions.RoutePermission"],
    "DEFAULT_PAGINATION_CLASS": "common.paging.Pages",
    "EXCEPTION_HANDLER": "common.api.problem_handler",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["common.parsers.Body"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "GT-R Workshop",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_PERMISSIONS": ["common.permissions.RoutePermission"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "tryItOutEnabled": False},
    "ENUM_NAME_OVERRIDES": NAMED_VALUES,
}
REST_KNOX = {"TOKEN_TTL": timedelta(days=90), "TOKEN_LIMIT_PER_USER": 10}

# --- Headers ------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
# TLS ends at a proxy of ours, or nobody may claim that it did.
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
)
SECURE_SSL_REDIRECT = PRODUCTION
# Probes come from inside, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 31_536_000) if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
LANGUAGE_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "sessionid"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576

# --- Logs ---------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "config.logs.JsonFormatter"},
        "line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json" if PRODUCTION else "line",
        },
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        # Its own handlers would say everything twice, or mail it.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
    },
}
