"""Cash at the door: nothing before the door, each parcel's cash when it is handed over, and an end for every order."""

import threading
import uuid
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import override_settings
from oscar.apps.basket.models import Basket
from oscar.apps.order.models import Order

from shop.ledger.accounts import (
    INCOME_COMMISSION,
    stall_available,
    stall_cash,
    stall_delivered,
    stall_pending,
)
from shop.ledger.models import Posting, Transaction
from shop.ledger.queries import balance
from shop.money import Rial
from shop.orders.errors import BasketGone, CashNotOffered, PaidAlready, StateMoved
from shop.orders.models import SellerTerms, ShippingRate, StallOrder
from shop.orders.services import fulfil
from shop.orders.services.at_door import close_when_handed_over
from shop.orders.services.fulfil import (
    accept_stall_order,
    deliver_stall_order,
    take_back_stall_order,
)
from shop.orders.services.pay import send_to_gateway
from shop.orders.services.pay_back import record_refund_by_hand, send_refund
from shop.orders.services.place import place_order
from shop.orders.services.refund import refund_lines
from shop.orders.services.release import release_delivered
from shop.orders.services.send import send_stall_order
from shop.orders.services.settle import settle_attempt
from shop.orders.services.sweep import sweep_payments
from shop.payments.models import PaymentAttempt
from tests.makers import NOON, a_basket, a_checkout, a_paid_order, a_product, a_stall

pytestmark = pytest.mark.django_db(transaction=True)
PRICE, SENDING, COMMISSION = 1_650_000, 650_000, 82_500
State = PaymentAttempt.State


@pytest.fixture(autouse=True)
def cash_is_on() -> object:
    with override_settings(GATEWAYS={"cash": {}}):
        yield


def a_cash_stall(name: str = "ترشی سبزینه"):
    stall = a_stall(name)
    SellerTerms.objects.update(takes_cash=True)
    return stall


def placed(*contents, gateway: str = "cash") -> PaymentAttempt:
    """An order of these, by city courier; in cash unless told otherwise."""
    stalls = {product.listing.stall for product, _ in contents}
    total = sum(product.stockrecords.get().price * n for product, n in contents)
    return place_order(
        basket_id=a_basket(*contents).pk,
        checkout=a_checkout(*stalls, total=int(total) + SENDING * len(stalls), gateway=gateway),
        user_id=None,
        now=NOON,
    )


def parcels(attempt: PaymentAttempt) -> list[StallOrder]:
    return list(StallOrder.objects.filter(order_id=attempt.order_id).order_by("number"))


def sent(stall_order: StallOrder) -> StallOrder:
    accept_stall_order(stall_order=stall_order, now=NOON)
    send_stall_order(stall_order=stall_order, carrier="", tracking_code="", now=NOON)
    return stall_order


def ends(attempt: PaymentAttempt) -> tuple[str, str]:
    attempt.refresh_from_db()
    return attempt.state, Order.objects.get(pk=attempt.order_id).status


def stock(product) -> tuple[int, int]:
    record = product.stockrecords.get()
    return record.num_in_stock, record.num_allocated


def jobs() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs")
        return {row[0] for row in cursor.fetchall()}


def test_the_stall_begins_at_once_and_no_money_is_in_the_books() -> None:
    product = a_product(a_cash_stall())
    attempt = placed((product, 2))
    assert ends(attempt) == ("on_delivery", "on_delivery")
    assert [parcel.state for parcel in parcels(attempt)] == ["new"]
    assert Basket.objects.get().status == "Submitted"
    assert stock(product) == (10, 2)
    assert Posting.objects.count() == 0
    assert {"shop.orders.jobs.tell_buyer_of_door", "vendors.stalls.jobs.tell_stalls_of_order"} <= (
        jobs()
    )


