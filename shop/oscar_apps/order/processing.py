"""Oscar's dashboard may not move an order or its money: stall orders and the ledger are the truth."""

from typing import Any, NoReturn

from oscar.apps.order.exceptions import (
    InvalidOrderStatus,
    InvalidPaymentEvent,
    InvalidShippingEvent,
)
from oscar.apps.order.processing import EventHandler as OscarEventHandler


class EventHandler(OscarEventHandler):
    def handle_order_status_change(
        self, order: Any, new_status: str, note_msg: str | None = None
    ) -> NoReturn:
        raise InvalidOrderStatus("Orders change by payment and by their stalls alone")

    def handle_shipping_event(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise InvalidShippingEvent("Parcels are sent by their stalls: shop.orders.services.fulfil")

    def handle_payment_event(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise InvalidPaymentEvent("Money moves through shop.orders.services alone")
