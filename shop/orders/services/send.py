"""Parcels that leave their stall, whole or in parts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from shop.jobs import publish
from shop.orders import stock
from shop.orders.errors import OnePartOnly, StateMoved, WrongPart
from shop.orders.events import PartSent, StallOrderSent
from shop.orders.models import Shipment, ShipmentLine, StallOrder
from shop.orders.services.at_door import lock_payment_at_door
from shop.orders.services.moves import move
from shop.orders.shares import shipped_of, unsent_of

State = StallOrder.State
READY: tuple[State, ...] = (State.ACCEPTED, State.PACKED)


def send_stall_order(
    *,
    stall_order: StallOrder,
    carrier: str,
    tracking_code: str,
    now: datetime,
    pieces: Mapping[int, int] | None = None,
) -> None:
    """These pieces (order line id → how many) are on their way, and off the shelf; all that is left when None is given.

    The last part makes the order sent; until then it waits with the rest. Raises StateMoved unless the order is
    accepted or packed, WrongPart for pieces that are not there to be sent, OnePartOnly when a part would be paid at
    the door.
    """
    with transaction.atomic():
        at_door = lock_payment_at_door(stall_order)
        locked = StallOrder.objects.select_for_update(of=("self",)).get(pk=stall_order.pk)
        if locked.state not in READY:
            raise StateMoved
        unsent, shipped = unsent_of(locked), shipped_of(locked)
        part = unsent if pieces is None else dict(pieces)
        _refuse_wrong_part(part, unsent, is_whole=pieces is None)
        shipment = Shipment.objects.create(
            stall_order=locked, carrier=carrier, tracking_code=tracking_code, sent_at=now
        )
        ShipmentLine.objects.bulk_create(
            ShipmentLine(shipment=shipment, order_line_id=line_id, quantity=n)
            for line_id, n in sorted(part.items())
            if n
        )
        if any(n > part.get(line_id, 0) for line_id, n in unsent.items()):
            if at_door is not None:
                raise OnePartOnly
            stock.consume(locked.lines, part)
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


def _refuse_wrong_part(
    part: Mapping[int, int], unsent: Mapping[int, int], *, is_whole: bool
) -> None:
    if not is_whole and not any(part.values()):
        raise WrongPart
    if any(not 0 <= n <= unsent.get(line_id, -1) for line_id, n in part.items()):
        raise WrongPart
