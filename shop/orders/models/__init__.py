"""What ordering keeps, one file a subject. Oscar's own tables stand beside these."""

from shop.orders.models.parts import (
    BazaarSale,
    BazaarSaleLine,
    BazaarSaleQuerySet,
    Message,
    MessageQuerySet,
    Shipment,
    ShipmentLine,
)
from shop.orders.models.refunds import Dispute, Refund, RefundLine
from shop.orders.models.scope import partners_of
from shop.orders.models.sellers import (
    MEETS_THE_BUYER,
    CommissionRule,
    Fulfilment,
    LineCommission,
    PickupPoint,
    SellerTerms,
    ShippingMethod,
    ShippingRate,
    ShippingTier,
    ShippingZone,
)
from shop.orders.models.stall_orders import StallOrder, StallOrderQuerySet, is_silent_since
from shop.orders.models.vouchers import Voucher, VoucherUse

__all__ = [
    "MEETS_THE_BUYER",
    "BazaarSale",
    "BazaarSaleLine",
    "BazaarSaleQuerySet",
    "CommissionRule",
    "Dispute",
    "Fulfilment",
    "LineCommission",
    "Message",
    "MessageQuerySet",
    "PickupPoint",
    "Refund",
    "RefundLine",
    "SellerTerms",
    "Shipment",
    "ShipmentLine",
    "ShippingMethod",
    "ShippingRate",
    "ShippingTier",
    "ShippingZone",
    "StallOrder",
    "StallOrderQuerySet",
    "Voucher",
    "VoucherUse",
    "is_silent_since",
    "partners_of",
]
