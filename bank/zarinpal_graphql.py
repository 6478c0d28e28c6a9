"""Zarinpal's other door: GraphQL with an access token, for refunds and the list of transactions.

No parser: the operation is found by its name, the rest comes from the variables, and a word in the
query that the real schema does not know is refused, so that a slip of the pen is noticed.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from bank import payments, refunds, rows
from bank.counter import Answer, RefusedError, Turn
from bank.records import Payment, Refund

TOKEN = "sandbox_token"  # noqa: S105 - everybody may know it
TERMINAL = "100200"
SMALLEST_REFUND = 20_000
LARGEST_PAGE = 100
METHODS = ("PAYA", "CARD")
REASONS = ("CUSTOMER_REQUEST", "DUPLICATE_TRANSACTION", "SUSPICIOUS_TRANSACTION", "OTHER")
STATUS = {"succeeded": "SUCCESS", "pending": "PENDING", "failed": "FAILED"}
TEHRAN = timezone(timedelta(hours=3, minutes=30))
OPERATIONS = {
    "AddRefund": "zarinpal.refund",
    "GetRefund": "zarinpal.refund_state",
    "GetRefunds": "zarinpal.refunds",
    "Session": "zarinpal.sessions",
}
# What the real schema knows, of what we need.
_SCHEMA = """query mutation resource refund refunds sessions Sessions ID String Int DateTime FilterEnum
BigInteger InstantPayoutActionTypeEnum RefundReasonEnum AddRefund GetRefund GetRefunds Session
terminal_id reference_id session_id created_from_date created_to_date filter offset limit id amount
fee description method reason status authority created_at timeline verified_time canceled_time
refund_id refund_status refund_amount refund_time"""
_WORDS = frozenset(_SCHEMA.split())

Variables = dict[str, Any]
Work = Callable[[Turn], Answer]


class ZarinpalGraphql:
    """Turns a query into the work of one turn at the counter."""

    def __init__(self, *, late_seconds: float) -> None:
        self._late_seconds = late_seconds

    def route(self, authorization: str, asked: Any) -> tuple[str, Work]:
        """The operation's name and its work; a bad query's work says what is wrong with it."""
        works: dict[str, Callable[[Turn, Variables], Any]] = {
            "AddRefund": self._add_refund,
            "GetRefund": self._get_refund,
            "GetRefunds": self._get_refunds,
            "Session": self._sessions,
        }
        query = asked.get("query") if isinstance(asked, dict) else None
        query = query if isinstance(query, str) else ""
        found = re.search(r"(?:(\w+)\s*:\s*)?\b(AddRefund|GetRefunds?|Session)\s*\(\s*\w", query)
        variables = asked.get("variables") if isinstance(asked, dict) else None

        def work(turn: Turn) -> Answer:
            if authorization != f"Bearer {TOKEN}":
                raise _refuse("Unauthenticated.")
            if found is None or not isinstance(variables, dict):
                raise _refuse("Syntax Error")
            if unknown := sorted(set(re.findall(r"[A-Za-z_]\w*", query)) - _WORDS):
                raise _refuse(f'Cannot query field "{unknown[0]}".')
            body = {"data": {found[1] or found[2]: works[found[2]](turn, variables)}}
            return Answer(200, json.dumps(body).encode())

        return (OPERATIONS[found[2]] if found else "zarinpal.sessions"), work

    def _add_refund(self, turn: Turn, variables: Variables) -> dict[str, Any]:
        payment = _by_session(turn, str(variables.get("session_id", "")))
        amount = variables.get("amount")
        if isinstance(amount, bool) or not isinstance(amount, int) or amount < SMALLEST_REFUND:
            raise _refuse(f"The amount must be at least {SMALLEST_REFUND}.")
        if amount > payment.paid_amount - refunds.given_back(turn, payment):
            raise _refuse("The amount is more than what is left of the session.")
        method, reason = variables.get("method"), variables.get("reason")
        if method not in METHODS or reason not in REASONS:
            raise _refuse("Expected a method and a reason of the enum.")
        late_by = self._late_seconds if method == "PAYA" else 0
        given = refunds.give(
            turn,
            "zarinpal.refund",
            payment,
            amount,
            late_by=late_by,
            description=str(variables.get("description", "")),
        )
        return {
            "terminal_id": TERMINAL,
            "id": given.id,
            "amount": given.amount,
            "timeline": _timeline(given),
        }

    def _get_refund(self, turn: Turn, variables: Variables) -> dict[str, Any] | None:
        given = rows.find(turn, Refund, id=str(variables.get("id", "")))
        if given is None:
            return None
        return _drawn(refunds.brought_up_to_date(turn, given, refunds.payment_of(turn, given)))

    def _get_refunds(self, turn: Turn, variables: Variables) -> list[dict[str, Any]]:
        _check_terminal(variables)
        refunds.bring_all_up_to_date(turn)
        given = rows.query(turn, Refund, "id NOT LIKE 're_%'", {})
        return [_drawn(one) for one in _page(given[::-1], variables)]

    def _sessions(self, turn: Turn, variables: Variables) -> list[dict[str, Any]]:
        _check_terminal(variables)
        payments.bring_all_up_to_date(turn)
        found = rows.select(turn, Payment, wire="zarinpal")
        begin, end = variables.get("created_from_date"), variables.get("created_to_date")
        kept = [
            payment
            for payment in found
            if variables.get("reference_id") in (None, payment.payment_id)
            and (begin is None or payment.created >= _stamp(begin))
            and (end is None or payment.created <= _stamp(end))
        ]
        return [_session(turn, payment) for payment in _page(kept[::-1], variables)]


def session_number(payment: Payment) -> str:
    """Zarinpal's number of a transaction: neither its authority nor its reference."""
    return str(10**10 + int(payment.id[-10:]))