def test_a_second_press_gives_the_same_order() -> None:
    stall = a_cash_stall()
    basket = a_basket((a_product(stall), 1))
    wish = a_checkout(stall, total=PRICE + SENDING, gateway="cash")
    first = place_order(basket_id=basket.pk, checkout=wish, user_id=None, now=NOON)
    second = place_order(basket_id=basket.pk, checkout=wish, user_id=None, now=NOON)
    assert second == first
    assert Order.objects.count() == 1


def test_eight_presses_at_once_give_one_order() -> None:
    stall = a_cash_stall()
    basket = a_basket((a_product(stall), 1))
    wish = a_checkout(stall, total=PRICE + SENDING, gateway="cash")
    found = []

    def press() -> None:
        try:
            found.append(place_order(basket_id=basket.pk, checkout=wish, user_id=None, now=NOON))
        finally:
            connection.close()

    presses = [threading.Thread(target=press) for _ in range(8)]
    for each in presses:
        each.start()
    for each in presses:
        each.join()
    assert len({attempt.pk for attempt in found}) == 1
    assert len(found) == 8
    assert Order.objects.count() == 1


def test_a_stall_that_takes_no_cash_is_not_ordered_so() -> None:
    product = a_product(a_stall())
    with pytest.raises(CashNotOffered) as refused:
        placed((product, 1))
    assert str(refused.value).startswith("این بسته‌ها را نمی‌شود دم در حساب کرد.")
    assert Order.objects.count() == 0
    assert stock(product)[1] in (0, None)


def test_one_of_two_stalls_without_cash_is_enough_to_refuse() -> None:
    first = a_product(a_cash_stall())
    second = a_product(a_stall("نان گندم"), "نان")
    with pytest.raises(CashNotOffered):
        placed((first, 1), (second, 1))


@pytest.mark.parametrize(
    ("method", "is_offered"),
    [("city_courier", True), ("pickup_office", True), ("post", False), ("tipax", False)],
)
def test_only_who_meets_the_buyer_can_take_cash(method: str, is_offered: bool) -> None:
    stall = a_cash_stall()
    ShippingRate.objects.update(method=method)
    basket = a_basket((a_product(stall), 1))
    wish = replace(
        a_checkout(stall, total=PRICE + SENDING, gateway="cash"),
        shipping={stall.partner_id: method},
    )
    if is_offered:
        attempt = place_order(basket_id=basket.pk, checkout=wish, user_id=None, now=NOON)
        assert attempt.state == State.ON_DELIVERY
    else:
        with pytest.raises(CashNotOffered):
            place_order(basket_id=basket.pk, checkout=wish, user_id=None, now=NOON)


def test_no_bank_is_ever_asked() -> None:
    attempt = placed((a_product(a_cash_stall()), 1))
    much_later = NOON + timedelta(days=3)
    sweep_payments(now=much_later)
    assert settle_attempt(attempt_id=attempt.pk, now=much_later, gave_up=True) == attempt
    assert ends(attempt) == ("on_delivery", "on_delivery")
    with pytest.raises(BasketGone):
        send_to_gateway(attempt=attempt)


def test_delivery_books_the_cash_and_the_share_and_ends_the_payment() -> None:
    stall = a_cash_stall()
    product = a_product(stall)
    attempt = placed((product, 2))
    (parcel,) = parcels(attempt)
    deliver_stall_order(stall_order=sent(parcel), now=NOON)
    assert ends(attempt) == ("paid", "paid")
    assert attempt.settled_at == NOON
    assert balance(stall_cash(stall.partner_id)) == 2 * PRICE + SENDING
    assert balance(INCOME_COMMISSION) == -2 * COMMISSION
    assert balance(stall_pending(stall.partner_id)) == 0
    assert balance(stall_delivered(stall.partner_id)) == -(2 * (PRICE - COMMISSION) + SENDING)
    assert stock(product) == (8, 0)
    with pytest.raises(StateMoved):
        deliver_stall_order(stall_order=parcel, now=NOON)
    assert Transaction.objects.filter(event_type="cash.collected").count() == 1


