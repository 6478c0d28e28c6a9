"""Orders that end before their time: the stall says no, the buyer thinks better of it, or the goods come back."""

from datetime import datetime

from django.db import transaction

from shop.jobs import publish
from shop.orders.events import StallOrderCancelled, StallOrderDeclined, StallOrderReturned
from shop.orders.models import Refund, StallOrder
from shop.orders.services.refund import refund_all

State = StallOrder.State


def decline_stall_order(
    *, stall_order: StallOrder, reason: str, by_user_id: int | None, now: datetime
) -> Refund:
    """The stall can't make or send it: all is given back, the goods are on the shelf, and the buyer is told why.

    Raises StateMoved unless the order waits to be sent and nothing of it has left, and what a refund raises.
    """
    with transaction.atomic():
        refund = refund_all(
            stall_order=stall_order,
            ends_as=State.DECLINED,
            only_from=(State.NEW, State.ACCEPTED, State.PACKED),
            reason=reason,
            by_user_id=by_user_id,
            now=now,
        )
        publish(StallOrderDeclined(stall_order.pk))
    stall_order.refresh_from_db()
    return refund


def cancel_stall_order(*, stall_order: StallOrder, reason: str, now: datetime) -> Refund:
    """The buyer does not want it any more, before the stall has said yes: all is given back.

    Raises StateMoved unless the order is new, and what a refund raises.
    """
    with transaction.atomic():
        refund = refund_all(
            stall_order=stall_order,
            ends_as=State.CANCELLED,
            only_from=(State.NEW,),
            reason=reason,
            by_user_id=None,
            now=now,
        )
        publish(StallOrderCancelled(stall_order.pk))
    stall_order.refresh_from_db()
    return refund


def return_stall_order(
    *, stall_order: StallOrder, reason: str, by_user_id: int | None, now: datetime
) -> Refund:
    """All of it came back to the stall after it arrived: all is given back, the price of sending too.

    Raises StateMoved unless the order has arrived, and what a refund raises.
    """
    with transaction.atomic():
        refund = refund_all(
            stall_order=stall_order,
            ends_as=State.RETURNED,
            only_from=(State.DELIVERED, State.CLOSED),
            reason=reason,
            by_user_id=by_user_id,
            now=now,
        )
        publish(StallOrderReturned(stall_order.pk))
    stall_order.refresh_from_db()
    return refund
