"""What the shop asks of a payment gateway, in the shop's own words.

Amounts are whole rials. Nothing here knows Django, a model or a setting: `__init__.gateway()`
builds the adapters. Every gateway is a hosted page: start → redirect → the buyer comes back →
look_up. Only `look_up` and `expire` tell the truth; what the buyer's browser brings is a hint.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class PaymentState(StrEnum):
    """What the gateway knows about one payment.

    PAID      the money is ours; amount and currency were compared.
    PENDING   the buyer may still pay, or the bank is still working: keep the stock.
    DECLINED  the last try was refused. Not always the end (Stripe lets the buyer try another
              card): call `expire` before the stock is given back.
    EXPIRED   nobody can pay under this reference any more.
    UNKNOWN   the gateway answered, but not in a way that settles the matter: ask again later.
    """

    PAID = "paid"
    PENDING = "pending"
    DECLINED = "declined"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class StartPayment:
    """One payment to begin. `key` comes from a row committed before the call."""

    key: str
    order_number: str
    amount: int
    description: str
    return_url: str
    cancel_url: str
    expires_at: datetime
    language: str = "fa"
    mobile: str = ""
    email: str = ""


@dataclass(frozen=True, kw_only=True)
class StartedPayment:
    """`reference` is the gateway's name for the payment; the buyer is sent to `redirect_url`."""

    reference: str
    redirect_url: str


@dataclass(frozen=True, kw_only=True)
class GatewayAnswer:
    """State of one payment. When PAID, `amount` equals what was asked, in the gateway's currency.

    `is_taken`: the money is ours already. Only `peek` may answer PAID without it.
    """

    state: PaymentState
    reference: str
    amount: int
    currency: str
    is_taken: bool = False
    gateway_payment_id: str = ""
    fee_rial: int | None = None
    card_mask: str | None = None
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class RefundPayment:
    """Money to give back. `key` comes from a row committed before the call."""

    key: str
    reference: str
    gateway_payment_id: str
    amount: int
    paid_amount: int


@dataclass(frozen=True, kw_only=True)
class RefundAnswer:
    """`is_done` is false while the gateway is still working on it."""

    refund_id: str
    amount: int
    is_done: bool


@dataclass(frozen=True, kw_only=True)
class WebhookEvent:
    """A message whose signature, age and account were checked. `reference` is "" when the event
    is not about one payment of ours."""

    event_id: str
    kind: str
    reference: str
    payload: Mapping[str, Any]


class GatewayError(Exception):
    """Base of all that can go wrong with a gateway."""


class GatewayRefused(GatewayError):
    """A definite no: nothing was done, and asking again would not help. `code` is the gateway's.

    From `look_up` it never means "unpaid": there is no such payment, or it is not ours.
    """

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code


class AmountDiffers(GatewayRefused):
    """The gateway holds another amount or currency than ours: never paid, always looked into."""


class RefundNotOffered(GatewayRefused):
    """This gateway cannot give this amount back by itself: staff pay it back by hand."""


class GatewayUnknown(GatewayError):
    """Timeout, 5xx or an odd shape: it may or may not have happened. Keep the stock, ask later."""


class WebhookRefused(GatewayError):
    """Not from the gateway, too old, from the future, or of another account: answer 400."""


class Gateway(Protocol):
    """One gateway. Each method may raise GatewayRefused or GatewayUnknown; none retries a call
    that could take money twice. Call outside any database transaction."""

    @property
    def name(self) -> str: ...

    def start(self, request: StartPayment) -> StartedPayment:
        """Open the hosted payment page."""

    def look_up(self, reference: str, *, amount: int) -> GatewayAnswer:
        """Settle the matter: where the gateway wants a paid payment to be taken (Zarinpal's
        verify), this takes it. Safe to repeat. Raises AmountDiffers."""

    def peek(self, reference: str, *, amount: int) -> GatewayAnswer:
        """Like `look_up`, but takes nothing: for a payment that came after its order was given
        up. PAID then means: paid by the buyer; Zarinpal returns it unless `look_up` follows."""

    def expire(self, reference: str, *, amount: int) -> GatewayAnswer:
        """End the payment at the gateway. PAID when the buyer was quicker, PENDING when the bank
        is still working on it: the stock is free only when EXPIRED or DECLINED comes back."""

    def refund(self, request: RefundPayment) -> RefundAnswer:
        """Give money back. Raises RefundNotOffered."""
