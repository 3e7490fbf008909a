"""Django's settings; what differs between machines comes from `shopflow.config`."""

import os
from datetime import timedelta
from itertools import chain
from pathlib import Path

import django_stubs_ext
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from shopflow import config, theme
from shopflow.lib import logs, openapi, policy
from shopflow.lib.roles import Role

# Lets generic classes of Django be written with their parameters (`ModelAdmin[Order]`).
django_stubs_ext.monkeypatch()

CONFIG = config.load()
BASE_DIR = Path(__file__).resolve().parent.parent
# Which process this is: web keeps a pool, worker may take longer, anything else has no limit.
PROCESS = os.environ.get("SHOPFLOW_PROCESS", "command")

SECRET_KEY = CONFIG.secret_key
SECRET_KEY_FALLBACKS = CONFIG.secret_key_fallbacks
DEBUG = CONFIG.debug
ALLOWED_HOSTS = CONFIG.allowed_hosts
SITE_URL = CONFIG.site_url
IS_HTTPS = SITE_URL.startswith("https://")

INSTALLED_APPS = [
    "shopflow.apps.ShopflowAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "django_otp",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "shopflow.lib",
    "accounts",
    "catalog",
    "inventory",
    "promotions",
    "shipping",
    "carts",
    "orders",
    "payments",
    "shopflow",
]
MIDDLEWARE = [
    # Before everything that may answer by itself: its answer gets the headers too.
    "shopflow.lib.middleware.RequestContext",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "shopflow.lib.api.middleware.ApiAnswers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "shopflow.lib.middleware.Refusals",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.RevokedSignIns",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "shopflow.urls"
WSGI_APPLICATION = "shopflow.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": theme.folders(theme=CONFIG.theme, ours=BASE_DIR, part="templates"),
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# --- Database, cache, queue -----------------------------------------------------------------

# Who we connect as, and who a command works as unless its request says otherwise: only
# migrations and the like touch the database as its owner.
DATABASE_ROLE = {"web": Role.APP, "worker": Role.WORKER}.get(PROCESS, Role.OWNER)
ACTING_ROLE = Role.APP if PROCESS == "web" else Role.WORKER
_STATEMENT_TIMEOUT = {"web": "5s", "worker": "30s"}.get(PROCESS, "0")
# Per process; a connection is given up after 30 idle seconds, or an hour. A thread has one at
# most, so it is the four threads of a web process that bound it.
_POOL = {
    "connect_timeout": 2,
    "pool": {"min_size": 2, "max_size": 10, "timeout": 5, "max_idle": 30, "max_lifetime": 3600},
}
DATABASES = {
    "default": {
        **CONFIG.database,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **CONFIG.database["OPTIONS"],
            "options": (
                f"-c role={DATABASE_ROLE}"
                " -c lock_timeout=2s -c idle_in_transaction_session_timeout=10s"
                f" -c statement_timeout={_STATEMENT_TIMEOUT}"
                # Months are pruned by their bounds. Comparing a query with every CHECK of every
                # month too takes ten times as long as the query (docs/migrations.md).
                " -c constraint_exclusion=off"
            ),
            # A pool in web processes only: Celery closes it after every task (celery #10554).
            **(_POOL if PROCESS == "web" else {}),
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": CONFIG.redis_url,
        "KEY_PREFIX": "shop",
        "TIMEOUT": 300,
        # The shop goes on selling while Redis is away; only the cache is gone.
        "OPTIONS": {
            "IGNORE_EXCEPTIONS": True,
            "SOCKET_CONNECT_TIMEOUT": 1,
            "SOCKET_TIMEOUT": 1,
        },
    }
}
DJANGO_REDIS_LOG_IGNORED_EXCEPTIONS = True
CELERY_BROKER_URL = CONFIG.celery_broker_url
SESSION_ENGINE = "django.contrib.sessions.backends.cache"

# --- People ---------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "shopflow.access.backends.RolePermissions",
]
# E-mails are unique among people who aren't deleted: a partial index, which this check can't see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
PASSWORD_HASHERS = [
    "shopflow.lib.passwords.Argon2id",
    # Of people brought along from other shops; made anew at their first login.
    "django.contrib.auth.hashers.BCryptPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "shopflow.lib.passwords.NotCommon"},
    {"NAME": "shopflow.lib.passwords.NotOfThisShop"},
]
# Who hasn't proved to read the mails of an address doesn't get into its account.
LOGIN_NEEDS_VERIFIED_EMAIL = CONFIG.login_needs_verified_email
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "accounts:account"
LOGOUT_REDIRECT_URL = "catalog:home"

# --- Mail -----------------------------------------------------------------------------------

_MAIL = CONFIG.mail_server
# The folder of a developer's machine in which mails land, shown at /mailbox/; None elsewhere.
MAILBOX = _MAIL.folder
EMAIL_BACKEND = (
    "shopflow.lib.mail.folder.FolderBackend"
    if MAILBOX
    else "django.core.mail.backends.smtp.EmailBackend"
)
EMAIL_HOST, EMAIL_PORT = _MAIL.host, _MAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL.user, _MAIL.password
EMAIL_USE_SSL, EMAIL_USE_TLS = _MAIL.use_tls, _MAIL.use_starttls
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = SERVER_EMAIL = CONFIG.email_from

