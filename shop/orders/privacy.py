"""What a stall may know of a buyer, and for how long."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from shop.orders.masking import mask
from shop.orders.models import StallOrder

State = StallOrder.State
# The stall has said yes, and has something to send or has sent it.
KNOWS_WHERE = (State.ACCEPTED, State.PACKED, State.SENT, State.DELIVERED, State.CLOSED)


@dataclass(frozen=True)
class BuyerSeen:
    """A buyer as the stall sees them; empty words when their time is over."""

    name: str
    city: str
    has_address: bool
    # What they asked of whoever brings it; a number in it stands on the label alone.
    note: str = ""

    @property
    def is_forgotten(self) -> bool:
        return not self.name


def buyer_seen(stall_order: StallOrder, *, now: datetime) -> BuyerSeen:
    """First name and city until the stall accepts, then name and address, and nothing ADDRESS_DAYS after the end.

    The end is the day of delivery; for what was never delivered, the day of sending or of the order. Reads the order's
    shipping address.
    """
    address = stall_order.order.shipping_address
    is_on_its_way = stall_order.state in StallOrder.ON_ITS_WAY and not stall_order.sent_at
    ended = stall_order.delivered_at or stall_order.sent_at or stall_order.created_at
    if not is_on_its_way and now >= ended + timedelta(days=settings.ADDRESS_DAYS):
        return BuyerSeen(name="", city="", has_address=False)
    if stall_order.state in KNOWS_WHERE:
        note = mask(address.notes).text
        return BuyerSeen(address.first_name, address.line4, has_address=True, note=note)
    first_name = (address.first_name.split() or [""])[0]
    return BuyerSeen(name=first_name, city=address.line4, has_address=False)
