"""The basket as its pages show it: one parcel for each stall."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from oscar.apps.basket.models import Basket
from oscar.apps.catalogue.models import Product
from oscar.apps.partner.models import Partner, StockRecord

from shop.money import Rial
from shop.orders.parcels import Parcel, ParcelLine, ShippingQuote, parcels_of
from shop.orders.strategy import is_shown, seller_takes_orders
from shop.storefront.cards import short_title
from shop.templatetags.bazarche import digits, jalali_day, toman


@dataclass(frozen=True, kw_only=True)
class Picture:
    key: str = ""
    is_illustration: bool = False


@dataclass(frozen=True, kw_only=True)
class Item:
    """A line of the basket, priced as it is now."""

    line: ParcelLine
    picture: Picture
    problem: str  # why it cannot be ordered like this; empty when it can

    @property
    def shown(self) -> Any:
        """The product that has a page: a variant is shown on its parent's."""
        return self.line.product.parent or self.line.product

    @property
    def variant(self) -> str:
        product = self.line.product
        return short_title(product.title, product.parent.title) if product.parent_id else ""

    @property
    def news(self) -> str:
        """What happened to the price since the line was put in; empty when nothing did."""
        if self.line.price_was is None:
            return ""
        return _("The price has changed from %(was)s to %(now)s toman since you chose it.") % {
            "was": toman(self.line.price_was),
            "now": toman(self.line.unit_price),
        }

    @property
    def one_less(self) -> int:
        return self.line.quantity - 1

    @property
    def one_more(self) -> int:
        return self.line.quantity + 1


@dataclass(frozen=True, kw_only=True)
class BasketParcel:
    """What one stall will send."""

    parcel: Parcel
    stall_name: str
    stall_slug: str
    items: list[Item]

    @property
    def partner_id(self) -> int:
        key: int = self.parcel.partner.pk
        return key

    @property
    def cheapest(self) -> ShippingQuote | None:
        """The way of sending that costs least; carriage paid on receipt does not count as nothing."""
        priced = [quote for quote in self.parcel.quotes if not quote.is_paid_by_receiver]
        return min(priced or self.parcel.quotes, key=lambda quote: quote.price, default=None)

    @property
    def arrives(self) -> date | None:
        """About when it is there by the cheapest way."""
        return self.parcel.arrives(self.cheapest) if self.cheapest else None

    @property
    def options(self) -> list[tuple[ShippingQuote, date]]:
        """Each way of sending, with about when it is there."""
        return [(quote, self.parcel.arrives(quote)) for quote in self.parcel.quotes]

    @property
    def soonest_free(self) -> ShippingQuote | None:
        """The way that a little more makes free; None when one is free by its sum already, or none ever is."""
        if any(quote.is_free_by_sum for quote in self.parcel.quotes):
            return None
        limited = [quote for quote in self.parcel.quotes if quote.free_over and quote.price]
        return min(limited, key=lambda quote: quote.free_over or 0, default=None)

    @property
    def to_free_sending(self) -> Rial:
        """How much more makes that way free."""
        soonest = self.soonest_free
        return (soonest.free_over or Rial(0)) - self.parcel.goods if soonest else Rial(0)

    @property
    def is_made(self) -> bool:
        return any(line.made_days is not None for line in self.parcel.lines)


@dataclass(frozen=True, kw_only=True)
class BasketPage:
    parcels: list[BasketParcel]

    @property
    def goods(self) -> Rial:
        return sum((parcel.parcel.goods for parcel in self.parcels), Rial(0))

    @property
    def count(self) -> int:
        return sum(item.line.quantity for parcel in self.parcels for item in parcel.items)

    @property
    def has_problems(self) -> bool:
        return any(item.problem for parcel in self.parcels for item in parcel.items)


@dataclass(frozen=True, kw_only=True)
class ChosenSending:
    """A parcel with the way of sending that was chosen for it."""

    of: BasketParcel
    quote: ShippingQuote | None

    @property
    def arrives(self) -> date | None:
        return self.of.parcel.arrives(self.quote) if self.quote else None


