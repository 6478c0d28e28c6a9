"""The rows the bank keeps, as they leave the table."""

import json
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

FEE_BP = 50
FEE_CEILING = 120_000


def fee_of(amount: int) -> int:
    """Half a percent, rounded down, with a ceiling."""
    return min(amount * FEE_BP // 10_000, FEE_CEILING)


@dataclass(frozen=True)
class Payment:
    """One row of `payment`. Amounts in the currency's smallest unit; for irr that is the rial."""

    id: str
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

    @property
    def fee(self) -> int:
        """What the bank keeps of the captured amount."""
        return fee_of(self.paid_amount)

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
class Refund:
    """Money given back, of one payment."""

    id: str
    payment: str
    amount: int
    created: float
