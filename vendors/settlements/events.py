"""News of payouts; each is published in the transaction that made it true (readers: shop.jobs.SUBSCRIBERS)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PayoutAccountChanged:
    """Proposed or decided: the people of the stall are told, so that a stranger's change is noticed."""

    account_id: int


@dataclass(frozen=True)
class TransferReleased:
    """A payout that a gateway is to transfer."""

    payout_id: str
