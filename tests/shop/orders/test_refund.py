"""Money goes back by the piece: from wherever the stall's money stands, to the rial, and once."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from oscar.apps.order.models import Order

from shop.ledger.accounts import (
    BUYER_REFUND_DUE,
    INCOME_COMMISSION,
    gateway_clearing,
    stall_available,
    stall_delivered,
    stall_pending,
)
from shop.ledger.accounts import (
    bank as the_bank,
)
from shop.ledger.models import Posting, Transaction
from shop.ledger.queries import balance, earned_postings_since
from shop.ledger.services import Leg, post
from shop.money import Rial
from shop.orders.errors import NothingToRefund, RefundNotPossible, StateMoved
from shop.orders.models import Refund, StallOrder
from shop.orders.services.fulfil import accept_stall_order, deliver_stall_order
from shop.orders.services.pay_back import record_refund_by_hand, send_refund
from shop.orders.services.refund import refund_lines
from shop.orders.services.release import release_delivered
from shop.orders.services.send import send_stall_order
from shop.orders.shares import LineShare
from tests.makers import NOON, a_paid_order, a_product, a_stall

pytestmark = pytest.mark.django_db(transaction=True)
PRICE, SENDING, COMMISSION = 1_650_000, 650_000, 82_500  # five percent of one piece
A_WEEK_LATER = NOON + timedelta(days=8)


def three_jars() -> StallOrder:
    """A paid order of three pieces of one line; ten were on the shelf."""
    (stall_order,) = a_paid_order((a_product(a_stall()), 3))
    return stall_order


def sent(stall_order: StallOrder) -> StallOrder:
    accept_stall_order(stall_order=stall_order, now=NOON)
    send_stall_order(stall_order=stall_order, carrier="", tracking_code="", now=NOON)
    return stall_order


def delivered(stall_order: StallOrder) -> StallOrder:
    deliver_stall_order(stall_order=sent(stall_order), now=NOON)
    return stall_order


def released(stall_order: StallOrder) -> StallOrder:
    delivered(stall_order)
    assert release_delivered(now=A_WEEK_LATER) == 1
    stall_order.refresh_from_db()
    return stall_order


def give_back(
    stall_order: StallOrder,
    quantity: int,
    *,
    with_shipping: bool = False,
    refund_id: uuid.UUID | None = None,
) -> Refund:
    return refund_lines(
        refund_id=refund_id or uuid.uuid4(),
        stall_order=stall_order,
        quantities={stall_order.order.lines.get().pk: quantity},
        with_shipping=with_shipping,
        reason="کم بود",
        by_user_id=None,
        now=NOON,
    )


def stock(stall_order: StallOrder) -> tuple[int, int]:
    """On the shelf, and held of it."""
    record = stall_order.order.lines.get().stockrecord
    return record.num_in_stock, record.num_allocated


def test_one_piece_before_sending_is_owed_and_back_on_the_shelf() -> None:
    stall_order = three_jars()
    refund = give_back(stall_order, 1)
    assert (refund.state, refund.amount, refund.charge_amount) == ("decided", PRICE, PRICE)
    assert balance(BUYER_REFUND_DUE) == -PRICE
    assert balance(INCOME_COMMISSION) == -2 * COMMISSION
    pending = balance(stall_pending(stall_order.partner_id))
    assert pending == -(2 * (PRICE - COMMISSION) + SENDING)
    assert stock(stall_order) == (10, 2)
    stall_order.refresh_from_db()
    assert stall_order.state == StallOrder.State.NEW


def test_the_last_piece_before_sending_cancels_the_parcel_and_pays_the_sending_back() -> None:
    stall_order = three_jars()
    give_back(stall_order, 1)
    assert give_back(stall_order, 2).amount == 2 * PRICE + SENDING
    stall_order.refresh_from_db()
    assert stall_order.state == StallOrder.State.CANCELLED
    assert Order.objects.get(pk=stall_order.order_id).status == "cancelled"
    assert stock(stall_order) == (10, 0)
    assert balance(stall_pending(stall_order.partner_id)) == 0
    assert balance(INCOME_COMMISSION) == 0
    assert balance(BUYER_REFUND_DUE) == -(3 * PRICE + SENDING)


def test_what_is_left_after_a_refund_is_sent_and_earned() -> None:
    stall_order = three_jars()
    give_back(stall_order, 1)
    delivered(stall_order)
    assert stock(stall_order) == (8, 0)
    assert balance(stall_pending(stall_order.partner_id)) == 0
    earned = balance(stall_delivered(stall_order.partner_id))
    assert earned == -(2 * (PRICE - COMMISSION) + SENDING)


def test_after_sending_the_shelf_stays_as_it_is_and_sending_is_paid_back_once() -> None:
    stall_order = sent(three_jars())
    assert give_back(stall_order, 1, with_shipping=True).amount == PRICE + SENDING
    assert give_back(stall_order, 1, with_shipping=True).amount == PRICE
    assert stock(stall_order) == (7, 0)
    stall_order.refresh_from_db()
    assert stall_order.state == StallOrder.State.SENT


def test_a_refund_after_delivery_is_no_longer_earned() -> None:
    stall_order = delivered(three_jars())
    give_back(stall_order, 3, with_shipping=True)
    assert balance(stall_delivered(stall_order.partner_id)) == 0
    earned = earned_postings_since(posted_after=NOON - timedelta(days=3650))
    assert sum(posting.amount for posting in earned) == 0


def test_a_release_is_not_earned_again() -> None:
    stall_order = released(three_jars())
    assert balance(stall_delivered(stall_order.partner_id)) == 0
    net = 3 * (PRICE - COMMISSION) + SENDING
    assert balance(stall_available(stall_order.partner_id)) == -net
    earned = earned_postings_since(posted_after=NOON - timedelta(days=3650))
    assert sum(posting.amount for posting in earned) == net
    assert release_delivered(now=A_WEEK_LATER) == 0


def test_within_the_return_window_nothing_is_released() -> None:
    stall_order = delivered(three_jars())
    assert release_delivered(now=NOON + timedelta(days=7) - timedelta(seconds=1)) == 0
    assert release_delivered(now=NOON + timedelta(days=7)) == 1
    assert balance(stall_delivered(stall_order.partner_id)) == 0


def test_a_release_shows_what_was_sold_and_what_came_back_apart() -> None:
    stall_order = delivered(three_jars())
    give_back(stall_order, 1)
    release_delivered(now=A_WEEK_LATER)
    goods = Posting.objects.filter(
        account__code=stall_available(stall_order.partner_id), kind=Posting.Kind.GOODS
    )
    assert sorted(goods.values_list("amount", flat=True)) == [-3 * PRICE, PRICE]


def test_after_a_payout_the_stalls_balance_goes_below_zero() -> None:
    stall_order = released(three_jars())
    available = stall_available(stall_order.partner_id)
    paid_out = balance(available)
    post(
        event_type="payout.held",
        event_id="1",
        occurred_at=A_WEEK_LATER,
        legs=[
            Leg(available, -paid_out, Posting.Kind.PAYOUT),
            Leg(the_bank(), paid_out, Posting.Kind.PAYOUT),
        ],
    )
    assert balance(available) == 0
    give_back(stall_order, 1)
    assert balance(available) == PRICE - COMMISSION  # a debit: the stall owes it


def test_the_same_refund_asked_for_twice_is_one() -> None:
    stall_order, refund_id = three_jars(), uuid.uuid4()
    first = give_back(stall_order, 1, refund_id=refund_id)
    assert give_back(stall_order, 1, refund_id=refund_id) == first
    assert Refund.objects.count() == 1
    assert balance(BUYER_REFUND_DUE) == -PRICE


@pytest.mark.race
def test_eight_people_giving_back_the_last_piece_at_once_give_it_back_once() -> None:
    (stall_order,) = a_paid_order((a_product(a_stall()), 1))
    start = threading.Barrier(8)
    done: list[str] = []

    def press() -> None:
        start.wait()
        try:
            done.append(str(give_back(stall_order, 1).pk))
        except RefundNotPossible:
            done.append("refused")
        finally:
            connection.close()

    people = [threading.Thread(target=press) for _ in range(8)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert done.count("refused") == 7
    assert balance(BUYER_REFUND_DUE) == -(PRICE + SENDING)


@pytest.mark.parametrize("quantity", [4, -1])
def test_more_pieces_than_are_left_are_refused(quantity: int) -> None:
    stall_order = three_jars()
    with pytest.raises(RefundNotPossible):
        give_back(stall_order, quantity)
    assert Transaction.objects.filter(event_type="refund.decided").count() == 0


def test_no_piece_is_no_refund() -> None:
    with pytest.raises(NothingToRefund):
        give_back(three_jars(), 0)


def test_the_line_of_another_stalls_parcel_is_refused() -> None:
    mine, other = a_paid_order((a_product(a_stall("یک")), 1), (a_product(a_stall("دو")), 1))
    foreign = other.order.lines.get(partner_id=other.partner_id)
    with pytest.raises(RefundNotPossible):
        refund_lines(
            refund_id=uuid.uuid4(),
            stall_order=mine,
            quantities={foreign.pk: 1},
            with_shipping=False,
            reason="",
            by_user_id=None,
            now=NOON,
        )
    assert Refund.objects.count() == 0


def test_one_cancelled_parcel_leaves_the_order_of_the_other_as_it_is() -> None:
    first, second = a_paid_order((a_product(a_stall("یک")), 1), (a_product(a_stall("دو")), 1))
    line = first.order.lines.get(partner_id=first.partner_id)
    refund_lines(
        refund_id=uuid.uuid4(),
        stall_order=first,
        quantities={line.pk: 1},
        with_shipping=False,
        reason="",
        by_user_id=None,
        now=NOON,
    )
    second.refresh_from_db()
    assert second.state == StallOrder.State.NEW
    assert Order.objects.get(pk=first.order_id).status == "paid"
    pending = balance(stall_pending(second.partner_id))
    assert pending == -(PRICE - COMMISSION + SENDING)


def test_a_refund_the_gateway_cannot_make_is_paid_by_hand_and_once() -> None:
    stall_order = three_jars()
    refund = give_back(stall_order, 1)
    Refund.objects.filter(pk=refund.pk).update(state=Refund.State.BY_HAND)
    refund.refresh_from_db()
    for outcome in (None, StateMoved):
        if outcome is None:
            record_refund_by_hand(refund=refund, from_stall_cash=False, reference="۱۲", now=NOON)
        else:
            with pytest.raises(outcome):
                record_refund_by_hand(
                    refund=refund, from_stall_cash=False, reference="۱۳", now=NOON
                )
    assert balance(BUYER_REFUND_DUE) == 0
    assert balance(the_bank()) == -PRICE
    assert balance(gateway_clearing("zarinpal")) == 3 * PRICE + SENDING
    refund.refresh_from_db()
    assert (refund.state, refund.reference) == ("done", "۱۲")


def test_a_refund_that_is_done_is_not_sent_again() -> None:
    refund = give_back(three_jars(), 1)
    Refund.objects.filter(pk=refund.pk).update(state=Refund.State.DONE)
    assert send_refund(refund_id=refund.pk, now=NOON).state == Refund.State.DONE
    assert balance(BUYER_REFUND_DUE) == -PRICE


@given(data=st.data(), quantity=st.integers(1, 12), goods=st.integers(1, 10**10))
@pytest.mark.django_db(transaction=False)
def test_any_series_of_refunds_ends_at_nothing(
    data: st.DataObject, quantity: int, goods: int
) -> None:
    off = data.draw(st.integers(0, goods))
    kept = data.draw(st.integers(0, goods))
    left = LineShare(1, quantity, Rial(goods), Rial(off), Rial(kept))
    paid = net = 0
    while left.quantity:
        part = left.part(data.draw(st.integers(1, left.quantity)))
        assert part.goods >= part.discount >= 0
        assert 0 <= part.commission <= part.goods
        paid, net = paid + part.paid, net + part.net
        left = LineShare(
            1,
            left.quantity - part.quantity,
            left.goods - part.goods,
            left.discount - part.discount,
            left.commission - part.commission,
        )
    assert (left.goods, left.discount, left.commission) == (0, 0, 0)
    assert (paid, net) == (goods - off, goods - kept)
