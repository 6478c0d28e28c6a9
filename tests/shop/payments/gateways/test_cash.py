"""Cash at the door behind the protocol of gateways: it never says that money came, and asks nobody."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import override_settings

from shop.payments.gateways import gateway
from shop.payments.gateways.base import (
    CallbackRefused,
    Charge,
    Gateway,
    GatewayRefused,
    MovementsNotOffered,
    RefundNotOffered,
    RefundPayment,
    StartPayment,
)
from shop.payments.gateways.cash import CashGateway

CHARGE = Charge(3_950_000)


def test_every_question_about_money_gets_a_definite_no(
    a_start: Callable[..., StartPayment],
) -> None:
    cash: Gateway = CashGateway()
    questions: list[Callable[[], Any]] = [
        lambda: cash.start(a_start()),
        lambda: cash.look_up("x", charge=CHARGE),
        lambda: cash.peek("x", charge=CHARGE),
        lambda: cash.expire("x", charge=CHARGE),
        lambda: cash.refund_state("x"),
    ]
    for ask in questions:
        with pytest.raises(GatewayRefused, match="paid to the stall"):
            ask()


def test_cash_is_given_back_by_people() -> None:
    request = RefundPayment(
        key="r1", reference="", gateway_payment_id="", amount=1, paid_amount=CHARGE.amount
    )
    with pytest.raises(RefundNotOffered):
        CashGateway().refund(request)


def test_there_is_no_list_no_way_back_and_no_book() -> None:
    assert CashGateway().list_unsettled() == []
    with pytest.raises(CallbackRefused):
        CashGateway().parse_callback({"gave_up": "1"})
    with pytest.raises(MovementsNotOffered, match="no book of its own"):
        CashGateway().movements(day=date(2026, 11, 25))


def test_old_orders_still_have_their_gateway_when_cash_is_switched_off() -> None:
    with override_settings(GATEWAYS={}):
        assert gateway("cash").name == "cash"
