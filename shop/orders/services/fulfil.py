"""What a stall does with an order: accept, send, and know that it arrived or that its buyer did not take it."""

import logging
from datetime import datetime

from django.db import transaction

from shop.jobs import publish
from shop.ledger import accounts
from shop.ledger.models import Posting
from shop.ledger.services import Leg, post
from shop.orders import stock
from shop.orders.errors import PaidAlready, StateMoved
from shop.orders.events import StallOrderSent
from shop.orders.models import StallOrder
from shop.orders.services.at_door import close_when_handed_over, lock_payment_at_door
from shop.orders.shares import left_of, move_legs, share_legs

log = logging.getLogger(__name__)
State = StallOrder.State


def accept_stall_order(*, stall_order: StallOrder, now: datetime) -> None:
    """The stall says yes. Raises StateMoved unless the order is new."""
    _move(stall_order, from_state=State.NEW, to_state=State.ACCEPTED, accepted_at=now)


def send_stall_order(
    *, stall_order: StallOrder, carrier: str, tracking_code: str, now: datetime
) -> None:
    """The parcel is on its way, and the goods are off the shelf. Raises StateMoved unless the order is accepted."""
    with transaction.atomic():
        _move(
            stall_order,
            from_state=State.ACCEPTED,
            to_state=State.SENT,
            sent_at=now,
            carrier=carrier,
            tracking_code=tracking_code,
        )
        stock.consume(stall_order.lines)
        publish(StallOrderSent(stall_order.pk))


def deliver_stall_order(*, stall_order: StallOrder, now: datetime) -> None:
    """The parcel arrived: the stall has earned it. Raises StateMoved unless the order was sent.

    The ledger moves the stall's share, piece by piece, from pending to delivered; from there income is read. What was
    to be paid at the door is in the stall's hands now, and its share is booked first.
    """
    with transaction.atomic():
        at_door = lock_payment_at_door(stall_order)
        _move(stall_order, from_state=State.SENT, to_state=State.DELIVERED, delivered_at=now)
        if at_door is not None:
            _book_cash(stall_order, now)
            close_when_handed_over(attempt=at_door, now=now)
        post(
            event_type="stall_order.delivered",
            event_id=str(stall_order.pk),
            occurred_at=now,
            legs=move_legs(
                stall_order,
                source=accounts.stall_pending(stall_order.partner_id),
                target=accounts.stall_delivered(stall_order.partner_id),
            ),
        )


def take_back_stall_order(*, stall_order: StallOrder, now: datetime) -> None:
    """The buyer did not take a parcel at the door: the goods are on the shelf again, and nobody owes anything.

    Raises StateMoved unless the order was sent, PaidAlready when it was not to be paid at the door.
    """
    with transaction.atomic():
        at_door = lock_payment_at_door(stall_order)
        _move(stall_order, from_state=State.SENT, to_state=State.CANCELLED)
        if at_door is None:
            raise PaidAlready
        left = left_of(stall_order)
        stock.put_back(
            stall_order.lines, {line.order_line_id: line.quantity for line in left.lines}
        )
        close_when_handed_over(attempt=at_door, now=now)


def _book_cash(stall_order: StallOrder, now: datetime) -> None:
    """The buyer paid the stall in cash: the stall owes it to the shop, and has its share coming."""
    left = left_of(stall_order)
    cash = accounts.stall_cash(stall_order.partner_id)
    post(
        event_type="cash.collected",
        event_id=str(stall_order.pk),
        occurred_at=now,
        legs=[
            Leg(cash, left.paid, Posting.Kind.CASH, stall_order.partner_id, stall_order.pk),
            *share_legs(
                stall_order,
                account=accounts.stall_pending(stall_order.partner_id),
                lines=left.lines,
                shipping=left.shipping,
            ),
        ],
    )


def _move(
    stall_order: StallOrder,
    *,
    from_state: StallOrder.State,
    to_state: StallOrder.State,
    **fields: object,
) -> None:
    moved = StallOrder.objects.filter(pk=stall_order.pk, state=from_state).update(
        state=to_state, **fields
    )
    if moved != 1:
        raise StateMoved
    stall_order.refresh_from_db()
    log.info("stall_order.%s stall_order=%s", to_state, stall_order.pk)
