"""`POST /_fake/…`: what a buyer's bank, a stall holder or ill luck would do, on request of a test or
of whoever tries the demo.

    /_fake/faults                       {"op", "mode", "times", "seconds"}
    /_fake/disputes                     {"payment", "amount", "reason", "inquiry"}
    /_fake/disputes/<id>/close          {"outcome": "won" | "lost"}
    /_fake/accounts/<id>                {"transfers": "active" | "inactive"}
"""

import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from bank import connect, disputes, payments, rows, stripe_objects
from bank.counter import Answer, RefusedError, Turn
from bank.faults import Faults
from bank.records import Account, Dispute

Wish = dict[str, Any]
Work = Callable[[Turn], Answer]


class Fakes:
    """Turns a wish into the work of one turn at the counter."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def route(self, path: str, wish: Wish) -> Work | None:
        """None when there is no such path."""
        routes: list[tuple[str, Callable[..., Answer]]] = [
            (r"/_fake/faults", self._plant),
            (r"/_fake/disputes", self._open_dispute),
            (r"/_fake/disputes/(\w+)/close", self._close_dispute),
            (r"/_fake/accounts/(\w+)", self._change_account),
        ]
        for pattern, work in routes:
            if match := re.fullmatch(pattern, path):
                return partial(_run, work, match.groups(), wish)
        return None

    def _plant(self, turn: Turn, wish: Wish) -> Answer:
        try:
            fault = self._faults.arm(wish)
        except ValueError as wrong:
            raise _refuse(str(wrong)) from wrong
        return _answer(fault.__dict__)

    def _open_dispute(self, turn: Turn, wish: Wish) -> Answer:
        name = str(wish.get("payment", ""))
        payment = payments.find_payment(turn, name) or payments.find_by_payment_id(turn, name)
        if payment is None or payment.wire != "stripe":
            raise _refuse(f"no payment {name} at Stripe")
        left = disputes.left_of(turn, payment)
        amount = wish.get("amount", left)
        if isinstance(amount, bool) or not isinstance(amount, int) or not 0 < amount <= left:
            raise _refuse(f"amount must be a whole number from 1 to {left}")
        dispute = disputes.open_dispute(
            turn,
            payment,
            amount,
            reason=str(wish.get("reason", "fraudulent")),
            is_inquiry=wish.get("inquiry") is True,
        )
        return _answer(disputes.drawn(turn, dispute, payment))

    def _close_dispute(self, turn: Turn, dispute_id: str, wish: Wish) -> Answer:
        dispute = rows.find(turn, Dispute, id=dispute_id)
        if dispute is None:
            raise _refuse(f"no dispute {dispute_id}")
        payment = disputes.payment_of(turn, dispute)
        outcome = wish.get("outcome")
        if outcome not in disputes.OUTCOMES:
            raise _refuse(f"outcome must be one of {', '.join(disputes.OUTCOMES)}")
        dispute = disputes.close(turn, dispute, payment, outcome)
        return _answer(disputes.drawn(turn, dispute, payment))

    def _change_account(self, turn: Turn, account_id: str, wish: Wish) -> Answer:
        account = rows.find(turn, Account, id=account_id)
        if account is None:
            raise _refuse(f"no account {account_id}")
        state = wish.get("transfers")
        if state not in ("active", "inactive"):
            raise _refuse("transfers must be active or inactive")
        return _answer(stripe_objects.account(connect.set_transfers(turn, account, state)))


def _run(work: Callable[..., Answer], names: tuple[str, ...], wish: Wish, turn: Turn) -> Answer:
    return work(turn, *names, wish)


def _answer(body: dict[str, Any]) -> Answer:
    return Answer(201, json.dumps(body).encode())


def _refuse(message: str) -> RefusedError:
    return RefusedError(Answer(400, json.dumps({"error": message}).encode()))
