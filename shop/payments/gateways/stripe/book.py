"""Stripe's own book: balance transactions, as lines to compare with our ledger."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import stripe

from shop.payments.gateways.base import Movement, MovementKind
from shop.payments.gateways.stripe.calls import PAGE, ask

TEHRAN = ZoneInfo("Asia/Tehran")
# Stripe's reporting categories: steadier than its many types.
KINDS = {
    "charge": MovementKind.CAPTURE,
    "refund": MovementKind.REFUND,
    "refund_failure": MovementKind.REFUND_FAILED,
    "transfer": MovementKind.TRANSFER,
    "transfer_reversal": MovementKind.REVERSAL,
    "dispute": MovementKind.DISPUTE,
    "dispute_reversal": MovementKind.DISPUTE_WON,
    "payout": MovementKind.PAYOUT,
    "payout_reversal": MovementKind.PAYOUT_FAILED,
    "fee": MovementKind.FEE,
    "network_cost": MovementKind.FEE,
}


def movements(client: stripe.StripeClient, *, day: date) -> list[Movement]:
    """Every line of one Tehran day, page by page, oldest first."""
    begin = datetime.combine(day, datetime.min.time(), TEHRAN)
    end = datetime.combine(day + timedelta(days=1), datetime.min.time(), TEHRAN)
    lines = ask(
        lambda: list(
            client.v1.balance_transactions.list(
                params={
                    "created": {"gte": int(begin.timestamp()), "lt": int(end.timestamp())},
                    "limit": PAGE,
                    "expand": ["data.source"],
                }
            ).auto_paging_iter()
        )
    )
    # Stripe lists the newest first, and several may bear one second.
    return [_movement(line.to_dict()) for line in reversed(lines)]


def _movement(line: Mapping[str, Any]) -> Movement:
    source = line.get("source")
    seen: Mapping[str, Any] = source if isinstance(source, dict) else {"id": source}
    kind = KINDS.get(str(line.get("reporting_category")), MovementKind.OTHER)
    # A payment is known to us by its intent; the charge inside it is Stripe's own affair.
    reference = "" if kind is MovementKind.CAPTURE else str(seen.get("id") or "")
    return Movement(
        id=str(line["id"]),
        kind=kind,
        reference=reference,
        gateway_payment_id=str(seen.get("payment_intent") or ""),
        amount=int(line["amount"]),
        currency=str(line["currency"]).upper(),
        fee=int(line["fee"]),
        at=datetime.fromtimestamp(int(line["created"]), UTC),
    )
