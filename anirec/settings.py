"""Settings from the environment (README, "Configuration"). Invalid values stop the start with a message."""

from __future__ import annotations

import os
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from anirec.start import environment

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # training says what it does itself

# --- The deployment ------------------------------------------------------------------------------------------------

DEBUG = environment.flag("DEBUG")
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".data"))).resolve()
SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. `make run` makes one for this machine; a deployment sets its own."
    )
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = environment.flag("HTTPS")

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None

# --- Django --------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "servestatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "django_filters",
    "django_htmx",
    "corsheaders",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "catalog",
    "accounts",
    "social",
    "recommendations",
    "anirec.live",
]
MIDDLEWARE = [
    "recommendations.analytics.tally.TallyMiddleware",  # first: it times all of a request
    "anirec.server.compression.CompressionMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "anirec.security.ContentSecurityPolicyMiddleware",
    "anirec.server.read_only.ReadOnlyMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "anirec.api.middleware.ApiMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.settings.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "recommendations.experiments.variants.VisitorMiddleware",
]
ROOT_URLCONF = "anirec.urls"
ASGI_APPLICATION = "anirec.asgi.application"
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
                "anirec.server.read_only.read_only",
            ]
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "allauth"]
FORMAT_MODULE_PATH = ["anirec.formats"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
TIME_ZONE = "UTC"
USE_I18N = USE_TZ = True

# --- PostgreSQL, Valkey --------------------------------------------------------------------------------------------
# Without URLs, `anirec.start.embedded` starts both and sets these two variables before Django reads them.

DATABASE_URL = environment.url("DATABASE_URL", "postgres://127.0.0.1:5432/anirec", "postgres", "postgresql")
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
# ASGI serves each request on any free thread, so connections come from a pool, which `anirec.asgi` turns on.
# Commands and workers have none: a pool does not survive a fork.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 2)
# The server notices within a minute that a machine with an open connection is gone, and frees its locks.
SERVER_OPTIONS = "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"
if DATABASE_POOL := environment.whole_number("DATABASE_POOL", default=0):
    # A request waits briefly, then says so: the next one may find the database back.
    DATABASES["default"]["OPTIONS"] |= {
        "pool": {"min_size": 1, "max_size": DATABASE_POOL, "timeout": 1.0, "reconnect_timeout": 0.5},
    }
    SERVER_OPTIONS += " -c statement_timeout=10s -c lock_timeout=2s"
DATABASES["default"]["OPTIONS"].setdefault("options", SERVER_OPTIONS)
DATABASES["default"]["TEST"] = {"NAME": "anirec_test"}

REDIS_URL = environment.url("REDIS_URL", "redis://127.0.0.1:6379/0", "redis", "rediss", "unix")
CACHES = {
    "default": {
        "BACKEND": "anirec.caches.OptionalRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "anirec",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    },
    "memory": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},  # of this process, for parts of pages
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "anirec-live"},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"  # a copy in the cache could outlive a log-out during an outage

# --- Celery --------------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True  # tasks are idempotent: a killed worker's task runs again
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A page that hands over a task finds out within a second when the queue is down.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 7 * 24 * 3600,  # not needed to find lost tasks: see `anirec.workers`
    "socket_connect_timeout": 1,
    "max_retries": 1,
    "interval_start": 0,
    "interval_max": 0.2,
}
CELERY_TASK_DEFAULT_QUEUE = "interactive"
CELERY_TIMEZONE = TIME_ZONE

# --- Members -------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "recommendations:home"
ACCOUNT_LOGOUT_REDIRECT_URL = "recommendations:home"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"  # a member starts at once and confirms when the mail arrives
ACCOUNT_USERNAME_MIN_LENGTH = 2
ACCOUNT_USERNAME_BLACKLIST = ["admin", "anirec", "api", "staff", "support"]

