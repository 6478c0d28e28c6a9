"""Stripe Connect: accounts of stalls, transfers to them, reversals, payouts to banks."""

import secrets

from bank import book, events, rows, stripe_objects
from bank.counter import Turn
from bank.records import Account, Payment, Payout, Reversal, Transfer


def open_account(turn: Turn, *, country: str, email: str, metadata: str) -> Account:
    """A new account; it can be paid once its holder has given what is asked (`set_transfers`)."""
    return rows.insert(
        turn,
        Account(
            id=f"acct_{secrets.token_hex(8)}",
            created=turn.now,
            country=country,
            email=email,
            metadata=metadata,
        ),
    )


def set_transfers(turn: Turn, account: Account, state: str) -> Account:
    """Let an account be paid, or no longer."""
    account = rows.change(turn, account, transfers=state)
    events.record(turn, "account.updated", stripe_objects.account(account), account=account.id)
    return account


def send(turn: Turn, wish: Transfer) -> Transfer:
    """From the platform's balance to an account. The caller has seen that it may."""
    sent = rows.insert(turn, wish)
    book.enter(turn, "transfer", sent.id, -sent.amount, sent.currency)
    book.enter(turn, "transfer", sent.id, sent.amount, sent.currency, account=sent.account)
    book.move(turn, "transfer", sent.id, sent.amount, sent.currency, turn.key)
    events.record(turn, "transfer.created", stripe_objects.transfer(sent))
    return sent


def take_back(turn: Turn, sent: Transfer, amount: int, metadata: str) -> Reversal:
    """A part of a transfer. The caller has seen that so much is left, here and in the account."""
    taken = rows.insert(
        turn,
        Reversal(
            id=f"trr_{secrets.token_hex(12)}",
            transfer=sent.id,
            amount=amount,
            currency=sent.currency,
            created=turn.now,
            metadata=metadata,
        ),
    )
    sent = rows.change(turn, sent, reversed=sent.reversed + amount)
    book.enter(turn, "transfer_reversal", taken.id, amount, sent.currency)
    book.enter(turn, "transfer_reversal", taken.id, -amount, sent.currency, account=sent.account)
    book.move(turn, "reversal", sent.id, amount, sent.currency, turn.key)
    events.record(turn, "transfer.reversed", stripe_objects.transfer(sent))
    return taken


def left_of_source(turn: Turn, payment: Payment) -> int:
    """What may still be transferred out of a payment."""
    sent = rows.select(turn, Transfer, source=payment.charge_id)
    return payment.paid_amount - sum(one.amount - one.reversed for one in sent)


def pay_out(turn: Turn, account: str, amount: int, currency: str) -> Payout:
    """From a balance to a bank. The caller has seen that so much is there."""
    fault = turn.faults.take("payout.create", ("payout_failed",))
    payout = rows.insert(
        turn,
        Payout(
            id=f"po_{secrets.token_hex(12)}",
            account=account,
            amount=amount,
            currency=currency,
            status="pending",
            created=turn.now,
            settles_at=turn.now + (fault.seconds if fault else 0),
            fails=int(fault is not None),
        ),
    )
    book.enter(turn, "payout", payout.id, -amount, currency, account=account)
    book.move(turn, "payout", payout.id, amount, currency, turn.key)
    _tell(turn, "payout.created", payout)
    return payout


def bring_payouts_up_to_date(turn: Turn) -> None:
    """Pay what is due, or fail it: the money is back in the balance then."""
    due = rows.query(turn, Payout, "status = 'pending' AND settles_at <= :now", {"now": turn.now})
    for payout in due:
        payout = rows.change(turn, payout, status="failed" if payout.fails else "paid")
        if payout.fails:
            book.enter(
                turn,
                "payout_reversal",
                payout.id,
                payout.amount,
                payout.currency,
                account=payout.account,
            )
            book.move(turn, "payout_failed", payout.id, payout.amount, payout.currency)
        _tell(turn, f"payout.{payout.status}", payout)


def _tell(turn: Turn, kind: str, payout: Payout) -> None:
    events.record(turn, kind, stripe_objects.payout(payout), account=payout.account)
