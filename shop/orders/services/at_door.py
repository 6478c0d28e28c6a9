"""Orders paid in cash: their stalls begin at once, and each parcel is paid when it is handed over."""

import logging
from datetime import datetime

from oscar.apps.basket.models import Basket
from oscar.apps.order.models import Order

from shop.jobs import publish
from shop.orders.events import OrderToPayAtDoor
from shop.orders.models import StallOrder
from shop.orders.services.moves import move_order
from shop.orders.services.voucher import give_voucher_back
from shop.payments.models import PaymentAttempt

log = logging.getLogger(__name__)
State = PaymentAttempt.State


def begin_at_door(*, attempt: PaymentAttempt, now: datetime) -> None:
    """Make an order that was just written one to be paid at the door. Runs in the transaction that placed it."""
    attempt.state = State.ON_DELIVERY
    attempt.save(update_fields=["state"])
    Order.objects.filter(pk=attempt.order_id).update(status=State.ON_DELIVERY.value)
    move_order(
        order_id=attempt.order_id, to=StallOrder.State.NEW, only_from=(StallOrder.State.PENDING,)
    )
    Basket.objects.filter(pk=attempt.basket_id).update(status=Basket.SUBMITTED, date_submitted=now)
    publish(OrderToPayAtDoor(attempt.order_id))


def lock_payment_at_door(stall_order: StallOrder) -> PaymentAttempt | None:
    """The payment that waits at this parcel's door, locked; None when the parcel is paid otherwise, or all is over.

    Locked before the parcel, as everywhere: the last two parcels of an order follow each other, and the second of them
    sees that it is the last.
    """
    return (
        PaymentAttempt.objects.select_for_update()
        .filter(order_id=stall_order.order_id, state=State.ON_DELIVERY)
        .first()
    )


def close_when_handed_over(*, attempt: PaymentAttempt, now: datetime) -> None:
    """When no parcel of the order is on its way any more: paid if one arrived, cancelled if none did.

    Runs in the caller's transaction, with the payment locked.
    """
    parcels = StallOrder.objects.filter(order_id=attempt.order_id)
    if parcels.filter(state__in=StallOrder.ON_ITS_WAY).exists():
        return
    is_paid = parcels.filter(delivered_at__isnull=False).exists()
    end = State.PAID if is_paid else State.CANCELLED
    PaymentAttempt.objects.filter(pk=attempt.pk, state=State.ON_DELIVERY).update(
        state=end, settled_at=now if is_paid else None
    )
    Order.objects.filter(pk=attempt.order_id).update(status=end.value)
    if not is_paid:
        give_voucher_back(order_id=attempt.order_id)
    log.info("payment.%s_at_door attempt=%s", end, attempt.pk)
