"""What Zarinpal offers only to holders of an access token: refunds of a part, and its book.

AddRefund knows no idempotency. Our key goes into its description, and before we ask for a refund we
look for one that carries the key already: a lost answer is found again and not paid twice.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shop.payments.gateways.base import (
    IRR,
    GatewayRefused,
    GatewayUnknown,
    Movement,
    MovementKind,
    RefundAnswer,
    RefundNotOffered,
    RefundPayment,
    RefundState,
)
from shop.payments.gateways.zarinpal.wire import ZarinpalConfig, ZarinpalWire, whole_number

TEHRAN = ZoneInfo("Asia/Tehran")
SMALLEST_REFUND = 20_000
PAGE = 100
# By bank transfer in the next cycle; at once (CARD) costs more.
METHOD, REASON = "PAYA", "CUSTOMER_REQUEST"
REFUND_STATES = {
    "SUCCESS": RefundState.DONE,
    "PENDING": RefundState.PENDING,
    "FAILED": RefundState.FAILED,
}

ADD_REFUND = """
mutation AddRefund($session_id: ID!, $amount: BigInteger!, $description: String,
    $method: InstantPayoutActionTypeEnum, $reason: RefundReasonEnum) {
  resource: AddRefund(session_id: $session_id, amount: $amount, description: $description,
      method: $method, reason: $reason) {
    id amount timeline { refund_status }
  }
}
"""
GET_REFUND = """
query GetRefund($id: ID!) {
  resource: GetRefund(id: $id) { id amount status created_at description }
}
"""
GET_REFUNDS = """
query GetRefunds($terminal_id: ID!, $limit: Int, $offset: Int) {
  resource: GetRefunds(terminal_id: $terminal_id, limit: $limit, offset: $offset) {
    id amount status created_at description
  }
}
"""
SESSION_BY_NUMBER = """
query Sessions($terminal_id: ID!, $reference_id: String, $limit: Int) {
  resource: Session(terminal_id: $terminal_id, reference_id: $reference_id, limit: $limit) {
    id amount
  }
}
"""
SESSIONS_OF_DAYS = """
query Sessions($terminal_id: ID!, $created_from_date: DateTime, $created_to_date: DateTime,
    $limit: Int, $offset: Int) {
  resource: Session(terminal_id: $terminal_id, created_from_date: $created_from_date,
      created_to_date: $created_to_date, limit: $limit, offset: $offset) {
    id status amount fee authority reference_id created_at timeline { verified_time canceled_time }
  }
}
"""


class ZarinpalPanel:
    """Asks over GraphQL."""

    def __init__(self, wire: ZarinpalWire, config: ZarinpalConfig) -> None:
        self._wire = wire
        self._terminal = config.terminal

    def refund_with_key(self, key: str) -> RefundAnswer | None:
        """The refund that was made under this key; None when there is none yet."""
        for row in self._refunds():
            if row.get("description") == key:
                return _answer(row, row.get("status"))
        return None

    def refund(self, request: RefundPayment) -> RefundAnswer:
        """Ask for a refund; the caller has looked for one under this key. Raises RefundNotOffered."""
        if request.amount < SMALLEST_REFUND:
            raise RefundNotOffered("too_small", f"Zarinpal refunds from {SMALLEST_REFUND} rial")
        variables = {
            "session_id": self._session_of(request),
            "amount": int(request.amount),
            "description": request.key,
            "method": METHOD,
            "reason": REASON,
        }
        try:
            row = self._wire.ask_panel(ADD_REFUND, variables)
        except GatewayRefused as refused:
            raise RefundNotOffered(refused.code, str(refused)) from refused
        timeline = row.get("timeline") if isinstance(row, dict) else None
        status = timeline.get("refund_status") if isinstance(timeline, dict) else None
        return _answer(row, status)

    def refund_state(self, refund_id: str) -> RefundAnswer:
        """How a refund stands. Raises GatewayRefused when Zarinpal knows none of that name."""
        row = self._wire.ask_panel(GET_REFUND, {"id": refund_id})
        if row is None:
            raise GatewayRefused("no_such_refund", refund_id)
        return _answer(row, row.get("status") if isinstance(row, dict) else None)

    def movements(self, *, day: date) -> list[Movement]:
        """What was verified, reversed and refunded on one Tehran day, oldest first.

        Zarinpal lists payments by the day they were begun: the day before is read too, for those
        that were verified past midnight. A refund that failed moved nothing.
        """
        begin = datetime.combine(day - timedelta(days=1), time(), TEHRAN)
        end = datetime.combine(day + timedelta(days=1), time(), TEHRAN)
        days = {"created_from_date": begin.isoformat(), "created_to_date": end.isoformat()}
        found = [
            movement
            for row in self._pages(SESSIONS_OF_DAYS, days)
            for movement in _movements_of_session(row)
        ]
        found += [
            _movement_of_refund(row) for row in self._refunds() if row.get("status") != "FAILED"
        ]
        on_the_day = [one for one in found if one.at.astimezone(TEHRAN).date() == day]
        return sorted(on_the_day, key=lambda one: (one.at, one.id))

    def _session_of(self, request: RefundPayment) -> str:
        """Zarinpal's number of a transaction, which is neither the authority nor the reference."""
        rows = self._wire.ask_panel(
            SESSION_BY_NUMBER,
            {
                "terminal_id": self._terminal,
                "reference_id": request.gateway_payment_id,
                "limit": PAGE,
            },
        )
        numbers = [
            str(row["id"])
            for row in _objects(rows)
            if whole_number(row.get("amount")) == request.paid_amount and row.get("id")
        ]
        if len(numbers) != 1 or not request.gateway_payment_id:
            raise RefundNotOffered("no_such_session", request.gateway_payment_id)
        return numbers[0]

    def _refunds(self) -> Iterator[dict[str, Any]]:
        return self._pages(GET_REFUNDS, {})

    def _pages(self, query: str, variables: dict[str, Any]) -> Iterator[dict[str, Any]]:
        offset = 0
        while True:
            page = {"terminal_id": self._terminal, "limit": PAGE, "offset": offset, **variables}
            rows = _objects(self._wire.ask_panel(query, page))
            yield from rows
            if len(rows) < PAGE:
                return
            offset += PAGE


