"""Stripe: Checkout, refunds, Connect transfers, disputes and webhooks, through the official library.

The sandbox bank speaks the same wire: `base_url` leads there. The real Stripe does not present
IRR and refuses dealings with Iran: see docs/payments.md.
"""

from shop.payments.gateways.stripe.calls import StripeConfig
from shop.payments.gateways.stripe.gateway import StripeGateway

__all__ = ["StripeConfig", "StripeGateway"]
