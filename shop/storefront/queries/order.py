"""An order as its buyer sees it: a parcel of each stall, and where it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import override
from oscar.apps.order.models import Line, Order

from shop.money import Rial
from shop.orders.links import payment_token
from shop.orders.models import Refund, StallOrder
from shop.payments.models import PaymentAttempt
from shop.storefront.provinces import PROVINCES
from shop.storefront.queries.basket import Picture, pictures_of, stall_slugs_of
from shop.templatetags.bazarche import digits, jalali_day, mobile

State = StallOrder.State
DONE, NOW, LATER = "done", "now", "later"
# How far each state has come on the way of a parcel (place in `OrderParcel.steps`).
PLACE = {
    State.NEW: 0,
    State.ACCEPTED: 1,
    State.PACKED: 1,
    State.SENT: 2,
    State.DELIVERED: 4,
    State.CLOSED: 4,
}


class Standing(StrEnum):
    """What the buyer must know first."""

    PAID = "paid"
    AT_DOOR = "at_door"  # ordered; each parcel is paid when it is handed over
    CANCELLED = "cancelled"  # no parcel of it comes
    WAITING = "waiting"  # not paid yet; the goods are held
    UNPAID = "unpaid"  # declined or too late; nothing was taken
    RETURNED = "returned"  # paid too late: the money goes back


@dataclass(frozen=True, kw_only=True)
class Step:
    text: str
    note: str
    when: datetime | None
    state: str


@dataclass(frozen=True, kw_only=True)
class OrderItem:
    line: Any
    picture: Picture

    @property
    def price(self) -> Rial:
        return Rial.from_decimal(self.line.line_price_before_discounts_incl_tax)


@dataclass(frozen=True, kw_only=True)
class OrderParcel:
    stall_order: StallOrder
    stall_slug: str
    items: list[OrderItem]

    @property
    def steps(self) -> list[Step]:
        order = self.stall_order
        send_by = _("Sent by %(day)s") % {"day": jalali_day(order.send_by)}
        texts: list[tuple[str, str, datetime | None]] = [
            (_("The stall accepts"), "", order.accepted_at),
            (_("Made ready"), "" if order.sent_at else send_by, order.packed_at),
            (_("On its way"), "", order.sent_at),
            (_("With you"), "", order.delivered_at),
        ]
        place = PLACE.get(State(order.state), 0)
        return [
            Step(
                text=text,
                note=note,
                when=when,
                state=DONE if here < place else NOW if here == place else LATER,
            )
            for here, (text, note, when) in enumerate(texts)
        ]


@dataclass(frozen=True, kw_only=True)
class OrderPage:
    order: Any
    parcels: list[OrderParcel]
    attempt: PaymentAttempt | None

    @property
    def standing(self) -> Standing:
        known = {
            "paid": Standing.PAID,
            "on_delivery": Standing.AT_DOOR,
            "cancelled": Standing.CANCELLED,
        }
        if self.order.status in known:
            return known[self.order.status]
        if self.attempt is not None and self.attempt.state in (
            PaymentAttempt.State.REFUND_DUE,
            PaymentAttempt.State.REFUNDED,
        ):
            return Standing.RETURNED
        return Standing.WAITING if self.order.status == "pending" else Standing.UNPAID

    @property
    def is_bought(self) -> bool:
        """Its parcels are on their way, or with the buyer."""
        return self.standing in (Standing.PAID, Standing.AT_DOOR)

    @property
    def is_all_paid(self) -> bool:
        """The whole sum was paid: nothing of it waits for a door, or came back from one."""
        is_cancelled = any(each.stall_order.state in StallOrder.UNSEEN for each in self.parcels)
        return self.standing == Standing.PAID and not is_cancelled

    @property
    def due_at_door(self) -> Rial:
        """What the buyer still pays when parcels are handed over; nothing when the order is paid otherwise."""
        dues = (parcel.stall_order.due_at_door for parcel in self.parcels)
        return sum((due for due in dues if due is not None), Rial(0))

    @property
    def payment_token(self) -> str:
        """Names the payment that still waits at the bank; empty when none does."""
        is_waiting = self.attempt is not None and self.attempt.state in PaymentAttempt.OPEN
        return payment_token(self.attempt.pk) if self.attempt is not None and is_waiting else ""

    @property
    def total(self) -> Rial:
        return Rial.from_decimal(self.order.total_incl_tax)

    @property
    def goods(self) -> Rial:
        return sum((parcel.stall_order.goods for parcel in self.parcels), Rial(0))

    @property
    def given_back(self) -> Rial:
        """What stalls have given back of what was paid."""
        refunds = (refund for each in self.parcels for refund in each.stall_order.refunds.all())
        return sum(
            (refund.amount for refund in refunds if refund.state != Refund.State.UNPAID), Rial(0)
        )

    @property
    def discount(self) -> Rial:
        """What a voucher took off the goods."""
        return sum((parcel.stall_order.discount for parcel in self.parcels), Rial(0))

    @property
    def count(self) -> int:
        return sum(item.line.quantity for parcel in self.parcels for item in parcel.items)


def order_page(*, number: str) -> OrderPage | None:
    """The order with this number, in a fixed number of statements; None when there is none."""
    order = (
        Order.objects.filter(number=number)
        .select_related("shipping_address")
        .prefetch_related(
            Prefetch("stall_orders", StallOrder.objects.with_due_at_door()),
            "stall_orders__partner",
            "stall_orders__pickup_point",
            "stall_orders__refunds",
            # What was said of a line is reached by its name: this package knows no review.
            Prefetch("lines", Line.objects.select_related("product__parent", "review")),
            "stall_orders__shipments__lines__order_line",
        )
        .first()
    )
    if order is None:
        return None
    attempts = order.payment_attempts.select_related("basket", "order", "rate")
    attempt = attempts.order_by("created_at").last()
    stall_orders: Sequence[StallOrder] = sorted(
        order.stall_orders.all(), key=lambda each: each.number
    )
    lines = list(order.lines.all())
    pictures = pictures_of(line.product for line in lines if line.product is not None)
    slugs = stall_slugs_of(each.partner_id for each in stall_orders)
    return OrderPage(
        order=order,
        attempt=attempt,
        parcels=[
            OrderParcel(
                stall_order=each,
                stall_slug=slugs.get(each.partner_id, ""),
                items=[
                    OrderItem(line=line, picture=_picture(line, pictures))
                    for line in lines
                    if line.partner_id == each.partner_id
                ],
            )
            for each in stall_orders
        ],
    )


def order_by_number_and_phone(*, number: str, phone: str) -> Any:
    """The order that this number and this phone (E.164) both belong to; None otherwise."""
    return Order.objects.filter(number=number, shipping_address__phone_number=phone).first()


def address_given_with(*, basket_id: int) -> dict[str, str]:
    """What the checkout form was filled with when this basket was ordered and not paid; empty for a new basket."""
    order = (
        Order.objects.filter(payment_attempts__basket=basket_id)
        .select_related("shipping_address")
        .order_by("-pk")
        .first()
    )
    if order is None:
        return {}
    address = order.shipping_address
    with override("fa"):  # as place_order writes it
        codes = {str(name): code for code, name in PROVINCES}
    return {
        "name": address.first_name,
        "phone": digits(mobile(address.phone_number.as_e164)),
        "province": codes.get(address.state, ""),
        "city": address.line4,
        "address": address.line1,
        "postcode": digits(address.postcode),
        "note": address.notes,
    }


def _picture(line: Any, pictures: dict[int, Picture]) -> Picture:
    if line.product is None:
        return Picture()
    return pictures.get(line.product.parent_id or line.product_id, Picture())
