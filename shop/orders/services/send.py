"""Parcels that leave their stall, whole or in parts."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from shop.jobs import publish
from shop.orders import stock
from shop.orders.errors import OnePartOnly, StateMoved, WrongPart
from shop.orders.events import PartSent, StallOrderSent, TrackingCodeCorrected
from shop.orders.models import Shipment, ShipmentLine, StallOrder
from shop.orders.services.at_door import lock_payment_at_door
from shop.orders.services.moves import move
from shop.orders.shares import shipped_of, unsent_of

log = logging.getLogger(__name__)
State = StallOrder.State
READY: tuple[State, ...] = (State.ACCEPTED, State.PACKED)


@dataclass(frozen=True)
class Part:
    """Pieces of order lines (order line id → how many) that go together; `number` counts from 1, so that a form
    pressed twice sends once."""

    pieces: Mapping[int, int]
    number: int


def send_stall_order(
    *,
    stall_order: StallOrder,
    carrier: str,
    tracking_code: str,
    now: datetime,
    part: Part | None = None,
) -> None:
    """This part is on its way, and off the shelf; all that is left when None is given.

    The last part makes the order sent; until then it waits with the rest. Raises StateMoved unless the order is
    accepted or packed and this part is the next, WrongPart for pieces that are not there to be sent, OnePartOnly when
    a part would be paid at the door.
    """
    with transaction.atomic():
        at_door = lock_payment_at_door(stall_order)
        locked = StallOrder.objects.select_for_update(of=("self",)).get(pk=stall_order.pk)
        is_next = part is None or part.number == locked.shipments.count() + 1
        if locked.state not in READY or not is_next:
            raise StateMoved
        unsent, shipped = unsent_of(locked), shipped_of(locked)
        pieces = unsent if part is None else part.pieces
        if part is not None:
            _refuse_wrong_part(part, unsent)
        shipment = Shipment.objects.create(
            stall_order=locked, carrier=carrier, tracking_code=tracking_code, sent_at=now
        )
        ShipmentLine.objects.bulk_create(
            ShipmentLine(shipment=shipment, order_line_id=line_id, quantity=n)
            for line_id, n in sorted(pieces.items())
            if n
        )
        if any(n > pieces.get(line_id, 0) for line_id, n in unsent.items()):
            if at_door is not None:
                raise OnePartOnly
            stock.consume(locked.lines, pieces)
            publish(PartSent(shipment.pk))
        else:
            lines: list[Any] = locked.lines
            held = {line.pk: (line.num_allocated or 0) - shipped.get(line.pk, 0) for line in lines}
            stock.consume(lines, held)
            move(
                stall_order,
                to=State.SENT,
                only_from=READY,
                sent_at=now,
                carrier=carrier,
                tracking_code=tracking_code,
            )
            publish(StallOrderSent(stall_order.pk))


def correct_tracking_code(*, stall_order: StallOrder, tracking_code: str, now: datetime) -> None:
    """The code of a parcel on its way was mistyped, or came later: this one holds, and the buyer is told of it.

    Of a parcel in parts it is the last part's. The code it has already changes nothing and tells nobody. Raises
    StateMoved unless the order was sent.
    """
    with transaction.atomic():
        locked = StallOrder.objects.select_for_update(of=("self",)).get(pk=stall_order.pk)
        if locked.state != State.SENT:
            raise StateMoved
        if locked.tracking_code == tracking_code:
            return
        last = locked.shipments.order_by("sent_at", "pk").last()
        locked.tracking_code = tracking_code
        locked.save(update_fields=["tracking_code"])
        if last is not None:
            last.tracking_code = tracking_code
            last.save(update_fields=["tracking_code"])
        publish(TrackingCodeCorrected(locked.pk, now.isoformat()))
    stall_order.refresh_from_db()
    log.info("stall_order.code_corrected stall_order=%s", stall_order.pk)


def _refuse_wrong_part(part: Part, unsent: Mapping[int, int]) -> None:
    wanted = part.pieces
    if not any(wanted.values()):
        raise WrongPart
    if any(not 0 <= n <= unsent.get(line_id, -1) for line_id, n in wanted.items()):
        raise WrongPart
