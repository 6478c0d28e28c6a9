"""The way of an order: one table, and no other place that writes a state."""

import re
import uuid
from pathlib import Path

import pytest

from shop.ledger.accounts import BUYER_REFUND_DUE, stall_pending
from shop.ledger.queries import balance
from shop.orders.errors import NothingToRefund, StateMoved
from shop.orders.models import Refund, StallOrder
from shop.orders.services.fulfil import accept_stall_order, deliver_stall_order, pack_stall_order
from shop.orders.services.moves import ALLOWED, NoSuchMove, move
from shop.orders.services.refund import refund_lines
from shop.orders.services.release import release_delivered
from shop.orders.services.say_no import (
    cancel_stall_order,
    decline_stall_order,
    return_stall_order,
)
from shop.orders.services.send import Part, send_stall_order
from tests.makers import NOON, a_paid_order, a_product, a_stall
from vendors.settlements.invariants import (
    Circumstances,
    books_balance,
    shares_add_up,
    stock_is_held_by_orders,
)

pytestmark = pytest.mark.django_db
State = StallOrder.State
PRICE, SENDING = 1_650_000, 650_000


def an_order(pieces: int = 2) -> StallOrder:
    (order,) = a_paid_order((a_product(a_stall(), stock=10), pieces))
    return order


def stock_of(order: StallOrder) -> tuple[int, int]:
    record = order.order.lines.get().stockrecord
    return record.num_in_stock, record.num_allocated


def all_is_well() -> bool:
    at = Circumstances(now=NOON)
    breaches = [
        breach
        for check in (books_balance, shares_add_up, stock_is_held_by_orders)
        for breach in check(at)
    ]
    return breaches == []


def brought(order: StallOrder, *, to: State) -> StallOrder:
    accept_stall_order(stall_order=order, now=NOON)
    if to != State.ACCEPTED:
        send_stall_order(stall_order=order, carrier="پست", tracking_code="1", now=NOON)
    if to == State.DELIVERED:
        deliver_stall_order(stall_order=order, now=NOON)
    return order


def test_the_whole_way_from_new_to_closed() -> None:
    order = an_order()
    accept_stall_order(stall_order=order, now=NOON)
    pack_stall_order(stall_order=order, now=NOON)
    assert (order.state, order.packed_at) == (State.PACKED, NOON)
    send_stall_order(stall_order=order, carrier="پست", tracking_code="1", now=NOON)
    deliver_stall_order(stall_order=order, now=NOON)
    release_delivered(now=NOON.replace(year=NOON.year + 1))
    order.refresh_from_db()
    assert order.state == State.CLOSED
    assert all_is_well()


def test_every_state_stands_in_the_table_and_ends_lead_nowhere_but_a_late_payment() -> None:
    assert set(ALLOWED) == set(State)
    assert [ALLOWED[State(end)] for end in StallOrder.ENDED] == [(), (State.PENDING,), ()]


def test_a_move_that_stands_in_no_table_is_refused() -> None:
    with pytest.raises(NoSuchMove):
        move(an_order(), to=State.DELIVERED, only_from=(State.NEW,))


def test_nobody_else_writes_a_state() -> None:
    root = Path(__file__).resolve().parents[3]
    writes = re.compile(r"StallOrder\.objects[^=]*?\.update\(\s*state=|stall_order\.state = ")
    found = [
        str(path.relative_to(root))
        for package in ("shop", "vendors", "search")
        for path in (root / package).rglob("*.py")
        if writes.search(path.read_text("utf-8"))
    ]
    assert found == []


def test_a_stall_that_says_no_gives_all_back_at_once() -> None:
    order = an_order()
    refund = decline_stall_order(stall_order=order, reason="تمام شد", by_user_id=None, now=NOON)
    assert (order.state, order.reason) == (State.DECLINED, "تمام شد")
    assert (refund.amount, refund.state) == (2 * PRICE + SENDING, Refund.State.DECIDED)
    assert stock_of(order) == (10, 0)
    assert order.order.status == "cancelled"
    assert all_is_well()


def test_saying_no_twice_gives_back_once() -> None:
    order = an_order()
    first, second = (
        decline_stall_order(stall_order=order, reason="تمام شد", by_user_id=None, now=NOON)
        for _ in range(2)
    )
    assert first == second
    assert Refund.objects.count() == 1


