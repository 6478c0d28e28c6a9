"""Stripe's objects as JSON, drawn from one payment. Only the fields a shop reads."""

from typing import Any

from bank.records import Payment, Refund

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
        "latest_charge": (charge or charge_id(payment)) if is_paid else None,
        "livemode": False,
        "metadata": payment.tags,
        "status": states.get(payment.state, "requires_payment_method"),
    }


def charge_id(payment: Payment) -> str:
    return payment.payment_id.replace("pi_", "ch_", 1)


def charge(
    payment: Payment, *, refunded: int, transaction: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The charge of a paid payment."""
    return {
        "id": charge_id(payment),
        "object": "charge",
        "amount": payment.paid_amount,
        "amount_captured": payment.paid_amount,
        "amount_refunded": refunded,
        "balance_transaction": transaction or charge_id(payment).replace("ch_", "txn_", 1),
        "created": int(payment.paid_at or payment.created),
        "currency": payment.currency,
        "livemode": False,
        "metadata": payment.tags,
        "paid": True,
        "payment_intent": payment.payment_id,
        "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": LAST4}},
        "refunded": refunded == payment.paid_amount,
        "status": "succeeded",
    }


def balance_transaction(payment: Payment) -> dict[str, Any]:
    """What the charge did to the shop's balance."""
    return {
        "id": charge_id(payment).replace("ch_", "txn_", 1),
        "object": "balance_transaction",
        "amount": payment.paid_amount,
        "currency": payment.currency,
        "fee": payment.fee,
        "net": payment.paid_amount - payment.fee,
        "type": "charge",
    }


def refund(given: Refund, payment: Payment, *, reason: str | None) -> dict[str, Any]:
    """A refund. The sandbox gives back at once."""
    return {
        "id": given.id,
        "object": "refund",
        "amount": given.amount,
        "charge": charge_id(payment),
        "created": int(given.created),
        "currency": payment.currency,
        "metadata": {},
        "payment_intent": payment.payment_id,
        "reason": reason,
        "status": "succeeded",
    }


def event(event_id: str, kind: str, about: dict[str, Any], *, created: float) -> dict[str, Any]:
    """The envelope of a webhook."""
    return {
        "id": event_id,
        "object": "event",
        "account": ACCOUNT,
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
