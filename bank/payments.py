"""The payments the bank keeps, and the only places where (pretended) money moves.

    open → paid | processing → paid        the buyer paid; processing = the bank answers late
    open → failed                          Zarinpal only: refused or cancelled, for good
    open → expired                         nobody paid in time, or the shop expired it
    paid → reversed                        Zarinpal only: given back whole

At Stripe a refused card leaves the session open: the buyer may try another one.
"""

import secrets
import sqlite3
from typing import Any

from bank import events, stripe_objects
from bank.counter import Turn
from bank.records import Payment, Refund

# What the planted fault "wrong_amount" takes less than asked.
SHORT_BY = 1_000


def open_payment(turn: Turn, payment: Payment) -> Payment:
    """Keep a new payment that waits for its buyer."""
    columns = payment.__dict__
    marks = ", ".join(f":{name}" for name in columns)
    turn.db.execute(f"INSERT INTO payment ({', '.join(columns)}) VALUES ({marks})", columns)  # noqa: S608 - our own field names
    return payment


def find_payment(turn: Turn, payment_id: str) -> Payment | None:
    """By session id or authority. What is past its time is expired on the way."""
    row = turn.db.execute("SELECT * FROM payment WHERE id = ?", (payment_id,)).fetchone()
    return _brought_up_to_date(turn, row) if row else None


def find_by_payment_id(turn: Turn, payment_id: str) -> Payment | None:
    """By the payment intent of its session."""
    row = turn.db.execute("SELECT * FROM payment WHERE payment_id = ?", (payment_id,)).fetchone()
    return _brought_up_to_date(turn, row) if row and payment_id else None


def _brought_up_to_date(turn: Turn, row: sqlite3.Row) -> Payment:
    payment = Payment(**dict(row))
    if payment.state == "open" and payment.expires_at <= turn.now:
        return expire(turn, payment)
    if payment.state == "processing" and payment.settles_at and payment.settles_at <= turn.now:
        return _capture(turn, payment, payment.paid_amount)
    return payment


def bring_all_up_to_date(turn: Turn) -> None:
    """Expire and settle whatever the clock has made due."""
    rows = turn.db.execute(
        "SELECT * FROM payment WHERE (state = 'open' AND expires_at <= :now)"
        " OR (state = 'processing' AND settles_at <= :now)",
        {"now": turn.now},
    ).fetchall()
    for row in rows:
        _brought_up_to_date(turn, row)


def pay(turn: Turn, payment: Payment, *, late_by: float = 0) -> Payment:
    """Take the money, now or `late_by` seconds later. Anything but an open payment stays as it is,
    so a second press of the button takes nothing."""
    if payment.state != "open":
        return payment
    wrong = turn.faults.take("pay", ("wrong_amount",))
    amount = max(1, payment.amount - SHORT_BY) if wrong else payment.amount
    if not late_by:
        return _capture(turn, payment, amount)
    payment = _change(
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
    payment = _change(
        turn,
        payment,
        state="paid",
        paid_amount=amount,
        paid_at=turn.now,
        payment_id=_intent_id(payment),
    )
    _move(turn, "capture", payment, amount, payment.idempotency_key)
    if payment.wire == "stripe":
        _tell(turn, "payment_intent.succeeded", payment)
        kind = "async_payment_succeeded" if came_late else "completed"
        _tell(turn, f"checkout.session.{kind}", payment)
    return payment


def decline(turn: Turn, payment: Payment) -> Payment:
    """The card is refused."""
    if payment.state != "open":
        return payment
    if payment.wire == "zarinpal":
        return _change(turn, payment, state="failed", declined=1)
    payment = _change(turn, payment, declined=1, payment_id=_intent_id(payment))
    _tell(turn, "payment_intent.payment_failed", payment)
    return payment


def cancel(turn: Turn, payment: Payment) -> Payment:
    """The buyer goes back without paying: the end at Zarinpal, not yet at Stripe."""
    if payment.state == "open" and payment.wire == "zarinpal":
        return _change(turn, payment, state="failed")
    return payment


def expire(turn: Turn, payment: Payment) -> Payment:
    """Nobody may pay any more. The caller has seen that it is open."""
    payment = _change(turn, payment, state="expired")
    if payment.wire == "stripe":
        _tell(turn, "checkout.session.expired", payment)
    return payment


def verify(turn: Turn, payment: Payment) -> Payment:
    """Zarinpal: the shop takes the payment. Only an unverified paid one changes."""
    if payment.verified_at is None:
        return _change(turn, payment, verified_at=turn.now)
    return payment


def reverse(turn: Turn, payment: Payment) -> Payment:
    """Zarinpal: give the whole amount back at once."""
    _move(turn, "reverse", payment, payment.paid_amount, "")
    return _change(turn, payment, state="reversed")


def refund(turn: Turn, payment: Payment, amount: int) -> Refund:
    """Stripe: give a part back. The caller has seen that so much is left."""
    given = Refund(f"re_{secrets.token_hex(12)}", payment.id, amount, turn.now)
    turn.db.execute("INSERT INTO refund VALUES (:id, :payment, :amount, :created)", given.__dict__)
    _move(turn, "refund", payment, amount, turn.key)
    _tell(turn, "charge.refunded", payment)
    return given


def refunded_amount(turn: Turn, payment: Payment) -> int:
    """What was given back so far; 0 when nothing was."""
    row = turn.db.execute(
        "SELECT coalesce(sum(amount), 0) AS total FROM refund WHERE payment = ?", (payment.id,)
    ).fetchone()
    return int(row["total"])


def unverified_payments(turn: Turn) -> list[Payment]:
    """Zarinpal: the last hundred that buyers paid and the shop never took."""
    rows = turn.db.execute(
        "SELECT * FROM payment WHERE wire = 'zarinpal' AND state = 'paid' AND verified_at IS NULL"
        " ORDER BY paid_at DESC LIMIT 100"
    ).fetchall()
    return [Payment(**dict(row)) for row in rows]


def _tell(turn: Turn, kind: str, payment: Payment) -> None:
    about: dict[str, Any] | None
    if kind.startswith("checkout.session."):
        about = stripe_objects.checkout_session(payment)
    elif kind.startswith("payment_intent."):
        about = stripe_objects.payment_intent(payment)
    else:
        about = stripe_objects.charge(payment, refunded=refunded_amount(turn, payment))
    events.record(turn, kind, about or {})


def _intent_id(payment: Payment) -> str:
    if payment.payment_id:
        return payment.payment_id
    if payment.wire == "stripe":
        return f"pi_{secrets.token_hex(12)}"
    return str(secrets.randbelow(9 * 10**10) + 10**10)


def _change(turn: Turn, payment: Payment, **changes: object) -> Payment:
    marks = ", ".join(f"{name} = :{name}" for name in changes)
    turn.db.execute(f"UPDATE payment SET {marks} WHERE id = :id", {**changes, "id": payment.id})  # noqa: S608 - our own field names
    return Payment(**{**payment.__dict__, **changes})


def _move(turn: Turn, op: str, payment: Payment, amount: int, key: str) -> None:
    turn.db.execute(
        "INSERT INTO movement (op, id, amount, currency, key, time) VALUES (?, ?, ?, ?, ?, ?)",
        (op, payment.id, amount, payment.currency, key, turn.now),
    )
