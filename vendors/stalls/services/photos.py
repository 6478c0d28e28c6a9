"""The pictures of a listing: added, put in another's place, cut otherwise, moved, deleted."""

import logging
from typing import Any

from django.core.files.base import File
from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from shop.jobs import publish
from shop.orders.events import ProductsChanged
from shop.pictures import original_of
from vendors.stalls.errors import LastPhoto, PhotoRefused, PhotoThereAlready, TooManyPhotos
from vendors.stalls.events import PhotoAdded, PhotosGone
from vendors.stalls.models import Listing, Photo, ReviewPhoto, Stall
from vendors.stalls.photos import (
    Cut,
    forget_original,
    forget_pictures,
    is_stored,
    make_all_sizes,
    placeholder_of,
    recut_photo,
    store_photo,
)
from vendors.stalls.services.second_looks import note_change

logger = logging.getLogger(__name__)
MOST_PHOTOS = 8


def add_photo(*, listing: Listing, upload: "File[Any]") -> Photo:
    """Show one more photo of a product, after the others.

    Raises PhotoRefused for what is no photo, TooManyPhotos, PhotoThereAlready.
    """
    key = store_photo(upload=upload)
    with transaction.atomic():
        photos = _locked_photos(listing)
        _require_new(key, photos)
        if len(photos) >= MOST_PHOTOS:
            raise TooManyPhotos(MOST_PHOTOS)
        hold(key, upload)
        last = listing.photos.aggregate(last=Max("position"))["last"]
        photo = Photo.objects.create(
            listing=listing,
            key=key,
            position=0 if last is None else last + 1,
            placeholder=placeholder_of(key),
        )
        note_change(listing, "photos_changed_at")
        publish(PhotoAdded(photo.pk))
        publish(ProductsChanged([listing.product_id]))
    return photo


def replace_photo(*, listing: Listing, photo_id: int, upload: "File[Any]") -> None:
    """Show another photo in the place of one. Nothing happens when that one is gone; same errors as add_photo."""
    key = store_photo(upload=upload)
    with transaction.atomic():
        photos = _locked_photos(listing)
        _require_new(key, photos)
        old = next((photo for photo in photos if photo.pk == photo_id), None)
        if old is None:
            return
        hold(key, upload)
        _show_instead(listing, old, key, Cut(), is_illustration=False)


def focus_photo(*, listing: Listing, photo_id: int, focus_x: int, focus_y: int) -> bool:
    """Cut the square round another place of the photo, in hundredths; False when it is cut so, or is gone.

    Raises PhotoRefused when the upload is not kept any more.
    """
    photo = listing.photos.filter(pk=photo_id).first()
    if photo is None or (photo.focus_x, photo.focus_y) == (focus_x, focus_y):
        return False
    cut = Cut(focus_x=focus_x, focus_y=focus_y)
    try:
        key = recut_photo(key=photo.key, cut=cut)
    except FileNotFoundError as error:
        raise PhotoRefused(
            _("We do not have this photo in full any more. Please send it once more.")
        ) from error
    with transaction.atomic():
        photos = _locked_photos(listing)
        if not any(each.pk == photo_id and each.key == photo.key for each in photos):
            return False
        _show_instead(listing, photo, key, cut, is_illustration=photo.is_illustration)
    return True


def _show_instead(
    listing: Listing, old: Photo, key: str, cut: Cut, *, is_illustration: bool
) -> None:
    Photo.objects.filter(pk=old.pk).update(
        key=key,
        focus_x=cut.focus_x,
        focus_y=cut.focus_y,
        is_illustration=is_illustration,
        placeholder=placeholder_of(key),
        is_ready=False,
    )
    note_change(listing, "photos_changed_at")
    publish(PhotoAdded(old.pk))
    publish(PhotosGone([old.key]))
    publish(ProductsChanged([listing.product_id]))


def move_photo_forward(*, listing: Listing, photo_id: int) -> bool:
    """Show a photo one place earlier; False for the first one, and for one that is gone."""
    with transaction.atomic():
        photos = _locked_photos(listing)
        place = next((n for n, photo in enumerate(photos) if photo.pk == photo_id), 0)
        if place == 0:
            return False
        photos[place - 1], photos[place] = photos[place], photos[place - 1]
        for position, photo in enumerate(photos):
            Photo.objects.filter(pk=photo.pk).exclude(position=position).update(position=position)
        publish(ProductsChanged([listing.product_id]))
    return True


def delete_photo(*, listing: Listing, photo_id: int) -> bool:
    """Take a photo away, with its files where nothing else shows them; False when it is gone.

    Raises LastPhoto for the only photo of goods that are in the shop.
    """
    with transaction.atomic():
        photos = _locked_photos(listing)
        photo = next((each for each in photos if each.pk == photo_id), None)
        if photo is None:
            return False
        is_shown = Listing.objects.filter(pk=listing.pk, product__is_public=True).exists()
        if len(photos) == 1 and is_shown:
            raise LastPhoto
        photo.delete()
        publish(PhotosGone([photo.key]))
        publish(ProductsChanged([listing.product_id]))
    return True


def make_photo(*, photo_id: int) -> bool:
    """Every width and format of one photo; False when nothing is to do or its upload is not kept any more."""
    photo = Photo.objects.filter(pk=photo_id, is_ready=False).first()
    if photo is None:
        return False
    try:
        make_all_sizes(key=photo.key, cut=Cut(focus_x=photo.focus_x, focus_y=photo.focus_y))
    except FileNotFoundError:
        logger.warning("photo.without_original photo=%s", photo_id)
        return False
    # Another key means another photo took this place meanwhile: it has a job of its own.
    return bool(Photo.objects.filter(pk=photo_id, key=photo.key).update(is_ready=True))


def forget_photos(*, keys: list[str]) -> None:
    """Delete the files of pictures that nothing shows any more, and the uploads behind them."""
    for key in keys:
        with transaction.atomic():
            _lock_key(key)
            if not _is_shown(Q(key=key), key):
                forget_pictures(key)
            if not _is_shown(Q(key__startswith=original_of(key)), original_of(key)):
                forget_original(key)


def _is_shown(of_rows: Q, key: str) -> bool:
    return (
        Photo.objects.filter(of_rows).exists()
        or ReviewPhoto.objects.filter(of_rows).exists()
        or Stall.objects.filter(Q(logo__contains=key) | Q(cover__contains=key)).exists()
    )


def _require_new(key: str, photos: list[Photo]) -> None:
    """The same picture cut otherwise is the same picture."""
    if any(original_of(photo.key) == original_of(key) for photo in photos):
        raise PhotoThereAlready


def hold(key: str, upload: "File[Any]", *, square: bool = True) -> None:
    """Keep the files of a key from being forgotten until this transaction's row names them."""
    _lock_key(key)
    if not is_stored(key):  # forgotten between storing and now
        store_photo(upload=upload, square=square)


def _lock_key(key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [original_of(key)])


def _locked_photos(listing: Listing) -> list[Photo]:
    """The listing's photos, with the listing held, so that two uploads at once are counted one after the other."""
    Listing.objects.select_for_update().get(pk=listing.pk)
    return list(listing.photos.all())