# Without a mail server, letters are written as files under DATA_DIR/mail.
email = env.email("EMAIL_URL", default="filemail:")
vars().update(email)
if email["EMAIL_BACKEND"].endswith("filebased.EmailBackend"):
    EMAIL_FILE_PATH = DATA_DIR / "mail"
SITE_URL = environment.url(
    "SITE_URL", f"http://localhost:{os.environ.get('PORT') or 8000}", "http", "https"
)  # in letters
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="anirec <noreply@localhost>")

# --- What is kept for statistics, in days ---------------------------------------------------------------------------

EVENTS_KEPT = environment.whole_number("EVENTS_KEPT_DAYS", default=90)  # what was seen and opened, and what came of it
ACTIVE_DAYS_KEPT = environment.whole_number("ACTIVE_DAYS_KEPT", default=400)  # on which days a member was here
JOBS_KEPT = environment.whole_number("JOBS_KEPT_DAYS", default=14)  # what background jobs did
if EVENTS_KEPT < 77:
    raise ImproperlyConfigured("EVENTS_KEPT_DAYS must be 77 or more: the longest experiment with its window.")

# --- Files ---------------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / ".static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "servestatic.storage.CompressedManifestStaticFilesStorage"},
}
MODEL_DIR = DATA_DIR / "models"  # published model artifacts, one folder a version
ARCHIVE_DIR = DATA_DIR / "archives"  # imported rating archives, Parquet

# --- Other sites ---------------------------------------------------------------------------------------------------
# Asked only for the list of a member who wants their own brought over.

ANILIST_URL = environment.url("ANILIST_URL", "https://graphql.anilist.co", "https", "http")
KITSU_URL = environment.url("KITSU_URL", "https://kitsu.app/api/edge", "https", "http")

# --- API -----------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.tokens.authentication.TokenAuthentication",  # first: it is what a 401 asks for
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticatedOrReadOnly",
        "accounts.tokens.authentication.HasScope",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["anirec.api.parsers.StrictJSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["anirec.api.throttling.PerCaller"],
    "DEFAULT_THROTTLE_RATES": {
        "anon": environment.rate("API_RATE_ANONYMOUS", "60/min"),
        "user": environment.rate("API_RATE_MEMBER", "600/min"),
    },
    "URL_FORMAT_OVERRIDE": None,  # `format` is a filter of titles
    "DEFAULT_SCHEMA_CLASS": "anirec.api.schema.ApiSchema",
    "EXCEPTION_HANDLER": "anirec.api.problems.problem_details",
}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "anirec",
    "VERSION": "1",
    "DESCRIPTION": "Titles, lists and recommendations.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "TitleFormat": "catalog.models.titles.Format",
        "TitleStatus": "catalog.models.titles.Status",
        "EntryStatus": "accounts.models.EntryStatus",
        "ImportState": "accounts.models.imports.ListImport.State",
        "DeliveryState": "accounts.models.webhooks.Delivery.State",
        "Visibility": "accounts.models.users.Visibility",
        "Channel": "social.models.notifications.NotificationChoice.Channel",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# Pages of other sites may ask the API, with a token or as anybody; never with a member's session.
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_ALL_ORIGINS = True
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type", "idempotency-key", "if-match", "if-none-match"]
CORS_EXPOSE_HEADERS = [
    "etag", "idempotency-replayed", "location", "ratelimit", "ratelimit-policy", "retry-after",
]  # fmt: skip

# Webhooks go to public addresses by https alone; on: to any, for trying them out on one's own machine.
WEBHOOKS_ALLOW_PRIVATE = environment.flag("WEBHOOKS_ALLOW_PRIVATE")

# --- Logs ----------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname:<7} {name}: {message}", "style": "{"}},
    "filters": {"outages": {"()": "anirec.server.logs.WithoutOutages"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"django.request": {"level": "ERROR", "filters": ["outages"]}},  # a page that does not exist is no event
    "root": {"handlers": ["console"], "level": environment.log_level("LOG_LEVEL", "INFO")},
}
