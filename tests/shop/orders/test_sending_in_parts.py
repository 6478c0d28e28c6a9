"""Some of an order goes now and the rest later: stock goes with each part, and the last part makes it sent."""

import uuid

import pytest
from django.test import override_settings

from shop.orders.errors import OnePartOnly, StateMoved, WrongPart
from shop.orders.models import SellerTerms, StallOrder
from shop.orders.services.fulfil import accept_stall_order, deliver_stall_order
from shop.orders.services.place import place_order
from shop.orders.services.refund import refund_lines
from shop.orders.services.send import Part, send_stall_order
from shop.orders.shares import unsent_of
from tests.makers import NOON, a_basket, a_checkout, a_paid_order, a_product, a_stall
from tests.shop.orders.test_moves import all_is_well, stock_of

pytestmark = pytest.mark.django_db
State = StallOrder.State


def accepted(pieces: int = 5) -> tuple[StallOrder, int]:
    (order,) = a_paid_order((a_product(a_stall(), stock=10), pieces))
    accept_stall_order(stall_order=order, now=NOON)
    return order, order.order.lines.get().pk


def send(order: StallOrder, line: int, n: int, number: int, code: str = "1") -> None:
    send_stall_order(
        stall_order=order,
        carrier="پست",
        tracking_code=code,
        now=NOON,
        part=Part({line: n}, number),
    )
    order.refresh_from_db()


def take_out(order: StallOrder, line: int, n: int) -> None:
    refund_lines(
        refund_id=uuid.uuid4(),
        stall_order=order,
        quantities={line: n},
        with_shipping=False,
        reason="",
        by_user_id=None,
        now=NOON,
    )
    order.refresh_from_db()


def test_stock_goes_with_each_part_and_the_last_makes_it_sent() -> None:
    order, line = accepted(5)
    send(order, line, 2, 1, "11")
    assert (order.state, stock_of(order), unsent_of(order)) == (State.ACCEPTED, (8, 3), {line: 3})
    assert all_is_well()
    send(order, line, 3, 2, "22")
    assert (order.state, order.tracking_code, stock_of(order)) == (State.SENT, "22", (5, 0))
    assert list(order.shipments.values_list("tracking_code", "lines__quantity")) == [
        ("11", 2),
        ("22", 3),
    ]
    deliver_stall_order(stall_order=order, now=NOON)
    assert all_is_well()


def test_the_same_part_pressed_twice_leaves_once() -> None:
    order, line = accepted(5)
    send(order, line, 2, 1)
    with pytest.raises(StateMoved):
        send(order, line, 2, 1)
    assert (stock_of(order), order.shipments.count()) == ((8, 3), 1)


@pytest.mark.parametrize("n", [0, -1, 6])
def test_a_part_of_nothing_or_of_more_than_there_is_changes_nothing(n: int) -> None:
    order, line = accepted(5)
    with pytest.raises(WrongPart):
        send(order, line, n, 1)
    assert (stock_of(order), order.shipments.count()) == ((10, 5), 0)


def test_a_line_of_another_order_is_no_part_of_this_one() -> None:
    order, _line = accepted(5)
    _other, foreign = accepted(1)
    with pytest.raises(WrongPart):
        send(order, foreign, 1, 1)


def test_the_rest_given_back_makes_it_sent() -> None:
    order, line = accepted(5)
    send(order, line, 2, 1, "11")
    take_out(order, line, 3)
    assert (order.state, order.tracking_code, stock_of(order)) == (State.SENT, "11", (8, 0))
    assert all_is_well()


def test_all_of_it_given_back_after_a_part_has_left_is_returned() -> None:
    order, line = accepted(5)
    send(order, line, 2, 1)
    take_out(order, line, 5)
    assert (order.state, stock_of(order)) == (State.RETURNED, (8, 0))
    assert all_is_well()


def test_what_is_given_back_counts_as_not_sent_first() -> None:
    order, line = accepted(5)
    send(order, line, 2, 1)
    take_out(order, line, 1)
    assert (order.state, unsent_of(order), stock_of(order)) == (State.ACCEPTED, {line: 2}, (8, 2))
    send_stall_order(stall_order=order, carrier="", tracking_code="", now=NOON)
    assert (order.state, stock_of(order)) == (State.SENT, (6, 0))
    assert all_is_well()


def test_what_is_paid_at_the_door_travels_in_one_parcel() -> None:
    stall = a_stall()
    SellerTerms.objects.update(takes_cash=True)
    product = a_product(stall, stock=10, price=1_000_000)
    with override_settings(GATEWAYS={"cash": {}}):
        attempt = place_order(
            basket_id=a_basket((product, 2)).pk,
            checkout=a_checkout(stall, total=2_650_000, gateway="cash"),
            user_id=None,
            now=NOON,
        )
    order = StallOrder.objects.get(order_id=attempt.order_id)
    accept_stall_order(stall_order=order, now=NOON)
    line = order.order.lines.get().pk
    with pytest.raises(OnePartOnly):
        send(order, line, 1, 1)
    send(order, line, 2, 1)
    assert order.state == State.SENT
