"""Stripe's objects as JSON, drawn from our rows. Only the fields a shop reads."""

import json
from typing import Any

from bank.records import (
    Account,
    Dispute,
    Line,
    Payment,
    Payout,
    Refund,
    Reversal,
    Transfer,
)

API_VERSION = "2026-10-28.endive"
ACCOUNT = "acct_sandbox"
LAST4 = "4242"


def checkout_session(
    payment: Payment, *, page_url: str = "", intent: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A Checkout Session. `intent` stands in for the bare id when the caller expands it."""
    is_open = payment.state == "open"
    state = {"open": "open", "expired": "expired"}.get(payment.state, "complete")
    return {
        "id": payment.id,
        "object": "checkout.session",
        "amount_subtotal": payment.amount,
        "amount_total": payment.amount,
        "cancel_url": payment.cancel_url,
        "client_reference_id": payment.order_number,
        "created": int(payment.created),
        "currency": payment.currency,
        "expires_at": int(payment.expires_at),
        "livemode": False,
        "locale": payment.language,
        "metadata": payment.tags,
        "mode": "payment",
        "payment_intent": intent or payment.payment_id or None,
        "payment_method_types": ["card"],
        "payment_status": "paid" if payment.state == "paid" else "unpaid",
        "status": state,
        "success_url": payment.return_url,
        "url": page_url if is_open else None,
    }


def payment_intent(
    payment: Payment, *, charge: dict[str, Any] | None = None
) -> dict[str, Any] | None:
    """A PaymentIntent; None before the buyer has tried anything."""
    if not payment.payment_id:
        return None
    is_paid = payment.state == "paid"
    states = {"paid": "succeeded", "processing": "processing", "expired": "canceled"}
    return {
        "id": payment.payment_id,
        "object": "payment_intent",
        "amount": payment.paid_amount or payment.amount,
        "amount_received": payment.paid_amount if is_paid else 0,
        "created": int(payment.created),
        "currency": payment.currency,
        "last_payment_error": _refusal() if payment.declined and payment.state == "open" else None,
        "latest_charge": (charge or payment.charge_id) if is_paid else None,
        "livemode": False,
        "metadata": payment.tags,
        "transfer_group": payment.transfer_group or None,
        "status": states.get(payment.state, "requires_payment_method"),
    }


def charge(
    payment: Payment, *, refunded: int, transaction: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The charge of a paid payment."""
    return {
        "id": payment.charge_id,
        "object": "charge",
        "amount": payment.paid_amount,
        "amount_captured": payment.paid_amount,
        "amount_refunded": refunded,
        "balance_transaction": transaction or payment.charge_id.replace("ch_", "txn_", 1),
        "created": int(payment.paid_at or payment.created),
        "currency": payment.currency,
        "livemode": False,
        "metadata": payment.tags,
        "paid": True,
        "payment_intent": payment.payment_id,
        "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": LAST4}},
        "refunded": refunded == payment.paid_amount,
        "status": "succeeded",
        "transfer_group": payment.transfer_group or None,
    }


def balance_transaction(line: Line, *, source: dict[str, Any] | None = None) -> dict[str, Any]:
    """One line of a balance's book. `source` stands in for the bare id when expanded."""
    return {
        "id": line.id,
        "object": "balance_transaction",
        "amount": line.amount,
        "available_on": int(line.created),
        "created": int(line.created),
        "currency": line.currency,
        "fee": line.fee,
        "net": line.amount - line.fee,
        "reporting_category": line.category,
        "source": source or line.source,
        "status": "available",
        "type": line.kind,
    }


def refund(given: Refund, payment: Payment, *, reason: str | None = None) -> dict[str, Any]:
    """A refund; its bank may still be working on it."""
    failure = {"failure_reason": "expired_or_canceled_card"} if given.status == "failed" else {}
    return {
        "id": given.id,
        "object": "refund",
        "amount": given.amount,
        "charge": payment.charge_id,
        "created": int(given.created),
        "currency": payment.currency,
        "metadata": json.loads(given.description or "{}"),
        "payment_intent": payment.payment_id,
        "reason": reason,
        "status": given.status,
        **failure,
    }


def account(seen: Account) -> dict[str, Any]:
    """A stall's account, in the controller form."""
    is_active = seen.transfers == "active"
    return {
        "id": seen.id,
        "object": "account",
        "capabilities": {"transfers": seen.transfers},
        "charges_enabled": False,
        "controller": {"type": "application"},
        "country": seen.country or None,
        "created": int(seen.created),
        "details_submitted": is_active,
        "email": seen.email or None,
        "metadata": json.loads(seen.metadata),
        "payouts_enabled": is_active,
        "requirements": {"currently_due": [] if is_active else ["external_account"]},
        "type": "none",
    }


def transfer(sent: Transfer) -> dict[str, Any]:
    """A transfer to an account."""
    return {
        "id": sent.id,
        "object": "transfer",
        "amount": sent.amount,
        "amount_reversed": sent.reversed,
        "created": int(sent.created),
        "currency": sent.currency,
        "destination": sent.account,
        "livemode": False,
        "metadata": json.loads(sent.metadata),
        "reversed": sent.reversed == sent.amount,
        "source_transaction": sent.source or None,
        "transfer_group": sent.transfer_group or None,
    }


def reversal(taken: Reversal) -> dict[str, Any]:
    """A part of a transfer taken back."""
    return {
        "id": taken.id,
        "object": "transfer_reversal",
        "amount": taken.amount,
        "created": int(taken.created),
        "currency": taken.currency,
        "metadata": json.loads(taken.metadata),
        "transfer": taken.transfer,
    }


def dispute(seen: Dispute, payment: Payment, lines: list[Line]) -> dict[str, Any]:
    """A dispute with what it did to the balance: one line, two once it is won."""
    return {
        "id": seen.id,
        "object": "dispute",
        "amount": seen.amount,
        "balance_transactions": [balance_transaction(line) for line in lines],
        "charge": payment.charge_id,
        "created": int(seen.created),
        "currency": seen.currency,
        "evidence_details": {"due_by": int(seen.due_by), "has_evidence": False, "past_due": False},
        "livemode": False,
        "metadata": {},
        "payment_intent": payment.payment_id,
        "reason": seen.reason,
        "status": seen.status,
    }


def payout(seen: Payout) -> dict[str, Any]:
    """A payout to a bank account."""
    failure = {"failure_code": "account_closed"} if seen.status == "failed" else {}
    return {
        "id": seen.id,
        "object": "payout",
        "amount": seen.amount,
        "arrival_date": int(seen.created),
        "created": int(seen.created),
        "currency": seen.currency,
        "livemode": False,
        "metadata": {},
        "status": seen.status,
        **failure,
    }


def event(
    event_id: str, kind: str, about: dict[str, Any], *, created: float, account: str = ""
) -> dict[str, Any]:
    """The envelope of a webhook."""
    return {
        "id": event_id,
        "object": "event",
        "account": account or ACCOUNT,
        "api_version": API_VERSION,
        "created": int(created),
        "data": {"object": about},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }


def _refusal() -> dict[str, Any]:
    return {
        "code": "card_declined",
        "decline_code": "insufficient_funds",
        "message": "Your card has insufficient funds.",
        "type": "card_error",
    }