def _movements_of_session(row: dict[str, Any]) -> list[Movement]:
    timeline = row.get("timeline")
    timeline = timeline if isinstance(timeline, dict) else {}
    if not timeline.get("verified_time"):
        return []  # nobody paid, or we never took it
    taken_at = _moment(timeline["verified_time"])
    amount = _amount(row.get("amount"))
    capture = Movement(
        id=str(row.get("id")),
        kind=MovementKind.CAPTURE,
        reference=str(row.get("authority") or ""),
        gateway_payment_id=str(row.get("reference_id") or ""),
        amount=amount,
        currency=IRR,
        fee=_amount(row.get("fee") or 0),
        at=taken_at,
    )
    if row.get("status") != "REVERSED":
        return [capture]
    returned_at = timeline.get("canceled_time")
    reversal = Movement(
        id=f"{capture.id}:reversed",
        kind=MovementKind.REFUND,
        reference=capture.reference,
        gateway_payment_id=capture.gateway_payment_id,
        amount=-amount,
        currency=IRR,
        fee=0,
        at=_moment(returned_at) if returned_at else taken_at,
    )
    return [capture, reversal]


def _movement_of_refund(row: dict[str, Any]) -> Movement:
    return Movement(
        id=f"refund:{row.get('id')}",
        kind=MovementKind.REFUND,
        reference=str(row.get("id")),
        gateway_payment_id="",
        amount=-_amount(row.get("amount")),
        currency=IRR,
        fee=0,
        at=_moment(row.get("created_at")),
    )


def _answer(row: Any, status: Any) -> RefundAnswer:
    if not isinstance(row, dict) or not row.get("id"):
        raise GatewayUnknown("graphql: a refund without a name")
    return RefundAnswer(
        refund_id=str(row["id"]),
        amount=_amount(row.get("amount")),
        state=REFUND_STATES.get(str(status), RefundState.PENDING),
    )


def _objects(rows: Any) -> list[dict[str, Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise GatewayUnknown("graphql: an odd list")
    return rows


def _amount(found: Any) -> int:
    amount = whole_number(found)
    if amount is None:
        raise GatewayUnknown("graphql: an odd amount")
    return amount


def _moment(found: Any) -> datetime:
    """Zarinpal's clock is Tehran's where it names none."""
    try:
        moment = datetime.fromisoformat(str(found))
    except ValueError as odd:
        raise GatewayUnknown("graphql: an odd date") from odd
    return (moment if moment.tzinfo else moment.replace(tzinfo=TEHRAN)).astimezone(UTC)
