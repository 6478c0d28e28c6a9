"""Money given back to buyers, at both wires. A refund may be on its way for a while, and then fail:
the money is back in the shop's balance then."""

import secrets

from bank import book, events, rows, stripe_objects
from bank.counter import Turn
from bank.faults import REFUND_MODES
from bank.records import Payment, Refund


def given_back(turn: Turn, payment: Payment) -> int:
    """What was given back so far, on its way included; 0 when nothing was."""
    row = turn.db.execute(
        "SELECT coalesce(sum(amount), 0) AS total FROM refund"
        " WHERE payment = ? AND status <> 'failed'",
        (payment.id,),
    ).fetchone()
    return int(row["total"])


def give(
    turn: Turn, op: str, payment: Payment, amount: int, *, late_by: float = 0, description: str = ""
) -> Refund:
    """Give a part back. The caller has seen that so much is left. `late_by` seconds it is on its
    way, or longer where a fault is planted for `op`."""
    fault = turn.faults.take(op, REFUND_MODES)
    wait = fault.seconds if fault else late_by
    is_pending = bool(fault) or late_by > 0
    given = rows.insert(
        turn,
        Refund(
            id=_new_id(payment),
            payment=payment.id,
            amount=amount,
            created=turn.now,
            status="pending" if is_pending else "succeeded",
            settles_at=turn.now + wait if is_pending else None,
            fails=int(fault is not None and fault.mode == "refund_failed"),
            description=description,
            key=turn.key,
        ),
    )
    book.move(turn, "refund", payment.id, amount, payment.currency, turn.key)
    if payment.wire == "stripe":
        book.enter(turn, "refund", given.id, -amount, payment.currency)
        _tell(turn, "refund.created", given, payment)
        about = stripe_objects.charge(payment, refunded=given_back(turn, payment))
        events.record(turn, "charge.refunded", about)
    return given


def brought_up_to_date(turn: Turn, refund: Refund, payment: Payment) -> Refund:
    """What the clock has made of it."""
    if refund.status != "pending" or (refund.settles_at or 0) > turn.now:
        return refund
    refund = rows.change(turn, refund, status="failed" if refund.fails else "succeeded")
    if refund.fails:
        book.move(turn, "refund_failed", payment.id, refund.amount, payment.currency, refund.key)
    if payment.wire == "stripe":
        if refund.fails:
            book.enter(turn, "refund_failure", refund.id, refund.amount, payment.currency)
        _tell(turn, "refund.failed" if refund.fails else "refund.updated", refund, payment)
    return refund


def bring_all_up_to_date(turn: Turn) -> None:
    """Settle or fail what is due."""
    due = rows.query(turn, Refund, "status = 'pending' AND settles_at <= :now", {"now": turn.now})
    for refund in due:
        brought_up_to_date(turn, refund, payment_of(turn, refund))


def payment_of(turn: Turn, refund: Refund) -> Payment:
    payment = rows.find(turn, Payment, id=refund.payment)
    assert payment is not None  # noqa: S101 - a foreign key says so
    return payment


def _tell(turn: Turn, kind: str, refund: Refund, payment: Payment) -> None:
    events.record(turn, kind, stripe_objects.refund(refund, payment))


def _new_id(payment: Payment) -> str:
    if payment.wire == "stripe":
        return f"re_{secrets.token_hex(12)}"
    return str(secrets.randbelow(9 * 10**9) + 10**9)
