"""What the shop asks of a payment gateway, in the shop's own words.

Amounts are whole minor units of their currency: rials for IRR, cents for EUR and USD. Currencies
are three capitals. Nothing here knows Django, a model or a setting: `__init__.gateway()` builds the
adapters. Every gateway is a hosted page: start → redirect → the buyer comes back → look_up. Only
`look_up` and `expire` tell the truth; what the buyer's browser or a webhook brings is a hint.

Everything that moves money takes a key made from a row that was committed before the call.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

IRR = "IRR"
# Beyond it no gateway of ours counts, and no column of ours keeps it.
LARGEST_AMOUNT = 10**15
# Our own mark in an address to come back to: the buyer says they did not pay.
GAVE_UP = "gave_up"


class GatewayError(Exception):
    """Base of all that can go wrong with a gateway."""


class GatewayRefused(GatewayError):
    """A definite no: nothing was done, and asking again would not help. `code` is the gateway's.

    From `look_up` it never means "unpaid": there is no such payment, or it is not ours.
    """

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code


class BadAmount(GatewayRefused):
    """Not a whole positive amount of a currency: no gateway is asked at all."""

    def __init__(self, amount: object, currency: object) -> None:
        super().__init__("bad_amount", f"{amount!r} {currency!r}")


class AmountDiffers(GatewayRefused):
    """The gateway holds another amount or currency than ours: never paid, always looked into."""


class RefundNotOffered(GatewayRefused):
    """This gateway cannot give this amount back by itself: staff pay it back by hand."""


class MovementsNotOffered(GatewayRefused):
    """This gateway does not show its book as it is set up: the message says what is missing."""


class GatewayUnknown(GatewayError):
    """Timeout, 5xx or an odd shape: it may or may not have happened. Keep the stock, ask later."""


class WebhookRefused(GatewayError):
    """Not from the gateway, too old, from the future, of another account, or nothing that could be
    kept: answer 400."""


class CallbackRefused(GatewayError):
    """What a browser brought back is not of the gateway's shape: answer 400."""


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


class RefundState(StrEnum):
    """PENDING is accepted and on its way: ask `refund_state` until it is DONE or FAILED. A FAILED
    refund left the money with us."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class About(StrEnum):
    """What a webhook is about; its `reference` is the gateway's name for that thing."""

    PAYMENT = "payment"  # reference as in StartedPayment
    REFUND = "refund"  # refund_id; "" where only the payment is told
    DISPUTE = "dispute"  # dispute_id
    ACCOUNT = "account"  # a stall's account at the gateway
    TRANSFER = "transfer"  # transfer_id
    PAYOUT = "payout"
    OTHER = "other"  # nothing we act on


class MovementKind(StrEnum):
    """What a line of the gateway's own book says happened to our balance there."""

    CAPTURE = "capture"
    REFUND = "refund"
    REFUND_FAILED = "refund_failed"
    TRANSFER = "transfer"
    REVERSAL = "reversal"
    DISPUTE = "dispute"
    DISPUTE_WON = "dispute_won"
    PAYOUT = "payout"
    PAYOUT_FAILED = "payout_failed"
    FEE = "fee"
    OTHER = "other"


@dataclass(frozen=True)
class Charge:
    """What a payment should bring, as our database says. Raises BadAmount for anything but a
    whole positive number of minor units and a currency of three capitals."""

    amount: int
    currency: str = IRR

    def __post_init__(self) -> None:
        check_amount(self.amount, self.currency)


@dataclass(frozen=True, kw_only=True)
class StartPayment:
    """One payment to begin. `key` comes from a row committed before the call. Raises BadAmount."""

    key: str
    order_number: str
    amount: int
    currency: str = IRR
    description: str
    return_url: str
    cancel_url: str
    expires_at: datetime
    language: str = "fa"
    mobile: str = ""
    email: str = ""

    def __post_init__(self) -> None:
        check_amount(self.amount, self.currency)


