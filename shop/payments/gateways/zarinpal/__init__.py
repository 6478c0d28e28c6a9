"""Zarinpal v4: the Iranian gateway, in rial. Money is taken by verify; what we never verify, Zarinpal
gives back by itself."""

from shop.payments.gateways.zarinpal.gateway import ZarinpalGateway
from shop.payments.gateways.zarinpal.wire import ZarinpalConfig

__all__ = ["ZarinpalConfig", "ZarinpalGateway"]
