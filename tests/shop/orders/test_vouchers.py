"""A voucher takes its rials off once, the shop bears them, and it is used as often as it may be and no more."""

import threading
import uuid
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from hypothesis import given
from hypothesis import strategies as st
from oscar.apps.catalogue.models import Product

from shop.ledger.accounts import (
    BUYER_REFUND_DUE,
    EXPENSE_PROMOTION,
    INCOME_COMMISSION,
    gateway_clearing,
    stall_pending,
)
from shop.ledger.queries import balance
from shop.money import Rial, share_bp, split
from shop.orders.errors import (
    VoucherNeedsMore,
    VoucherNotNow,
    VoucherNotUsable,
    VoucherUnknown,
    VoucherUsedUp,
)
from shop.orders.models import StallOrder, Voucher
from shop.orders.services.close import close_unpaid
from shop.orders.services.place import place_order
from shop.orders.services.refund import refund_lines
from shop.orders.services.reopen import reopen
from shop.orders.services.settle import record_payment
from shop.orders.services.voucher import NO_DISCOUNT, normal_code, use_voucher
from shop.payments.gateways.base import GatewayAnswer, PaymentState
from shop.payments.models import PaymentAttempt
from tests.makers import NOON, a_basket, a_checkout, a_product, a_stall
from vendors.stalls.models import Stall

pytestmark = pytest.mark.django_db(transaction=True)
PRICE, SENDING = 1_650_000, 650_000


def a_voucher(code: str = "NOROOZ", **fields: Any) -> Voucher:
    """Ten percent of the goods, today."""
    worth = {} if "amount" in fields else {"percent": 10}
    return Voucher.objects.create(
        code=code,
        name="نوروز",
        starts_at=NOON - timedelta(days=1),
        ends_at=NOON + timedelta(days=1),
        **{**worth, **fields},
    )


def ordered(
    *contents: tuple[Product, int], total: int, code: str = "NOROOZ", stalls: list[Stall]
) -> PaymentAttempt:
    checkout = a_checkout(*stalls, total=total)
    return place_order(
        basket_id=a_basket(*contents).pk,
        checkout=replace(checkout, voucher_code=code),
        user_id=None,
        now=NOON,
    )


def two_jars(*, total: int, code: str = "NOROOZ") -> PaymentAttempt:
    stall = a_stall()
    return ordered((a_product(stall), 2), total=total, code=code, stalls=[stall])


def pay(attempt: PaymentAttempt) -> StallOrder:
    answer = GatewayAnswer(
        state=PaymentState.PAID,
        reference=str(uuid.uuid4()),
        amount=int(attempt.amount),
        currency="IRR",
        is_taken=True,
    )
    record_payment(attempt_id=attempt.pk, answer=answer, now=NOON)
    return attempt.order.stall_orders.first()


def test_ten_percent_comes_off_the_goods_and_the_shop_bears_it() -> None:
    voucher = a_voucher()
    off = 330_000
    attempt = two_jars(total=2 * PRICE + SENDING - off)
    order = attempt.order
    assert (attempt.amount, order.total_incl_tax) == (3_620_000, Decimal(3_620_000))
    line = order.lines.get()
    assert line.line_price_before_discounts_incl_tax == 2 * PRICE
    assert line.line_price_incl_tax == 2 * PRICE - off
    stall_order = pay(attempt)
    assert (stall_order.goods, stall_order.discount, stall_order.total) == (
        2 * PRICE,
        off,
        3_620_000,
    )
    assert balance(EXPENSE_PROMOTION) == off
    assert balance(gateway_clearing("zarinpal")) == 3_620_000
    assert balance(INCOME_COMMISSION) == -165_000  # of the full price
    assert balance(stall_pending(stall_order.partner_id)) == -(2 * PRICE - 165_000 + SENDING)
    voucher.refresh_from_db()
    assert (voucher.used, voucher.uses.get().amount) == (1, off)


def test_a_fixed_sum_is_shared_over_stalls_by_their_goods_to_the_rial() -> None:
    a_voucher(amount=Rial(1_000_000))
    one, other = a_stall("یک"), a_stall("دو")
    attempt = ordered(
        (a_product(one, price=333_000), 1),
        (a_product(other, price=667_001), 1),
        total=1_000_001 + 2 * SENDING - 1_000_000,
        stalls=[one, other],
    )
    discounts = attempt.order.stall_orders.order_by("pk").values_list("discount", flat=True)
    assert list(discounts) == [333_000, 667_000]


def test_a_voucher_worth_more_than_the_goods_takes_the_goods_alone() -> None:
    a_voucher(amount=Rial(99_000_000))
    assert two_jars(total=SENDING).amount == SENDING


def test_a_voucher_leaves_what_a_bank_takes_at_least() -> None:
    a_voucher(percent=100)
    stall = a_stall(shipping=0)
    attempt = ordered((a_product(stall), 1), total=10_000, stalls=[stall])
    assert attempt.amount == 10_000


def test_a_ceiling_holds() -> None:
    a_voucher(percent=50, at_most=Rial(200_000))
    assert two_jars(total=2 * PRICE + SENDING - 200_000).amount == 3_750_000


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"starts_at": NOON + timedelta(hours=1)}, VoucherNotNow),
        ({"ends_at": NOON}, VoucherNotNow),
        ({"max_uses": 0}, VoucherUsedUp),
        ({"min_goods": Rial(2 * PRICE + 1)}, VoucherNeedsMore),
        ({"code": "OTHER"}, VoucherUnknown),
    ],
)
def test_a_voucher_that_does_not_hold_writes_nothing(
    fields: dict[str, Any], error: type[VoucherNotUsable]
) -> None:
    voucher = a_voucher(
        **{"code": "NOROOZ"} | {key: v for key, v in fields.items() if key == "code"}
    )
    Voucher.objects.filter(pk=voucher.pk).update(**fields)
    with pytest.raises(error) as refused:
        two_jars(total=2 * PRICE + SENDING - 330_000)
    assert str(refused.value)
    assert PaymentAttempt.objects.count() == 0


