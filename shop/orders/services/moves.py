"""The way of a stall order: which state follows which, in one table, and the only place that writes a state."""

import logging
from collections.abc import Mapping, Sequence

from shop.orders.errors import StateMoved
from shop.orders.models import StallOrder, StallOrderQuerySet

log = logging.getLogger(__name__)
State = StallOrder.State

ALLOWED: Mapping[State, tuple[State, ...]] = {
    State.PENDING: (State.NEW, State.CANCELLED),  # paid, or never paid
    State.NEW: (State.ACCEPTED, State.DECLINED, State.CANCELLED),
    State.ACCEPTED: (State.PACKED, State.SENT, State.DECLINED, State.CANCELLED, State.RETURNED),
    State.PACKED: (State.SENT, State.DECLINED, State.CANCELLED, State.RETURNED),
    State.SENT: (
        State.DELIVERED,
        State.CANCELLED,
        State.RETURNED,
    ),  # cancelled: not taken at the door
    State.DELIVERED: (State.CLOSED, State.RETURNED),
    State.CLOSED: (State.RETURNED,),
    State.DECLINED: (),
    State.CANCELLED: (State.PENDING,),  # never paid, and then paid after all
    State.RETURNED: (),
}


class NoSuchMove(Exception):
    """A move that no table allows: a programming error, never a user's."""


def move(
    stall_order: StallOrder, *, to: State, only_from: Sequence[State], **fields: object
) -> None:
    """Bring one stall order to a state, with these fields, from one of these states and no other.

    Claimed by the update itself: of two at once one wins. Raises StateMoved for the other.
    """
    moved = _update(StallOrder.objects.filter(pk=stall_order.pk), to, only_from, fields)
    if moved != 1:
        raise StateMoved
    stall_order.refresh_from_db()
    log.info("stall_order.%s stall_order=%s", to, stall_order.pk)


def move_order(*, order_id: int, to: State, only_from: Sequence[State]) -> int:
    """Bring all stall orders of an order that are in one of these states to another; how many."""
    return _update(StallOrder.objects.filter(order_id=order_id), to, only_from, {})


def _update(
    found: StallOrderQuerySet, to: State, only_from: Sequence[State], fields: Mapping[str, object]
) -> int:
    for state in only_from:
        if to not in ALLOWED[state]:
            raise NoSuchMove(f"{state} → {to}")
    return found.filter(state__in=only_from).update(state=to, **fields)
