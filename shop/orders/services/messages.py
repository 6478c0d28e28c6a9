"""What a buyer and a stall write to each other about an order, without a way past the shop in it."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from shop.jobs import publish
from shop.orders.errors import ThreadClosed, TooManyMessages
from shop.orders.events import MessageWritten
from shop.orders.masking import mask
from shop.orders.models import Message, StallOrder

log = logging.getLogger(__name__)
MOST_IN_AN_HOUR = 20
# The same words once more within this time are a second press of the button.
SAME_PRESS = timedelta(minutes=10)


def write_message(
    *, stall_order: StallOrder, author_id: int | None, text: str, now: datetime
) -> Message:
    """Keep a message, by the buyer when `author_id` is None, with numbers and addresses in it hidden.

    The other side is told. The same words pressed twice are one message. Raises ThreadClosed when the order is long
    done, TooManyMessages beyond twenty of one side in an hour.
    """
    masked = mask(text)
    with transaction.atomic():
        locked = StallOrder.objects.select_for_update(of=("self",)).get(pk=stall_order.pk)
        if not is_open(locked, now=now):
            raise ThreadClosed
        mine = locked.messages.filter(
            author__isnull=author_id is None, at__gt=now - timedelta(hours=1)
        )
        last = mine.order_by("at", "pk").last()
        if last is not None and last.text == masked.text and last.at > now - SAME_PRESS:
            return last
        if mine.count() >= MOST_IN_AN_HOUR:
            raise TooManyMessages
        message = Message.objects.create(
            stall_order=locked,
            author_id=author_id,
            text=masked.text,
            was_masked=masked.was_masked,
            at=now,
        )
        publish(MessageWritten(message.pk))
    log.info("message.written message=%s masked=%s", message.pk, masked.was_masked)
    return message


def mark_read(*, stall_order: StallOrder, by_buyer: bool, now: datetime) -> None:
    """Whoever opens the thread has read what the other side wrote."""
    stall_order.messages.filter(author__isnull=not by_buyer, read_at=None).update(read_at=now)


def is_open(stall_order: StallOrder, *, now: datetime) -> bool:
    """Whether one may still write: the order is paid, and not done for longer than ADDRESS_DAYS."""
    if stall_order.state == StallOrder.State.PENDING:
        return False
    if stall_order.state in StallOrder.ON_ITS_WAY:
        return True
    ended = stall_order.delivered_at or stall_order.created_at
    return now < ended + timedelta(days=settings.ADDRESS_DAYS)
