"""The rows the bank keeps, as they leave their tables. Amounts are in the currency's smallest unit;
for irr that is the rial."""

import json
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode, urlsplit

FEE_BP = 50
FEE_CEILING = 120_000


def fee_of(amount: int) -> int:
    """Half a percent, rounded down, with a ceiling."""
    return min(amount * FEE_BP // 10_000, FEE_CEILING)


@dataclass(frozen=True)
class Record:
    """A row: the fields are the columns of its table."""

    table: ClassVar[str]
    id: str


@dataclass(frozen=True)
class Payment(Record):
    """What a shop asked for and a buyer may pay."""

    table: ClassVar[str] = "payment"

    wire: str
    state: str
    amount: int
    currency: str
    description: str
    order_number: str
    return_url: str
    cancel_url: str
    language: str
    metadata: str
    idempotency_key: str
    created: float
    expires_at: float
    payment_id: str = ""
    paid_amount: int = 0
    settles_at: float | None = None
    verified_at: float | None = None
    declined: int = 0
    paid_at: float | None = None
    transfer_group: str = ""

    @property
    def fee(self) -> int:
        """What the bank keeps of the captured amount."""
        return fee_of(self.paid_amount)

    @property
    def charge_id(self) -> str:
        return self.payment_id.replace("pi_", "ch_", 1)

    def way_back(self, *, is_paid: bool) -> str:
        """Where the buyer's browser goes. At Zarinpal the one address carries a hint."""
        if self.wire == "zarinpal":
            hint = urlencode({"Authority": self.id, "Status": "OK" if is_paid else "NOK"})
            joint = "&" if urlsplit(self.return_url).query else "?"
            return f"{self.return_url}{joint}{hint}"
        url = self.return_url if is_paid else self.cancel_url
        return url.replace("{CHECKOUT_SESSION_ID}", self.id)

    @property
    def tags(self) -> dict[str, str]:
        """The shop's own metadata."""
        return {str(key): str(value) for key, value in json.loads(self.metadata).items()}


@dataclass(frozen=True)
class Refund(Record):
    """Money given back, of one payment. A pending one becomes what `fails` says at `settles_at`."""

    table: ClassVar[str] = "refund"

    payment: str
    amount: int
    created: float
    status: str = "succeeded"
    settles_at: float | None = None
    fails: int = 0
    description: str = ""
    key: str = ""


@dataclass(frozen=True)
class Account(Record):
    """A stall's own account at Stripe. `transfers` is the state of that capability."""

    table: ClassVar[str] = "account"

    created: float
    country: str = ""
    email: str = ""
    transfers: str = "inactive"
    metadata: str = "{}"


@dataclass(frozen=True)
class Transfer(Record):
    """From the platform's balance to an account. `source` is the charge it comes out of, or ""."""

    table: ClassVar[str] = "transfer"

    account: str
    amount: int
    currency: str
    created: float
    transfer_group: str = ""
    source: str = ""
    reversed: int = 0
    metadata: str = "{}"


@dataclass(frozen=True)
class Reversal(Record):
    """A part of a transfer taken back."""

    table: ClassVar[str] = "reversal"

    transfer: str
    amount: int
    currency: str
    created: float
    metadata: str = "{}"


@dataclass(frozen=True)
class Dispute(Record):
    """A buyer's bank wants the money of a payment back."""

    table: ClassVar[str] = "dispute"

    payment: str
    amount: int
    currency: str
    fee: int
    status: str
    reason: str
    created: float
    due_by: float


@dataclass(frozen=True)
class Payout(Record):
    """From a balance to a bank account; `account` "" is the platform's own."""

    table: ClassVar[str] = "payout"

    account: str
    amount: int
    currency: str
    status: str
    created: float
    settles_at: float | None = None
    fails: int = 0


@dataclass(frozen=True)
class Line(Record):
    """One line of a balance's book (Stripe's balance transaction)."""

    table: ClassVar[str] = "line"

    account: str
    kind: str
    category: str
    source: str
    amount: int
    fee: int
    currency: str
    created: float
