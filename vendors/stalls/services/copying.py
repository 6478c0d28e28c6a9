"""Goods like others: a new draft that says what the old ones say."""

from datetime import datetime

from django.db import transaction
from oscar.apps.partner.models import StockRecord

from shop.accounts.models import User
from shop.money import Rial
from shop.orders.models import Fulfilment
from shop.storefront.cards import short_title
from vendors.stalls.models import Listing
from vendors.stalls.queries.words import words_of
from vendors.stalls.services.listing_words import apply_words, start_listing
from vendors.stalls.services.variants import add_variant


def copy_listing(*, listing: Listing, key: str, by_user: User, now: datetime) -> Listing:
    """A draft with the words, price, days and sizes of other goods; photos and counts are its own to give.

    The same key finds the copy that was made before.
    """
    with transaction.atomic():
        copy = start_listing(stall=listing.stall, key=key, by_user=by_user)
        if copy.product.title:
            return copy
        apply_words(listing=copy, words=words_of(listing))
        _copy_conditions(listing, copy)
        children = listing.product.children.filter(is_public=True).order_by("pk")
        for child in children.prefetch_related("stockrecords"):
            record = child.stockrecords.all()[0]
            add_variant(
                listing=copy,
                name=short_title(child.title, listing.product.title),
                price=Rial.from_decimal(record.price),
                count=None if record.num_in_stock is None else 0,
                by_user=by_user,
                now=now,
            )
    return copy


def _copy_conditions(old: Listing, new: Listing) -> None:
    Listing.objects.filter(pk=new.pk).update(unit=old.unit, returnable=old.returnable)
    fulfilment = Fulfilment.objects.filter(product_id=old.product_id).first()
    if fulfilment is not None:
        Fulfilment.objects.filter(product_id=new.product_id).update(
            made_days=fulfilment.made_days, weight_g=fulfilment.weight_g
        )
    record = StockRecord.objects.filter(product_id=old.product_id).first()
    if record is not None:
        StockRecord.objects.filter(product_id=new.product_id).update(price=record.price)
