"""The payments the bank keeps, and the only places where (pretended) money moves.

    open → paid | processing → paid        the buyer paid; processing = the bank answers late
    open → failed                          Zarinpal only: refused or cancelled, for good
    open → expired                         nobody paid in time, or the shop expired it
    paid → reversed                        Zarinpal only: given back whole

At Stripe a refused card leaves the session open: the buyer may try another one.
"""

import secrets
from typing import Any

from bank import book, disputes, events, rows, stripe_objects
from bank.counter import Turn
from bank.records import Payment

# What the planted fault "wrong_amount" takes less than asked.
SHORT_BY = 1_000


def find_payment(turn: Turn, payment_id: str) -> Payment | None:
    """By session id or authority. What is past its time is expired on the way."""
    payment = rows.find(turn, Payment, id=payment_id)
    return _brought_up_to_date(turn, payment) if payment else None


def find_by_payment_id(turn: Turn, payment_id: str) -> Payment | None:
    """By the payment intent of its session, or Zarinpal's number of a paid payment."""
    payment = rows.find(turn, Payment, payment_id=payment_id)
    return _brought_up_to_date(turn, payment) if payment else None


def _brought_up_to_date(turn: Turn, payment: Payment) -> Payment:
    if payment.state == "open" and payment.expires_at <= turn.now:
        return expire(turn, payment)
    if payment.state == "processing" and payment.settles_at and payment.settles_at <= turn.now:
        return _capture(turn, payment, payment.paid_amount)
    return payment


def bring_all_up_to_date(turn: Turn) -> None:
    """Expire and settle whatever the clock has made due."""
    due = rows.query(
        turn,
        Payment,
        "(state = 'open' AND expires_at <= :now) OR (state = 'processing' AND settles_at <= :now)",
        {"now": turn.now},
    )
    for payment in due:
        _brought_up_to_date(turn, payment)


def pay(turn: Turn, payment: Payment, *, late_by: float = 0) -> Payment:
    """Take the money, now or `late_by` seconds later. Anything but an open payment stays as it is,
    so a second press of the button takes nothing."""
    if payment.state != "open":
        return payment
    wrong = turn.faults.take("pay", ("wrong_amount",))
    amount = max(1, payment.amount - SHORT_BY) if wrong else payment.amount
    if not late_by:
        return _capture(turn, payment, amount)
    payment = rows.change(
        turn,
        payment,
        state="processing",
        paid_amount=amount,
        settles_at=turn.now + late_by,
        payment_id=_intent_id(payment),
    )
    if payment.wire == "stripe":
        _tell(turn, "payment_intent.processing", payment)
        _tell(turn, "checkout.session.completed", payment)
    return payment


def _capture(turn: Turn, payment: Payment, amount: int) -> Payment:
    came_late = payment.state == "processing"
    payment = rows.change(
        turn,
        payment,
        state="paid",
        paid_amount=amount,
        paid_at=turn.now,
        payment_id=_intent_id(payment),
    )
    book.move(turn, "capture", payment.id, amount, payment.currency, payment.idempotency_key)
    if payment.wire == "stripe":
        book.enter(turn, "charge", payment.charge_id, amount, payment.currency, fee=payment.fee)
        _tell(turn, "payment_intent.succeeded", payment)
        kind = "async_payment_succeeded" if came_late else "completed"
        _tell(turn, f"checkout.session.{kind}", payment)
        if turn.faults.take("pay", ("dispute",)):
            disputes.open_dispute(turn, payment, amount, reason="fraudulent")
    return payment


def decline(turn: Turn, payment: Payment) -> Payment:
    """The card is refused."""
    if payment.state != "open":
        return payment
    if payment.wire == "zarinpal":
        return rows.change(turn, payment, state="failed", declined=1)
    payment = rows.change(turn, payment, declined=1, payment_id=_intent_id(payment))
    _tell(turn, "payment_intent.payment_failed", payment)
    return payment


def cancel(turn: Turn, payment: Payment) -> Payment:
    """The buyer goes back without paying: the end at Zarinpal, not yet at Stripe."""
    if payment.state == "open" and payment.wire == "zarinpal":
        return rows.change(turn, payment, state="failed")
    return payment


def expire(turn: Turn, payment: Payment) -> Payment:
    """Nobody may pay any more. The caller has seen that it is open."""
    payment = rows.change(turn, payment, state="expired")
    if payment.wire == "stripe":
        _tell(turn, "checkout.session.expired", payment)
    return payment


def verify(turn: Turn, payment: Payment) -> Payment:
    """Zarinpal: the shop takes the payment. Only an unverified paid one changes."""
    if payment.verified_at is None:
        return rows.change(turn, payment, verified_at=turn.now)
    return payment


def reverse(turn: Turn, payment: Payment) -> Payment:
    """Zarinpal: give the whole amount back at once."""
    book.move(turn, "reverse", payment.id, payment.paid_amount, payment.currency)
    return rows.change(turn, payment, state="reversed")


def unverified_payments(turn: Turn) -> list[Payment]:
    """Zarinpal: the last hundred that buyers paid and the shop never took."""
    waiting = rows.query(
        turn, Payment, "wire = 'zarinpal' AND state = 'paid' AND verified_at IS NULL", {}
    )
    return sorted(waiting, key=lambda payment: -(payment.paid_at or 0))[:100]


def _tell(turn: Turn, kind: str, payment: Payment) -> None:
    about: dict[str, Any] | None
    if kind.startswith("checkout.session."):
        about = stripe_objects.checkout_session(payment)
    else:
        about = stripe_objects.payment_intent(payment)
    events.record(turn, kind, about or {})


def _intent_id(payment: Payment) -> str:
    if payment.payment_id:
        return payment.payment_id
    if payment.wire == "stripe":
        return f"pi_{secrets.token_hex(12)}"
    return str(secrets.randbelow(9 * 10**10) + 10**10)