def basket_page(*, basket: Basket, today: date, province: str | None = None) -> BasketPage:
    """The basket by stall, in the order things were put in; a fixed number of statements, none when it is unsaved.

    Sending is priced for `province` (its Persian name); while that is None, at the lowest price anywhere.
    """
    parcels = parcels_of(basket, today=today, province=province)
    if not parcels:
        return BasketPage(parcels=[])
    stalls = stall_slugs_of(parcel.partner.pk for parcel in parcels)
    pictures = pictures_of(line.product for parcel in parcels for line in parcel.lines)
    return BasketPage(
        parcels=[
            BasketParcel(
                parcel=parcel,
                stall_name=parcel.partner.name,
                stall_slug=stalls.get(parcel.partner.pk, ""),
                items=[
                    Item(
                        line=line,
                        picture=pictures.get(line.product.parent_id or line.product.pk, Picture()),
                        problem=problem_with(
                            product=line.product, record=line.stockrecord, quantity=line.quantity
                        ),
                    )
                    for line in parcel.lines
                ],
            )
            for parcel in parcels
        ]
    )


def pieces_in(basket: Basket) -> int:
    """How many things the basket holds; one statement, none when it is unsaved."""
    if basket.pk is None:
        return 0
    total: int | None = basket.lines.aggregate(total=Sum("quantity"))["total"]
    return total or 0


def chosen_sendings(*, page: BasketPage, shipping: Mapping[int, str]) -> list[ChosenSending]:
    """The basket's parcels, each with the way chosen for it (partner → method); no quote where none was."""
    return [
        ChosenSending(of=parcel, quote=parcel.parcel.quote(shipping.get(parcel.partner_id)))
        for parcel in page.parcels
    ]


def pictures_of(products: Iterable[Product]) -> dict[int, Picture]:
    """First picture of each product (of a variant: of its parent), by that product's id.

    The listing and its photos are reached by the names of their relations: this package knows no stall model.
    """
    ids = {product.parent_id or product.pk for product in products}
    rows = (
        Product.objects.filter(pk__in=ids, listing__photos__isnull=False)
        .order_by("pk", "listing__photos__position", "listing__photos__pk")
        .distinct("pk")
        .values_list("pk", "listing__photos__key", "listing__photos__is_illustration")
    )
    return {pk: Picture(key=key, is_illustration=drawn) for pk, key, drawn in rows}


def product_shown(*, product_id: int) -> Product | None:
    """The product whose page this one is bought on: its parent for a variant. None when there is no such page."""
    stalls = ("listing__stall", "parent__listing__stall")
    product = Product.objects.filter(pk=product_id).select_related("parent", *stalls).first()
    shown = product and (product.parent or product)
    listing = getattr(shown, "listing", None)
    is_seen = listing is not None and listing.stall.is_public and shown.is_public
    return shown if is_seen and shown.slug else None


def problem_with(*, product: Product, record: StockRecord | None, quantity: int) -> str:
    """Why this many cannot be ordered, in the shopper's words; empty when they can."""
    if record is None or record.price is None or not is_shown(product, record.partner):
        return _("This is no longer sold.")
    if not seller_takes_orders(record.partner):
        back_on = getattr(getattr(record.partner, "terms", None), "back_on", None)
        if back_on is None:
            return _("The stall is not taking orders for now.")
        return _("The stall is on holiday and is back on %(day)s.") % {"day": jalali_day(back_on)}
    if record.num_in_stock is None or quantity <= record.net_stock_level:
        return ""
    left = max(record.net_stock_level, 0)
    if left == 0:
        return _("This has just sold out.")
    return ngettext(
        "Only %(left)s is left; choose fewer.", "Only %(left)s are left; choose fewer.", left
    ) % {"left": digits(left)}


def stall_slugs_of(partner_ids: Iterable[int]) -> dict[int, str]:
    """Address of each seller's stall, for those who have one."""
    return dict(
        Partner.objects.filter(pk__in=list(partner_ids), stall__isnull=False).values_list(
            "pk", "stall__slug"
        )
    )
