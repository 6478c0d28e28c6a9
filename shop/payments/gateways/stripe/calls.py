"""How we call Stripe: one client with a pinned version, and its errors in our words."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

import stripe

from shop.payments.gateways.base import GatewayRefused, GatewayUnknown

# Raised on purpose, together with the library: webhooks carry the same version.
API_VERSION = "2026-10-28.endive"
TIMEOUT = (3.05, 8.0)

# Stripe's longest page: no payment of ours has so many refunds or transfers.
PAGE = 100

T = TypeVar("T")
Keyed = TypeVar("Keyed", stripe.Refund, stripe.Transfer, stripe.TransferReversal)


@dataclass(frozen=True, kw_only=True)
class StripeConfig:
    """`base_url` "" is the real Stripe; `account` "" accepts any account in a webhook.

    `currency` is what the shop charges in; the gateway itself charges what each payment says.
    """

    api_key: str
    webhook_secret: str
    base_url: str = ""
    account: str = ""
    currency: str = "IRR"

    @property
    def is_live(self) -> bool:
        return self.api_key.startswith(("sk_live_", "rk_live_"))


def open_client(config: StripeConfig) -> tuple[stripe.StripeClient, stripe.RequestsClient]:
    """The client, and the connections it keeps: one pair for a process."""
    http = stripe.RequestsClient(timeout=TIMEOUT)
    client = stripe.StripeClient(
        config.api_key,
        base_addresses={"api": config.base_url} if config.base_url else {},
        stripe_version=API_VERSION,
        max_network_retries=1,
        http_client=http,
    )
    return client, http


def do(call: Callable[[], T]) -> T:
    """Run a call that changes something, and say the library's errors in our words."""
    try:
        return call()
    except (stripe.CardError, stripe.InvalidRequestError) as refused:
        raise GatewayRefused(refused.code or "invalid_request", str(refused)) from refused
    except (stripe.AuthenticationError, stripe.PermissionError) as refused:
        raise GatewayRefused(refused.code or "not_allowed", str(refused)) from refused
    except stripe.IdempotencyError as error:
        # The first call under this key is still running.
        if error.http_status == HTTPStatus.CONFLICT:
            raise GatewayUnknown(str(error)) from error
        raise GatewayRefused(error.code or "key_reused", str(error)) from error
    except stripe.StripeError as unsure:
        raise GatewayUnknown(str(unsure)) from unsure


def ask(call: Callable[[], T]) -> T:
    """Run a question. Only "no such thing" is an answer; a wrong key of ours tells nothing."""
    try:
        return do(call)
    except GatewayRefused as refused:
        if refused.code == "resource_missing":
            raise
        raise GatewayUnknown(str(refused)) from refused


def with_key(found: list[Keyed], key: str) -> Keyed | None:
    """What was made under our key before; None when nothing was.

    Stripe's own keys are not enough: it forgets them after a day, and repeats a 500 it once gave.
    """
    for one in found:
        if one.metadata is not None and one.metadata.to_dict().get("key") == key:
            return one
    return None
