"""Writes past sales as orders, parcels, payments and entries in the books.

These orders never met a bank: their payments name the gateway `demo`, which no setting knows; a few wait
to be paid in cash at the door. All else about them is as it would be: the books hold their captures, and
what was delivered went through the shop's own service. The stalls' stock is today's, so sales of the past
take nothing off it.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Coalesce
from oscar.apps.address.models import Country
from oscar.apps.basket.models import Basket
from oscar.apps.order.models import Line, LinePrice, Order, ShippingAddress
from oscar.apps.partner.models import StockRecord

from demo.sales import Sale
from shop.jalali import tehran_date
from shop.ledger import accounts
from shop.ledger.models import Posting
from shop.ledger.services import Leg, post
from shop.money import Rial, share_bp
from shop.orders.models import Fulfilment, SellerTerms, ShippingRate, StallOrder
from shop.orders.parcels import ShippingQuote, shipping_quotes
from shop.orders.services.fulfil import deliver_stall_order
from shop.orders.services.place import CURRENCY
from shop.orders.shares import left_of, share_legs
from shop.payments.models import CASH, PaymentAttempt

GATEWAY = "demo"
State = StallOrder.State


def write_orders(sales: Sequence[Sale], *, buyers: Mapping[str, Any]) -> None:
    """One statement a table for the orders; then each is booked, and delivered when it was."""
    fulfilments = {row.product_id: row for row in Fulfilment.objects.all()}
    quotes = [_first_way(sale, fulfilments, buyers["province"]) for sale in sales]
    orders = _write_orders(sales, quotes, buyers)
    _write_lines(sales, orders)
    stall_orders = _write_stall_orders(sales, orders, quotes, fulfilments)
    attempts = _write_payments(sales, orders)
    for sale, attempt, stall_order in zip(sales, attempts, stall_orders, strict=True):
        if not sale.is_paid_at_door:
            _book(sale, attempt)
        if sale.delivered_at is not None:
            deliver_stall_order(stall_order=stall_order, now=sale.delivered_at)


def _first_way(sale: Sale, fulfilments: Mapping[int, Fulfilment], province: str) -> ShippingQuote:
    """The first way the stall offers for a parcel of this weight."""
    rates = ShippingRate.objects.filter(partner=sale.stall.partner).offered()
    rates = rates.select_related("pickup_point").priced()
    weight_g = sum(
        _fulfilment(record, fulfilments).weight_g * n for record, n in sale.goods.items()
    )
    return shipping_quotes(rates, goods=sale.total, weight_g=weight_g, province=province)[0]


def _fulfilment(record: StockRecord, fulfilments: Mapping[int, Fulfilment]) -> Fulfilment:
    return fulfilments[record.product.parent_id or record.product_id]


def _write_orders(
    sales: Sequence[Sale], quotes: Sequence[ShippingQuote], buyers: Mapping[str, Any]
) -> list[Order]:
    addresses = ShippingAddress.objects.bulk_create(
        ShippingAddress(
            first_name=sale.buyer,
            line1=sale.street,
            line4=buyers["city"],
            state=buyers["province"],
            postcode=buyers["postcode"],
            country=Country(pk="IR"),
            phone_number=sale.phone,
        )
        for sale in sales
    )
    baskets = Basket.objects.bulk_create(
        Basket(status=Basket.SUBMITTED, date_submitted=sale.placed_at) for sale in sales
    )
    written: list[Order] = Order.objects.bulk_create(
        Order(
            number=sale.number,
            site_id=settings.SITE_ID,
            basket=basket,
            currency=CURRENCY,
            total_incl_tax=sale.total + quote.price,
            total_excl_tax=sale.total + quote.price,
            shipping_incl_tax=quote.price,
            shipping_excl_tax=quote.price,
            shipping_address=address,
            shipping_method="stalls",
            shipping_code="stalls",
            status="on_delivery" if sale.is_paid_at_door else "paid",
            date_placed=sale.placed_at,
        )
        for sale, basket, address, quote in zip(sales, baskets, addresses, quotes, strict=True)
    )
    return written


def _write_lines(sales: Sequence[Sale], orders: Sequence[Order]) -> None:
    """The orders' lines; a new order holds its goods until they are sent."""
    lines = [
        _line(order, record, quantity, is_held=sale.state == State.NEW)
        for sale, order in zip(sales, orders, strict=True)
        for record, quantity in sale.goods.items()
    ]
    written = Line.objects.bulk_create(lines)
    LinePrice.objects.bulk_create(
        LinePrice(
            order_id=line.order_id,
            line=line,
            quantity=line.quantity,
            price_incl_tax=line.unit_price_incl_tax,
            price_excl_tax=line.unit_price_excl_tax,
        )
        for line in written
    )
    for line in written:
        if line.num_allocated:
            StockRecord.objects.filter(pk=line.stockrecord_id).update(
                num_allocated=Coalesce(F("num_allocated"), 0) + line.num_allocated
            )