@pytest.mark.parametrize("typed", ["norooz", " Nor-ooz ", "NOROOZ", "nor ooz"])
def test_a_code_is_read_as_it_is_typed(typed: str) -> None:
    a_voucher()
    assert two_jars(total=3_620_000, code=typed).amount == 3_620_000
    assert normal_code("نوروز ۱۴۰۵") == "نوروز1405"


def test_an_order_that_is_not_paid_gives_its_voucher_back_and_takes_it_again() -> None:
    voucher = a_voucher(max_uses=1)
    attempt = two_jars(total=3_620_000)
    close_unpaid(attempt_id=attempt.pk, state=PaymentAttempt.State.EXPIRED)
    voucher.refresh_from_db()
    assert voucher.used == 0
    assert reopen(attempt)
    voucher.refresh_from_db()
    assert voucher.used == 1
    close_unpaid(attempt_id=attempt.pk, state=PaymentAttempt.State.EXPIRED)
    two_jars(total=3_620_000)
    assert reopen(attempt) is False  # another order has the one use now


def buy_at_once(n: int) -> list[str]:
    """So many buyers with the same code at once; what became of each."""
    baskets = []
    for _ in range(n):
        stall = a_stall()
        baskets.append((stall, a_basket((a_product(stall), 2))))
    start = threading.Barrier(n)
    outcomes: list[str] = []

    def buy(stall: Stall, basket_id: int) -> None:
        checkout = a_checkout(stall, total=3_620_000)
        start.wait()
        try:
            place_order(
                basket_id=basket_id,
                checkout=replace(checkout, voucher_code="NOROOZ"),
                user_id=None,
                now=NOON,
            )
            outcomes.append("ordered")
        except VoucherUsedUp:
            outcomes.append("used up")
        finally:
            connection.close()

    buyers = [threading.Thread(target=buy, args=(stall, basket.pk)) for stall, basket in baskets]
    for buyer in buyers:
        buyer.start()
    for buyer in buyers:
        buyer.join()
    return sorted(outcomes)


@pytest.mark.race
def test_eight_buyers_with_one_single_use_code_make_one_order() -> None:
    voucher = a_voucher(max_uses=1)
    assert buy_at_once(8) == ["ordered"] + ["used up"] * 7
    voucher.refresh_from_db()
    assert voucher.used == 1


@pytest.mark.race
def test_without_the_condition_more_would_use_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: counting first and writing then lets others in between; the database's own check is switched off."""
    voucher = a_voucher(max_uses=1)
    all_have_read = threading.Barrier(8)

    def read_then_write(voucher_id: int, **_when: object) -> None:
        used = Voucher.objects.get(pk=voucher_id).used
        all_have_read.wait()
        if used >= 1:
            raise VoucherUsedUp
        Voucher.objects.filter(pk=voucher_id).update(max_uses=None, used=F("used") + 1)

    monkeypatch.setattr("shop.orders.services.voucher._take_one_use", read_then_write)
    assert buy_at_once(8).count("ordered") == 8
    voucher.refresh_from_db()
    assert voucher.used == 8


def test_the_database_refuses_an_overused_voucher() -> None:
    voucher = a_voucher(max_uses=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Voucher.objects.filter(pk=voucher.pk).update(used=2)


def test_a_refund_of_one_piece_gives_back_what_was_paid_for_it() -> None:
    a_voucher()
    stall_order = pay(two_jars(total=3_620_000))
    refund = refund_lines(
        refund_id=uuid.uuid4(),
        stall_order=stall_order,
        quantities={stall_order.order.lines.get().pk: 1},
        with_shipping=False,
        reason="",
        by_user_id=None,
        now=NOON,
    )
    assert refund.amount == PRICE - 165_000
    assert balance(EXPENSE_PROMOTION) == 165_000
    pending = balance(stall_pending(stall_order.partner_id))
    assert pending == -(PRICE - 82_500 + SENDING)


def test_a_piece_that_the_voucher_paid_for_whole_goes_back_and_owes_nobody() -> None:
    a_voucher(percent=100)
    stall_order = pay(two_jars(total=SENDING))
    refund = refund_lines(
        refund_id=uuid.uuid4(),
        stall_order=stall_order,
        quantities={stall_order.order.lines.get().pk: 1},
        with_shipping=False,
        reason="",
        by_user_id=None,
        now=NOON,
    )
    assert (refund.amount, refund.state) == (0, "done")
    assert balance(EXPENSE_PROMOTION) == PRICE
    pending = balance(stall_pending(stall_order.partner_id))
    assert pending == -(PRICE - 82_500 + SENDING)
    assert balance(BUYER_REFUND_DUE) == 0


@given(
    prices=st.lists(st.integers(1_000, 10**8), min_size=1, max_size=5), percent=st.integers(1, 100)
)
@pytest.mark.django_db(transaction=False)
def test_a_discount_is_shared_without_losing_a_rial(prices: list[int], percent: int) -> None:
    goods = sum(prices)
    off = share_bp(goods, percent * 100)
    shares = split(off, prices)
    assert sum(shares) == off
    assert all(0 <= share <= price for share, price in zip(shares, prices, strict=True))


def test_no_code_uses_nothing() -> None:
    use_voucher(discount=NO_DISCOUNT, order_id=1, now=NOON)
    assert two_jars(total=2 * PRICE + SENDING, code="  ").amount == 3_950_000
