"""The protections, taken off one at a time for the negative controls: in the database, and in the process.

The shop has no switch for this: a control replaces the function in its own gunicorn, in a database made for it.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

WITHOUT_IN_THE_DATABASE = {
    "stock": "ALTER TABLE partner_stockrecord DROP CONSTRAINT stock_never_oversold",
    "basket": "DROP INDEX payment_attempt_one_live_per_basket",
    "key": "SELECT 1",  # nothing in the database stands in for the gateway's key
    "voucher": "ALTER TABLE shop_orders_voucher DROP CONSTRAINT voucher_not_overused",
    "once": "ALTER TABLE shop_payments_gatewayevent DROP CONSTRAINT gateway_event_once",
}


def take_off(guards: str) -> None:
    """Replace the protected functions in this process: names with spaces between; "" leaves all as it is."""
    for guard in guards.split():
        {
            "stock": _reserve_without_looking,
            "basket": _place_without_the_lock,
            "voucher": _use_without_looking_again,
            "once": _book_each_message,
            "key": _transfer_under_a_new_key,
        }[guard]()


def _reserve_without_looking() -> None:
    """Stock Oscar's way: look, then add."""
    from oscar.apps.partner.models import StockRecord

    from shop.orders import stock

    def reserve(quantities: Mapping[int, int], *, titles: Mapping[int, str]) -> None:
        for record_id, quantity in quantities.items():
            StockRecord.objects.filter(pk=record_id).update(
                num_allocated=stock.ALLOCATED + quantity
            )

    stock.reserve = reserve


def _place_without_the_lock() -> None:
    from oscar.apps.basket.models import Basket

    type(Basket.objects).select_for_update = lambda self: self.all()


def _use_without_looking_again() -> None:
    """Only the quote looks whether a voucher has uses left; then one is added."""
    from django.db.models import F

    from shop.orders.models import Voucher
    from shop.orders.services import voucher

    def take_one_use(voucher_id: int, *, now: datetime | None = None) -> None:
        Voucher.objects.filter(pk=voucher_id).update(used=F("used") + 1)

    voucher._take_one_use = take_one_use


def _book_each_message() -> None:
    """Every message about a paid payment is booked, whatever stands in the books already."""
    from django.db import transaction

    from shop.ledger.services import post
    from shop.orders import jobs
    from shop.orders.services import settle
    from shop.payments.gateways.base import PaymentState
    from shop.payments.models import PaymentAttempt

    def settle_each(*, attempt_id: uuid.UUID, now: datetime) -> None:
        attempt = PaymentAttempt.objects.get(pk=attempt_id)
        answer = settle._ask(attempt, must_end=False)
        if answer is not None and answer.state is PaymentState.PAID:
            with transaction.atomic():
                settle._record_in_time(attempt, answer, now)

    def post_each(*, event_id: str, **rest: Any) -> Any:
        return post(event_id=f"{event_id}:{uuid.uuid4().hex[:8]}", **rest)

    jobs.settle_attempt = settle_each
    settle.post = post_each


def _transfer_under_a_new_key() -> None:
    """Each try of a transfer is a new one to the gateway."""
    from shop.payments.gateways.base import SendTransfer
    from vendors.settlements.services import payout

    def send(*, key: str, **rest: Any) -> SendTransfer:
        return SendTransfer(key=f"{key}:{uuid.uuid4()}", **rest)

    payout.SendTransfer = send
