"""Cash at the door: no bank, no page, nobody to ask. The stall that hands a parcel over takes its price.

Such a payment is never begun here (an order to be paid at the door waits for no page), and nothing here ever says that
money came: what a stall took stands in our own books when it says that the parcel arrived.
"""

from collections.abc import Mapping
from datetime import date
from typing import NoReturn

from shop.payments.gateways.base import (
    Callback,
    CallbackRefused,
    Charge,
    GatewayAnswer,
    GatewayRefused,
    Movement,
    MovementsNotOffered,
    RefundAnswer,
    RefundNotOffered,
    RefundPayment,
    StartedPayment,
    StartPayment,
    UnsettledPayment,
)


class CashGateway:
    """`base.Gateway` where there is no gateway: every question gets a definite no."""

    name = "cash"

    def start(self, request: StartPayment) -> StartedPayment:
        """Refused: there is no page to be sent to."""
        return self._no_bank()

    def look_up(self, reference: str, *, charge: Charge) -> GatewayAnswer:
        """Refused: nobody knows more than our books do."""
        return self._no_bank()

    def peek(self, reference: str, *, charge: Charge) -> GatewayAnswer:
        """Refused, as `look_up`."""
        return self._no_bank()

    def expire(self, reference: str, *, charge: Charge) -> GatewayAnswer:
        """Refused: there is nothing that could be ended."""
        return self._no_bank()

    def refund(self, request: RefundPayment) -> RefundAnswer:
        """Always RefundNotOffered: people give cash back, from hand to hand or from the shop's bank account."""
        raise RefundNotOffered("cash", "cash is given back by hand")

    def refund_state(self, refund_id: str) -> RefundAnswer:
        """Refused: no refund was ever made here."""
        return self._no_bank()

    def list_unsettled(self) -> list[UnsettledPayment]:
        """Always []."""
        return []

    def parse_callback(self, query: Mapping[str, str]) -> Callback:
        """Refused: nobody comes back from a page that is not there."""
        raise CallbackRefused("nobody comes back from cash")

    def movements(self, *, day: date) -> list[Movement]:
        """Always MovementsNotOffered: only our own books know."""
        raise MovementsNotOffered("cash", "cash at the door has no book of its own")

    @staticmethod
    def _no_bank() -> NoReturn:
        raise GatewayRefused(
            "cash", "cash at the door is paid to the stall, and no bank knows of it"
        )
