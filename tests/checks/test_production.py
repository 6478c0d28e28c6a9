"""What production refuses to start with, and what its cookies and answers carry."""

import json
import os
import subprocess
import sys

import pytest

from tests.checks.tracked import ROOT

COMPLETE = {
    "PRODUCTION": "1",
    "DEMO": "0",
    "DOOR": "storefront",
    "SECRET_KEY": "k" * 20 + "abcdefghijklmnopqrstuvwxyz0123456789ABCDEF",
    "DATABASE_URL": "postgres://storefront:x@127.0.0.1/market",
    "LIVELIHOOD_DATABASE_URL": "postgres://office:x@127.0.0.1/livelihood",
    "ALLOWED_HOSTS": "shop.example",
    "SMS_SENDER": "shop.notices.senders.FileSender",
}
TELL = """
import json
from django.conf import settings
names = [name for name in dir(settings) if name.endswith(("COOKIE_SECURE", "COOKIE_HTTPONLY"))]
told = {name: getattr(settings, name) for name in names}
more = ("DEBUG", "DEMO", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "GATEWAYS", "INSTALLED_APPS")
told |= {name: getattr(settings, name) for name in more}
told["aliases"] = sorted(settings.DATABASES)
print(json.dumps(told))
"""


def settings_of(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", TELL],
        cwd=ROOT,
        env={**kept, **environment, "DJANGO_SETTINGS_MODULE": "shop.settings"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("door", ["storefront", "office"])
def test_every_cookie_of_production_travels_over_https_alone(door: str) -> None:
    done = settings_of({**COMPLETE, "DOOR": door})
    told = json.loads(done.stdout)
    for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "OSCAR_BASKET_COOKIE_SECURE"):
        assert told[name] is True, name
    assert told["SESSION_COOKIE_HTTPONLY"] is True
    assert (told["DEBUG"], told["DEMO"], told["SECURE_SSL_REDIRECT"]) == (False, False, True)
    assert told["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert told["GATEWAYS"] == {}
    assert "demo.apps.DemoConfig" not in told["INSTALLED_APPS"]
    assert told["aliases"] == (["default"] if door == "storefront" else ["default", "livelihood"])


@pytest.mark.parametrize("missing", ["SECRET_KEY", "DATABASE_URL", "SMS_SENDER"])
def test_production_does_not_start_without_a_secret_of_its_own(missing: str) -> None:
    environment = {name: value for name, value in COMPLETE.items() if name != missing}
    done = settings_of(environment)
    assert done.returncode != 0
    assert missing in done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ({"DEMO": "1"}, "DEMO and PRODUCTION exclude each other"),
        ({"SANDBOX_BANK_URL": "http://127.0.0.1:8002"}, "production refuses SANDBOX_BANK_URL"),
        (
            {"SMS_SENDER": "shop.notices.kavenegar.KavenegarSender"},
            "Messages through Kavenegar need KAVENEGAR_API_KEY",
        ),
        ({"FAILPOINT": "checkout.after_reserve:1"}, "only a demo or a test may set it"),
    ],
)
def test_production_takes_neither_the_demo_nor_the_sandbox_bank_nor_a_failpoint(
    added: dict[str, str], said: str
) -> None:
    done = settings_of({**COMPLETE, **added})
    assert done.returncode != 0
    assert said in done.stderr


STRIPE = {"STRIPE_API_KEY": "sk_live_x", "STRIPE_WEBHOOK_SECRET": "whsec_x"}


@pytest.mark.parametrize(
    ("currency", "said"), [("IRR", "Stripe takes no rial"), ("XAU", "must be EUR or USD")]
)
def test_a_real_stripe_key_does_not_start_with_rial(currency: str, said: str) -> None:
    done = settings_of({**COMPLETE, **STRIPE, "STRIPE_CURRENCY": currency})
    assert done.returncode != 0
    assert said in done.stderr


def test_cards_are_charged_in_euro_unless_told_and_cash_is_off_unless_told() -> None:
    gateways = json.loads(settings_of({**COMPLETE, **STRIPE}).stdout)["GATEWAYS"]
    assert (list(gateways), gateways["stripe"]["currency"]) == (["stripe"], "EUR")
    told = settings_of({**COMPLETE, "STRIPE_CURRENCY": "usd", "CASH_ON_DELIVERY": "1", **STRIPE})
    gateways = json.loads(told.stdout)["GATEWAYS"]
    assert (list(gateways), gateways["stripe"]["currency"]) == (["stripe", "cash"], "USD")


def test_a_shop_that_is_no_demo_takes_no_failpoint() -> None:
    done = settings_of({"DEMO": "0", "FAILPOINT": "checkout.after_reserve:1"})
    assert done.returncode != 0
    assert "only a demo or a test may set it" in done.stderr


@pytest.mark.parametrize("failpoint", ["checkout.after_reserve", "checkout.after_reserve:0", "x:1"])
def test_a_failpoint_that_could_never_be_reached_is_refused(failpoint: str) -> None:
    done = settings_of({"FAILPOINT": failpoint})
    assert done.returncode != 0
    assert "FAILPOINT must be name:nth" in done.stderr
