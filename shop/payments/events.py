from dataclasses import dataclass


@dataclass(frozen=True)
class PaymentReported:
    """A gateway says that something happened to a payment; what happened is asked, not believed."""

    gateway: str
    reference: str
