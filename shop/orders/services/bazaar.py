"""Goods that a stall sells in person, for cash: earned at once, in its hands already, and so never owed to it."""

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from oscar.apps.partner.models import StockRecord

from shop.jalali import tehran_date
from shop.jobs import publish
from shop.ledger import accounts
from shop.ledger.models import Posting
from shop.ledger.queries import SALE_TAKEN_BACK, SOLD_IN_PERSON
from shop.ledger.services import Leg, post
from shop.money import Rial, share_bp
from shop.orders.errors import NothingSold, NotTakenBackToday, OutOfStock
from shop.orders.events import ProductsChanged
from shop.orders.models import BazaarSale, BazaarSaleLine
from shop.orders.stock import ALLOCATED

log = logging.getLogger(__name__)
Kind = Posting.Kind


@dataclass(frozen=True)
class SoldGoods:
    """So many of one stock record, each at this price in rial."""

    record: StockRecord
    title: str
    quantity: int
    price: Rial


def sell_in_person(
    *,
    sale_id: uuid.UUID,
    partner_id: int,
    goods: Sequence[SoldGoods],
    note: str,
    by_user_id: int,
    now: datetime,
) -> BazaarSale:
    """Write a sale for cash: the goods are off the shelf, and the books say the stall has earned it and has it.

    What is promised to orders is never sold away. The same `sale_id` again is the same sale. Raises NothingSold, and
    OutOfStock naming what is short; nothing is written then.
    """
    known = BazaarSale.objects.filter(pk=sale_id, partner_id=partner_id).first()
    if known is not None:
        return known
    if not goods:
        raise NothingSold
    total = sum((each.price * each.quantity for each in goods), Rial(0))
    with transaction.atomic():
        sale, is_new = BazaarSale.objects.get_or_create(
            pk=sale_id,
            defaults={
                "partner_id": partner_id,
                "total": total,
                "commission": share_bp(total, settings.BAZAAR_COMMISSION_BP),
                "note": note,
                "by_user_id": by_user_id,
                "sold_on": tehran_date(now),
                "created_at": now,
            },
        )
        if not is_new:
            return sale
        _off_the_shelf(goods)
        BazaarSaleLine.objects.bulk_create(
            BazaarSaleLine(
                sale=sale,
                stockrecord=each.record,
                title=each.title,
                quantity=each.quantity,
                price=each.price,
            )
            for each in goods
        )
        post(
            event_type=SOLD_IN_PERSON,
            event_id=str(sale.pk),
            occurred_at=now,
            legs=_legs(sale, sign=1),
        )
    log.info("bazaar.sold sale=%s", sale.pk)
    return sale


def take_back_sale(*, sale: BazaarSale, now: datetime) -> bool:
    """The sale was a mistake, or came back: on the day it was written, all of it is undone. False when it was before.

    Raises NotTakenBackToday on a later day: then the count of the goods is put right, and the office is told.
    """
    if tehran_date(now) != tehran_date(sale.created_at):
        raise NotTakenBackToday
    with transaction.atomic():
        taken = BazaarSale.objects.filter(pk=sale.pk, taken_back_at=None).update(taken_back_at=now)
        if taken != 1:
            return False
        changed = []
        lines = sale.lines.filter(stockrecord__isnull=False).select_related("stockrecord")
        for line in lines.order_by("stockrecord_id"):
            StockRecord.objects.filter(pk=line.stockrecord_id, num_in_stock__isnull=False).update(
                num_in_stock=F("num_in_stock") + line.quantity
            )
            changed.append(line.stockrecord.product_id if line.stockrecord else 0)
        if changed:
            publish(ProductsChanged(sorted(set(changed))))
        post(
            event_type=SALE_TAKEN_BACK,
            event_id=str(sale.pk),
            occurred_at=now,
            legs=_legs(sale, sign=-1),
        )
    log.info("bazaar.taken_back sale=%s", sale.pk)
    return True


def _off_the_shelf(goods: Sequence[SoldGoods]) -> None:
    """One conditional statement for each stock record, in key order; made to order is never short."""
    short = []
    for each in sorted(goods, key=lambda sold: sold.record.pk):
        taken = StockRecord.objects.filter(
            Q(num_in_stock=None) | Q(num_in_stock__gte=ALLOCATED + each.quantity),
            pk=each.record.pk,
        ).update(num_in_stock=F("num_in_stock") - each.quantity)
        if taken != 1:
            short.append(each.title)
    if short:
        raise OutOfStock(short)
    publish(ProductsChanged(sorted({each.record.product_id for each in goods})))


def _legs(sale: BazaarSale, *, sign: int) -> list[Leg]:
    """Earned, and at once in the stall's hands: what it is owed does not change but for the commission, if any."""
    available = accounts.stall_available(sale.partner_id)
    return [
        Leg(code, sign * amount, kind, sale.partner_id)
        for code, amount, kind in (
            (available, -sale.total, Kind.GOODS),
            (available, sale.total, Kind.CASH),
            (available, sale.commission, Kind.COMMISSION),
            (accounts.INCOME_COMMISSION, -sale.commission, Kind.COMMISSION),
        )
    ]