# --- Languages, files -----------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = CONFIG.static_root
STATICFILES_DIRS = theme.folders(theme=CONFIG.theme, ours=BASE_DIR, part="static")
MEDIA_URL = "/media/"
MEDIA_ROOT = CONFIG.media_root
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Every page asks for the hashed names only, and nobody needs maps of vendors' scripts quickly:
# without the two lines collecting takes four times as long.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [*Compressor.SKIP_COMPRESS_EXTENSIONS, "map"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# A product's page in the admin sends fourteen fields for each variant.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

# --- Security -------------------------------------------------------------------------------

SECURE_SSL_REDIRECT = IS_HTTPS
# Asked by a load balancer itself, which speaks plain http to the shop.
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
TRUSTED_PROXIES = CONFIG.trusted_proxies
# Only a proxy may say so; whoever reaches the shop itself could write the header too.
_BY_PROXY = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_PROXY_SSL_HEADER = _BY_PROXY if IS_HTTPS and TRUSTED_PROXIES else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
# Forms carry the token; no script reads the cookie.
CSRF_COOKIE_HTTPONLY = True
# Browsers refuse the __Host- prefix over http, which is what a developer's machine speaks.
COOKIE_PREFIX = "__Host-" if IS_HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrf"
CART_COOKIE_NAME = f"{COOKIE_PREFIX}cart"
MESSAGE_COOKIE_NAME = f"{COOKIE_PREFIX}messages"
MESSAGE_STORAGE = "shopflow.lib.messages.NamedCookie"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "shopflow.views.csrf_failure"
PAYMENT_ORIGINS = CONFIG.providers.pages
_PAGES = chain.from_iterable(PAYMENT_ORIGINS.values())
CONTENT_SECURITY_POLICY = {"DIRECTIVES": policy.of_pages(forms_go_to=_PAGES)}

# --- API ------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.BearerTokens"],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_THROTTLE_CLASSES": ["shopflow.lib.api.throttling.CallsPerMinute"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["shopflow.lib.api.JSONBody"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "shopflow.lib.api.CursorPagination",
    "DEFAULT_SCHEMA_CLASS": "shopflow.lib.api.schema.ProblemSchema",
    "EXCEPTION_HANDLER": "shopflow.lib.api.problem",
    "DEFAULT_METADATA_CLASS": "shopflow.lib.api.NoMetadata",
    "URL_FORMAT_OVERRIDE": None,
    "COERCE_DECIMAL_TO_STRING": True,
}
# A whole office or a carrier's phones may share an address, so it has more than an account.
_CALLS = {"reads": {"address": 1200, "account": 600}, "writes": {"address": 240, "account": 60}}
API_CALLS_PER_MINUTE = _CALLS if CONFIG.limits_api else {}
SPECTACULAR_SETTINGS = openapi.SETTINGS

# --- The shop -------------------------------------------------------------------------------

DEFAULT_CURRENCY = CONFIG.default_currency
PAYMENT_PROVIDERS = CONFIG.providers.codes
PAYMENT_CAPTURE = CONFIG.providers.capture
SANDBOX_URL = CONFIG.providers.sandbox_url
SANDBOX_API_KEY = CONFIG.providers.sandbox_api_key
SANDBOX_WEBHOOK_SECRET = CONFIG.providers.sandbox_webhook_secrets
STRIPE_API_KEY = CONFIG.providers.stripe_api_key
STRIPE_API_BASE = CONFIG.providers.stripe_api_base
STRIPE_WEBHOOK_SECRET = CONFIG.providers.stripe_webhook_secrets
# How long stock is held while a shopper pays (reliability 5: hold lifetime), and for who pays a
# phone order by a link in a mail.
PAYMENT_WINDOW, PAYMENT_LINK_LIFE = timedelta(minutes=15), timedelta(days=3)
# Trying to pay holds it for as long again, but never longer than this after the order.
LONGEST_PAYMENT_WINDOW = timedelta(hours=1)
GUEST_CART_LIFETIME = timedelta(days=30)
# Classes that ask a service: `shipping.queries.TaxCalculator` instead of the table of rates,
# `shipping.queries.VatCheck` after form and check digits of a VAT number. Empty: none is asked.
TAX_CALCULATOR = ""
VAT_CHECK = ""
# Who sells, as invoices name it. Without an address none are issued: they wait for it.
SHOP_NAME = CONFIG.seller.name
SHOP_ADDRESS = CONFIG.seller.address
SHOP_VAT_ID = CONFIG.seller.vat_id
# For how many days after delivery goods may be sent back, a contract be withdrawn from, and faulty
# goods be claimed (two years: article 10 (1) of Directive (EU) 2019/771).
RETURN_DAYS = CONFIG.return_days
WITHDRAWAL_DAYS = CONFIG.withdrawal_days
CLAIM_DAYS = 731
# How long a sale's papers outlive the person's wish to be erased (docs/privacy.md names the laws).
TAX_RECORDS_KEPT_YEARS = CONFIG.tax_records_kept_years
# How long a device stays signed in, and a lost answer is given again (reliability 5: tokens).
ACCESS_TOKEN_LIFE = timedelta(minutes=10)
SIGN_IN_IDLE_LIFE = timedelta(days=30)
SIGN_IN_LIFE = timedelta(days=90)
REFRESH_GRACE = timedelta(seconds=10)

LOGGING = logs.TO_STDERR
