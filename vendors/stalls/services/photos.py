"""The pictures of a listing."""

from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.db.models import Max

from shop.jobs import publish
from shop.orders.events import ProductsChanged
from vendors.stalls.errors import PhotoThereAlready, TooManyPhotos
from vendors.stalls.models import Listing, Photo
from vendors.stalls.photos import store_photo

MOST_PHOTOS = 8


def add_photo(*, listing: Listing, upload: "File[Any]") -> Photo:
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


def replace_photo(*, listing: Listing, photo_id: int, upload: "File[Any]") -> None:
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