def test_a_stall_may_still_say_no_after_accepting_but_not_after_sending() -> None:
    accepted = brought(an_order(), to=State.ACCEPTED)
    decline_stall_order(stall_order=accepted, reason="بیمارم", by_user_id=None, now=NOON)
    assert accepted.state == State.DECLINED
    sent = brought(an_order(), to=State.SENT)
    with pytest.raises(StateMoved):
        decline_stall_order(stall_order=sent, reason="بیمارم", by_user_id=None, now=NOON)
    assert Refund.objects.filter(stall_order=sent).count() == 0


def test_what_is_packed_may_be_declined_and_all_of_it_goes_back() -> None:
    packed = brought(an_order(), to=State.ACCEPTED)
    pack_stall_order(stall_order=packed, now=NOON)
    refunds = [
        decline_stall_order(stall_order=packed, reason="شکست", by_user_id=None, now=NOON)
        for _ in range(2)
    ]
    assert (packed.state, packed.reason, stock_of(packed)) == (State.DECLINED, "شکست", (10, 0))
    assert (refunds[0].amount, refunds[0].shipping) == (2 * PRICE + SENDING, SENDING)
    assert (refunds[0], Refund.objects.count()) == (refunds[1], 1)
    assert packed.order.status == "cancelled"
    assert balance(stall_pending(packed.partner_id)) == 0
    assert balance(BUYER_REFUND_DUE) == -(2 * PRICE + SENDING)
    assert all_is_well()


def test_what_is_packed_and_has_left_in_part_may_not_be_declined() -> None:
    packed = brought(an_order(), to=State.ACCEPTED)
    pack_stall_order(stall_order=packed, now=NOON)
    [line] = packed.lines
    part = Part({line.pk: 1}, 1)
    send_stall_order(stall_order=packed, carrier="", tracking_code="", now=NOON, part=part)
    with pytest.raises(StateMoved):
        decline_stall_order(stall_order=packed, reason="شکست", by_user_id=None, now=NOON)
    assert Refund.objects.count() == 0


def test_of_one_piece_given_back_before_packing_the_rest_goes_back_when_it_is_declined() -> None:
    packed = brought(an_order(3), to=State.ACCEPTED)
    [line] = packed.lines
    refund_lines(
        refund_id=uuid.uuid4(),
        stall_order=packed,
        quantities={line.pk: 1},
        with_shipping=False,
        reason="",
        by_user_id=None,
        now=NOON,
    )
    pack_stall_order(stall_order=packed, now=NOON)
    rest = decline_stall_order(stall_order=packed, reason="شکست", by_user_id=None, now=NOON)
    assert (rest.amount, stock_of(packed)) == (2 * PRICE + SENDING, (10, 0))
    assert balance(BUYER_REFUND_DUE) == -(3 * PRICE + SENDING)
    assert all_is_well()


def test_a_buyer_may_cancel_only_before_the_stall_says_yes() -> None:
    new, accepted = an_order(), brought(an_order(), to=State.ACCEPTED)
    cancel_stall_order(stall_order=new, reason="اشتباه شد", now=NOON)
    assert (new.state, new.reason, stock_of(new)) == (State.CANCELLED, "اشتباه شد", (10, 0))
    with pytest.raises(StateMoved):
        cancel_stall_order(stall_order=accepted, reason="اشتباه شد", now=NOON)
    accepted.refresh_from_db()
    assert accepted.state == State.ACCEPTED


@pytest.mark.parametrize("is_closed", [False, True])
def test_what_comes_back_whole_is_returned_and_paid_back_from_where_its_money_stands(
    is_closed: bool,
) -> None:
    order = brought(an_order(), to=State.DELIVERED)
    if is_closed:
        release_delivered(now=NOON.replace(year=NOON.year + 1))
        order.refresh_from_db()
    refund = return_stall_order(stall_order=order, reason="نپسندید", by_user_id=None, now=NOON)
    assert (order.state, refund.amount) == (State.RETURNED, 2 * PRICE + SENDING)
    assert all_is_well()
    release_delivered(now=NOON.replace(year=NOON.year + 2))
    order.refresh_from_db()
    assert order.state == State.RETURNED
    assert all_is_well()


def test_an_order_with_nothing_left_gives_nothing_back_again() -> None:
    order = an_order()
    cancel_stall_order(stall_order=order, reason="اشتباه شد", now=NOON)
    again = cancel_stall_order(stall_order=order, reason="اشتباه شد", now=NOON)
    assert again.stall_order_id == order.pk
    with pytest.raises((StateMoved, NothingToRefund)):
        decline_stall_order(stall_order=order, reason="x", by_user_id=None, now=NOON)
