"""News of orders; each is published in the transaction that made it true (readers: shop.jobs.SUBSCRIBERS)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OrderPaid:
    order_id: int


@dataclass(frozen=True)
class OrderToPayAtDoor:
    order_id: int


@dataclass(frozen=True)
class RefundDecided:
    refund_id: str


@dataclass(frozen=True)
class StallOrderSent:
    stall_order_id: int


@dataclass(frozen=True)
class StallOrderReceived:
    """By its buyer's word, not by its stall's."""

    stall_order_id: int


@dataclass(frozen=True)
class PartSent:
    """A part of a stall order that is not its last."""

    shipment_id: int


@dataclass(frozen=True)
class TrackingCodeCorrected:
    """`at` tells one correction from the next; ISO 8601."""

    stall_order_id: int
    at: str


@dataclass(frozen=True)
class StallOrderDeclined:
    stall_order_id: int


@dataclass(frozen=True)
class StallOrderCancelled:
    """By its buyer, before the stall said yes."""

    stall_order_id: int


@dataclass(frozen=True)
class StallOrderNotTaken:
    """At the door, where it was to be paid."""

    stall_order_id: int


@dataclass(frozen=True)
class StallOrderReturned:
    stall_order_id: int


@dataclass(frozen=True)
class DisputeOpened:
    """A buyer asked their bank for the money back: the stalls' shares are held."""

    dispute_id: int


@dataclass(frozen=True)
class DisputeDecided:
    dispute_id: int


@dataclass(frozen=True)
class MessageWritten:
    message_id: int


@dataclass(frozen=True)
class ProductsChanged:
    """Price, stock or anything else that a product's card shows."""

    product_ids: list[int]
