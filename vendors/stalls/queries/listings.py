"""Stalls and listings a stranger may see, and the cards drawn of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from oscar.apps.catalogue.models import Product
from oscar.apps.partner.models import StockRecord

from shop.jalali import weekday_name
from shop.money import Rial
from shop.orders.models import ShippingMethod, ShippingRate
from shop.storefront.cards import Card
from vendors.stalls.models import Listing, Photo, Stall, showing_goods

A_MONDAY = date(2024, 1, 1)  # weekday 0
CLOSE_UP = 1  # position of the second picture: the goods nearer, which suits an arch


@dataclass(frozen=True, kw_only=True)
class Sending:
    """A way a stall sends, at the weight asked about. A price of zero is carriage paid by the receiver, or nothing."""

    method: ShippingMethod
    price: Rial
    free_over: Rial | None
    travel_days: int
    is_from: bool = False  # it costs more to some provinces

    @property
    def is_paid_by_receiver(self) -> bool:
        return self.method == ShippingMethod.TIPAX and not self.price


def public_stalls() -> QuerySet[Stall]:
    """Stalls a stranger may see, each with `arch_picture`: the key of one of its close-ups, or None."""
    close_up = Photo.objects.filter(listing__stall=OuterRef("pk"), listing__product__is_public=True)
    return (
        Stall.objects.public()
        .select_related("main_category", "partner__terms")
        .annotate(
            arch_picture=Subquery(
                close_up.filter(position=CLOSE_UP).order_by("pk").values("key")[:1]
            )
        )
        .order_by("name")
    )


def shown_listings() -> QuerySet[Listing]:
    """Goods a stranger may see."""
    return Listing.objects.filter(showing_goods("stall__"), product__is_public=True)


def stall_on_holiday_of(slug: str) -> Stall | None:
    """The stall of the public product at this address, while it is on holiday; else None."""
    listings = Listing.objects.filter(
        product__slug=slug, product__is_public=True, stall__state=Stall.State.ON_HOLIDAY
    )
    listing = listings.select_related("stall").order_by("product_id").first()
    return listing.stall if listing else None


def public_listings() -> QuerySet[Listing]:
    """Goods a stranger may see, with all that a card shows: four statements, however many they are."""
    return (
        shown_listings()
        .select_related("stall__partner__terms", "product__fulfilment")
        .prefetch_related(
            "photos",
            "product__stockrecords",
            Prefetch(
                "product__children",
                Product.objects.filter(is_public=True).prefetch_related("stockrecords"),
            ),
        )
    )


def card_of(listing: Listing) -> Card:
    """The card of one listing (from `public_listings`); without any price it is sold out."""
    product, terms = listing.product, getattr(listing.stall.partner, "terms", None)
    fulfilment = getattr(product, "fulfilment", None)
    records = stock_records(product)
    prices = [Rial.from_decimal(record.price) for record in records if record.price is not None]
    photos = list(listing.photos.all())
    return Card(
        slug=product.slug,
        title=product.title,
        stall_name=listing.stall.name,
        price=min(prices, default=None),
        is_from=len(set(prices)) > 1,
        picture=photos[0].key if photos else "",
        is_illustration=bool(photos) and photos[0].is_illustration,
        stock=sellable(records),
        made_days=fulfilment.made_days if fulfilment else None,
        preparation_days=terms.preparation_days if terms else 1,
        takes_orders=terms.takes_orders if terms else True,
        back_on=terms.back_on if terms else None,
    )


def stock_records(product: Product) -> list[StockRecord]:
    """The stock records a shopper can buy from: the product's own, or those of its public variants."""
    own = list(product.stockrecords.all())
    return own or [
        record for child in product.children.all() for record in child.stockrecords.all()
    ]


def sellable(records: Sequence[StockRecord]) -> int | None:
    """How many can be sold now, over all variants; None when one of them is not counted."""
    if any(record.num_in_stock is None for record in records):
        return None
    left: list[int] = [max(0, record.net_stock_level) for record in records]
    return sum(left)


def sendings_of(*, partner_id: int, weight_g: int) -> list[Sending]:
    """How a stall sends a parcel of this weight (grams), in its own order; empty when it has said nothing."""
    sendings = []
    rates = ShippingRate.objects.filter(partner=partner_id).offered().priced()
    for rate in rates:
        quote = rate.quote(weight_g=weight_g, province=None)
        if quote is not None:
            sendings.append(
                Sending(
                    method=ShippingMethod(rate.method),
                    price=quote.price,
                    free_over=rate.free_over,
                    travel_days=quote.travel_days,
                    is_from=quote.is_from,
                )
            )
    return sendings


def days_off_of(stall: Stall) -> str:
    """The weekdays on which the stall sends nothing, in words; empty when it sends daily."""
    terms = getattr(stall.partner, "terms", None)
    days = terms.days_off if terms else []
    language = get_language() or "fa"
    return _(", ").join(weekday_name(A_MONDAY + timedelta(days=day), language) for day in days)
