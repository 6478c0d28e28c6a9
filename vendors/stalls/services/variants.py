"""Sizes and colours of goods: Oscar's child products, each with its own price and count."""

import logging
from datetime import datetime

from django.db import transaction
from oscar.apps.catalogue.models import Product
from oscar.apps.partner.models import StockRecord

from shop.accounts.models import User
from shop.jobs import publish
from shop.money import Rial
from shop.orders.events import ProductsChanged
from vendors.stalls.errors import VariantThereAlready
from vendors.stalls.models import Listing
from vendors.stalls.services.goods import begin_counting, change_price
from vendors.stalls.services.listing_words import COMMA
from vendors.stalls.services.second_looks import note_change

logger = logging.getLogger(__name__)


def add_variant(
    *,
    listing: Listing,
    name: str,
    price: Rial,
    count: int | None,
    by_user: User,
    now: datetime,
) -> Product:
    """One more size or colour. `count` None: made to order.

    The first takes over the price and count the goods had alone, with what is sold of them. One that was taken away
    comes back. Raises VariantThereAlready, StockBelowPromised.
    """
    with transaction.atomic():
        Listing.objects.select_for_update().get(pk=listing.pk)
        parent = Product.objects.get(pk=listing.product_id)
        title = f"{parent.title}{COMMA}{name}"
        child = parent.children.filter(title=title).first()
        if child is not None and child.is_public:
            raise VariantThereAlready
        if child is None:
            child = _write_child(parent, title)
        else:
            Product.objects.filter(pk=child.pk).update(is_public=True)
        record = _record_of(child, parent, listing)
        change_price(record=record, price=price, by_user=by_user, now=now)
        if count is None:
            StockRecord.objects.filter(pk=record.pk).update(num_in_stock=None, date_updated=now)
        else:
            begin_counting(record=record, count=count, now=now)
        note_change(listing, "sizes_changed_at")
        publish(ProductsChanged([parent.pk]))
    logger.info("variant.added listing=%s product=%s", listing.pk, child.pk)
    return child


def _write_child(parent: Product, title: str) -> Product:
    Product.objects.filter(pk=parent.pk).update(structure=Product.PARENT)
    parent.structure = Product.PARENT
    place = parent.children.count() + 1
    return Product.objects.create(
        structure=Product.CHILD, parent=parent, title=title, slug=f"{parent.slug}-{place}"
    )


def _record_of(child: Product, parent: Product, listing: Listing) -> StockRecord:
    """The child's stock record; the first child's is the one its parent had."""
    if StockRecord.objects.filter(product=parent).update(product=child):
        return StockRecord.objects.get(product=child)
    record, _is_new = StockRecord.objects.get_or_create(
        product=child,
        defaults={"partner_id": listing.stall.partner_id, "partner_sku": child.slug},
    )
    return record


def take_variant_away(*, listing: Listing, product_id: int) -> bool:
    """Offer one size or colour no more; orders of it stay. False for what is not offered here."""
    with transaction.atomic():
        taken = Product.objects.filter(
            pk=product_id, parent_id=listing.product_id, is_public=True
        ).update(is_public=False)
        if taken:
            publish(ProductsChanged([listing.product_id]))
            logger.info("variant.taken_away listing=%s product=%s", listing.pk, product_id)
    return bool(taken)
