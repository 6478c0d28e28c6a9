"""An order that was not paid: its stock goes back, its basket opens again."""

import logging
import uuid

from django.db import transaction
from oscar.apps.basket.models import Basket
from oscar.apps.order.models import Order

from shop.orders import stock
from shop.orders.models import StallOrder
from shop.orders.services.moves import move_order
from shop.orders.services.voucher import give_voucher_back
from shop.payments.models import PaymentAttempt

log = logging.getLogger(__name__)


def close_unpaid(*, attempt_id: uuid.UUID, state: PaymentAttempt.State) -> bool:
    """Close an open attempt as declined or expired; False when it was not open any more.

    Only after the gateway has said that nobody can pay any more: stock is never given back on a guess.
    """
    with transaction.atomic():
        closed = PaymentAttempt.objects.filter(pk=attempt_id, state__in=PaymentAttempt.OPEN).update(
            state=state
        )
        if closed != 1:
            return False
        attempt = PaymentAttempt.objects.get(pk=attempt_id)
        stock.release(attempt.order.lines.all())
        give_voucher_back(order_id=attempt.order_id)
        move_order(
            order_id=attempt.order_id,
            to=StallOrder.State.CANCELLED,
            only_from=(StallOrder.State.PENDING,),
        )
        Order.objects.filter(pk=attempt.order_id).update(status=state.value)
        Basket.objects.filter(pk=attempt.basket_id, status=Basket.FROZEN).update(status=Basket.OPEN)
    log.info("payment.closed attempt=%s state=%s", attempt_id, state)
    return True
