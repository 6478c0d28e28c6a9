"""What the panel's pages show of one stall. Each function asks a fixed number of statements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Min, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from oscar.apps.catalogue.models import Product
from oscar.apps.order.models import Line
from oscar.apps.partner.models import StockRecord

from shop.jalali import Month
from shop.money import Rial
from shop.orders.models import StallOrder
from shop.orders.privacy import BuyerSeen, buyer_seen
from shop.storefront.cards import short_title
from vendors.panel.money import net_of_month
from vendors.panel.seat import Seat
from vendors.stalls.models import Listing, Photo, Stall
from vendors.stalls.services.listing_states import WITH_STALL

State = StallOrder.State
PAGE = 20


@dataclass(frozen=True)
class Goods:
    """What has one price and one count: a product, or one variant of it."""

    record: StockRecord
    name: str  # of the variant; empty for a product without any

    @property
    def is_counted(self) -> bool:
        return self.record.num_in_stock is not None

    @property
    def promised(self) -> int:
        """Sold, and still with the stall."""
        return self.record.num_allocated or 0 if self.is_counted else 0

    @property
    def left(self) -> int:
        """How many may still be bought."""
        return max((self.record.num_in_stock or 0) - self.promised, 0)


@dataclass(frozen=True)
class ShownProduct:
    listing: Listing
    title: str
    photo: str
    made_days: int | None
    goods: tuple[Goods, ...]

    @property
    def is_draft(self) -> bool:
        return self.listing.state in WITH_STALL

    @property
    def is_sold_out(self) -> bool:
        return all(goods.is_counted and not goods.left for goods in self.goods)


@dataclass(frozen=True)
class ShownLine:
    order_line_id: int
    title: str
    variant: str
    quantity: int
    price: Rial
    photo: str


@dataclass(frozen=True)
class ShownOrder:
    """A stall order with its own lines and no other's."""

    stall_order: StallOrder
    lines: tuple[ShownLine, ...]
    is_late: bool
    buyer: BuyerSeen


def products_of(seat: Seat) -> QuerySet[Listing]:
    """The stall's listings by title, with all that `shown_product` reads."""
    own = StockRecord.objects.filter(partner_id=seat.stall.partner_id)
    records = Prefetch("stockrecords", own.order_by("pk"))
    children = Prefetch(
        "product__children",
        Product.objects.filter(is_public=True).order_by("pk").prefetch_related(records),
    )
    return (
        seat.listings.select_related("product__fulfilment")
        .prefetch_related("photos", children, Prefetch("product__stockrecords", own))
        .order_by("product__title", "pk")
    )


def shown_product(listing: Listing) -> ShownProduct:
    """A listing (from `products_of`) with its goods; a product whose variants are all gone has none."""
    product: Any = listing.product
    photos = list(listing.photos.all())
    fulfilment = getattr(product, "fulfilment", None)
    owners = list(product.children.all()) if product.is_parent else [product]
    return ShownProduct(
        listing=listing,
        title=product.get_title(),
        photo=photos[0].key if photos else "",
        made_days=fulfilment.made_days if fulfilment else None,
        goods=tuple(
            Goods(record, short_title(owner.title, product.title) if product.is_parent else "")
            for owner in owners
            for record in owner.stockrecords.all()
        ),
    )


def shown_orders(
    stall_orders: Sequence[StallOrder], *, stall: Stall, now: datetime
) -> list[ShownOrder]:
    """Stall orders of one stall, marked when late, with pictures of their goods; three statements for any number.

    Pieces that were given back are not counted any more.
    """
    lines = list(
        Line.objects.filter(
            order_id__in=[stall_order.order_id for stall_order in stall_orders],
            partner_id=stall.partner_id,
        )
        .select_related("product__parent")
        .annotate(given_back=Coalesce(Sum("refund_lines__quantity"), 0))
        .order_by("pk")
    )
    photos = _first_photos({_shelf(line.product) for line in lines if line.product})
    of_order: dict[int, list[ShownLine]] = {}
    for line in lines:
        of_order.setdefault(line.order_id, []).append(_shown_line(line, photos))
    return [
        ShownOrder(
            stall_order=stall_order,
            lines=tuple(of_order.get(stall_order.order_id, [])),
            is_late=stall_order.is_late,
            buyer=buyer_seen(stall_order, now=now),
        )
        for stall_order in stall_orders
    ]


def _shown_line(line: Any, photos: dict[int, str]) -> ShownLine:
    product = line.product
    parent = product.parent if product else None
    return ShownLine(
        order_line_id=line.pk,
        title=parent.title if parent else line.title,
        variant=short_title(line.title, parent.title) if parent else "",
        quantity=line.quantity - line.given_back,
        price=Rial.from_decimal(line.line_price_before_discounts_incl_tax),
        photo=photos.get(_shelf(product), "") if product else "",
    )


def _shelf(product: Any) -> int:
    """The product that has the listing: a variant stands in its parent's."""
    return int(product.parent_id or product.pk)


def _first_photos(product_ids: Iterable[int]) -> dict[int, str]:
    photos = (
        Photo.objects.filter(listing__product_id__in=product_ids)
        .order_by("-position", "-pk")
        .values_list("listing__product_id", "key")
    )
    return dict(photos)  # the first photo comes last, and stays


@dataclass(frozen=True)
class Glance:
    """The three doors of the first page in numbers."""

    new: int
    to_send: int
    next_send_by: date | None
    products: int
    earned: Rial


def glance(seat: Seat, *, today: date) -> Glance:
    """What waits for the stall today, and what it earned in this Jalali month; zeros for a new stall."""
    waiting = seat.orders.filter(state__in=StallOrder.TO_SEND).aggregate(
        new=Count("pk", filter=Q(state=State.NEW)),
        to_send=Count("pk", filter=~Q(state=State.NEW)),
        next=Min("send_by"),
    )
    return Glance(
        new=waiting["new"],
        to_send=waiting["to_send"],
        next_send_by=waiting["next"],
        products=seat.listings.count(),
        earned=net_of_month(seat, Month.of(today)),
    )


@dataclass(frozen=True)
class Piles:
    """How many orders wait for the stall, and whether any ended before its time. The rest is not counted."""

    new: int
    to_send: int
    has_ended: bool


def piles_of(seat: Seat) -> Piles:
    """Two statements that stay quick however many orders a stall has had."""
    waiting = seat.orders.filter(state__in=StallOrder.TO_SEND)
    counts = waiting.aggregate(
        new=Count("pk", filter=Q(state=State.NEW)), to_send=Count("pk", filter=~Q(state=State.NEW))
    )
    return Piles(**counts, has_ended=seat.orders.filter(state__in=StallOrder.ENDED).exists())
