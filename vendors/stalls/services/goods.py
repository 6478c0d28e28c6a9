"""Price and count of goods."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from oscar.apps.partner.models import StockRecord

from shop.accounts.models import User
from shop.jobs import publish
from shop.money import Rial
from shop.orders.events import ProductsChanged
from vendors.stalls.errors import StockBelowPromised
from vendors.stalls.models import PriceChange
from vendors.stalls.services.listing_news import facilitated, tell_holder_of_change

logger = logging.getLogger(__name__)

PROMISED = Coalesce(F("num_allocated"), 0)


def change_price(
    *, record: StockRecord, price: Rial, now: datetime, by_user: User | None = None
) -> None:
    """Ask another price (rial) from now on; orders that are placed keep theirs. The step is kept with who took it."""
    with transaction.atomic():
        before = (
            StockRecord.objects.select_for_update()
            .values_list("price", flat=True)
            .get(pk=record.pk)
        )
        if before == int(price):
            return
        StockRecord.objects.filter(pk=record.pk).update(price=int(price), date_updated=now)
        if before is not None:
            PriceChange.objects.create(
                record=record,
                before=Rial.from_decimal(before),
                after=Rial(price),
                by_user=by_user,
                at=now,
            )
            _tell_holder(record, (Rial.from_decimal(before), Rial(price)), by_user, now)
        publish(ProductsChanged([record.product_id]))
        logger.info("price.changed stock_record=%s", record.pk)


def _tell_holder(
    record: StockRecord, prices: tuple[Rial, Rial], by_user: User | None, now: datetime
) -> None:
    """A facilitator's new price for goods that buyers have seen reaches the holder by SMS."""
    if by_user is None:
        return
    listing = facilitated(record.product.parent_id or record.product_id, by_user)
    if listing is not None:
        tell_holder_of_change(listing, by_user=by_user, now=now, prices=prices)


def change_stock(*, record: StockRecord, count: int, now: datetime) -> None:
    """Say how many are with the stall, those included that are sold and not yet sent.

    Raises StockBelowPromised when more than `count` are sold. Made-to-order goods have no count and are left alone.
    """
    _set_count(
        StockRecord.objects.filter(pk=record.pk, num_in_stock__isnull=False), record, count, now
    )


def begin_counting(*, record: StockRecord, count: int, now: datetime) -> None:
    """As `change_stock`, for goods that may have been made to order until now."""
    _set_count(StockRecord.objects.filter(pk=record.pk), record, count, now)


def _set_count(
    row: "QuerySet[StockRecord]", record: StockRecord, count: int, now: datetime
) -> None:
    """The condition stands in the UPDATE, so an order that comes meanwhile is not overrun."""
    with transaction.atomic():
        if not row.exclude(num_in_stock=count).exists():
            return
        changed = (
            row.annotate(promised=PROMISED)
            .filter(promised__lte=count)
            .update(num_in_stock=count, date_updated=now)
        )
        if not changed:
            record.refresh_from_db(fields=["num_allocated"])
            raise StockBelowPromised(record.num_allocated or 0)
        publish(ProductsChanged([record.product_id]))
        logger.info("stock.changed stock_record=%s", record.pk)


def change_goods(
    *,
    record: StockRecord,
    price: Rial,
    count: int | None,
    now: datetime,
    by_user: User | None = None,
) -> None:
    """Price and count together: both or neither. Raises StockBelowPromised. `count` None leaves the count alone."""
    with transaction.atomic():
        change_price(record=record, price=price, by_user=by_user, now=now)
        if count is not None:
            change_stock(record=record, count=count, now=now)
