"""What the screens of goods show. Each function asks a fixed number of statements."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Left
from django.utils import timezone
from oscar.apps.catalogue.models import Category, Product

from shop.money import Rial
from shop.pictures import photo_url
from shop.storefront.cards import short_title
from vendors.stalls.models import Listing, ListingChange, Photo, PriceChange
from vendors.stalls.queries.asked import may_ask_again
from vendors.stalls.queries.listings import CLOSE_UP
from vendors.stalls.queries.words import open_categories
from vendors.stalls.services.listing_states import WITH_STALL

PRICES_SHOWN = 50


@dataclass(frozen=True)
class Tile:
    """A category with a picture to know it by; no picture: the address is empty."""

    pk: int
    name: str
    street: str
    picture: str


def category_tiles() -> list[Tile]:
    """The categories goods may stand in, in the order of the shop, each with its own picture or one of goods in it.

    Two statements.
    """
    keys = dict(
        Photo.objects.filter(
            listing__product__is_public=True,
            listing__product__categories__isnull=False,
            position__lte=CLOSE_UP,
        )
        .order_by("listing__product__categories", "-position", "pk")
        .distinct("listing__product__categories")
        .values_list("listing__product__categories", "key")
    )
    root = Category.objects.filter(depth=1, path=Left(OuterRef("path"), Category.steplen))
    return [
        Tile(
            pk=row.pk,
            name=row.name,
            street="" if row.depth == 1 else row.root or "",
            picture=row.image.url
            if row.image
            else photo_url(keys[row.pk], 160)
            if row.pk in keys
            else "",
        )
        for row in open_categories().annotate(root=Subquery(root.values("name")[:1]))
    ]


@dataclass(frozen=True)
class Size:
    """A size or colour as its row on the screen."""

    product_id: int
    name: str
    price: Rial | None
    count: int | None


def sizes_of(listing: Listing) -> list[Size]:
    """The sizes and colours that are offered; two statements."""
    product = listing.product
    sizes = []
    for child in (
        product.children.filter(is_public=True).order_by("pk").prefetch_related("stockrecords")
    ):
        record = next(iter(child.stockrecords.all()), None)
        sizes.append(
            Size(
                product_id=child.pk,
                name=short_title(child.title, product.title),
                price=Rial.from_decimal(record.price) if record and record.price else None,
                count=record.num_in_stock if record else None,
            )
        )
    return sizes


def listing_screen(listing: Listing | None) -> dict[str, Any]:
    """What stands round the form of goods; nothing for goods that are not there yet."""
    if listing is None:
        return {"listing": None, "photos": [], "is_draft": True}
    waits_for_yes = listing.state == Listing.State.CONFIRM
    states = (ListingChange.State.WAITING, ListingChange.State.REFUSED)
    # What buyers never saw has no new words beside the old ones.
    newest = None if waits_for_yes else listing.changes.filter(state__in=states).first()
    return {
        "listing": listing,
        "photos": list(listing.photos.all()),
        "is_draft": listing.state in WITH_STALL,
        "change": newest,
        "may_ask_again": waits_for_yes and may_ask_again(listing, now=timezone.now()),
    }


@dataclass(frozen=True)
class PriceStep:
    name: str  # of the variant; empty for goods without any
    before: Rial
    after: Rial
    at: datetime
    by: str


def price_history(listing: Listing) -> list[PriceStep]:
    """The steps of the prices of goods, the newest first; two statements."""
    product: Product = listing.product
    changes = (
        PriceChange.objects.filter(record__product_id=product.pk)
        | PriceChange.objects.filter(record__product__parent_id=product.pk)
    ).select_related("record__product", "by_user")
    return [
        PriceStep(
            name=short_title(change.record.product.title, product.title)
            if change.record.product_id != product.pk
            else "",
            before=change.before,
            after=change.after,
            at=change.at,
            by=str(change.by_user) if change.by_user else "",
        )
        for change in changes[:PRICES_SHOWN]
    ]
