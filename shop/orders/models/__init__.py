"""What ordering keeps, one file a subject. Oscar's own tables stand beside these."""

from shop.orders.models.refunds import Dispute, Refund, RefundLine
from shop.orders.models.sellers import (
    MEETS_THE_BUYER,
    Fulfilment,
    SellerTerms,
    ShippingMethod,
    ShippingRate,
    ShippingTier,
)
from shop.orders.models.stall_orders import StallOrder, StallOrderQuerySet
from shop.orders.models.vouchers import Voucher, VoucherUse

__all__ = [
    "MEETS_THE_BUYER",
    "Dispute",
    "Fulfilment",
    "Refund",
    "RefundLine",
    "SellerTerms",
    "ShippingMethod",
    "ShippingRate",
    "ShippingTier",
    "StallOrder",
    "StallOrderQuerySet",
    "Voucher",
    "VoucherUse",
]
