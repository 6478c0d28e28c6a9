"""How an order may be paid: what the buyer is offered, and what the gateway is then asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from shop.money import Rial
from shop.orders.parcels import Parcel, may_pay_at_door
from shop.payments.models import CASH, GATEWAY_NAMES
from shop.payments.rates import NotChargeable, Quote, quote


@dataclass(frozen=True)
class WayToPay:
    gateway: str
    quote: Quote

    @property
    def name(self) -> str:
        return str(GATEWAY_NAMES.get(self.gateway, self.gateway))

    @property
    def is_at_door(self) -> bool:
        return self.gateway == CASH


def ways_to_pay(
    *, parcels: Sequence[Parcel], shipping: Mapping[int, str], total: Rial, now: datetime
) -> list[WayToPay]:
    """The gateways that can take this order, in the order of the settings; empty when none can.

    Left out: cash where it can't be taken at every door, and a gateway of another currency without a rate of today.
    """
    ways = []
    for name in settings.GATEWAYS:
        if name == CASH and not may_pay_at_door(parcels, shipping):
            continue
        try:
            ways.append(WayToPay(name, quote(gateway=name, amount=total, now=now)))
        except NotChargeable:
            continue
    return ways
