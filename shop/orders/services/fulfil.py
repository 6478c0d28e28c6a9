"""What a stall does with an order: accept, pack, and know that it arrived or that its buyer did not take it."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from shop.jobs import publish
from shop.ledger import accounts
from shop.ledger.models import Posting
from shop.ledger.services import Leg, post
from shop.orders import stock
from shop.orders.errors import PaidAlready, PaidAtDoor
from shop.orders.events import StallOrderNotTaken, StallOrderReceived
from shop.orders.models import StallOrder
from shop.orders.services.at_door import close_when_handed_over, lock_payment_at_door
from shop.orders.services.moves import move
from shop.orders.shares import left_of, move_legs, share_legs

State = StallOrder.State


def accept_stall_order(*, stall_order: StallOrder, now: datetime) -> None:
    """The stall says yes. Raises StateMoved unless the order is new."""
    move(stall_order, to=State.ACCEPTED, only_from=(State.NEW,), accepted_at=now)


def pack_stall_order(*, stall_order: StallOrder, now: datetime) -> None:
    """The parcel is ready to be sent. Raises StateMoved unless the order is accepted."""
    move(stall_order, to=State.PACKED, only_from=(State.ACCEPTED,), packed_at=now)


def deliver_stall_order(*, stall_order: StallOrder, now: datetime) -> None:
    """The parcel arrived: the stall has earned it. Raises StateMoved unless the order was sent.

    The ledger moves the stall's share, piece by piece, from pending to delivered; from there income is read. What was
    to be paid at the door is in the stall's hands now, and its share is booked first.
    """
    with transaction.atomic():
        at_door = lock_payment_at_door(stall_order)
        move(stall_order, to=State.DELIVERED, only_from=(State.SENT,), delivered_at=now)
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


def receive_stall_order(*, stall_order: StallOrder, now: datetime) -> None:
    """The buyer says that they have it, which does what the stall's own word does; the stall is told.

    Raises StateMoved unless the order was sent, PaidAtDoor when its price is to be taken there: nobody's word makes a
    stall owe cash but its own.
    """
    with transaction.atomic():
        if lock_payment_at_door(stall_order) is not None:
            raise PaidAtDoor
        deliver_stall_order(stall_order=stall_order, now=now)
        publish(StallOrderReceived(stall_order.pk))


def take_back_stall_order(*, stall_order: StallOrder, now: datetime) -> None:
    """The buyer did not take a parcel at the door: the goods are on the shelf again, and nobody owes anything.

    The buyer is told why it ended: it may have been another's door. Raises StateMoved unless the order was sent,
    PaidAlready when it was not to be paid at the door.
    """
    with transaction.atomic():
        at_door = lock_payment_at_door(stall_order)
        with override(settings.LANGUAGE_CODE):
            reason = _("it was not taken at the door")
        move(stall_order, to=State.CANCELLED, only_from=(State.SENT,), reason=reason)
        if at_door is None:
            raise PaidAlready
        left = left_of(stall_order)
        stock.put_back(
            stall_order.lines, {line.order_line_id: line.quantity for line in left.lines}
        )
        close_when_handed_over(attempt=at_door, now=now)
        publish(StallOrderNotTaken(stall_order.pk))


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
