"""What a liar, a mistake or a broken line brings to the shop's two doors for payments, over HTTP: a 4xx, no row is
written, and the true answer counts afterwards all the same."""

import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import stripe
from django.db import connection

from shop.ledger.models import Transaction
from shop.orders.links import order_token, payment_token
from shop.payments.models import PaymentAttempt
from tests.reliability.buyers import Browser, Crowd
from tests.reliability.deaths import page_of
from tests.reliability.market import GATEWAYS, Market
from tests.reliability.rig import Rig
from tests.reliability.webhook_storm import messages_of

State = PaymentAttempt.State
REFERENCE_IN = {"zarinpal": "Authority", "stripe": "session_id"}


@pytest.fixture
def buyer() -> Iterator[Browser]:
    with contextlib.closing(Browser()) as browser:
        yield browser


@pytest.fixture
def http(market: Market) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=market.rig.url, timeout=30) as client:
        yield client


def at_the_bank(market: Market, buyer: Browser, gateway: str) -> tuple[PaymentAttempt, str]:
    """An attempt whose buyer stands before the bank's page, and that page."""
    product = market.product(f"کالای {time.monotonic_ns()}", stock=5)
    page = page_of(buyer, market.press(product, gateway=gateway))
    return PaymentAttempt.objects.get(order__lines__product=product), page


def written(rig: Rig) -> dict[str, Any]:
    """Every row of every table, but for the job queue's own, as one sum for each table.

    Read when no job is left, so that the work of an order before this one is not taken for this one's.
    """
    assert rig.wait(rig.is_idle, seconds=20)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename NOT LIKE 'procrastinate%'"
        )
        tables = [name for (name,) in cursor.fetchall()]
        sums = {}
        for table in tables:
            cursor.execute(
                f"SELECT count(*), md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM \"{table}\" t"
            )
            sums[table] = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE '%settle_reported%'"
        )
        return sums | {"jobs": cursor.fetchone()}


def state_of(attempt: PaymentAttempt) -> str:
    attempt.refresh_from_db()
    return attempt.state


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_the_answer_to_a_cheap_payment_pays_no_other_order(
    market: Market, buyer: Browser, http: httpx.Client, gateway: str
) -> None:
    cheap, page = at_the_bank(market, buyer, gateway)
    dear, _ = at_the_bank(market, buyer, gateway)
    market.rig.bank.arm("webhook", "webhook_never", times=4)
    buyer.post(page, {"deed": "pay_and_close"})
    before = written(market.rig)
    query = {REFERENCE_IN[gateway]: str(cheap.reference), "Status": "OK"}
    answer = http.get(f"/pay/return/{payment_token(dear.pk)}/", params=query)
    assert (answer.status_code, written(market.rig)) == (400, before)
    http.get(f"/pay/return/{payment_token(cheap.pk)}/", params=query)
    assert (state_of(cheap), state_of(dear)) == (State.PAID, State.REDIRECTED)


def test_a_link_of_another_order_opens_nothing(
    market: Market, buyer: Browser, http: httpx.Client
) -> None:
    mine, _ = at_the_bank(market, buyer, "zarinpal")
    other, _ = at_the_bank(market, buyer, "zarinpal")
    my_seal = payment_token(mine.pk).partition(".")[2]
    before = written(market.rig)
    for address in (
        f"/pay/return/{other.pk.hex}.{my_seal}/",
        f"/pay/return/{order_token(other.order.number)}/",
        f"/o/{payment_token(other.pk)}/",
        f"/o/{other.order.number}.{my_seal}/",
        f"/pay/return/{other.pk.hex}/",
    ):
        assert http.get(address).status_code == 404, address
    assert written(market.rig) == before


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_less_than_was_asked_is_never_paid_and_never_forgotten(
    market: Market, buyer: Browser, http: httpx.Client, gateway: str
) -> None:
    attempt, page = at_the_bank(market, buyer, gateway)
    market.rig.bank.arm("webhook", "webhook_never", times=4)
    market.rig.bank.arm("pay", "wrong_amount")
    buyer.post(page, {"deed": "pay_and_close"})
    booked = Transaction.objects.count()
    answer = http.get(f"/pay/return/{payment_token(attempt.pk)}/")
    assert answer.status_code == 409
    assert "مبلغ دیگری پرداخت شد" in answer.text
    assert state_of(attempt) == State.UNKNOWN  # neither paid nor closed: staff and sweeper see it
    assert (attempt.order.status, Transaction.objects.count()) == ("pending", booked)
    assert attempt.order.lines.get().stockrecord.num_allocated == 1
    assert f"payment.amount_differs attempt={attempt.pk}" in market.rig.log("storefront")


@pytest.mark.parametrize(
    "spoil",
    [
        "another secret",
        "another account",
        "one changed byte",
        "301 seconds old",
        "301 seconds early",
        "no signature",
    ],
)
def test_a_message_that_is_not_the_banks_writes_nothing_and_the_true_one_still_counts(
    market: Market, buyer: Browser, http: httpx.Client, spoil: str
) -> None:
    attempt, page = at_the_bank(market, buyer, "stripe")
    market.rig.bank.arm("webhook", "webhook_never", times=2)
    buyer.post(page, {"deed": "pay_and_close"})
    body = next(
        told for told in reversed(messages_of(market.rig)) if str(attempt.reference) in told
    )
    signature = signed(body, market.rig.bank.secret)
    foreign = json.dumps({**json.loads(body), "account": "acct_other"})
    bad = {
        "another secret": (body, signed(body, "whsec_other")),
        "another account": (foreign, signed(foreign, market.rig.bank.secret)),
        "one changed byte": (body.replace("complete", "complEte", 1), signature),
        "301 seconds old": (body, signed(body, market.rig.bank.secret, age=301)),
        "301 seconds early": (body, signed(body, market.rig.bank.secret, age=-302)),
        "no signature": (body, ""),
    }[spoil]
    assert bad != (body, signature)
    before = written(market.rig)
    assert tell(http, *bad) == 400
    assert written(market.rig) == before
    assert tell(http, body, signature) == 200
    assert market.rig.wait(lambda: state_of(attempt) == State.PAID, seconds=20)


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_a_callback_replayed_fifty_times_settles_once(
    market: Market, buyer: Browser, gateway: str
) -> None:
    attempt, page = at_the_bank(market, buyer, gateway)
    back = buyer.post(page, {"deed": "pay"}).headers["Location"]
    captured = len(market.rig.bank.captures())
    with Crowd(5) as crowd:
        answers = crowd.at_once(come_back_ten_times, [back] * 5)
    # While another press is being settled a visit may be told to wait; then it leads to the order.
    assert {status for each in answers for status in each} <= {200, 302}
    assert state_of(attempt) == State.PAID
    assert Transaction.objects.filter(event_id=str(attempt.pk)).count() == 1
    assert len(market.rig.bank.captures()) == captured


def come_back_ten_times(browser: Browser, start: Any, back: str) -> list[int]:
    start.wait()
    return [browser.get(back).status_code for _ in range(10)]


def tell(http: httpx.Client, body: str, signature: str) -> int:
    headers = {"Content-Type": "application/json", "Stripe-Signature": signature}
    return http.post("/payments/stripe/webhook/", content=body, headers=headers).status_code


def signed(body: str, secret: str, *, age: int = 0) -> str:
    stamp = int(time.time()) - age
    return str(stripe.WebhookSignature.generate_signature_header(body, secret, stamp))
