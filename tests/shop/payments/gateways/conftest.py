"""Both adapters against the real process of the sandbox bank."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shop.payments.gateways.base import Charge, RefundPayment, StartPayment
from shop.payments.gateways.stripe import StripeConfig, StripeGateway
from shop.payments.gateways.zarinpal import ZarinpalConfig, ZarinpalGateway
from tests.fixtures_bank import SandboxBank

AMOUNT = 44_860_000


@pytest.fixture
def stripe_gateway(sandbox_bank: SandboxBank) -> Iterator[StripeGateway]:
    with closing(StripeGateway(StripeConfig(**sandbox_bank.stripe_settings))) as gateway:
        yield gateway


@pytest.fixture
def zarinpal_gateway(sandbox_bank: SandboxBank) -> Iterator[ZarinpalGateway]:
    with closing(ZarinpalGateway(ZarinpalConfig(**sandbox_bank.zarinpal_settings))) as gateway:
        yield gateway


@pytest.fixture
def a_start() -> Callable[..., StartPayment]:
    """A payment to begin, with whatever should differ."""

    def make(**changes: Any) -> StartPayment:
        wish = {
            "key": "attempt-1",
            "order_number": "1405-0731",
            "amount": AMOUNT,
            "description": "سه کالا از دو غرفه",
            "return_url": "http://127.0.0.1:9/pay/back?attempt=7",
            "cancel_url": "http://127.0.0.1:9/pay/cancel",
            "expires_at": datetime.now(UTC) + timedelta(minutes=35),
        }
        return StartPayment(**{**wish, **changes})

    return make


@dataclass(frozen=True)
class Paid:
    """A payment that its buyer made."""

    reference: str
    payment_id: str
    amount: int
    currency: str

    def refund(self, key: str, amount: int | None = None) -> RefundPayment:
        return RefundPayment(
            key=key,
            reference=self.reference,
            gateway_payment_id=self.payment_id,
            amount=self.amount if amount is None else amount,
            paid_amount=self.amount,
            currency=self.currency,
        )


@pytest.fixture
def a_paid(sandbox_bank: SandboxBank, a_start: Callable[..., StartPayment]) -> Callable[..., Paid]:
    """Begin, pay and look up a payment at a gateway."""

    def make(gateway: Any, **changes: Any) -> Paid:
        request = a_start(**changes)
        started = gateway.start(request)
        sandbox_bank.press(started.redirect_url, "pay")
        charge = Charge(request.amount, request.currency)
        answer = gateway.look_up(started.reference, charge=charge)
        return Paid(started.reference, answer.gateway_payment_id, request.amount, request.currency)

    return make
