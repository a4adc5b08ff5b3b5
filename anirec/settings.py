"""Settings from the environment (README, "Configuration"). Invalid values stop the start with a message."""

from __future__ import annotations

import os
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from anirec.start import environment
from anirec.start.storages import object_storage, picture_storage

environment.read_secret_files()
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
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = environment.flag("HTTPS")

# Proxies, as addresses or networks, whose X-Forwarded-For and X-Forwarded-Proto are believed.
TRUSTED_PROXIES = [str(network) for network in environment.networks("TRUSTED_PROXIES", "127.0.0.0/8,::1/128")]
# Other sites whose accounts may be used to log in, such as "google,discord": see `docs/deploy.md`.
SIGN_IN_PROVIDERS = env.list("SIGN_IN_PROVIDERS", default=[])

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
# The prefix makes browsers refuse the cookie from any other host, and without HTTPS.
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS

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
    "allauth.mfa",
    "allauth.socialaccount",
    *(f"allauth.socialaccount.providers.{name}" for name in SIGN_IN_PROVIDERS),
    "allauth.usersessions",
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
    "anirec.backups",
    "anirec.monitoring",
    "anirec.outside",
]
MIDDLEWARE = [
    "anirec.server.requests.RequestMiddleware",  # first: it times all of a request
    "anirec.server.head.HeadMiddleware",
    "anirec.server.compression.CompressionMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "anirec.security.SecurityHeadersMiddleware",
    "anirec.outside.indexing.IndexingMiddleware",
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
    "accounts.security.limits.WriteLimitMiddleware",
    "accounts.security.two_factor.StaffTwoFactorMiddleware",
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
if REPLICA_URL := env.str("DATABASE_REPLICA_URL", default=""):  # for training and drift, which read whole tables
    DATABASES["replica"] = DATABASES["default"] | env.db_url_config(REPLICA_URL) | {"TEST": {"MIRROR": "default"}}
    DATABASES["replica"]["OPTIONS"] = {"connect_timeout": 2, "options": SERVER_OPTIONS}

REDIS_URL = environment.url("REDIS_URL", "redis://127.0.0.1:6379/0", "redis", "rediss", "unix")
CACHES = {
    "default": {
        "BACKEND": "anirec.caches.OptionalRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "anirec",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    },
    "cards": {  # pictures for other sites, by their content: about 70 kB each
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": DATA_DIR / "cards",
        "TIMEOUT": 30 * 24 * 3600,
        "OPTIONS": {"MAX_ENTRIES": 2000},
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
_DJANGO_VALIDATORS = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_DJANGO_VALIDATORS}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "accounts.security.passwords.MaximumLengthValidator"},
    {"NAME": f"{_DJANGO_VALIDATORS}.CommonPasswordValidator"},
    {"NAME": f"{_DJANGO_VALIDATORS}.UserAttributeSimilarityValidator"},
]
# A secret beside the database, without which nobody can guess passwords from stolen hashes. It can't be changed later.
PASSWORD_PEPPER = env.str("PASSWORD_PEPPER", default="")
PASSWORD_HASHERS = [
    *(["accounts.security.passwords.PepperedHasher"] if PASSWORD_PEPPER else []),
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "recommendations:home"
ACCOUNT_ADAPTER = "accounts.security.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "change_password": "accounts.security.forms.ChangePasswordForm",
    "signup": "accounts.security.forms.SignupForm",
}
ACCOUNT_PREVENT_ENUMERATION = "strict"  # a sign-up doesn't tell whether an address is registered
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_CHANGE_EMAIL = True  # one address, which changes when the new one is confirmed
ACCOUNT_MAX_EMAIL_ADDRESSES = 2
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "anirec: "
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # a site without a mail server can have it, too
MFA_TOTP_ISSUER = "anirec"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # browsers allow it on localhost only
# Staff pages only for staff with two-factor authentication: off for a site on one's own machine.
STAFF_TWO_FACTOR = environment.flag("STAFF_TWO_FACTOR", default=HTTPS)
MFA_ADAPTER = "accounts.security.two_factor.SecondFactorAdapter"
SOCIALACCOUNT_PROVIDERS = {
    name: {
        "APPS": [
            {
                "client_id": env.str(f"SIGN_IN_{name.upper()}_ID"),
                "secret": env.str(f"SIGN_IN_{name.upper()}_SECRET"),
            }
        ]
    }
    for name in SIGN_IN_PROVIDERS
}
ACCOUNT_LOGOUT_REDIRECT_URL = "recommendations:home"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"  # a member starts at once and confirms when the mail arrives
ACCOUNT_RATE_LIMITS = {"first_admin": "20/m/ip", "test_email": "5/m/user"}
ACCOUNT_USERNAME_MIN_LENGTH = 2

# Without a mail server, letters are written as files under DATA_DIR/mail.
email = env.email("EMAIL_URL", default="filemail:")
vars().update(email)
EMAIL_TIMEOUT = 5  # seconds
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

MEDIA_ROOT = DATA_DIR / "media"  # members' pictures and covers, unless STORAGE_URL names another place
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / ".static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": picture_storage(env.str("STORAGE_URL", default="")),
    "staticfiles": {"BACKEND": "servestatic.storage.CompressedManifestStaticFilesStorage"},
}
MODEL_DIR = DATA_DIR / "models"  # published model artifacts, one folder a version
if MODELS_URL := env.str("MODELS_URL", default=""):  # where machines that don't share MODEL_DIR find them
    STORAGES["models"] = object_storage("MODELS_URL", MODELS_URL)
