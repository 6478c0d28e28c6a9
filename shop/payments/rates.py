"""What a price in rial is in another currency: by a dated rate that staff entered, and by no other."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings

from shop.ledger.accounts import RIAL
from shop.money import Rial
from shop.payments.models import ExchangeRate

# What a charge may be in beside the rial; all of them have a hundred cents.
CURRENCIES = ("EUR", "USD")
MINOR_UNITS = 100
# Stripe's smallest charge in either of them.
SMALLEST_CHARGE = 50


class NotChargeable(Exception):
    """Base: this amount can't be asked for in the gateway's currency right now."""


class NoCurrentRate(NotChargeable):
    """Staff have entered no rate of this currency within RATE_MAX_HOURS."""


class TooSmallToCharge(NotChargeable):
    """Below what the gateway takes in one payment."""


@dataclass(frozen=True)
class Quote:
    """What a gateway is asked for, in the smallest unit of its currency; no rate when that is the rial."""

    currency: str
    amount: int
    rate: ExchangeRate | None = None

    @property
    def is_foreign(self) -> bool:
        return self.rate is not None


def charge_for(amount: Rial, rial_per_unit: Decimal) -> int:
    """So many rials in cents, rounded once, half up; 0 for 0. Exact: whole numbers throughout.

    Raises ValueError for an amount below zero, and for a rate that is no number above zero.
    """
    if amount < 0 or not rial_per_unit.is_finite() or rial_per_unit <= 0:
        raise ValueError(f"{amount} rial at {rial_per_unit}")
    above, below = rial_per_unit.as_integer_ratio()
    cents = int(amount) * MINOR_UNITS * below
    return (2 * cents + above) // (2 * above)


def current_rate(*, currency: str, now: datetime) -> ExchangeRate | None:
    """The newest rate of a currency; None when it is older than RATE_MAX_HOURS, or there is none."""
    oldest = now - timedelta(hours=settings.RATE_MAX_HOURS)
    return (
        ExchangeRate.objects.filter(currency=currency, as_of__gte=oldest, as_of__lte=now)
        .order_by("-as_of", "-pk")
        .first()
    )


def quote(*, gateway: str, amount: Rial, now: datetime) -> Quote:
    """What this gateway is asked for so many rials. Raises NoCurrentRate and TooSmallToCharge."""
    currency = settings.GATEWAYS.get(gateway, {}).get("currency", RIAL)
    if currency == RIAL:
        return Quote(RIAL, int(amount))
    rate = current_rate(currency=currency, now=now)
    if rate is None:
        raise NoCurrentRate(currency)
    charge = charge_for(amount, rate.rial_per_unit)
    if charge < SMALLEST_CHARGE:
        raise TooSmallToCharge(f"{charge} {currency}")
    return Quote(currency, charge, rate)
