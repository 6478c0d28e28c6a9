"""What leaves the shop for a payout, in the currency it leaves in, and the books of it."""

from datetime import datetime

from django.conf import settings

from shop.ledger import accounts
from shop.ledger.models import Posting
from shop.ledger.services import Leg
from shop.money import Rial
from shop.payments.rates import Quote, charge_for, current_rate
from vendors.settlements.errors import NoRate
from vendors.settlements.models import Payout, Rail


def charge_of(amount: Rial, *, rail: str, now: datetime) -> Quote:
    """What is sent for so many rials: themselves by bank transfer, else in the gateway's currency, rounded half up.

    At the newest rate that staff have entered. Raises NoRate when it is too old, or missing.
    """
    currency = settings.STRIPE_CURRENCY if rail == Rail.STRIPE else accounts.RIAL
    if currency == accounts.RIAL:
        return Quote(currency, int(amount))
    rate = current_rate(currency=currency, now=now)
    if rate is None:
        raise NoRate
    return Quote(currency, charge_for(amount, rate.rial_per_unit), rate)


def outside_legs(payout: Payout, *, sign: int) -> list[Leg]:
    """The shop's bank or its gateway pays (`sign` −1) or has the money back (+1); together that many rials."""
    kind = Posting.Kind.PAYOUT
    rial = sign * int(payout.amount)
    if payout.account.rail == Rail.IBAN:
        return [Leg(accounts.bank(), rial, kind)]
    currency = payout.charge_currency
    clearing = accounts.gateway_clearing("stripe", currency)
    if currency == accounts.RIAL:
        return [Leg(clearing, rial, kind)]
    charge = sign * (payout.charge_amount or 0)
    return [
        Leg(clearing, charge, kind),
        Leg(accounts.fx_position(currency), -charge, Posting.Kind.EXCHANGE),
        Leg(accounts.fx_position(accounts.RIAL), rial, Posting.Kind.EXCHANGE),
    ]
