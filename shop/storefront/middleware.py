"""The shopper's basket on each request."""

from typing import Any

from django.http import HttpRequest
from oscar.apps.basket.middleware import BasketMiddleware


class MarketBasketMiddleware(BasketMiddleware):  # type: ignore[misc]  # Oscar ships no types
    """Oscar's lazy basket without its offers: the shop has none, and each page would ask for them."""

    def apply_offers_to_basket(self, request: HttpRequest, basket: Any) -> None:
        return None
