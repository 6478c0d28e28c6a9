"""A card that pays euros for rials: both amounts and the rate are kept, and money goes back at the rate it came at."""

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client, override_settings
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shop.ledger.accounts import BUYER_REFUND_DUE, fx_position, gateway_clearing, gateway_fee
from shop.ledger.queries import balance
from shop.orders.errors import CardNotOffered
from shop.orders.links import order_token
from shop.orders.models import Refund, StallOrder
from shop.orders.services.fulfil import accept_stall_order, deliver_stall_order
from shop.orders.services.pay import send_to_gateway
from shop.orders.services.pay_back import send_refund
from shop.orders.services.place import place_order
from shop.orders.services.refund import refund_lines
from shop.orders.services.send import send_stall_order
from shop.orders.services.settle import record_payment, settle_attempt
from shop.payments.gateways.base import GatewayAnswer, PaymentState
from shop.payments.models import PaymentAttempt
from tests.fixtures_bank import SandboxBank
from tests.makers import NOON, a_basket, a_checkout, a_product, a_rate, a_stall
from tests.shop.storefront.test_checkout import filled, hidden

pytestmark = pytest.mark.django_db(transaction=True)
PRICE, SENDING = 1_650_000, 650_000
TOTAL = 2 * PRICE + SENDING
CENTS = 320  # of 3,950,000 rial at 1,234,500


@pytest.fixture(autouse=True)
def bank(sandbox_bank: SandboxBank) -> Iterator[SandboxBank]:
    gateways = {
        "zarinpal": sandbox_bank.zarinpal_settings,
        "stripe": {**sandbox_bank.stripe_settings, "currency": "EUR"},
    }
    with override_settings(GATEWAYS=gateways, SANDBOX_BANK_URL=sandbox_bank.url):
        yield sandbox_bank


def two_jars(*, price: int = PRICE) -> PaymentAttempt:
    stall = a_stall()
    return place_order(
        basket_id=a_basket((a_product(stall, price=price), 2)).pk,
        checkout=a_checkout(stall, total=2 * price + SENDING, gateway="stripe"),
        user_id=None,
        now=NOON,
    )


def paid(bank: SandboxBank) -> PaymentAttempt:
    a_rate("1234500")
    attempt = two_jars()
    bank.press(send_to_gateway(attempt=attempt), "pay")
    return settle_attempt(attempt_id=attempt.pk, now=NOON)


def give_back(stall_order: StallOrder, quantity: int, *, with_shipping: bool = False) -> Refund:
    refund = refund_lines(
        refund_id=uuid.uuid4(),
        stall_order=stall_order,
        quantities={stall_order.order.lines.get().pk: quantity},
        with_shipping=with_shipping,
        reason="کم بود",
        by_user_id=None,
        now=NOON,
    )
    return send_refund(refund_id=refund.pk, now=NOON)


def test_the_order_keeps_both_amounts_and_the_rate() -> None:
    rate = a_rate("1234500")
    attempt = two_jars()
    assert (attempt.amount, attempt.charge_amount, attempt.charge_currency) == (TOTAL, CENTS, "EUR")
    assert attempt.rate == rate
    a_rate("2000000", as_of=NOON + timedelta(minutes=1))  # tomorrow's rate changes nothing
    attempt.refresh_from_db()
    assert (attempt.charge_amount, attempt.rate) == (CENTS, rate)


def test_the_bank_takes_euros_and_the_books_hold_both_currencies(bank: SandboxBank) -> None:
    attempt = paid(bank)
    assert attempt.state == "paid"
    assert [(line["amount"], line["currency"]) for line in bank.captures()] == [(CENTS, "eur")]
    fee = attempt.fee or 0
    assert balance(gateway_clearing("stripe", "EUR")) == CENTS - fee
    assert balance(gateway_fee("EUR")) == fee
    assert balance(fx_position("EUR")) == -CENTS
    assert balance(fx_position("IRR")) == TOTAL
    assert balance(gateway_clearing("stripe")) == 0


def test_refunds_go_back_at_the_first_rate_and_end_at_nothing(bank: SandboxBank) -> None:
    attempt = paid(bank)
    a_rate("9999999", as_of=NOON + timedelta(hours=1))
    stall_order = attempt.order.stall_orders.get()
    first = give_back(stall_order, 1)
    assert (first.state, first.amount) == ("done", PRICE)
    assert first.charge_amount == 134  # 1,650,000 of 3,950,000 parts of 320 cents
    second = give_back(stall_order, 1)  # with the sending: nothing is left of the parcel
    assert first.charge_amount + second.charge_amount == CENTS
    assert sum(line["amount"] for line in bank.captures("refund")) == CENTS
    assert (balance(fx_position("EUR")), balance(fx_position("IRR"))) == (0, 0)
    assert balance(BUYER_REFUND_DUE) == 0


