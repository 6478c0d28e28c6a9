from dataclasses import dataclass


@dataclass(frozen=True)
class PaymentReported:
    """A gateway says that something happened to a payment; what happened is asked, not believed."""

    gateway: str
    reference: str


@dataclass(frozen=True)
class RefundReported:
    """A gateway says that something happened to a refund."""

    gateway: str
    refund_id: str


@dataclass(frozen=True)
class DisputeReported:
    """A gateway says that something happened to a dispute."""

    gateway: str
    dispute_id: str


@dataclass(frozen=True)
class TransferReported:
    """A gateway says that something happened to a transfer to a stall's account."""

    gateway: str
    transfer_id: str