def test_after_the_return_window_the_stall_owes_the_commission_alone() -> None:
    stall = a_cash_stall()
    (parcel,) = parcels(placed((a_product(stall), 2)))
    deliver_stall_order(stall_order=sent(parcel), now=NOON)
    assert release_delivered(now=NOON + timedelta(days=8)) == 1
    assert balance(stall_cash(stall.partner_id)) == 0
    assert balance(stall_available(stall.partner_id)) == 2 * COMMISSION


def test_two_parcels_are_paid_each_at_its_own_door() -> None:
    first, second = a_cash_stall(), a_cash_stall("نان گندم")
    attempt = placed((a_product(first), 1), (a_product(second, "نان"), 1))
    one, two = parcels(attempt)
    deliver_stall_order(stall_order=sent(one), now=NOON)
    assert ends(attempt) == ("on_delivery", "on_delivery")
    assert balance(stall_cash(first.partner_id)) == PRICE + SENDING
    assert balance(stall_cash(second.partner_id)) == 0
    take_back_stall_order(stall_order=sent(two), now=NOON)
    assert ends(attempt) == ("paid", "paid")
    assert balance(stall_cash(second.partner_id)) == 0


def test_the_last_two_parcels_at_once_still_end_the_payment() -> None:
    first, second = a_cash_stall(), a_cash_stall("نان گندم")
    attempt = placed((a_product(first), 1), (a_product(second, "نان"), 1))
    doors = [sent(parcel) for parcel in parcels(attempt)]
    together = threading.Barrier(2)

    def deliver(parcel: StallOrder) -> None:
        try:
            together.wait()
            deliver_stall_order(stall_order=parcel, now=NOON)
        finally:
            connection.close()

    threads = [threading.Thread(target=deliver, args=(parcel,)) for parcel in doors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ends(attempt) == ("paid", "paid")


def test_without_the_lock_the_last_two_parcels_miss_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control of the test above: unlocked, each of the two sees the other still on its way."""
    first, second = a_cash_stall(), a_cash_stall("نان گندم")
    goods = (a_product(first), 1), (a_product(second, "نان"), 1)
    for parcel in parcels(placed(*goods)):  # makes the accounts, whose new rows would be a lock too
        deliver_stall_order(stall_order=sent(parcel), now=NOON)
    attempt = placed(*goods)
    doors = [sent(parcel) for parcel in parcels(attempt)]
    both_moved = threading.Barrier(2, timeout=10)

    def unlocked(stall_order: StallOrder) -> PaymentAttempt | None:
        return PaymentAttempt.objects.filter(order_id=stall_order.order_id).first()

    def close_together(*, attempt: PaymentAttempt, now: datetime) -> None:
        both_moved.wait()
        close_when_handed_over(attempt=attempt, now=now)
        both_moved.wait()

    monkeypatch.setattr(fulfil, "lock_payment_at_door", unlocked)
    monkeypatch.setattr(fulfil, "close_when_handed_over", close_together)

    def deliver(parcel: StallOrder) -> None:
        try:
            deliver_stall_order(stall_order=parcel, now=NOON)
        finally:
            connection.close()

    threads = [threading.Thread(target=deliver, args=(parcel,)) for parcel in doors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ends(attempt) == ("on_delivery", "on_delivery")


def test_a_parcel_not_taken_is_back_on_the_shelf_and_nobody_owes_anything() -> None:
    stall = a_cash_stall()
    product = a_product(stall)
    attempt = placed((product, 2))
    (parcel,) = parcels(attempt)
    assert stock(product) == (10, 2)
    sent(parcel)
    assert stock(product) == (8, 0)
    take_back_stall_order(stall_order=parcel, now=NOON)
    assert stock(product) == (10, 0)
    assert parcel.state == "cancelled"
    assert ends(attempt) == ("cancelled", "cancelled")
    assert attempt.settled_at is None
    assert Posting.objects.count() == 0
    with pytest.raises(StateMoved):
        take_back_stall_order(stall_order=parcel, now=NOON)
    assert stock(product) == (10, 0)


def test_made_to_order_goods_go_back_to_no_shelf() -> None:
    product = a_product(a_cash_stall(), stock=None, made_days=3)
    (parcel,) = parcels(placed((product, 2)))
    take_back_stall_order(stall_order=sent(parcel), now=NOON)
    record = product.stockrecords.get()
    assert (record.num_in_stock, record.num_allocated or 0) == (None, 0)


@pytest.mark.parametrize("state", ["new", "accepted", "delivered"])
def test_only_what_was_sent_can_come_back(state: str) -> None:
    (parcel,) = parcels(placed((a_product(a_cash_stall()), 1)))
    StallOrder.objects.update(state=state)
    with pytest.raises(StateMoved):
        take_back_stall_order(stall_order=parcel, now=NOON)


def test_a_parcel_paid_before_is_not_taken_back_without_its_money() -> None:
    product = a_product(a_stall())
    (parcel,) = a_paid_order((product, 1))
    sent(parcel)
    with pytest.raises(PaidAlready):
        take_back_stall_order(stall_order=parcel, now=NOON)
    parcel.refresh_from_db()
    assert parcel.state == "sent"
    assert stock(product) == (9, 0)


def test_a_cancelled_parcel_ends_an_order_that_nobody_will_pay() -> None:
    product = a_product(a_cash_stall())
    attempt = placed((product, 2))
    (parcel,) = parcels(attempt)
    refund = refund_lines(
        refund_id=uuid.uuid4(),
        stall_order=parcel,
        quantities={parcel.order.lines.get().pk: 2},
        with_shipping=True,
        reason="تمام شد",
        by_user_id=None,
        now=NOON,
    )
    assert refund.state == "unpaid"
    assert ends(attempt) == ("cancelled", "cancelled")
    assert stock(product) == (10, 0)
    assert Posting.objects.count() == 0


def test_what_is_taken_out_before_the_door_is_not_asked_for_there() -> None:
    stall = a_cash_stall()
    attempt = placed((a_product(stall), 3))
    (parcel,) = parcels(attempt)
    refund_lines(
        refund_id=uuid.uuid4(),
        stall_order=parcel,
        quantities={parcel.order.lines.get().pk: 1},
        with_shipping=False,
        reason="کم بود",
        by_user_id=None,
        now=NOON,
    )
    due = StallOrder.objects.with_due_at_door().get(pk=parcel.pk).due_at_door
    assert due == Rial(2 * PRICE + SENDING)
    deliver_stall_order(stall_order=sent(parcel), now=NOON)
    assert balance(stall_cash(stall.partner_id)) == due
    assert StallOrder.objects.with_due_at_door().get(pk=parcel.pk).due_at_door is None


def test_a_voucher_is_not_asked_for_at_the_door() -> None:
    (parcel,) = parcels(placed((a_product(a_cash_stall()), 1)))
    StallOrder.objects.update(discount=150_000)
    due = StallOrder.objects.with_due_at_door().get(pk=parcel.pk).due_at_door
    assert due == Rial(PRICE + SENDING - 150_000)


def test_nothing_is_due_at_the_door_of_a_parcel_paid_by_card() -> None:
    (parcel,) = a_paid_order((a_product(a_stall()), 1))
    assert StallOrder.objects.with_due_at_door().get(pk=parcel.pk).due_at_door is None


def test_cash_is_given_back_by_hand_from_the_stalls_own_hands() -> None:
    stall = a_cash_stall()
    (parcel,) = parcels(placed((a_product(stall), 2)))
    deliver_stall_order(stall_order=sent(parcel), now=NOON)
    refund = refund_lines(
        refund_id=uuid.uuid4(),
        stall_order=parcel,
        quantities={parcel.order.lines.get().pk: 1},
        with_shipping=False,
        reason="شکسته بود",
        by_user_id=None,
        now=NOON,
    )
    refund = send_refund(refund_id=refund.pk, now=NOON)
    record_refund_by_hand(refund=refund, from_stall_cash=True, reference="", now=NOON)
    assert balance(stall_cash(stall.partner_id)) == PRICE + SENDING