def test_without_a_fresh_rate_the_card_is_not_taken() -> None:
    with pytest.raises(CardNotOffered) as refused:
        two_jars()
    assert "کارت بین‌المللی" in str(refused.value)
    a_rate("1234500", as_of=NOON - timedelta(hours=25))
    with pytest.raises(CardNotOffered):
        two_jars()
    assert PaymentAttempt.objects.count() == 0
    assert StallOrder.objects.count() == 0


def test_less_than_half_a_euro_is_not_taken() -> None:
    a_rate("9000000")
    with pytest.raises(CardNotOffered):
        two_jars()


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize("rate", ["1234500", None])
def test_the_summary_shows_euros_beside_toman_while_there_is_a_rate(
    client: Client, rate: str | None
) -> None:
    if rate:
        a_rate(rate, as_of=timezone.now())
    sent = filled(client, a_product(a_stall(), price=PRICE))
    page = client.post("/checkout/", sent).content.decode()
    assert "۳۹۵٬۰۰۰" in page
    assert ('value="stripe"' in page) is bool(rate)
    assert ("۳٫۲۰ یورو" in page) is bool(rate)
    assert ("هر یورو ۱۲۳٬۴۵۰ تومان است" in page) is bool(rate)
    more = {name: hidden(page, name) for name in ("basket", "seen_total")}
    answer = client.post("/checkout/pay/", {**sent, **more, "gateway": "stripe"})
    if rate is None:
        assert "با کارت بین‌المللی پرداخت کرد" in answer.content.decode()
        return
    attempt = PaymentAttempt.objects.get()
    assert attempt.charge_currency == "EUR"
    order_page = client.get(f"/o/{order_token(attempt.order.number)}/").content.decode()
    assert "از کارتتان <b>۳٫۲۰ یورو</b> خواسته شد." in order_page
    assert "هر یورو ۱۲۳٬۴۵۰ تومان بود: <bdi>بازار</bdi>" in order_page


def test_where_nothing_can_be_paid_the_page_says_so(client: Client) -> None:
    with override_settings(GATEWAYS={"stripe": {"currency": "EUR"}}):
        sent = filled(client, a_product(a_stall()))
        page = client.post("/checkout/", sent).content.decode()
    assert "این سفارش را الان نمی‌شود پرداخت کرد." in page
    assert "پرداخت ۲۳۰" not in page


# ---- any series of refunds, without a bank -------------------------------------------------------------------------


def settled_without_a_bank(rate: str, price: int, pieces: int) -> StallOrder:
    stall = a_stall()
    a_rate(rate)
    attempt = place_order(
        basket_id=a_basket((a_product(stall, price=price, stock=pieces), pieces)).pk,
        checkout=a_checkout(stall, total=price * pieces + SENDING, gateway="stripe"),
        user_id=None,
        now=NOON,
    )
    answer = GatewayAnswer(
        state=PaymentState.PAID,
        reference=str(attempt.pk),
        amount=attempt.charge_amount,
        currency="EUR",
        gateway_payment_id="pi_1",
    )
    record_payment(attempt_id=attempt.pk, answer=answer, now=NOON)
    return attempt.order.stall_orders.get()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    price=st.integers(1_000_000, 5_000_000),
    series=st.lists(st.integers(1, 3), min_size=1, max_size=6),
    rate=st.integers(400_000, 3_000_000),
    is_delivered=st.booleans(),
)
def test_any_series_of_refunds_ends_exactly_at_the_charge(
    price: int, series: list[int], rate: int, is_delivered: bool
) -> None:
    stall_order = settled_without_a_bank(str(rate), price, sum(series))
    attempt = PaymentAttempt.objects.get(order=stall_order.order_id)
    if is_delivered:
        accept_stall_order(stall_order=stall_order, now=NOON)
        send_stall_order(stall_order=stall_order, carrier="", tracking_code="", now=NOON)
        deliver_stall_order(stall_order=stall_order, now=NOON)
    line = stall_order.order.lines.get().pk
    refunds = [
        refund_lines(
            refund_id=uuid.uuid4(),
            stall_order=stall_order,
            quantities={line: quantity},
            with_shipping=place == len(series) - 1,
            reason="",
            by_user_id=None,
            now=NOON,
        )
        for place, quantity in enumerate(series)
    ]
    assert all(refund.charge_amount >= 0 for refund in refunds)
    assert sum(refund.amount for refund in refunds) == attempt.amount
    assert sum(refund.charge_amount for refund in refunds) == attempt.charge_amount
    for refund in refunds:  # each within a cent of its own part
        exact = attempt.charge_amount * int(refund.amount) / int(attempt.amount)
        assert abs(refund.charge_amount - exact) < len(series)