REVIEW_READER_DIR = DATA_DIR / "review_readers"  # a copy of what is in the database
ARCHIVE_DIR = DATA_DIR / "archives"  # imported rating archives, Parquet
DASK_SCHEDULER = env.str("DASK_SCHEDULER", default="")  # of a cluster that fits models; empty: the trainer does
RATINGS_URL = env.str("RATINGS_URL", default="") or str(DATA_DIR / "ratings")  # what the cluster's workers read

# --- Backups -------------------------------------------------------------------------------------------------------

BACKUP_DIR = env.str("BACKUP_DIR", default="")  # empty: none are made by themselves
BACKUP_TIME = environment.time_of_day("BACKUP_TIME", default="02:30")  # UTC, before the nightly rebuild
BACKUP_KEEP = environment.whole_number("BACKUP_KEEP", default=7)
BACKUP_KEEP_WEEKS = environment.whole_number("BACKUP_KEEP_WEEKS", default=4)
if BACKUP_KEEP < 1:
    raise ImproperlyConfigured("BACKUP_KEEP must be 1 or more.")

# --- Other sites ---------------------------------------------------------------------------------------------------
# AniList, Kitsu and Shikimori are always asked for the list of a member who wants their own brought over, and
# MyAnimeList if there is a client ID.

MAL_CLIENT_ID = env.str("MAL_CLIENT_ID", default="")
SOURCES = environment.choices(
    "SOURCES",
    "myanimelist" if MAL_CLIENT_ID else "",
    "myanimelist", "offline-database", "jikan", "anilist", "kitsu", "shikimori", "anidb", "id-map",
    "myanimelist-page", "anidb-page", "anisearch-page", "livechart-page",
)  # fmt: skip
MAL_API_URL = environment.url("MAL_API_URL", "https://api.myanimelist.net/v2", "https", "http")
OFFLINE_DATABASE_URL = environment.url(
    "OFFLINE_DATABASE_URL",
    "https://github.com/cedya77/anime-offline-database/releases/download/latest/"
    "anime-offline-database-minified.json.zst",
    "https", "http",
)  # fmt: skip
JIKAN_URL = environment.url("JIKAN_URL", "", "", "https", "http")
ANILIST_URL = environment.url("ANILIST_URL", "https://graphql.anilist.co", "https", "http")
KITSU_URL = environment.url("KITSU_URL", "https://kitsu.app/api/edge", "https", "http")
SHIKIMORI_URL = environment.url("SHIKIMORI_URL", "https://shikimori.one/api/graphql", "https", "http")
ANIDB_TITLES_URL = environment.url("ANIDB_TITLES_URL", "https://anidb.net/api/anime-titles.dat.gz", "https", "http")
ID_MAP_URL = environment.url(
    "ID_MAP_URL", "https://raw.githubusercontent.com/Fribb/anime-lists/master/anime-list-full.json", "https", "http"
)
ANSWERS_KEPT = environment.whole_number("ANSWERS_KEPT_DAYS", default=35)  # longer than a title's longest turn
ANSWERS_DIR = DATA_DIR / "answers"
# Covers are others' works: none is fetched or shown unless the owner has the right to.
COVERS = environment.flag("COVERS")
COVERS_QUOTA = environment.whole_number("COVERS_QUOTA_MB", default=4000) * 1_000_000  # bytes
COVER_HOSTS = (
    "cdn.myanimelist.net", "api-cdn.myanimelist.net", "s4.anilist.co", "media.kitsu.app", "media.kitsu.io",
    "shikimori.one", "cdn.anidb.net", "cdn.anisearch.com", "u.livechart.me",
)  # fmt: skip
COVER_TEST_ORIGIN = ""  # a server on this machine, such as http://127.0.0.1:8001, of tests and the benchmark
SOURCES_CLOCK = env.str("SOURCES_CLOCK", default="")  # the file of a rehearsal's clock

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
    "NUM_PROXIES": 0,  # the address of a caller is REMOTE_ADDR: proxies are dealt with in `anirec.asgi`
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
        "StreamingService": "catalog.models.streams.Service",
        "EntryStatus": "accounts.models.EntryStatus",
        "OwnEntryKind": "accounts.models.own_entries.OwnEntry.Kind",
        "ImportState": "accounts.models.imports.ListImport.State",
        "DeliveryState": "accounts.models.webhooks.Delivery.State",
        "Visibility": "accounts.models.users.Visibility",
        "CustomListVisibility": "social.models.custom_lists.CustomList.Visibility",
        "Channel": "social.notifications.channels.SingleChannel",
        "NotificationChannel": "social.models.notifications.NotificationChoice.Channel",
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

