"""What a stall holder changes in the stall."""

import logging
from datetime import datetime

from django.core.files.base import File
from django.db import transaction
from django.db.models import F, Max
from django.db.models.functions import Coalesce
from oscar.apps.partner.models import StockRecord

from shop.jobs import publish
from shop.money import Rial
from shop.orders.events import ProductsChanged
from shop.orders.models import SellerTerms
from vendors.stalls.errors import PhotoThereAlready, StockBelowPromised, TooManyPhotos
from vendors.stalls.models import Listing, Photo, Stall
from vendors.stalls.photos import store_photo

logger = logging.getLogger(__name__)

MOST_PHOTOS = 8
PROMISED = Coalesce(F("num_allocated"), 0)


def change_price(*, record: StockRecord, price: Rial, now: datetime) -> None:
    """Ask another price (rial) from now on; orders that are placed keep theirs."""
    with transaction.atomic():
        changed = (
            StockRecord.objects.filter(pk=record.pk)
            .exclude(price=int(price))
            .update(price=int(price), date_updated=now)
        )
        if changed:
            publish(ProductsChanged([record.product_id]))
            logger.info("price.changed stock_record=%s", record.pk)


def change_stock(*, record: StockRecord, count: int, now: datetime) -> None:
    """Say how many are with the stall, those included that are sold and not yet sent.

    Raises StockBelowPromised when more than `count` are sold. Made-to-order goods have no count and are left alone.
    The condition stands in the UPDATE, so an order that comes meanwhile is not overrun.
    """
    counted = StockRecord.objects.filter(pk=record.pk, num_in_stock__isnull=False)
    with transaction.atomic():
        if not counted.exclude(num_in_stock=count).exists():
            return
        changed = (
            counted.annotate(promised=PROMISED)
            .filter(promised__lte=count)
            .update(num_in_stock=count, date_updated=now)
        )
        if not changed:
            record.refresh_from_db(fields=["num_allocated"])
            raise StockBelowPromised(record.num_allocated or 0)
        publish(ProductsChanged([record.product_id]))
        logger.info("stock.changed stock_record=%s", record.pk)


def change_goods(*, record: StockRecord, price: Rial, count: int | None, now: datetime) -> None:
    """Price and count together: both or neither. Raises StockBelowPromised. `count` None leaves the count alone."""
    with transaction.atomic():
        change_price(record=record, price=price, now=now)
        if count is not None:
            change_stock(record=record, count=count, now=now)


def say_whether_cash_is_taken(*, stall: Stall, takes_cash: bool) -> None:
    """Whether buyers may pay this stall at the door; orders that are placed stay as they are."""
    SellerTerms.objects.filter(partner_id=stall.partner_id).update(takes_cash=takes_cash)
    logger.info("takes_cash.changed stall=%s takes_cash=%s", stall.pk, takes_cash)


def add_photo(*, listing: Listing, upload: "File[bytes]") -> Photo:
    """Show one more photo of a product, after the others.

    Raises PhotoRefused for what is no photo, TooManyPhotos, PhotoThereAlready.
    """
    key = store_photo(upload=upload)
    with transaction.atomic():
        photos = _locked_photos(listing)
        if any(photo.key == key for photo in photos):
            raise PhotoThereAlready
        if len(photos) >= MOST_PHOTOS:
            raise TooManyPhotos(MOST_PHOTOS)
        last = listing.photos.aggregate(last=Max("position"))["last"]
        photo = Photo.objects.create(
            listing=listing, key=key, position=0 if last is None else last + 1
        )
        publish(ProductsChanged([listing.product_id]))
    return photo


def replace_photo(*, listing: Listing, photo_id: int, upload: "File[bytes]") -> None:
    """Show another photo in the place of one. Nothing happens when that one is gone; same errors as add_photo."""
    key = store_photo(upload=upload)
    with transaction.atomic():
        if any(photo.key == key for photo in _locked_photos(listing)):
            raise PhotoThereAlready
        listing.photos.filter(pk=photo_id).update(key=key, is_illustration=False)
        publish(ProductsChanged([listing.product_id]))


def _locked_photos(listing: Listing) -> list[Photo]:
    """The listing's photos, with the listing held, so that two uploads at once are counted one after the other."""
    Listing.objects.select_for_update().get(pk=listing.pk)
    return list(listing.photos.all())
