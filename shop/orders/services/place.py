"""From a basket to an order, in one transaction and before any money moves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from oscar.apps.address.models import Country
from oscar.apps.basket.models import Basket
from oscar.apps.order.models import Line, LinePrice, Order, ShippingAddress

from shop.failpoints import failpoint
from shop.jalali import tehran_date
from shop.money import Rial, share_bp
from shop.orders import stock
from shop.orders.commissions import Rates, rates_of
from shop.orders.errors import (
    BasketGone,
    CardNotOffered,
    CashNotOffered,
    EmptyBasket,
    NoLongerSold,
    OrderTooLarge,
    OutOfStock,
    PriceChanged,
    SellerAway,
    ShippingNotOffered,
)
from shop.orders.models import LineCommission, StallOrder
from shop.orders.numbers import new_order_number
from shop.orders.parcels import (
    Parcel,
    ParcelLine,
    ShippingQuote,
    basket_total,
    may_pay_at_door,
    parcels_of,
)
from shop.orders.services.at_door import begin_at_door
from shop.orders.services.voucher import Discount, quote_voucher, use_voucher
from shop.payments.models import CASH, PaymentAttempt
from shop.payments.rates import NotChargeable, Quote, quote

CURRENCY = "IRR"


@dataclass(frozen=True)
class Buyer:
    """Who gets the parcels. `phone` is E.164, `postcode` ten Latin digits."""

    name: str
    phone: str
    province: str
    city: str
    address: str
    postcode: str
    note: str = ""


@dataclass(frozen=True)
class Checkout:
    """What the buyer chose: a shipping method for each partner, a gateway, and the total they saw."""

    buyer: Buyer
    shipping: Mapping[int, str]
    gateway: str
    seen_total: Rial
    voucher_code: str = ""


def place_order(
    *, basket_id: int, checkout: Checkout, user_id: int | None, now: datetime
) -> PaymentAttempt:
    """Write the order (pending), its stall orders, the stock it holds and one payment attempt; all or nothing.

    A basket that was placed already gives back its live attempt, so a second press resumes the same payment.
    Raises EmptyBasket, NoLongerSold, SellerAway, OutOfStock, ShippingNotOffered, CashNotOffered, CardNotOffered,
    VoucherNotUsable, PriceChanged, OrderTooLarge and BasketGone.
    """
    with transaction.atomic():
        basket = Basket.objects.select_for_update().get(pk=basket_id)
        if basket.status != Basket.OPEN:
            return _live_attempt(basket)
        parcels = parcels_of(basket, today=tehran_date(now), province=checkout.buyer.province)
        _refuse_what_cannot_be_ordered(parcels, checkout)
        discount = quote_voucher(
            code=checkout.voucher_code, parcels=parcels, shipping=checkout.shipping, now=now
        )
        _refuse_another_total(parcels, checkout, discount)
        order = _write_order(basket, parcels, checkout, discount, user_id, now)
        rates = rates_of(parcels, on=tehran_date(now))
        _write_lines(order, [line for parcel in parcels for line in parcel.lines], discount, rates)
        _write_stall_orders(order, parcels, checkout.shipping, discount, rates, now)
        _reserve(parcels)
        use_voucher(discount=discount, order_id=order.pk, now=now)
        failpoint("checkout.after_reserve")
        Basket.objects.filter(pk=basket.pk).update(status=Basket.FROZEN)
        charge = _charge(checkout.gateway, Rial.from_decimal(order.total_incl_tax), now)
        attempt = PaymentAttempt.objects.create(
            order=order,
            basket=basket,
            gateway=checkout.gateway,
            amount=Rial.from_decimal(order.total_incl_tax),
            charge_currency=charge.currency,
            charge_amount=charge.amount,
            rate=charge.rate,
            deadline=now + timedelta(minutes=settings.PAYMENT_MINUTES),
            created_at=now,
        )
        if attempt.gateway == CASH:
            begin_at_door(attempt=attempt, now=now)
        return attempt


def _charge(gateway: str, total: Rial, now: datetime) -> Quote:
    try:
        return quote(gateway=gateway, amount=total, now=now)
    except NotChargeable as reason:
        raise CardNotOffered from reason


def _live_attempt(basket: Any) -> PaymentAttempt:
    live = PaymentAttempt.objects.filter(basket=basket, state__in=PaymentAttempt.LIVE).first()
    if live is None:
        raise BasketGone
    return live


def _refuse_what_cannot_be_ordered(parcels: Sequence[Parcel], checkout: Checkout) -> None:
    if not parcels:
        raise EmptyBasket
    lines = [line for parcel in parcels for line in parcel.lines]
    withdrawn = [line.product.get_title() for line in lines if not line.is_sold]
    if withdrawn:
        raise NoLongerSold(withdrawn)
    away = [parcel.partner.name for parcel in parcels if not parcel.takes_orders]
    if away:
        raise SellerAway(away)
    short = [line.product.get_title() for line in lines if line.is_short]
    if short:
        raise OutOfStock(short)
    if any(parcel.quote(checkout.shipping.get(parcel.partner.pk)) is None for parcel in parcels):
        raise ShippingNotOffered
    if checkout.gateway == CASH and not may_pay_at_door(parcels, checkout.shipping):
        raise CashNotOffered


def _refuse_another_total(
    parcels: Sequence[Parcel], checkout: Checkout, discount: Discount
) -> None:
    total = basket_total(parcels, checkout.shipping) - discount.amount
    if total != checkout.seen_total:
        raise PriceChanged
    if total > settings.LARGEST_ORDER_RIAL:
        raise OrderTooLarge


def _chosen(parcel: Parcel, shipping: Mapping[int, str]) -> ShippingQuote:
    quote = parcel.quote(shipping[parcel.partner.pk])
    if quote is None:  # refused before anything was written
        raise ShippingNotOffered
    return quote


def _write_order(
    basket: Any,
    parcels: Sequence[Parcel],
    checkout: Checkout,
    discount: Discount,
    user_id: int | None,
    now: datetime,
) -> Any:
    buyer = checkout.buyer
    address = ShippingAddress.objects.create(
        first_name=buyer.name,
        line1=buyer.address,
        line4=buyer.city,
        state=buyer.province,
        # Oscar keeps Iranian postcodes as five and five.
        postcode=f"{buyer.postcode[:5]}-{buyer.postcode[5:]}",
        country=Country(pk="IR"),
        phone_number=buyer.phone,
        notes=buyer.note,
    )
    total = basket_total(parcels, checkout.shipping) - discount.amount
    sending = sum((_chosen(parcel, checkout.shipping).price for parcel in parcels), Rial(0))
    number = new_order_number()
    while Order.objects.filter(number=number).exists():
        number = new_order_number()
    return Order.objects.create(
        number=number,
        site_id=settings.SITE_ID,
        basket=basket,
        user_id=user_id,
        currency=CURRENCY,
        total_incl_tax=Decimal(total),
        total_excl_tax=Decimal(total),
        shipping_incl_tax=Decimal(sending),
        shipping_excl_tax=Decimal(sending),
        shipping_address=address,
        shipping_method="stalls",
        shipping_code="stalls",
        status=settings.OSCAR_INITIAL_ORDER_STATUS,
        date_placed=now,
    )


def _write_lines(order: Any, lines: Sequence[ParcelLine], discount: Discount, rates: Rates) -> None:
    written = Line.objects.bulk_create(
        Line(
            order=order,
            partner=line.stockrecord.partner,
            partner_name=line.stockrecord.partner.name,
            partner_sku=line.stockrecord.partner_sku,
            stockrecord=line.stockrecord,
            product=line.product,
            title=line.product.get_title(),
            upc=line.product.upc,
            quantity=line.quantity,
            line_price_incl_tax=Decimal(line.price - discount.by_line.get(line.line.pk, 0)),
            line_price_excl_tax=Decimal(line.price - discount.by_line.get(line.line.pk, 0)),
            line_price_before_discounts_incl_tax=Decimal(line.price),
            line_price_before_discounts_excl_tax=Decimal(line.price),
            unit_price_incl_tax=Decimal(line.unit_price),
            unit_price_excl_tax=Decimal(line.unit_price),
            num_allocated=0 if line.left is None else line.quantity,
        )
        for line in lines
    )
    LinePrice.objects.bulk_create(
        LinePrice(
            order=order,
            line=row,
            quantity=row.quantity,
            price_incl_tax=row.unit_price_incl_tax,
            price_excl_tax=row.unit_price_excl_tax,
        )
        for row in written
    )
    LineCommission.objects.bulk_create(
        LineCommission(order_line=row, commission_bp=rates.of_line[line.line.pk])
        for row, line in zip(written, lines, strict=True)
        if line.line.pk in rates.of_line
    )


def _write_stall_orders(
    order: Any,
    parcels: Sequence[Parcel],
    shipping: Mapping[int, str],
    discount: Discount,
    rates: Rates,
    now: datetime,
) -> None:
    StallOrder.objects.bulk_create(
        StallOrder(
            order=order,
            partner=parcel.partner,
            number=f"{order.number}-{place}",
            goods=parcel.goods,
            shipping=_chosen(parcel, shipping).price,
            travel_days=_chosen(parcel, shipping).travel_days,
            discount=sum(
                (discount.by_line.get(line.line.pk, Rial(0)) for line in parcel.lines), Rial(0)
            ),
            commission_bp=rates.of_partner[parcel.partner.pk],
            # Rounded once a line, so that a line refunded later takes back just its own.
            commission=sum((_commission(line, parcel, rates) for line in parcel.lines), Rial(0)),
            shipping_method=shipping[parcel.partner.pk],
            pickup_point=_chosen(parcel, shipping).pickup_point,
            send_by=parcel.send_by,
            created_at=now,
        )
        for place, parcel in enumerate(parcels, start=1)
    )


def _commission(line: ParcelLine, parcel: Parcel, rates: Rates) -> Rial:
    usual = rates.of_partner[parcel.partner.pk]
    return share_bp(line.price, rates.of_line.get(line.line.pk, usual))


def _reserve(parcels: Sequence[Parcel]) -> None:
    quantities: dict[int, int] = {}
    titles: dict[int, str] = {}
    for parcel in parcels:
        for line in parcel.lines:
            if line.left is not None:
                record_id = line.stockrecord.pk
                quantities[record_id] = quantities.get(record_id, 0) + line.quantity
                titles[record_id] = line.product.get_title()
    stock.reserve(quantities, titles=titles)
