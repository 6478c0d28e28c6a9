"""Paid once, booked once, whoever tells us first and however often: against the sandbox bank, over HTTP."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import override_settings
from oscar.apps.basket.models import Basket
from oscar.apps.partner.models import StockRecord

from shop.ledger.accounts import (
    BUYER_REFUND_DUE,
    INCOME_COMMISSION,
    gateway_clearing,
    stall_delivered,
    stall_pending,
)
from shop.ledger.models import Transaction
from shop.ledger.queries import balance
from shop.orders.errors import BasketGone, GatewayNotAvailable
from shop.orders.models import Refund, StallOrder
from shop.orders.services.close import close_unpaid
from shop.orders.services.fulfil import accept_stall_order, deliver_stall_order
from shop.orders.services.pay import send_to_gateway
from shop.orders.services.pay_back import send_refund
from shop.orders.services.place import place_order
from shop.orders.services.send import send_stall_order
from shop.orders.services.settle import settle_attempt
from shop.orders.services.sweep import sweep_payments
from shop.payments.models import PaymentAttempt
from tests.fixtures_bank import SandboxBank
from tests.makers import NOON, a_basket, a_checkout, a_product, a_stall

pytestmark = pytest.mark.django_db(transaction=True)
GATEWAYS = pytest.mark.parametrize("gateway", ["zarinpal", "stripe"])
State = PaymentAttempt.State
AFTER_THE_DEADLINE = NOON + timedelta(hours=1)
PRICE, SENDING = 1_650_000, 650_000


@pytest.fixture(autouse=True)
def bank(sandbox_bank: SandboxBank) -> Iterator[SandboxBank]:
    gateways = {
        "zarinpal": sandbox_bank.zarinpal_settings,
        "stripe": sandbox_bank.stripe_settings,
    }
    with override_settings(GATEWAYS=gateways, SANDBOX_BANK_URL=sandbox_bank.url):
        yield sandbox_bank


def an_attempt(gateway: str) -> PaymentAttempt:
    """Two jars of one stall, ordered and not yet sent to the bank."""
    stall = a_stall()
    basket = a_basket((a_product(stall, price=PRICE, stock=5), 2))
    return place_order(
        basket_id=basket.pk,
        checkout=a_checkout(stall, total=2 * PRICE + SENDING, gateway=gateway),
        user_id=None,
        now=NOON,
    )


def stock_held(attempt: PaymentAttempt) -> int:
    return attempt.order.lines.get().stockrecord.num_allocated


def sell_the_rest(attempt: PaymentAttempt) -> None:
    """Somebody else buys the goods that an order was given up for."""
    StockRecord.objects.filter(pk=attempt.order.lines.get().stockrecord_id).update(num_in_stock=1)


@GATEWAYS
def test_a_paid_order_is_booked_to_the_rial(gateway: str, bank: SandboxBank) -> None:
    attempt = an_attempt(gateway)
    bank.press(send_to_gateway(attempt=attempt), "pay")
    attempt = settle_attempt(attempt_id=attempt.pk, now=NOON)

    assert attempt.state == State.PAID
    assert attempt.order.status == "paid"
    stall_order = attempt.order.stall_orders.get()
    assert stall_order.state == StallOrder.State.NEW
    assert Basket.objects.get(pk=attempt.basket_id).status == Basket.SUBMITTED
    assert [line["amount"] for line in bank.captures()] == [2 * PRICE + SENDING]
    commission = 165_000
    assert balance(INCOME_COMMISSION) == -commission
    assert balance(stall_pending(stall_order.partner_id)) == -(2 * PRICE + SENDING - commission)
    fee = attempt.fee or 0
    assert balance(gateway_clearing(gateway)) == 2 * PRICE + SENDING - fee


@GATEWAYS
def test_settling_again_changes_nothing(gateway: str, bank: SandboxBank) -> None:
    attempt = an_attempt(gateway)
    bank.press(send_to_gateway(attempt=attempt), "pay")
    for _ in range(3):
        assert settle_attempt(attempt_id=attempt.pk, now=NOON).state == State.PAID
    assert Transaction.objects.count() == 1
    assert len(bank.captures()) == 1


@pytest.mark.race
@GATEWAYS
def test_webhook_return_page_and_sweeper_at_once_book_once(gateway: str, bank: SandboxBank) -> None:
    attempt = an_attempt(gateway)
    bank.press(send_to_gateway(attempt=attempt), "pay")
    start = threading.Barrier(6)
    states: list[str] = []

    def settle() -> None:
        start.wait()
        try:
            states.append(settle_attempt(attempt_id=attempt.pk, now=NOON).state)
        finally:
            connection.close()

    settlers = [threading.Thread(target=settle) for _ in range(6)]
    for settler in settlers:
        settler.start()
    for settler in settlers:
        settler.join()
    assert states == [State.PAID] * 6
    assert Transaction.objects.count() == 1


@GATEWAYS
def test_a_second_press_of_pay_leads_to_the_same_bank_page(gateway: str) -> None:
    attempt = an_attempt(gateway)
    first = send_to_gateway(attempt=attempt)
    assert send_to_gateway(attempt=attempt) == first


@GATEWAYS
def test_a_declined_payment_gives_stock_and_basket_back(gateway: str, bank: SandboxBank) -> None:
    attempt = an_attempt(gateway)
    bank.press(send_to_gateway(attempt=attempt), "decline")
    attempt = settle_attempt(attempt_id=attempt.pk, now=NOON, gave_up=True)

    assert attempt.state in PaymentAttempt.CLOSED_UNPAID
    assert stock_held(attempt) == 0
    assert Basket.objects.get(pk=attempt.basket_id).status == Basket.OPEN
    assert attempt.order.stall_orders.get().state == StallOrder.State.CANCELLED
    assert Transaction.objects.count() == 0
    with pytest.raises(BasketGone):
        send_to_gateway(attempt=attempt)


@GATEWAYS
def test_the_same_basket_can_be_paid_after_a_decline(gateway: str, bank: SandboxBank) -> None:
    attempt = an_attempt(gateway)
    bank.press(send_to_gateway(attempt=attempt), "decline")
    settle_attempt(attempt_id=attempt.pk, now=NOON, gave_up=True)
    partner_id = attempt.order.stall_orders.get().partner_id
    again = place_order(
        basket_id=attempt.basket_id,
        checkout=a_checkout(
            StallOrder.objects.filter(partner_id=partner_id)[0].partner.stall,
            total=2 * PRICE + SENDING,
            gateway=gateway,
        ),
        user_id=None,
        now=NOON,
    )
    bank.press(send_to_gateway(attempt=again), "pay")
    assert settle_attempt(attempt_id=again.pk, now=NOON).state == State.PAID
    assert again.order.number != attempt.order.number


@GATEWAYS
def test_a_tab_closed_after_paying_is_found_by_the_sweeper(gateway: str, bank: SandboxBank) -> None:
    attempt = an_attempt(gateway)
    bank.press(send_to_gateway(attempt=attempt), "pay_and_close")
    bank.arm("zarinpal.unverified", "refuse_before")
    assert sweep_payments(now=NOON + timedelta(minutes=1)) == 0
    assert sweep_payments(now=NOON + timedelta(minutes=6)) == 1
    attempt.refresh_from_db()
    assert attempt.state == State.PAID


def test_what_zarinpal_lists_as_paid_is_taken_at_once(bank: SandboxBank) -> None:
    paid, unpaid = an_attempt("zarinpal"), an_attempt("zarinpal")
    bank.press(send_to_gateway(attempt=paid), "pay_and_close")
    send_to_gateway(attempt=unpaid)
    assert sweep_payments(now=NOON + timedelta(minutes=1)) == 1
    assert sweep_payments(now=NOON + timedelta(minutes=1)) == 0
    paid.refresh_from_db()
    assert paid.state == State.PAID


@GATEWAYS
def test_nobody_paid_by_the_deadline_gives_the_stock_back(gateway: str) -> None:
    attempt = an_attempt(gateway)
    send_to_gateway(attempt=attempt)
    sweep_payments(now=NOON + timedelta(minutes=10))
    assert stock_held(attempt) == 2
    sweep_payments(now=AFTER_THE_DEADLINE)
    attempt.refresh_from_db()
    assert attempt.state == State.EXPIRED
    assert stock_held(attempt) == 0


@GATEWAYS
def test_while_the_bank_is_silent_the_stock_stays_held(gateway: str, bank: SandboxBank) -> None:
    attempt = an_attempt(gateway)
    send_to_gateway(attempt=attempt)
    bank.kill()
    attempt = settle_attempt(attempt_id=attempt.pk, now=AFTER_THE_DEADLINE)
    assert attempt.state == State.UNKNOWN
    assert stock_held(attempt) == 2
    bank.start()
    assert settle_attempt(attempt_id=attempt.pk, now=AFTER_THE_DEADLINE).state == State.EXPIRED


@GATEWAYS
def test_a_bank_that_is_down_at_the_start_loses_nothing(gateway: str, bank: SandboxBank) -> None:
    attempt = an_attempt(gateway)
    bank.kill()
    with pytest.raises(GatewayNotAvailable):
        send_to_gateway(attempt=attempt)
    bank.start()
    bank.press(send_to_gateway(attempt=attempt), "pay")
    assert settle_attempt(attempt_id=attempt.pk, now=NOON).state == State.PAID


def test_money_that_came_after_the_order_was_given_up_goes_back(bank: SandboxBank) -> None:
    attempt = an_attempt("stripe")
    bank.press(send_to_gateway(attempt=attempt), "pay_and_close")
    # As if the bank had said "expired" and the money came all the same.
    PaymentAttempt.objects.filter(pk=attempt.pk).update(state=State.EXPIRED)
    attempt = settle_attempt(attempt_id=attempt.pk, now=NOON)
    assert attempt.state == State.REFUND_DUE
    assert balance(BUYER_REFUND_DUE) == -attempt.amount
    refund = Refund.objects.get(attempt=attempt)
    assert refund.amount == attempt.amount
    for _ in range(2):
        assert send_refund(refund_id=refund.pk, now=NOON).state == Refund.State.DONE
    attempt.refresh_from_db()
    assert attempt.state == State.REFUNDED
    assert balance(BUYER_REFUND_DUE) == 0
    assert [line["amount"] for line in bank.captures("refund")] == [attempt.amount]


def test_a_refund_that_the_bank_refuses_is_left_to_staff_and_stays_owed(bank: SandboxBank) -> None:
    attempt = an_attempt("stripe")
    bank.press(send_to_gateway(attempt=attempt), "pay_and_close")
    PaymentAttempt.objects.filter(pk=attempt.pk).update(state=State.EXPIRED)
    attempt = settle_attempt(attempt_id=attempt.pk, now=NOON)
    PaymentAttempt.objects.filter(pk=attempt.pk).update(gateway_payment_id="pi_unknown")
    refund = Refund.objects.get(attempt=attempt)
    assert send_refund(refund_id=refund.pk, now=NOON).state == Refund.State.BY_HAND
    attempt.refresh_from_db()
    assert attempt.state == State.REFUND_DUE
    assert balance(BUYER_REFUND_DUE) == -attempt.amount


@GATEWAYS
def test_a_bank_that_was_switched_off_meanwhile_keeps_the_stock_held(
    gateway: str, bank: SandboxBank
) -> None:
    attempt = an_attempt(gateway)
    send_to_gateway(attempt=attempt)
    begun = an_attempt(gateway)
    with override_settings(GATEWAYS={}):
        with pytest.raises(GatewayNotAvailable):
            send_to_gateway(attempt=begun)
        assert sweep_payments(now=NOON + timedelta(minutes=10)) == 2
        attempt.refresh_from_db()
        assert (attempt.state, stock_held(attempt)) == (State.UNKNOWN, 2)
    assert settle_attempt(attempt_id=attempt.pk, now=AFTER_THE_DEADLINE).state == State.EXPIRED


@pytest.mark.race
@GATEWAYS
def test_money_taken_while_the_order_was_given_up_goes_back(
    gateway: str, bank: SandboxBank
) -> None:
    """One process takes the payment while another has just closed the attempt: never lost in between."""
    attempt = an_attempt(gateway)
    bank.press(send_to_gateway(attempt=attempt), "pay_and_close")
    asked = "zarinpal.verify" if gateway == "zarinpal" else "session.retrieve"
    bank.arm(asked, "slow", seconds=1)

    def settle() -> None:
        try:
            settle_attempt(attempt_id=attempt.pk, now=NOON)
        finally:
            connection.close()

    settler = threading.Thread(target=settle)
    settler.start()
    time.sleep(0.4)
    assert close_unpaid(attempt_id=attempt.pk, state=State.EXPIRED)
    sell_the_rest(attempt)
    settler.join()
    attempt.refresh_from_db()
    assert attempt.state == State.REFUND_DUE
    assert balance(BUYER_REFUND_DUE) == -attempt.amount
    send_refund(refund_id=Refund.objects.get(attempt=attempt).pk, now=NOON)
    assert balance(BUYER_REFUND_DUE) == 0
    given_back = bank.captures("reverse" if gateway == "zarinpal" else "refund")
    assert [line["amount"] for line in given_back] == [attempt.amount]


def test_a_payment_seen_too_late_is_left_to_the_bank(bank: SandboxBank) -> None:
    """Zarinpal gives back by itself what nobody takes: nothing to book."""
    attempt = an_attempt("zarinpal")
    page = send_to_gateway(attempt=attempt)
    sweep_payments(now=AFTER_THE_DEADLINE)
    sell_the_rest(attempt)
    bank.press(page, "pay")
    assert settle_attempt(attempt_id=attempt.pk, now=AFTER_THE_DEADLINE).state == State.EXPIRED
    assert Transaction.objects.count() == 0


@GATEWAYS
def test_delivery_moves_the_share_to_what_was_earned(gateway: str, bank: SandboxBank) -> None:
    attempt = an_attempt(gateway)
    bank.press(send_to_gateway(attempt=attempt), "pay")
    settle_attempt(attempt_id=attempt.pk, now=NOON)
    stall_order = StallOrder.objects.with_lines().get(order=attempt.order)
    accept_stall_order(stall_order=stall_order, now=NOON)
    send_stall_order(stall_order=stall_order, carrier="پیک", tracking_code="123", now=NOON)
    deliver_stall_order(stall_order=stall_order, now=NOON)

    assert balance(stall_pending(stall_order.partner_id)) == 0
    assert balance(stall_delivered(stall_order.partner_id)) == -(stall_order.net + SENDING)
    record = attempt.order.lines.get().stockrecord
    assert (record.num_in_stock, record.num_allocated) == (3, 0)
    assert record.price == Decimal(PRICE)
