"""One product's page: everything a shopper asks before buying, in a fixed number of statements."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from oscar.apps.catalogue.models import Product

from shop.money import Rial
from shop.storefront.cards import FEW, Card, Readiness, short_title
from vendors.stalls.models import Listing, Photo, Stall
from vendors.stalls.queries.cards import cards_of
from vendors.stalls.queries.freshness import marks_of_product_page
from vendors.stalls.queries.listings import (
    Sending,
    card_of,
    public_listings,
    sellable,
    sendings_of,
    shown_listings,
)
from vendors.stalls.queries.reviews import Said, said_of

MORE_FROM_STALL = 4
PAGES_KEPT = 256
# The codes of our product classes (load_demo, panel); an attribute of another code keeps its own name.
ATTRIBUTE_NAMES = {
    "net_weight_g": _("Net weight (grams)"),
    "ingredients": _("Ingredients"),
    "shelf_life_days": _("Keeps for (days)"),
    "storage": _("Storing"),
    "allergens": _("Allergens"),
    "material": _("Material"),
    "sizes": _("Sizes"),
    "size_cm": _("Measures (cm)"),
    "colour": _("Colour"),
    "care": _("Care"),
    "pot_size_cm": _("Pot (cm)"),
    "light": pgettext_lazy("plant", "Light"),
    "watering": _("Watering"),
}


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One thing that can be put into the basket: the product itself, or one of its sizes."""

    product_id: int
    title: str
    price: Rial | None
    stock: int | None

    @property
    def is_sold_out(self) -> bool:
        return self.price is None or (self.stock is not None and self.stock <= 0)

    @property
    def few_left(self) -> int | None:
        return self.stock if self.stock is not None and 0 < self.stock < FEW else None


@dataclass(frozen=True, kw_only=True)
class ProductPage:
    listing: Listing
    card: Card
    photos: list[Photo]
    variants: list[Variant]
    attributes: list[tuple[str, str]]
    sendings: list[Sending]
    more: list[Card]
    stall_picture: str
    said: Said
    send_by: date

    @property
    def product(self) -> Product:
        return self.listing.product

    @property
    def stall(self) -> Stall:
        return self.listing.stall

    @property
    def can_be_bought(self) -> bool:
        return self.card.readiness in (Readiness.READY, Readiness.MADE)

    @property
    def chosen(self) -> Variant | None:
        """The one variant that is left. Among several the shopper chooses: a size taken unseen comes back."""
        left = [each for each in self.variants if not each.is_sold_out]
        return left[0] if len(left) == 1 else None


def product_page(*, slug: str, today: date) -> ProductPage:
    """The page of the public product at this address. Raises Listing.DoesNotExist when there is none.

    Slugs are not unique in Oscar: the older product keeps the address. One statement when the page was
    read before and none of its rows has changed since.
    """
    # The marks are asked for first: rows that change meanwhile are then read once more, never kept too long.
    marks = marks_of_product_page(slug, others=MORE_FROM_STALL)
    return _read_page(slug, today, get_language(), marks)


@lru_cache(maxsize=PAGES_KEPT)
def _read_page(slug: str, today: date, _language: str | None, _marks: str | None) -> ProductPage:
    listing = (
        public_listings()
        .select_related("stall__main_category")
        .filter(product__slug=slug)
        .order_by("product_id")
        .first()
    )
    if listing is None:
        raise Listing.DoesNotExist(slug)
    product = listing.product
    photos = list(listing.photos.all())
    weight = product.fulfilment.weight_g if hasattr(product, "fulfilment") else 0
    terms = getattr(listing.stall.partner, "terms", None)
    card = card_of(listing)
    days = card.preparation_days if card.made_days is None else card.made_days
    more = (
        shown_listings()
        .filter(stall_id=listing.stall_id)
        .exclude(pk=listing.pk)
        .order_by("-pk")
        .values_list("pk", flat=True)
    )
    return ProductPage(
        listing=listing,
        card=card,
        photos=photos,
        variants=_variants_of(product),
        attributes=attributes_shown(product),
        sendings=sendings_of(partner_id=listing.stall.partner_id, weight_g=weight),
        more=cards_of(list(more[:MORE_FROM_STALL])),
        send_by=terms.send_by(today=today, days=days) if terms else today,
        stall_picture=photos[-1].key if photos else "",
        said=said_of(listing),
    )


def _variants_of(product: Product) -> list[Variant]:
    variants = []
    for each in list(product.children.all()) or [product]:
        records = list(each.stockrecords.all())[:1]
        priced = [record for record in records if record.price is not None]
        variants.append(
            Variant(
                product_id=each.pk,
                title=short_title(each.title or product.title, product.title),
                price=Rial.from_decimal(priced[0].price) if priced else None,
                stock=sellable(records),
            )
        )
    return variants


def attributes_shown(product: Product) -> list[tuple[str, str]]:
    values = product.attribute_values.select_related("attribute").order_by("attribute_id")
    return [
        (str(ATTRIBUTE_NAMES.get(each.attribute.code, each.attribute.name)), each.value_as_text)
        for each in values
        if each.value not in (None, "")
    ]
