"""How many statements an order costs, from the basket to the paid order: it does not grow with what is in it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shop.ledger.accounts import (
    INCOME_COMMISSION,
    gateway_clearing,
    gateway_fee,
    stall_pending,
)
from shop.ledger.services import _account_ids
from shop.orders.services.pay import send_to_gateway
from shop.orders.services.place import place_order
from shop.orders.services.settle import settle_attempt
from shop.payments.models import PaymentAttempt
from tests.fixtures_bank import SandboxBank
from tests.makers import NOON, a_basket, a_checkout, a_product, a_stall

pytestmark = pytest.mark.django_db(transaction=True)
NOT_COUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
PLACE, SEND, SETTLE = 17, 2, 14
SHOPS_OWN = {INCOME_COMMISSION, gateway_fee(), gateway_clearing("stripe")}


@pytest.fixture(autouse=True)
def bank(sandbox_bank: SandboxBank, settings: Any) -> SandboxBank:
    settings.GATEWAYS = {"stripe": sandbox_bank.stripe_settings}
    return sandbox_bank


def statements(step: Callable[[], Any]) -> tuple[int, Any]:
    with CaptureQueriesContext(connection) as seen:
        result = step()
    return sum(not query["sql"].startswith(NOT_COUNTED) for query in seen), result


def cost_of_an_order(bank: SandboxBank, *, stalls: int, lines: int) -> tuple[int, int, int]:
    shops = [a_stall(str(n)) for n in range(stalls)]
    goods = [(a_product(shop), 1) for shop in shops for _ in range(lines)]
    # Accounts are opened once: by a stall's first sale, not by each order.
    _account_ids({stall_pending(shop.partner_id) for shop in shops} | SHOPS_OWN)
    basket = a_basket(*goods)
    checkout = a_checkout(*shops, total=stalls * (lines * 1_650_000 + 650_000), gateway="stripe")
    placed, attempt = statements(
        lambda: place_order(basket_id=basket.pk, checkout=checkout, user_id=None, now=NOON)
    )
    sent, page = statements(lambda: send_to_gateway(attempt=attempt))
    bank.press(page, "pay")
    settled, attempt = statements(lambda: settle_attempt(attempt_id=attempt.pk, now=NOON))
    assert attempt.state == PaymentAttempt.State.PAID
    return placed, sent, settled


def test_an_order_of_one_thing_keeps_its_budget(bank: SandboxBank) -> None:
    assert cost_of_an_order(bank, stalls=1, lines=1) == (PLACE, SEND, SETTLE)


def test_more_goods_cost_one_statement_for_each_stock_record(bank: SandboxBank) -> None:
    assert cost_of_an_order(bank, stalls=3, lines=2) == (PLACE + 5, SEND, SETTLE)