def _line(order: Order, record: StockRecord, quantity: int, *, is_held: bool) -> Line:
    total = record.price * quantity
    return Line(
        order=order,
        partner_id=record.partner_id,
        partner_name=record.partner.name,
        partner_sku=record.partner_sku,
        stockrecord=record,
        product=record.product,
        title=record.product.get_title(),
        upc=record.product.upc,
        quantity=quantity,
        line_price_incl_tax=total,
        line_price_excl_tax=total,
        line_price_before_discounts_incl_tax=total,
        line_price_before_discounts_excl_tax=total,
        unit_price_incl_tax=record.price,
        unit_price_excl_tax=record.price,
        num_allocated=quantity if is_held else 0,
    )


def _write_stall_orders(
    sales: Sequence[Sale],
    orders: Sequence[Order],
    quotes: Sequence[ShippingQuote],
    fulfilments: Mapping[int, Fulfilment],
) -> list[StallOrder]:
    """Each order's one parcel. What was delivered is written as sent: delivering is the service's work."""
    terms = {each.partner_id: each for each in SellerTerms.objects.all()}
    rows = []
    for sale, order, quote in zip(sales, orders, quotes, strict=True):
        seller = terms[sale.stall.partner_id]
        made = [_fulfilment(record, fulfilments).made_days or 0 for record in sale.goods]
        is_sent = sale.state != State.NEW
        rows.append(
            StallOrder(
                order=order,
                partner=sale.stall.partner,
                number=f"{order.number}-1",
                state=State.SENT if is_sent else State.NEW,
                goods=sale.total,
                shipping=quote.price,
                travel_days=quote.travel_days,
                commission_bp=seller.commission_bp,
                commission=sum(
                    (
                        share_bp(int(record.price) * quantity, seller.commission_bp)
                        for record, quantity in sale.goods.items()
                    ),
                    Rial(0),
                ),
                shipping_method=quote.method,
                pickup_point=quote.pickup_point,
                send_by=seller.send_by(
                    today=tehran_date(sale.placed_at), days=max([*made, seller.preparation_days])
                ),
                carrier=str(quote.label) if is_sent else "",
                tracking_code=order.number if is_sent else "",
                created_at=sale.placed_at,
                accepted_at=sale.placed_at + timedelta(hours=2) if is_sent else None,
                sent_at=sale.placed_at + timedelta(hours=4) if is_sent else None,
            )
        )
    return StallOrder.objects.bulk_create(rows)


def _write_payments(sales: Sequence[Sale], orders: Sequence[Order]) -> list[PaymentAttempt]:
    return PaymentAttempt.objects.bulk_create(
        PaymentAttempt(
            order=order,
            basket=order.basket,
            gateway=CASH if sale.is_paid_at_door else GATEWAY,
            reference=None if sale.is_paid_at_door else f"{GATEWAY}-{order.number}",
            amount=Rial(int(order.total_incl_tax)),
            charge_amount=int(order.total_incl_tax),
            state=PaymentAttempt.State.ON_DELIVERY
            if sale.is_paid_at_door
            else PaymentAttempt.State.PAID,
            deadline=sale.placed_at + timedelta(minutes=settings.PAYMENT_MINUTES),
            created_at=sale.placed_at,
            settled_at=None if sale.is_paid_at_door else sale.placed_at,
        )
        for sale, order in zip(sales, orders, strict=True)
    )


def _book(sale: Sale, attempt: PaymentAttempt) -> None:
    """The capture, as a gateway without fees would have made it."""
    capture = Leg(accounts.gateway_clearing(GATEWAY), attempt.amount, Posting.Kind.CAPTURE)
    (stall_order,) = attempt.order.stall_orders.all()
    left = left_of(stall_order)
    shares = share_legs(
        stall_order,
        account=accounts.stall_pending(stall_order.partner_id),
        lines=left.lines,
        shipping=left.shipping,
    )
    post(
        event_type="payment.captured",
        event_id=str(attempt.pk),
        occurred_at=sale.placed_at,
        legs=[capture, *shares],
    )