@dataclass(frozen=True, kw_only=True)
class StartedPayment:
    """`reference` is the gateway's name for the payment; the buyer is sent to `redirect_url`."""

    reference: str
    redirect_url: str


@dataclass(frozen=True, kw_only=True)
class GatewayAnswer:
    """State of one payment. When PAID, `amount` and `currency` equal what was asked.

    `is_taken`: the money is ours already. Only `peek` may answer PAID without it. `fee` is what the
    gateway kept, in minor units of `fee_currency`; None while it does not tell.
    """

    state: PaymentState
    reference: str
    amount: int
    currency: str
    is_taken: bool = False
    gateway_payment_id: str = ""
    fee: int | None = None
    fee_currency: str = ""
    code: str = ""

    def fee_in(self, currency: str) -> int | None:
        """The fee when it is counted in this currency; None when it is not, or not known."""
        return self.fee if self.fee_currency == currency else None


@dataclass(frozen=True, kw_only=True)
class UnsettledPayment:
    """A payment that a buyer made and we never took."""

    reference: str
    amount: int
    currency: str = IRR


@dataclass(frozen=True, kw_only=True)
class Callback:
    """What the buyer's browser brought back: a hint and no more. `reference` is "" when it names
    no payment; one that is not the attempt's own means a foreign callback. `gave_up`: the buyer
    says that they did not pay."""

    reference: str
    gave_up: bool


@dataclass(frozen=True, kw_only=True)
class RefundPayment:
    """Money to give back, of a payment of `paid_amount`. `key` comes from a row committed before
    the call. Raises BadAmount."""

    key: str
    reference: str
    gateway_payment_id: str
    amount: int
    paid_amount: int
    currency: str = IRR

    def __post_init__(self) -> None:
        check_amount(self.amount, self.currency)
        if self.amount > self.paid_amount:
            raise BadAmount(self.amount, self.currency)


@dataclass(frozen=True, kw_only=True)
class RefundAnswer:
    """`refund_id` is the name to ask for later. `amount` is 0 where the gateway tells none."""

    refund_id: str
    amount: int
    state: RefundState

    @property
    def is_done(self) -> bool:
        return self.state is RefundState.DONE


@dataclass(frozen=True, kw_only=True)
class Movement:
    """One line of the gateway's book. `amount` is signed: what our balance there gained (a capture
    is positive; a refund, a transfer, a dispute negative); `fee` is what was kept on top of it.

    `id` is the line's own name; `reference` the object that moved (refund, transfer, dispute …; for
    a capture what `StartedPayment.reference` is where the gateway tells it, else ""), and
    `gateway_payment_id` the payment behind it, "" when there is none.
    """

    id: str
    kind: MovementKind
    reference: str
    gateway_payment_id: str
    amount: int
    currency: str
    fee: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Dispute:
    """A buyer's bank wants the money back. `fee` is what the gateway has charged for it so far, in
    minor units of `fee_currency`; 0 and "" for none. `is_withdrawn`: the amount is out of our
    balance now, which a mere inquiry does not do. `status` is the gateway's word, `is_closed` and
    `is_won` what it means."""

    dispute_id: str
    gateway_payment_id: str
    amount: int
    currency: str
    fee: int
    fee_currency: str
    status: str
    reason: str
    evidence_due: datetime | None
    is_withdrawn: bool
    is_closed: bool
    is_won: bool


@dataclass(frozen=True, kw_only=True)
class SendTransfer:
    """Money from our balance at the gateway to a stall's account there. `source_payment` ties it to
    the payment it comes from (its `gateway_payment_id`): the gateway then waits for the funds and
    refuses more than came in. Raises BadAmount."""

    key: str
    amount: int
    currency: str
    account: str
    group: str
    source_payment: str = ""

    def __post_init__(self) -> None:
        check_amount(self.amount, self.currency)


@dataclass(frozen=True, kw_only=True)
class TransferAnswer:
    """A transfer as it stands: what was sent, how much of it was taken back, and the last step of that."""

    transfer_id: str
    amount: int
    reversed_amount: int = 0
    reversal_id: str = ""


