"""The only files that talk to gateways. `gateway(name)` builds one from settings.GATEWAYS."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings

from shop.payments.gateways.base import ConnectGateway, Gateway, GatewayUnknown
from shop.payments.gateways.cash import CashGateway
from shop.payments.gateways.stripe import StripeConfig, StripeGateway
from shop.payments.gateways.zarinpal import ZarinpalConfig, ZarinpalGateway


def gateway(name: str) -> Gateway:
    """The gateway of that name. Raises GatewayUnknown when it is switched off: what it knows can't be asked.

    Cash knows nothing, so it answers even when no new order may be paid so.
    """
    if name == CashGateway.name:
        return CashGateway()
    options: Mapping[str, Any] | None = settings.GATEWAYS.get(name)
    if options is None:
        raise GatewayUnknown(f"{name} is switched off")
    if name == "stripe":
        return _stripe(StripeConfig(**options))
    return _zarinpal(ZarinpalConfig(**options))


def stripe_gateway() -> StripeGateway:
    """Stripe, for the one view that reads its webhooks. Raises KeyError."""
    return _stripe(StripeConfig(**settings.GATEWAYS["stripe"]))


def connect_gateway() -> ConnectGateway:
    """The gateway that pays stalls itself and has disputes. Raises GatewayUnknown when it is switched off."""
    if "stripe" not in settings.GATEWAYS:
        raise GatewayUnknown("stripe is switched off")
    return stripe_gateway()


# One per process and configuration: each keeps its connections.
_stripe = cache(StripeGateway)
_zarinpal = cache(ZarinpalGateway)
