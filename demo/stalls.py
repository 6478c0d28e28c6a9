"""The sixteen stalls: what a shopper may know of each, what it sells, and how it sends."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from oscar.apps.catalogue.models import (
    Category,
    Product,
    ProductAttributeValue,
    ProductCategory,
    ProductClass,
)
from oscar.apps.partner.models import Partner, StockRecord

from demo.days import Calendar, moment, spread
from demo.pictures import COVER
from shop.money import RIALS_IN_TOMAN, Rial, split
from shop.orders.models import (
    Fulfilment,
    PickupPoint,
    SellerTerms,
    ShippingMethod,
    ShippingRate,
    ShippingTier,
    ShippingZone,
)
from vendors.stalls.models import Listing, Photo, Stall
from vendors.stalls.photos import placeholder_of

FRIDAY = 4
NAMESPACE = uuid.UUID("6d1f2a52-61f3-4d7e-9c55-0d1f7b0a4c11")


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What every stall stands on."""

    catalogue: Mapping[str, Any]
    categories: Mapping[str, Category]
    classes: Mapping[str, ProductClass]
    pictures: Mapping[str, str]
    pickup_point: PickupPoint
    calendar: Calendar


def opening_days(count: int, calendar: Calendar) -> list[date]:
    """The stalls opened one after the other, in the first third of the year so far."""
    first, today = calendar.this_year
    return spread(count, (first, first + (today - first) // 3))


def write_stall(row: Mapping[str, Any], *, opened_on: date, ground: Ground) -> Stall:
    holiday = row.get("holiday")
    back_on = (
        ground.calendar.today + timedelta(days=holiday["days_until_back"]) if holiday else None
    )
    partner = Partner.objects.create(code=row["key"], name=row["name"])
    SellerTerms.objects.create(
        partner=partner,
        takes_orders=holiday["takes_preorders"] if holiday else True,
        back_on=back_on,
        preparation_days=row["preparation_days"],
        days_off=[FRIDAY],
        commission_bp=ground.catalogue["commission_bp"],
        takes_cash=row.get("takes_cash", False),
    )
    _write_shipping(partner, row["shipping"], ground.catalogue["shipping"], ground.pickup_point)
    stall = Stall.objects.create(
        public_id=uuid.uuid5(NAMESPACE, row["key"]),
        partner=partner,
        name=row["name"],
        slug=row["key"],
        tagline=row["tagline"],
        story=row["story"],
        keeper_name=row["keeper"],
        city=ground.catalogue["city"],
        state=Stall.State.ON_HOLIDAY if holiday else Stall.State.OPEN,
        main_category=ground.categories[row["category"]],
        takes_preorders=holiday["takes_preorders"] if holiday else False,
        holiday_until=back_on,
        holiday_note=holiday["note"] if holiday else "",
        cover=ground.pictures[f"{COVER}{row['key']}"],
        opened_on=opened_on,
        disclosure=Stall.Disclosure.NAME,
        trust=Stall.Trust.TRUSTED,
    )
    listed = spread(len(row["products"]), (opened_on, ground.calendar.today))
    for goods, listed_on in zip(row["products"], listed, strict=True):
        kind = ground.classes[row["product_class"]]
        _write_listing(goods, stall=stall, kind=kind, listed_on=listed_on, ground=ground)
    return stall


def _write_shipping(
    partner: Partner, offered: list[str], ways: list[dict[str, Any]], pickup_point: PickupPoint
) -> None:
    for position, way in enumerate(way for way in ways if way["method"] in offered):
        free_over = way["free_over_toman"]
        is_fetched = way["method"] == ShippingMethod.PICKUP_OFFICE
        rate = ShippingRate.objects.create(
            partner=partner,
            method=way["method"],
            position=position,
            free_over=None if free_over is None else Rial(free_over * RIALS_IN_TOMAN),
            travel_days=way["travel_days"],
            is_everywhere=way.get("everywhere", True),
            pickup_point=pickup_point if is_fetched else None,
        )
        _write_tiers(rate, None, way["tiers"])
        for place, row in enumerate(way.get("zones", [])):
            zone = ShippingZone.objects.create(
                rate=rate,
                name=row["name"],
                provinces=row["provinces"],
                travel_days=row["travel_days"],
                position=place,
            )
            _write_tiers(rate, zone, row["tiers"])


def _write_tiers(
    rate: ShippingRate, zone: ShippingZone | None, tiers: list[dict[str, int]]
) -> None:
    ShippingTier.objects.bulk_create(
        ShippingTier(
            rate=rate, zone=zone, over_g=tier["over_g"], price=Rial(tier["toman"] * RIALS_IN_TOMAN)
        )
        for tier in tiers
    )


def _write_listing(
    goods: Mapping[str, Any], *, stall: Stall, kind: ProductClass, listed_on: date, ground: Ground
) -> None:
    sizes: list[str] = goods.get("variants", [])
    product = Product.objects.create(
        structure=Product.PARENT if sizes else Product.STANDALONE,
        upc=goods["sku"],
        title=goods["title"],
        slug=goods["sku"],
        description=goods["description"],
        product_class=kind,
    )
    ProductCategory.objects.create(product=product, category=ground.categories[goods["category"]])
    _write_attributes(product, kind, goods["attributes"])
    Fulfilment.objects.create(
        product=product, made_days=goods["made_days"], weight_g=goods["weight_g"]
    )
    listing = Listing.objects.create(
        product=product, stall=stall, unit=goods["unit"], returnable=goods["returnable"]
    )
    Photo.objects.bulk_create(
        Photo(
            listing=listing,
            key=ground.pictures[name],
            position=place,
            is_illustration=True,
            placeholder=placeholder_of(ground.pictures[name]),
        )
        for place, name in enumerate((goods["sku"], f"{goods['sku']}-2"))
    )
    if sizes:
        _write_sizes(product, sizes, goods, stall.partner)
        # Oscar lists the newest first, and sizes stand from small to large.
        for place, child in enumerate(product.children.order_by("pk")):
            at = moment(listed_on, 9) - timedelta(minutes=place)
            Product.objects.filter(pk=child.pk).update(date_created=at)
    else:
        _write_stock(product, goods, stall.partner, goods["stock"], goods["sku"])
    # Oscar and Django stamp the time of writing on new rows.
    Listing.objects.filter(pk=listing.pk).update(created_at=moment(listed_on, 9))
    Product.objects.filter(pk=product.pk).update(date_created=moment(listed_on, 9))


def _write_attributes(product: Product, kind: ProductClass, values: Mapping[str, Any]) -> None:
    known = {attribute.code: attribute for attribute in kind.attributes.all()}
    rows = []
    for code, value in values.items():
        row = ProductAttributeValue(product=product, attribute=known[code])
        setattr(row, f"value_{known[code].type}", value)
        rows.append(row)
    ProductAttributeValue.objects.bulk_create(rows)


def _write_sizes(
    parent: Product, sizes: list[str], goods: Mapping[str, Any], partner: Partner
) -> None:
    """A child product a size. What is in stock is shared out; what is made to order has none to share."""
    shares: list[Any] = [None] * len(sizes)
    if goods["stock"] is not None:
        shares = [int(share) for share in split(goods["stock"], [1] * len(sizes))]
    for number, (size, stock) in enumerate(zip(sizes, shares, strict=True), start=1):
        sku = f"{goods['sku']}-{number}"
        child = Product.objects.create(
            structure=Product.CHILD,
            parent=parent,
            upc=sku,
            # Whole by itself: an order's line keeps this title and knows no parent.
            title=f"{goods['title']}\u060c {size}",
            slug=sku,
        )
        _write_stock(child, goods, partner, stock, sku)


def _write_stock(
    product: Product, goods: Mapping[str, Any], partner: Partner, stock: int | None, sku: str
) -> None:
    StockRecord.objects.create(
        product=product,
        partner=partner,
        partner_sku=sku,
        price=goods["toman"] * RIALS_IN_TOMAN,
        num_in_stock=stock,
    )
