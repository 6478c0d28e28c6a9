"""How often somebody is told that the other side has written."""

from datetime import datetime, timedelta

from shop.notices.models import Notice
from shop.orders.models import StallOrder

ONCE_IN = timedelta(hours=1)


def told_lately(stall_order: StallOrder, *, side: str, now: datetime) -> bool:
    """Whether this side of a parcel's thread was told of a message within the last hour."""
    return Notice.objects.filter(
        key__startswith=f"message:{stall_order.pk}:{side}:", created_at__gt=now - ONCE_IN
    ).exists()
