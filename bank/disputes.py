"""Disputes at Stripe: `/_fake/disputes` opens and closes them, as a buyer's bank would."""

import secrets

from bank import book, events, refunds, rows, stripe_objects
from bank.counter import Turn
from bank.records import Dispute, Payment

FEES = {"irr": 500_000, "eur": 1_500, "usd": 1_500}
DAYS_FOR_EVIDENCE = 7
OUTCOMES = ("won", "lost")


def open_dispute(
    turn: Turn, payment: Payment, amount: int, *, reason: str, is_inquiry: bool = False
) -> Dispute:
    """Take the amount and the fee out of the shop's balance; an inquiry only asks. The caller has
    seen that so much is left."""
    dispute = rows.insert(
        turn,
        Dispute(
            id=f"dp_{secrets.token_hex(12)}",
            payment=payment.id,
            amount=amount,
            currency=payment.currency,
            fee=0 if is_inquiry else FEES[payment.currency],
            status="warning_needs_response" if is_inquiry else "needs_response",
            reason=reason,
            created=turn.now,
            due_by=turn.now + DAYS_FOR_EVIDENCE * 86_400,
        ),
    )
    if not is_inquiry:
        book.enter(turn, "dispute", dispute.id, -amount, payment.currency, fee=dispute.fee)
        book.move(turn, "dispute", payment.id, amount, payment.currency)
    tell(turn, "charge.dispute.created", dispute, payment)
    if not is_inquiry:
        tell(turn, "charge.dispute.funds_withdrawn", dispute, payment)
    return dispute


def answer(turn: Turn, dispute: Dispute, payment: Payment) -> Dispute:
    """The shop sends evidence."""
    under_review = {
        "needs_response": "under_review",
        "warning_needs_response": "warning_under_review",
    }
    status = under_review.get(dispute.status, dispute.status)
    dispute = rows.change(turn, dispute, status=status)
    tell(turn, "charge.dispute.updated", dispute, payment)
    return dispute


def close(turn: Turn, dispute: Dispute, payment: Payment, outcome: str) -> Dispute:
    """The bank decides. Won: the amount comes back, the fee does not. Closed ones stay as they are."""
    if not is_open(dispute):
        return dispute
    is_inquiry = dispute.status.startswith("warning_")
    dispute = rows.change(turn, dispute, status="warning_closed" if is_inquiry else outcome)
    if dispute.status == "won":
        book.enter(turn, "dispute_reversal", dispute.id, dispute.amount, dispute.currency)
        book.move(turn, "dispute_won", payment.id, dispute.amount, dispute.currency)
        tell(turn, "charge.dispute.funds_reinstated", dispute, payment)
    tell(turn, "charge.dispute.closed", dispute, payment)
    return dispute


def is_open(dispute: Dispute) -> bool:
    return dispute.status.endswith(("needs_response", "under_review"))


def left_of(turn: Turn, payment: Payment) -> int:
    """What is neither given back nor disputed; 0 for a payment that was never paid."""
    if payment.state != "paid":
        return 0
    disputed = sum(
        dispute.amount
        for dispute in rows.select(turn, Dispute, payment=payment.id)
        if is_open(dispute) or dispute.status == "lost"
    )
    return payment.paid_amount - refunds.given_back(turn, payment) - disputed


def payment_of(turn: Turn, dispute: Dispute) -> Payment:
    payment = rows.find(turn, Payment, id=dispute.payment)
    assert payment is not None  # noqa: S101 - a foreign key says so
    return payment


def drawn(turn: Turn, dispute: Dispute, payment: Payment) -> dict[str, object]:
    """As Stripe shows it, with its lines of the book."""
    lines = book.page(turn, "source = :id", {"id": dispute.id}, limit=2, after="")[0]
    return stripe_objects.dispute(dispute, payment, lines[::-1])


def tell(turn: Turn, kind: str, dispute: Dispute, payment: Payment) -> None:
    events.record(turn, kind, drawn(turn, dispute, payment))
