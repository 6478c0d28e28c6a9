"""What a stall says of itself, and the days it works."""

import logging
from collections.abc import Collection, Mapping
from typing import Any, Final

from django.core.files.base import File
from django.db import transaction
from oscar.apps.partner.models import Partner

from shop.jobs import publish
from shop.orders.events import ProductsChanged
from shop.orders.models import SellerTerms
from vendors.stalls.events import PhotosGone
from vendors.stalls.models import Stall
from vendors.stalls.photos import store_photo
from vendors.stalls.services.photos import hold

log = logging.getLogger(__name__)

# What the people of a stall may change by themselves. Its state goes by steps (services.opening), its trust by staff.
SAID: Final = frozenset(
    {
        *("name", "tagline", "story", "city", "main_category", "keeper_name", "disclosure"),
        *("seller_kind", "returns_note", "answers_from", "answers_until"),
    }
)


def say_of_stall(*, stall: Stall, said: Mapping[str, Any]) -> None:
    """Write what the stall says of itself; the name goes onto the cards of its goods too."""
    if unknown := said.keys() - SAID:
        raise ValueError(f"not said by a stall: {sorted(unknown)}")
    with transaction.atomic():
        Stall.objects.filter(pk=stall.pk).update(**said)
        if "name" in said:
            Partner.objects.filter(pk=stall.partner_id).update(name=said["name"])
            _cards_change(stall)
    for field, value in said.items():
        setattr(stall, field, value)
    log.info("stall.said stall=%s what=%s", stall.pk, ",".join(sorted(said)))


def show_picture(*, stall: Stall, upload: "File[bytes]", as_cover: bool) -> None:
    """Show a picture over the stall, or as its sign. Raises PhotoRefused."""
    key = store_photo(upload=upload, square=not as_cover)
    field = "cover" if as_cover else "logo"
    with transaction.atomic():
        before = Stall.objects.select_for_update().values_list(field, flat=True).get(pk=stall.pk)
        hold(key, upload, square=not as_cover)
        Stall.objects.filter(pk=stall.pk).update(**{field: key})
        if before not in ("", key):
            publish(PhotosGone([before]))
    setattr(stall, field, key)
    log.info("stall.pictured stall=%s as=%s", stall.pk, field)


def say_days(*, stall: Stall, preparation_days: int, days_off: Collection[int]) -> None:
    """Within how many working days a parcel leaves, and on which weekdays nothing does (Monday 0 … Sunday 6)."""
    with transaction.atomic():
        SellerTerms.objects.filter(partner_id=stall.partner_id).update(
            preparation_days=preparation_days, days_off=sorted(days_off)
        )
        _cards_change(stall)
    log.info("stall.days stall=%s", stall.pk)


def _cards_change(stall: Stall) -> None:
    publish(ProductsChanged(list(stall.listings.values_list("product_id", flat=True))))
