"""A payment that came after its order was given up: the order lives again when nothing has happened to it since."""

import logging
from typing import Any

from django.db import transaction
from oscar.apps.basket.models import Basket
from oscar.apps.order.models import Order

from shop.orders import stock
from shop.orders.errors import OutOfStock, VoucherNotUsable
from shop.orders.models import StallOrder
from shop.orders.services.moves import move_order
from shop.orders.services.voucher import use_again
from shop.payments.models import PaymentAttempt

log = logging.getLogger(__name__)


def reopen(attempt: PaymentAttempt) -> bool:
    """Hold a closed attempt's goods and voucher once more, so that it waits for its payment; False when it can't.

    Only while its basket holds exactly what was ordered and was not ordered again: then the buyer still wants it. All
    or nothing, and once, however many ask.
    """
    with transaction.atomic():
        attempt = PaymentAttempt.objects.select_for_update().get(pk=attempt.pk)
        if attempt.state not in PaymentAttempt.CLOSED_UNPAID:
            return attempt.state in PaymentAttempt.OPEN
        lines = list(attempt.order.lines.all())
        if not _is_still_wanted(attempt, lines) or not _held_again(attempt, lines):
            return False
        PaymentAttempt.objects.filter(pk=attempt.pk).update(state=PaymentAttempt.State.UNKNOWN)
        move_order(
            order_id=attempt.order_id,
            to=StallOrder.State.PENDING,
            only_from=(StallOrder.State.CANCELLED,),
        )
        Order.objects.filter(pk=attempt.order_id).update(status="pending")
        Basket.objects.filter(pk=attempt.basket_id).update(status=Basket.FROZEN)
    log.info("payment.reopened attempt=%s", attempt.pk)
    return True


def _is_still_wanted(attempt: PaymentAttempt, lines: list[Any]) -> bool:
    basket = Basket.objects.select_for_update().get(pk=attempt.basket_id)
    if basket.status != Basket.OPEN:
        return False
    in_basket = sorted(basket.lines.values_list("stockrecord_id", "quantity"))
    return in_basket == sorted((line.stockrecord_id, line.quantity) for line in lines)


def _held_again(attempt: PaymentAttempt, lines: list[Any]) -> bool:
    try:
        with transaction.atomic():
            stock.reserve_again(lines)
            use_again(order_id=attempt.order_id)
    except (OutOfStock, VoucherNotUsable):
        return False
    return True
