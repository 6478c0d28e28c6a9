"""Holding and giving back stock. One statement a stock record, in key order, so that no two orders deadlock."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Coalesce
from oscar.apps.order.models import Line
from oscar.apps.partner.models import StockRecord

from shop.jobs import publish
from shop.orders.errors import OutOfStock
from shop.orders.events import ProductsChanged

ALLOCATED = Coalesce(F("num_allocated"), 0)


def reserve(quantities: Mapping[int, int], *, titles: Mapping[int, str]) -> None:
    """Hold stock for an order: stock record → how many, of goods that were counted when the buyer saw them.

    What has turned made to order meanwhile (no number in stock) is never short, and is held all the same: what a
    record holds is always the sum of what its open orders hold. Runs in the order's transaction. Raises OutOfStock
    naming every short product; nothing is held then, since the caller's transaction rolls back. The condition is in
    the UPDATE itself: no reading and then deciding.
    """
    short = []
    for record_id in sorted(quantities):
        quantity = quantities[record_id]
        held = StockRecord.objects.filter(
            Q(num_in_stock=None) | Q(num_in_stock__gte=ALLOCATED + quantity), pk=record_id
        ).update(num_allocated=ALLOCATED + quantity)
        if not held:
            short.append(titles[record_id])
    if short:
        raise OutOfStock(short)
    _tell_of_change(quantities)


def reserve_again(order_lines: Sequence[Any]) -> None:
    """Hold once more what the lines of a closed order held. Raises OutOfStock as `reserve`."""
    titles = {line.stockrecord_id: line.title for line in order_lines}
    reserve(_tracked(order_lines), titles=titles)


def release(order_lines: Iterable[Any]) -> None:
    """Give back what an unpaid order held."""
    quantities = _tracked(order_lines)
    for record_id in sorted(quantities):
        StockRecord.objects.filter(pk=record_id).update(
            num_allocated=ALLOCATED - quantities[record_id]
        )
    _tell_of_change(quantities)


def give_back(order_lines: Iterable[Any], quantities: Mapping[int, int]) -> None:
    """Put pieces (order line id → how many) of an order that was not sent back on the shelf.

    Made-to-order lines held none. Runs in the refund's transaction.
    """
    freed: dict[int, int] = {}
    for line in order_lines:
        quantity = min(quantities.get(line.pk, 0), line.num_allocated or 0)
        if line.stockrecord_id is not None and quantity:
            freed[line.stockrecord_id] = freed.get(line.stockrecord_id, 0) + quantity
            Line.objects.filter(pk=line.pk).update(num_allocated=F("num_allocated") - quantity)
    for record_id in sorted(freed):
        StockRecord.objects.filter(pk=record_id).update(num_allocated=ALLOCATED - freed[record_id])
    _tell_of_change(freed)


def consume(order_lines: Iterable[Any], pieces: Mapping[int, int]) -> None:
    """So many of these lines (order line id → pieces) left the shelf: what was held for them is gone from the stock.

    Made-to-order lines held none. Runs in the transaction that sends them.
    """
    quantities: dict[int, int] = {}
    for line in order_lines:
        n = min(pieces.get(line.pk, 0), line.num_allocated or 0)
        if line.stockrecord_id is not None and n:
            quantities[line.stockrecord_id] = quantities.get(line.stockrecord_id, 0) + n
    for record_id in sorted(quantities):
        StockRecord.objects.filter(pk=record_id).update(
            num_allocated=ALLOCATED - quantities[record_id],
            num_in_stock=F("num_in_stock") - quantities[record_id],
        )


def put_back(order_lines: Iterable[Any], quantities: Mapping[int, int]) -> None:
    """Put pieces (order line id → how many) that had left the shelf on it again; made-to-order lines came from none.

    Runs in the transaction that cancels the parcel.
    """
    returned: dict[int, int] = {}
    for line in order_lines:
        quantity = min(quantities.get(line.pk, 0), line.num_allocated or 0)
        if line.stockrecord_id is not None and quantity:
            returned[line.stockrecord_id] = returned.get(line.stockrecord_id, 0) + quantity
            Line.objects.filter(pk=line.pk).update(num_allocated=F("num_allocated") - quantity)
    for record_id in sorted(returned):
        StockRecord.objects.filter(pk=record_id).update(
            num_in_stock=F("num_in_stock") + returned[record_id]
        )
    _tell_of_change(returned)


def _tracked(order_lines: Iterable[Any]) -> dict[int, int]:
    """Stock record → how many of it the lines hold; made-to-order lines hold none."""
    quantities: dict[int, int] = {}
    for line in order_lines:
        if line.stockrecord_id is not None and line.num_allocated:
            quantities[line.stockrecord_id] = (
                quantities.get(line.stockrecord_id, 0) + line.num_allocated
            )
    return quantities


def _tell_of_change(record_ids: Iterable[int]) -> None:
    product_ids = list(
        StockRecord.objects.filter(pk__in=list(record_ids)).values_list("product_id", flat=True)
    )
    if product_ids:
        publish(ProductsChanged(sorted(product_ids)))
