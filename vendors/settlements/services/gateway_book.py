"""What a gateway did with our money by itself: it sent it to our bank account, or took a fee."""

from datetime import date

from shop.ledger import accounts
from shop.ledger.models import Posting
from shop.ledger.services import Leg, post
from shop.payments.gateways import gateway
from shop.payments.gateways.base import Movement, MovementKind

EVENTS = {
    MovementKind.PAYOUT: "gateway.paid_out",
    MovementKind.PAYOUT_FAILED: "gateway.payout_failed",
    MovementKind.FEE: "gateway.fee",
}


def book_gateway_payouts(*, day: date, name: str) -> int:
    """Book what the gateway sent to our bank on this Tehran day, and fees it took for no payment; how many were new.

    Each line is booked once, by its own name. Raises MovementsNotOffered and GatewayUnknown.
    """
    return sum(
        _book(line, name=name) for line in gateway(name).movements(day=day) if line.kind in EVENTS
    )


def _book(line: Movement, *, name: str) -> bool:
    clearing = accounts.gateway_clearing(name, line.currency)
    # A fee on its own is the line's amount, or stands beside an amount of nothing.
    amount = line.amount or -line.fee
    is_fee = line.kind is MovementKind.FEE
    other = accounts.gateway_fee(line.currency) if is_fee else accounts.bank(line.currency)
    kind = Posting.Kind.FEE if is_fee else Posting.Kind.PAYOUT
    entry = post(
        event_type=EVENTS[line.kind],
        event_id=line.id,
        occurred_at=line.at,
        legs=[Leg(clearing, amount, kind), Leg(other, -amount, kind)],
    )
    return entry is not None
