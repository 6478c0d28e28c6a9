"""The end of the return window: what a stall earned becomes payable."""

import logging
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from shop.ledger import accounts
from shop.ledger.models import Posting
from shop.ledger.queries import RELEASED
from shop.ledger.services import Leg, post
from shop.orders.errors import StateMoved
from shop.orders.models import StallOrder
from shop.orders.services.moves import move
from shop.orders.shares import move_legs

log = logging.getLogger(__name__)


def release_delivered(*, now: datetime) -> int:
    """Close every stall order delivered RETURN_DAYS ago or earlier, and release its money; how many.

    What came back before then is released too, for what is left of it. One transaction each, safe again.
    """
    due_since = now - timedelta(days=settings.RETURN_DAYS)
    due = StallOrder.objects.filter(released_at=None, delivered_at__lte=due_since).order_by(
        "delivered_at", "pk"
    )
    return sum(
        _release(stall_order, ended_at=delivered_at + timedelta(days=settings.RETURN_DAYS), now=now)
        for stall_order in due
        if (delivered_at := stall_order.delivered_at)
    )


def _release(stall_order: StallOrder, *, ended_at: datetime, now: datetime) -> bool:
    """Move its money from delivered to available, and net the cash the stall took at the door against it.

    It happened when the return window ended, however late this runs: a statement counts by that.
    """
    with transaction.atomic():
        moved = StallOrder.objects.filter(pk=stall_order.pk, released_at=None).update(
            released_at=now
        )
        if moved != 1:
            return False
        if stall_order.state == StallOrder.State.DELIVERED:
            with suppress(StateMoved):  # it came back at this moment
                move(
                    stall_order,
                    to=StallOrder.State.CLOSED,
                    only_from=(StallOrder.State.DELIVERED,),
                )
        partner_id = stall_order.partner_id
        available = accounts.stall_available(partner_id)
        in_hands = _cash_in_hands(stall_order)
        netted = [
            Leg(code, amount, Posting.Kind.CASH, partner_id, stall_order.pk)
            for code, amount in (
                (accounts.stall_cash(partner_id), -in_hands),
                (available, in_hands),
            )
        ]
        moves = move_legs(
            stall_order, source=accounts.stall_delivered(partner_id), target=available
        )
        post(
            event_type=RELEASED,
            event_id=str(stall_order.pk),
            occurred_at=ended_at,
            legs=[*moves, *netted],
        )
    log.info("stall_order.released stall_order=%s", stall_order.pk)
    return True


def _cash_in_hands(stall_order: StallOrder) -> int:
    """What the stall still holds of this parcel's cash, rial; zero when it was paid otherwise."""
    total = Posting.objects.filter(
        stall_order_id=stall_order.pk, account__code=accounts.stall_cash(stall_order.partner_id)
    ).aggregate(total=Sum("amount"))["total"]
    return int(total or 0)
