"""Money that crosses a gateway, in the books: its own currency on the gateway's account, rial on ours."""

from shop.ledger import accounts
from shop.ledger.models import Posting
from shop.ledger.services import Leg
from shop.payments.models import PaymentAttempt

Kind = Posting.Kind


def gateway_legs(
    attempt: PaymentAttempt, *, amount: int, charge_amount: int, kind: Posting.Kind
) -> list[Leg]:
    """`amount` rial came in through the attempt's gateway (went out when negative); the legs sum to `amount` rial.

    A charge in another currency stands on the gateway's account in that currency, and on `fx:position` against the
    rial it stands for, at the attempt's own rate: the same way out as in.
    """
    currency = attempt.charge_currency
    clearing = accounts.gateway_clearing(attempt.gateway, currency)
    if currency == accounts.RIAL:
        return [Leg(clearing, amount, kind)]
    return [
        Leg(clearing, charge_amount, kind),
        Leg(accounts.fx_position(currency), -charge_amount, Kind.EXCHANGE),
        Leg(accounts.fx_position(accounts.RIAL), amount, Kind.EXCHANGE),
    ]


def fee_legs(attempt: PaymentAttempt, *, fee: int) -> list[Leg]:
    """What the gateway kept for itself, in the smallest unit of the charge currency."""
    currency = attempt.charge_currency
    return [
        Leg(accounts.gateway_fee(currency), fee, Kind.FEE),
        Leg(accounts.gateway_clearing(attempt.gateway, currency), -fee, Kind.FEE),
    ]
