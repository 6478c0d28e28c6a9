"""Money that came after its order was given up: the order lives again while it is still wanted, or it goes back."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import override_settings
from oscar.apps.basket.models import Basket, Line
from oscar.apps.order.models import Order
from oscar.apps.partner.models import StockRecord

from shop.ledger.accounts import BUYER_REFUND_DUE
from shop.ledger.models import Transaction
from shop.ledger.queries import balance
from shop.orders.models import StallOrder
from shop.orders.services.close import close_unpaid
from shop.orders.services.pay import send_to_gateway
from shop.orders.services.place import place_order
from shop.orders.services.reopen import reopen
from shop.orders.services.settle import settle_attempt
from shop.orders.services.sweep import sweep_payments
from shop.payments.models import PaymentAttempt
from tests.fixtures_bank import SandboxBank
from tests.makers import NOON, a_basket, a_checkout, a_product, a_stall

pytestmark = pytest.mark.django_db(transaction=True)
GATEWAYS = pytest.mark.parametrize("gateway", ["zarinpal", "stripe"])
State = PaymentAttempt.State
TOTAL = 2 * 1_650_000 + 650_000
AN_HOUR_LATER = NOON + timedelta(hours=1)


@pytest.fixture(autouse=True)
def bank(sandbox_bank: SandboxBank) -> Iterator[SandboxBank]:
    gateways = {
        "zarinpal": sandbox_bank.zarinpal_settings,
        "stripe": sandbox_bank.stripe_settings,
    }
    with override_settings(GATEWAYS=gateways, SANDBOX_BANK_URL=sandbox_bank.url):
        yield sandbox_bank


def paid_and_given_up(gateway: str, bank: SandboxBank) -> PaymentAttempt:
    """Two of five jars: the buyer has paid, and the shop has closed the order as if the bank had said "expired"."""
    stall = a_stall()
    attempt = place_order(
        basket_id=a_basket((a_product(stall, stock=5), 2)).pk,
        checkout=a_checkout(stall, total=TOTAL, gateway=gateway),
        user_id=None,
        now=NOON,
    )
    page = send_to_gateway(attempt=attempt)
    bank.press(page, "pay_and_close")
    assert close_unpaid(attempt_id=attempt.pk, state=State.EXPIRED)
    attempt.refresh_from_db()
    return attempt


def record_of(attempt: PaymentAttempt) -> StockRecord:
    return attempt.order.lines.get().stockrecord


@GATEWAYS
def test_an_order_that_is_still_wanted_is_paid_after_all(gateway: str, bank: SandboxBank) -> None:
    attempt = paid_and_given_up(gateway, bank)
    assert record_of(attempt).num_allocated == 0
    settled = settle_attempt(attempt_id=attempt.pk, now=AN_HOUR_LATER)
    assert settled.state == State.PAID
    assert record_of(attempt).num_allocated == 2
    assert Order.objects.get(pk=attempt.order_id).status == "paid"
    assert attempt.order.stall_orders.get().state == StallOrder.State.NEW
    assert Basket.objects.get(pk=attempt.basket_id).status == Basket.SUBMITTED
    assert len(bank.captures()) == Transaction.objects.count() == 1


@GATEWAYS
def test_goods_that_are_gone_send_the_money_back(gateway: str, bank: SandboxBank) -> None:
    attempt = paid_and_given_up(gateway, bank)
    StockRecord.objects.filter(pk=record_of(attempt).pk).update(num_in_stock=1)
    settled = settle_attempt(attempt_id=attempt.pk, now=AN_HOUR_LATER)
    if gateway == "zarinpal":  # nothing was taken: it returns by itself
        assert (settled.state, balance(BUYER_REFUND_DUE)) == (State.EXPIRED, 0)
    else:
        assert (settled.state, balance(BUYER_REFUND_DUE)) == (State.REFUND_DUE, -TOTAL)
    assert record_of(attempt).num_allocated == 0


@GATEWAYS
def test_a_basket_that_was_changed_is_not_paid_for(gateway: str, bank: SandboxBank) -> None:
    attempt = paid_and_given_up(gateway, bank)
    Line.objects.filter(basket=attempt.basket).update(quantity=1)
    assert settle_attempt(attempt_id=attempt.pk, now=AN_HOUR_LATER).state != State.PAID
    assert Basket.objects.get(pk=attempt.basket_id).status == Basket.OPEN


@GATEWAYS
def test_a_basket_that_was_ordered_again_is_not_paid_for_twice(
    gateway: str, bank: SandboxBank
) -> None:
    attempt = paid_and_given_up(gateway, bank)
    stall = record_of(attempt).partner.stall
    again = place_order(
        basket_id=attempt.basket_id,
        checkout=a_checkout(stall, total=TOTAL, gateway=gateway),
        user_id=None,
        now=AN_HOUR_LATER,
    )
    assert settle_attempt(attempt_id=attempt.pk, now=AN_HOUR_LATER).state != State.PAID
    again.refresh_from_db()
    assert (again.state, record_of(again).num_allocated) == (State.CREATED, 2)


@GATEWAYS
def test_a_crash_between_reopening_and_taking_is_made_good_by_the_sweeper(
    gateway: str, bank: SandboxBank
) -> None:
    attempt = paid_and_given_up(gateway, bank)
    assert reopen(attempt)
    attempt.refresh_from_db()
    assert (attempt.state, record_of(attempt).num_allocated) == (State.UNKNOWN, 2)
    assert attempt.order.stall_orders.get().state == StallOrder.State.PENDING
    sweep_payments(now=AN_HOUR_LATER)
    attempt.refresh_from_db()
    assert attempt.state == State.PAID


@pytest.mark.race
@GATEWAYS
def test_eight_who_settle_a_late_payment_at_once_book_it_once(
    gateway: str, bank: SandboxBank
) -> None:
    attempt = paid_and_given_up(gateway, bank)
    start = threading.Barrier(8)
    states: list[str] = []

    def settle() -> None:
        start.wait()
        try:
            states.append(settle_attempt(attempt_id=attempt.pk, now=AN_HOUR_LATER).state)
        finally:
            connection.close()

    settlers = [threading.Thread(target=settle) for _ in range(8)]
    for settler in settlers:
        settler.start()
    for settler in settlers:
        settler.join()
    assert states == [State.PAID] * 8
    assert Transaction.objects.count() == 1
    assert record_of(attempt).num_allocated == 2
