"""Oscar's way of placing orders is shut: it takes the money before it writes the order.

Orders are placed by shop.orders.services.place and paid by shop.orders.services.settle, and by nothing else.
"""

from typing import Any, NoReturn

from oscar.apps.order.utils import OrderCreator as OscarOrderCreator
from oscar.apps.order.utils import OrderDispatcher
from oscar.apps.order.utils import OrderNumberGenerator as OscarOrderNumberGenerator

from shop.orders.numbers import new_order_number


class OrderNumberGenerator(OscarOrderNumberGenerator):
    def order_number(self, basket: Any) -> str:
        return new_order_number()


class OrderCreator(OscarOrderCreator):
    def place_order(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise NotImplementedError("Orders are placed by shop.orders.services.place.place_order")


__all__ = ["OrderCreator", "OrderDispatcher", "OrderNumberGenerator"]