def _session(turn: Turn, payment: Payment) -> dict[str, Any]:
    given = rows.select(turn, Refund, payment=payment.id)
    is_paid = payment.state in ("paid", "reversed")
    status = ("VERIFIED" if payment.verified_at else "PAID") if is_paid else "ACTIVE"
    return {
        "id": session_number(payment),
        "status": "REVERSED" if payment.state == "reversed" else status,
        "amount": payment.paid_amount if is_paid else payment.amount,
        "fee": payment.fee,
        "authority": payment.id,
        "reference_id": payment.payment_id or None,
        "description": payment.description,
        "created_at": _iso(payment.created),
        "timeline": {
            "verified_time": _iso(payment.verified_at) if payment.verified_at else None,
            "canceled_time": None,
            **(_timeline(given[-1]) if given else {}),
        },
    }


def _timeline(given: Refund) -> dict[str, Any]:
    return {
        "refund_amount": given.amount,
        "refund_time": _iso(given.created),
        "refund_status": STATUS[given.status],
    }


def _drawn(given: Refund) -> dict[str, Any]:
    return {
        "id": given.id,
        "amount": given.amount,
        "status": STATUS[given.status],
        "created_at": _iso(given.created),
        "description": given.description,
    }


def _by_session(turn: Turn, number: str) -> Payment:
    for payment in rows.select(turn, Payment, wire="zarinpal", state="paid"):
        if session_number(payment) == number and payment.verified_at:
            return payment
    raise _refuse("Session not found.")


def _check_terminal(variables: Variables) -> None:
    if str(variables.get("terminal_id")) != TERMINAL:
        raise _refuse("Terminal not found.")


def _page(found: list[Any], variables: Variables) -> list[Any]:
    offset = int(variables.get("offset") or 0)
    return found[offset : offset + min(int(variables.get("limit") or 25), LARGEST_PAGE)]


def _stamp(text: Any) -> float:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as wrong:
        raise _refuse("Expected a DateTime.") from wrong
    return (moment if moment.tzinfo else moment.replace(tzinfo=TEHRAN)).timestamp()


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).astimezone(TEHRAN).isoformat(timespec="seconds")


def _refuse(message: str) -> RefusedError:
    body = {"data": None, "errors": [{"message": message}]}
    return RefusedError(Answer(200, json.dumps(body).encode()))