# Push messages go to the services of browsers' makers alone: the address comes from a browser.
PUSH_HOSTS = ("fcm.googleapis.com", "*.push.services.mozilla.com", "*.push.apple.com", "*.notify.windows.com")
PUSH_TEST_ORIGIN = ""  # a server on this machine, such as http://127.0.0.1:8001, of tests and the benchmark

# --- Monitoring ----------------------------------------------------------------------------------------------------

METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
METRICS_NETWORKS = environment.networks("METRICS_NETWORKS", "127.0.0.0/8,::1/128")  # where no token is needed
SENTRY_DSN = environment.url("SENTRY_DSN", "", "", "http", "https")

# --- Logs ----------------------------------------------------------------------------------------------------------

LOG_FORMAT = environment.choice("LOG_FORMAT", "line", "json")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "anirec.server.logs.LineFormatter", "fmt": "{levelname:<7} {name}: {message}{reference}", "style": "{"
        },
        "json": {"()": "anirec.server.logs.JsonFormatter", "timestamp": True},
    },
    "filters": {
        "outages": {"()": "anirec.server.logs.WithoutOutages"},
        "reference": {"()": "anirec.server.logs.Reference"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["reference"]}},
    "loggers": {
        "django.request": {"level": "ERROR", "filters": ["outages"]},  # a page that does not exist is no event
        "django.db.backends": {"level": "INFO"},  # its details are queries with their values
        "celery": {"level": "WARNING"},
        "uvicorn": {"level": "WARNING", "handlers": ["console"], "propagate": False},
    },
    "root": {"handlers": ["console"], "level": environment.log_level("LOG_LEVEL", "INFO")},
}  # fmt: skip
