"""A basket as the buyer thinks of it: one parcel for each seller, with its own price and day of sending."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Prefetch
from oscar.apps.basket.models import Line
from oscar.apps.partner.models import Partner

from shop.money import Rial
from shop.orders.models import (
    MEETS_THE_BUYER,
    Fulfilment,
    PickupPoint,
    ShippingMethod,
    ShippingRate,
)
from shop.orders.strategy import is_shown, seller_takes_orders


@dataclass(frozen=True)
class ParcelLine:
    """One line of a basket as it stands now. `left` is how many may be bought; None when there is no limit."""

    line: Any
    product: Any
    stockrecord: Any
    quantity: int
    unit_price: Rial
    left: int | None
    made_days: int | None
    weight_g: int
    price_was: Rial | None
    is_sold: bool  # public and with a price; without one `unit_price` is nothing

    @property
    def price(self) -> Rial:
        return self.unit_price * self.quantity

    @property
    def is_short(self) -> bool:
        return self.left is not None and self.quantity > self.left


@dataclass(frozen=True)
class ShippingQuote:
    """What one way of sending costs for one parcel."""

    method: str
    label: str
    price: Rial
    is_free_by_sum: bool
    travel_days: int
    is_from: bool = False  # the province is not known yet, and it costs more to some
    pickup_point: PickupPoint | None = None
    free_over: Rial | None = None  # it costs nothing when the goods are this much or more

    @property
    def is_paid_by_receiver(self) -> bool:
        """Tipax is paid to the carrier on receipt: its price here is nothing, and yet it is not free."""
        return self.method == ShippingMethod.TIPAX and not self.price and not self.is_free_by_sum


@dataclass(frozen=True)
class Parcel:
    """Everything one seller sends. `quotes` is empty when the seller has no way of sending: it can't be ordered."""

    partner: Any
    lines: tuple[ParcelLine, ...]
    quotes: tuple[ShippingQuote, ...]
    send_by: date
    takes_orders: bool
    takes_cash: bool

    @property
    def goods(self) -> Rial:
        return sum((line.price for line in self.lines), Rial(0))

    def quote(self, method: str | None) -> ShippingQuote | None:
        return next((quote for quote in self.quotes if quote.method == method), None)

    def arrives(self, quote: ShippingQuote) -> date:
        """About when it is there: sent on its last day, and so many days on the way."""
        return self.send_by + timedelta(days=quote.travel_days)


def parcels_of(basket: Any, *, today: date, province: str | None) -> list[Parcel]:
    """The basket's parcels in the order their first goods were put in; empty for an empty basket.

    Ways of sending are priced for `province` (its Persian name); while that is None, at the lowest price anywhere.

    Reads prices and stock from the stock records, now. A fixed number of statements, whatever the basket holds.
    """
    if basket.pk is None:
        return []
    lines = (
        Line.objects.filter(basket_id=basket.pk)
        .select_related(
            "product__parent", "stockrecord__partner__terms", "stockrecord__partner__stall"
        )
        .prefetch_related(
            Prefetch(
                "stockrecord__partner__shipping_rates",
                ShippingRate.objects.offered().select_related("pickup_point").priced(),
            )
        )
        .order_by("pk")
    )
    by_partner: dict[int, list[Any]] = {}
    for line in lines:
        by_partner.setdefault(line.stockrecord.partner_id, []).append(line)
    fulfilments = _fulfilments(line.product for of_one in by_partner.values() for line in of_one)
    return [_parcel(of_one, fulfilments, today, province) for of_one in by_partner.values()]


def shipping_quotes(
    rates: Iterable[ShippingRate], *, goods: Rial, weight_g: int, province: str | None
) -> tuple[ShippingQuote, ...]:
    """Price of each way of sending a parcel; rial, grams. A rate that does not go there is left out."""
    quotes = []
    for rate in rates:
        found = rate.quote(weight_g=weight_g, province=province)
        if found is None:
            continue
        is_free = rate.free_over is not None and goods >= rate.free_over
        quotes.append(
            ShippingQuote(
                method=rate.method,
                label=rate.get_method_display(),
                price=Rial(0) if is_free else found.price,
                is_free_by_sum=is_free,
                travel_days=found.travel_days,
                is_from=found.is_from and not is_free,
                pickup_point=rate.pickup_point,
                free_over=rate.free_over,
            )
        )
    return tuple(quotes)


def _parcel(
    lines: list[Any], fulfilments: Mapping[int, Fulfilment], today: date, province: str | None
) -> Parcel:
    partner: Partner = lines[0].stockrecord.partner
    parcel_lines = tuple(_parcel_line(line, fulfilments) for line in lines)
    goods = sum((line.price for line in parcel_lines), Rial(0))
    weight_g = sum(line.weight_g * line.quantity for line in parcel_lines)
    takes_orders = seller_takes_orders(partner)
    terms = getattr(partner, "terms", None)
    days = [line.made_days for line in parcel_lines if line.made_days is not None]
    longest = max([*days, terms.preparation_days if terms else 0])
    return Parcel(
        partner=partner,
        lines=parcel_lines,
        quotes=shipping_quotes(
            partner.shipping_rates.all(), goods=goods, weight_g=weight_g, province=province
        ),
        send_by=terms.send_by(today=today, days=longest) if terms else today,
        takes_orders=takes_orders,
        takes_cash=terms is not None and terms.takes_cash,
    )


def _parcel_line(line: Any, fulfilments: Mapping[int, Fulfilment]) -> ParcelLine:
    record = line.stockrecord
    fulfilment = fulfilments.get(line.product.parent_id or line.product_id)
    unit_price = Rial(0) if record.price is None else Rial.from_decimal(record.price)
    seen = line.price_incl_tax
    return ParcelLine(
        line=line,
        product=line.product,
        stockrecord=record,
        quantity=line.quantity,
        unit_price=unit_price,
        left=None if record.num_in_stock is None else max(record.net_stock_level, 0),
        made_days=fulfilment.made_days if fulfilment else None,
        weight_g=fulfilment.weight_g if fulfilment else 0,
        price_was=Rial.from_decimal(seen)
        if None not in (seen, record.price) and seen != record.price
        else None,
        is_sold=record.price is not None and is_shown(line.product, record.partner),
    )


def _fulfilments(products: Iterable[Any]) -> dict[int, Fulfilment]:
    ids = {product.parent_id or product.pk for product in products}
    return {row.product_id: row for row in Fulfilment.objects.filter(product_id__in=ids)}


def may_pay_at_door(parcels: Iterable[Parcel], shipping: Mapping[int, str]) -> bool:
    """Whether every parcel's stall takes cash and hands it over itself, by the chosen way of sending."""
    return all(
        parcel.takes_cash and shipping.get(parcel.partner.pk) in MEETS_THE_BUYER
        for parcel in parcels
    )


def basket_total(parcels: Iterable[Parcel], shipping: Mapping[int, str]) -> Rial:
    """Goods and chosen shipping of all parcels, rial; a parcel without a choice counts its goods alone."""
    total = Rial(0)
    for parcel in parcels:
        quote = parcel.quote(shipping.get(parcel.partner.pk))
        total += parcel.goods + (quote.price if quote else Rial(0))
    return total
