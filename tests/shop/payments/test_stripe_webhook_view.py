"""The gateways' door: a message is kept once, answered, and believed in nothing."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import stripe
from django.test import Client, override_settings
from django.utils import timezone
from procrastinate.contrib.django import app

from shop.jobs import MARKET
from shop.ledger.models import Transaction
from shop.orders.services.pay import send_to_gateway
from shop.orders.services.place import place_order
from shop.payments.models import GatewayEvent, PaymentAttempt
from tests.fixtures_bank import SandboxBank
from tests.makers import NOON, a_basket, a_checkout, a_product, a_stall

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/payments/stripe/webhook/"
# Well signed, and still not to be kept.
CHANGES: dict[str, dict[str, Any]] = {
    "another account": {"account": "acct_other"},
    "the other mode": {"livemode": True},
    "a NUL": {"note": "\x00"},
    "half a letter": {"note": "\ud800"},
}


@pytest.fixture(autouse=True)
def bank(sandbox_bank: SandboxBank) -> Iterator[SandboxBank]:
    with override_settings(
        GATEWAYS={"stripe": sandbox_bank.stripe_settings}, SANDBOX_BANK_URL=sandbox_bank.url
    ):
        yield sandbox_bank


def run_jobs() -> None:
    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        worker.run_worker(
            wait=False, install_signal_handlers=False, listen_notify=False, queues=[MARKET]
        )


def a_paid_session(bank: SandboxBank) -> tuple[PaymentAttempt, bytes, str]:
    """An attempt paid at the bank, and the signed message the bank sends about it."""
    stall = a_stall()
    attempt = place_order(
        basket_id=a_basket((a_product(stall), 1)).pk,
        checkout=a_checkout(stall, total=2_300_000, gateway="stripe"),
        user_id=None,
        now=NOON,
    )
    bank.press(send_to_gateway(attempt=attempt), "pay_and_close")
    (message,) = bank.wait_for_events(1, "checkout.session.completed")
    return attempt, message.body, message.signature


def knock(body: bytes, signature: str) -> int:
    answer = Client().post(
        ADDRESS, body, content_type="application/json", headers={"Stripe-Signature": signature}
    )
    return answer.status_code


def test_a_signed_message_settles_its_payment_in_the_background(bank: SandboxBank) -> None:
    attempt, body, signature = a_paid_session(bank)
    assert knock(body, signature) == 200
    attempt.refresh_from_db()
    assert attempt.state == PaymentAttempt.State.REDIRECTED  # answered before anything is asked
    run_jobs()
    attempt.refresh_from_db()
    assert attempt.state == PaymentAttempt.State.PAID


def test_a_message_told_five_times_is_kept_and_booked_once(bank: SandboxBank) -> None:
    _, body, signature = a_paid_session(bank)
    assert [knock(body, signature) for _ in range(5)] == [200] * 5
    run_jobs()
    assert GatewayEvent.objects.count() == 1
    assert Transaction.objects.count() == 1


@pytest.mark.parametrize(
    "spoil",
    [
        "another secret",
        "one changed byte",
        "301 seconds old",
        "from the future",
        "no signature",
        "not JSON",
        "another account",
        "the other mode",
        "a NUL",
        "half a letter",
    ],
)
def test_a_message_that_is_not_the_banks_is_refused_and_not_kept(
    bank: SandboxBank, spoil: str
) -> None:
    _, body, signature = a_paid_session(bank)
    secret = bank.secret
    if spoil == "another secret":
        signature = sign(body, "whsec_other")
    elif spoil == "one changed byte":
        body = body.replace(b"completed", b"completeD", 1)
    elif spoil == "301 seconds old":
        signature = sign(body, secret, age=301)
    elif spoil == "from the future":
        signature = sign(body, secret, age=-310)
    elif spoil in CHANGES:
        body = json.dumps(json.loads(body) | CHANGES[spoil]).encode()
        signature = sign(body, secret)
    elif spoil == "no signature":
        signature = ""
    else:
        body = b"\xff{"
        signature = sign(json.dumps("x").encode(), secret)
    assert knock(body, signature) == 400
    assert GatewayEvent.objects.count() == 0


def test_a_message_says_nothing_that_is_believed(bank: SandboxBank) -> None:
    stall = a_stall()
    attempt = place_order(
        basket_id=a_basket((a_product(stall), 1)).pk,
        checkout=a_checkout(stall, total=2_300_000, gateway="stripe"),
        user_id=None,
        now=timezone.now(),
    )
    send_to_gateway(attempt=attempt)
    attempt.refresh_from_db()
    lie: dict[str, Any] = {
        "id": "evt_lie",
        "object": "event",
        "api_version": stripe.api_version,
        "created": int(time.time()),
        "livemode": False,
        "type": "checkout.session.completed",
        "data": {
            "object": {
                "id": attempt.reference,
                "object": "checkout.session",
                "payment_status": "paid",
                "amount_total": 2_300_000,
            }
        },
    }
    body = json.dumps(lie).encode()
    assert knock(body, sign(body, bank.secret)) == 200
    run_jobs()
    attempt.refresh_from_db()
    assert attempt.state == PaymentAttempt.State.REDIRECTED
    assert Transaction.objects.count() == 0


def sign(body: bytes, secret: str, *, age: int = 0) -> str:
    return str(
        stripe.WebhookSignature.generate_signature_header(
            body.decode(errors="replace"), secret, int(time.time()) - age
        )
    )
