"""Disputes: a buyer's bank takes the money back, and Stripe asks us for evidence."""

from datetime import UTC, datetime
from typing import Any

import stripe

from shop.payments.gateways.base import Dispute
from shop.payments.gateways.stripe.calls import ask

CLOSED = ("won", "lost", "warning_closed", "prevented")


def dispute(client: stripe.StripeClient, dispute_id: str) -> Dispute:
    """A dispute as it stands; its `warning_*` states are inquiries that take no money yet."""
    seen = ask(lambda: client.v1.disputes.retrieve(dispute_id)).to_dict()
    lines: list[dict[str, Any]] = seen.get("balance_transactions") or []
    fee = sum(int(line["fee"]) for line in lines)
    due = (seen.get("evidence_details") or {}).get("due_by")
    status = str(seen["status"])
    is_closed = status in CLOSED
    return Dispute(
        dispute_id=str(seen["id"]),
        gateway_payment_id=str(seen.get("payment_intent") or ""),
        amount=int(seen["amount"]),
        currency=str(seen["currency"]).upper(),
        fee=fee,
        fee_currency=str(lines[0]["currency"]).upper() if lines else "",
        status=status,
        reason=str(seen.get("reason") or ""),
        evidence_due=datetime.fromtimestamp(due, UTC) if due else None,
        is_withdrawn=sum(int(line["amount"]) for line in lines) < 0,
        is_closed=is_closed,
        is_won=is_closed and status != "lost",
    )
