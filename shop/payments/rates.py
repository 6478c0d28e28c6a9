"""What a price in rial is in another currency: by a dated rate that staff entered, and by no other."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from shop.ledger.accounts import RIAL
from shop.money import Rial
from shop.payments.models import ExchangeRate
from shop.templatetags.bazarche import currency_name, toman_rate

log = logging.getLogger(__name__)

# What a charge may be in beside the rial; all of them have a hundred cents.
CURRENCIES = ("EUR", "USD")
MINOR_UNITS = 100
# Stripe's smallest charge in either of them.
SMALLEST_CHARGE = 50
# In rial, below what the table keeps; and how many times the last rate is taken for a slip of the hand.
DEAREST_RATE = 10**11 - 1
TOO_FAR = 3


class NotChargeable(Exception):
    """Base: this amount can't be asked for in the gateway's currency right now."""


class NoCurrentRate(NotChargeable):
    """Staff have entered no rate of this currency within RATE_MAX_HOURS."""


class TooSmallToCharge(NotChargeable):
    """Below what the gateway takes in one payment."""


class RateRefused(Exception):
    """Base: what staff typed is no rate to keep; `str()` is a sentence for them."""


class RateNotYet(RateRefused):
    def __str__(self) -> str:
        return _("This time has not come yet.")


class RateNeedsLook(RateRefused):
    """Far from the last rate of this currency, or the first one: a person has to look at it twice."""

    def __init__(self, currency: str, rial_per_unit: Decimal, last: Decimal | None) -> None:
        self.currency, self.rial_per_unit, self.last = currency, rial_per_unit, last

    def __str__(self) -> str:
        said = {"currency": currency_name(self.currency), "rate": toman_rate(self.rial_per_unit)}
        if self.last is None:
            return _("The first rate: one %(currency)s for %(rate)s toman. Is that right?") % said
        return _(
            "One %(currency)s for %(rate)s toman; the last rate was %(last)s toman. Is that right?"
        ) % {**said, "last": toman_rate(self.last)}


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


def enter_rate(
    *,
    currency: str,
    rial_per_unit: int,
    as_of: datetime,
    source: str,
    is_confirmed: bool,
    by_user_id: int,
    now: datetime,
) -> ExchangeRate:
    """Keep a rate for good, in rial for one unit.

    Raises RateNotYet for a time to come, RateNeedsLook for one far from the last (a zero too many or too few: toman
    for rial) or the first of its currency, until a person confirms it.
    """
    if as_of > now:
        raise RateNotYet
    if not is_confirmed:
        _look_at(currency, rial_per_unit)
    rate = ExchangeRate.objects.create(
        currency=currency,
        rial_per_unit=Decimal(rial_per_unit),
        as_of=as_of,
        source=source,
        entered_by_id=by_user_id,
    )
    log.info("rate.entered rate=%s currency=%s", rate.pk, currency)
    return rate


def _look_at(currency: str, rial_per_unit: int) -> None:
    last = ExchangeRate.objects.filter(currency=currency).first()
    if last is None:
        raise RateNeedsLook(currency, Decimal(rial_per_unit), None)
    low, high = sorted((last.rial_per_unit, Decimal(rial_per_unit)))
    if high > low * TOO_FAR:
        raise RateNeedsLook(currency, Decimal(rial_per_unit), last.rial_per_unit)