@dataclass(frozen=True, kw_only=True)
class ReversalAnswer:
    """Money taken back from a stall's account; `reversal_id` is the name of this one step."""

    reversal_id: str
    transfer_id: str
    amount: int


@dataclass(frozen=True, kw_only=True)
class WebhookEvent:
    """A message whose signature, age and account were checked. `reference` names what it is
    `about`, `gateway_payment_id` the payment behind that; both "" when untold. What it says was
    true when it was sent, and events overtake each other: read the thing again before acting."""

    event_id: str
    kind: str
    about: About
    reference: str
    gateway_payment_id: str
    payload: Mapping[str, Any]


class Gateway(Protocol):
    """One gateway. Each method may raise GatewayRefused or GatewayUnknown; none retries a call
    that could take money twice. Call outside any database transaction."""

    @property
    def name(self) -> str: ...

    def start(self, request: StartPayment) -> StartedPayment:
        """Open the hosted payment page."""

    def look_up(self, reference: str, *, charge: Charge) -> GatewayAnswer:
        """Settle the matter, with the amount from our database: where the gateway wants a paid
        payment to be taken (Zarinpal's verify), this takes it. Safe to repeat. Raises
        AmountDiffers."""

    def peek(self, reference: str, *, charge: Charge) -> GatewayAnswer:
        """Like `look_up`, but takes nothing: for a payment that came after its order was given
        up. PAID then means: paid by the buyer; Zarinpal returns it unless `look_up` follows."""

    def expire(self, reference: str, *, charge: Charge) -> GatewayAnswer:
        """End the payment at the gateway. PAID when the buyer was quicker, PENDING when the bank
        is still working on it: the stock is free only when EXPIRED or DECLINED comes back."""

    def refund(self, request: RefundPayment) -> RefundAnswer:
        """Give money back, once for a key. Raises RefundNotOffered."""

    def refund_state(self, refund_id: str) -> RefundAnswer:
        """How a refund that was PENDING stands now."""

    def list_unsettled(self) -> list[UnsettledPayment]:
        """Payments that buyers made and that wait for us to take them; [] when none does, and
        always at a gateway that takes them by itself."""

    def parse_callback(self, query: Mapping[str, str]) -> Callback:
        """Read what the buyer's browser brought back. Asks nobody. Raises CallbackRefused."""

    def movements(self, *, day: date) -> list[Movement]:
        """The gateway's own book of one Tehran day, oldest first; [] when nothing moved. Raises
        MovementsNotOffered."""


class ConnectGateway(Gateway, Protocol):
    """A gateway that pays stalls itself (Stripe Connect), and that has disputes."""

    def transfer(self, request: SendTransfer) -> TransferAnswer:
        """Send a stall its money, once for a key."""

    def reverse_transfer(self, *, key: str, transfer_id: str, amount: int) -> ReversalAnswer:
        """Take a part of a transfer back, once for a key. Refused when more is asked than is
        left of it, or than the stall's account still holds."""

    def transfer_state(self, transfer_id: str) -> TransferAnswer:
        """A transfer as it stands."""

    def account_can_be_paid(self, account: str) -> bool:
        """Whether the gateway pays to this account (its transfers capability is active)."""

    def dispute(self, dispute_id: str) -> Dispute:
        """A dispute as it stands."""


def check_amount(amount: int, currency: str = IRR) -> None:
    """Whole, positive, and no larger than anybody counts; a currency of three capitals. A bool, a
    float, a Decimal or a text is refused, whatever it holds. Raises BadAmount."""
    is_whole = isinstance(amount, int) and not isinstance(amount, bool)
    is_currency = len(currency) == 3 and currency.isascii() and currency.isalpha()
    if not is_whole or not 0 < amount <= LARGEST_AMOUNT:
        raise BadAmount(amount, currency)
    if not is_currency or not currency.isupper():
        raise BadAmount(amount, currency)
