"""A payment that a buyer disputes is held, and then given back to the stalls or lost."""

import uuid
from datetime import timedelta

import pytest

from shop.ledger.accounts import (
    DISPUTE_RECEIVABLE,
    INCOME_COMMISSION,
    dispute_fee,
    gateway_clearing,
    stall_available,
    stall_delivered,
    stall_held,
    stall_pending,
)
from shop.ledger.models import Transaction
from shop.ledger.queries import balance, earned_postings_since
from shop.orders.errors import RefundNotPossible, UnderDispute
from shop.orders.models import Dispute, StallOrder
from shop.orders.services.dispute import Claim, lose_dispute, open_dispute, win_dispute
from shop.orders.services.fulfil import accept_stall_order, deliver_stall_order
from shop.orders.services.refund import refund_lines
from shop.orders.services.release import release_delivered
from shop.orders.services.send import send_stall_order
from shop.payments.models import PaymentAttempt
from tests.makers import NOON, a_paid_order, a_product, a_stall

pytestmark = pytest.mark.django_db(transaction=True)
PRICE, SENDING, COMMISSION = 1_650_000, 650_000, 82_500
TOTAL, NET = 2 * PRICE + SENDING, 2 * (PRICE - COMMISSION) + SENDING


def two_jars() -> StallOrder:
    (stall_order,) = a_paid_order((a_product(a_stall()), 2))
    return stall_order


def delivered(stall_order: StallOrder) -> StallOrder:
    accept_stall_order(stall_order=stall_order, now=NOON)
    send_stall_order(stall_order=stall_order, carrier="", tracking_code="", now=NOON)
    deliver_stall_order(stall_order=stall_order, now=NOON)
    return stall_order


def attempt_of(stall_order: StallOrder) -> PaymentAttempt:
    return PaymentAttempt.objects.get(order_id=stall_order.order_id)


def disputed(stall_order: StallOrder, amount: int = TOTAL, fee: int = 0) -> Dispute:
    return open_dispute(
        attempt=attempt_of(stall_order),
        claim=Claim(gateway_id="dp_1", charge_amount=amount, fee=fee),
        now=NOON,
    )


def earned() -> int:
    return sum(row.amount for row in earned_postings_since(posted_after=NOON - timedelta(3650)))


def test_a_disputed_payment_is_held_from_the_stall() -> None:
    stall_order = delivered(two_jars())
    disputed(stall_order, fee=150_000)
    assert balance(gateway_clearing("zarinpal")) == -150_000
    assert balance(DISPUTE_RECEIVABLE) == TOTAL
    assert balance(dispute_fee()) == 150_000
    assert balance(stall_delivered(stall_order.partner_id)) == 0
    assert balance(stall_held(stall_order.partner_id)) == -NET
    assert earned() == NET  # held is still earned, until the bank decides


def test_told_again_it_is_the_same_dispute() -> None:
    stall_order = two_jars()
    assert disputed(stall_order) == disputed(stall_order)
    assert Transaction.objects.filter(event_type="dispute.opened").count() == 1


def test_a_won_dispute_gives_all_of_it_back_and_once() -> None:
    stall_order = delivered(two_jars())
    dispute = disputed(stall_order, fee=150_000)
    assert win_dispute(dispute=dispute, now=NOON)
    assert not win_dispute(dispute=dispute, now=NOON)
    assert not lose_dispute(dispute=dispute, now=NOON)
    assert balance(gateway_clearing("zarinpal")) == TOTAL - 150_000  # the fee is gone
    assert balance(DISPUTE_RECEIVABLE) == 0
    assert balance(stall_held(stall_order.partner_id)) == 0
    assert balance(stall_delivered(stall_order.partner_id)) == -NET


def test_a_lost_dispute_takes_share_and_commission_and_is_no_longer_earned() -> None:
    stall_order = delivered(two_jars())
    assert lose_dispute(dispute=disputed(stall_order), now=NOON)
    for account in (
        stall_held(stall_order.partner_id),
        stall_delivered(stall_order.partner_id),
        INCOME_COMMISSION,
        DISPUTE_RECEIVABLE,
        gateway_clearing("zarinpal"),
    ):
        assert balance(account) == 0
    assert earned() == 0


def test_after_a_lost_dispute_nothing_is_left_to_refund() -> None:
    stall_order = delivered(two_jars())
    lose_dispute(dispute=disputed(stall_order), now=NOON)
    with pytest.raises(RefundNotPossible):
        refund_lines(
            refund_id=uuid.uuid4(),
            stall_order=stall_order,
            quantities={stall_order.order.lines.get().pk: 1},
            with_shipping=True,
            reason="",
            by_user_id=None,
            now=NOON,
        )


def test_while_a_dispute_is_open_nothing_is_refunded() -> None:
    stall_order = two_jars()
    disputed(stall_order)
    with pytest.raises(UnderDispute):
        refund_lines(
            refund_id=uuid.uuid4(),
            stall_order=stall_order,
            quantities={stall_order.order.lines.get().pk: 1},
            with_shipping=False,
            reason="",
            by_user_id=None,
            now=NOON,
        )


def test_a_dispute_opened_in_one_account_is_lost_from_where_the_money_is_then() -> None:
    stall_order = two_jars()
    dispute = disputed(stall_order)
    assert balance(stall_pending(stall_order.partner_id)) == 0
    delivered(stall_order)
    release_delivered(now=NOON + timedelta(days=8))
    assert balance(stall_available(stall_order.partner_id)) == 0
    lose_dispute(dispute=dispute, now=NOON + timedelta(days=9))
    for account in (stall_pending, stall_delivered, stall_available, stall_held):
        assert balance(account(stall_order.partner_id)) == 0
    assert earned() == 0


def test_a_dispute_over_a_part_takes_that_part_of_everything() -> None:
    stall_order = delivered(two_jars())
    lose_dispute(dispute=disputed(stall_order, amount=1_000_000), now=NOON)
    goods_part = 835_443  # 3,300,000 of 3,950,000, by largest remainder
    commission_part = 41_772
    assert balance(INCOME_COMMISSION) == -(2 * COMMISSION - commission_part)
    left = NET - (1_000_000 - commission_part)
    assert balance(stall_delivered(stall_order.partner_id)) == -left
    refund = stall_order.refunds.get()
    assert refund.shipping == 1_000_000 - goods_part
    assert [line.quantity for line in refund.lines.all()] == [0]


def test_two_stalls_bear_a_dispute_by_what_was_paid_to_each() -> None:
    first, second = a_paid_order(
        (a_product(a_stall("یک")), 2), (a_product(a_stall("دو"), price=500_000), 1)
    )
    whole = TOTAL + 500_000 + SENDING
    disputed(first, amount=whole)
    assert balance(stall_held(first.partner_id)) == -NET
    assert balance(stall_held(second.partner_id)) == -(500_000 - 25_000 + SENDING)


@pytest.mark.parametrize("amount", [0, -1, TOTAL + 1])
def test_a_dispute_over_more_than_was_paid_is_refused(amount: int) -> None:
    stall_order = two_jars()
    with pytest.raises(RefundNotPossible):
        disputed(stall_order, amount=amount)
    assert Dispute.objects.count() == 0
