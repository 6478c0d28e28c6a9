"""Both adapters against the real process of the sandbox bank."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shop.payments.gateways.base import StartPayment
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
