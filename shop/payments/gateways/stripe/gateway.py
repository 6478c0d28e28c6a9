"""The gateway as the shop knows it: Checkout Sessions and refunds, and the doors to the rest."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal
from urllib.parse import urlsplit

import stripe

from shop.payments.gateways.base import (
    GAVE_UP,
    AmountDiffers,
    Callback,
    CallbackRefused,
    Charge,
    Dispute,
    GatewayAnswer,
    GatewayRefused,
    GatewayUnknown,
    Movement,
    PaymentState,
    RefundAnswer,
    RefundPayment,
    RefundState,
    ReversalAnswer,
    SendTransfer,
    StartedPayment,
    StartPayment,
    TransferAnswer,
    UnsettledPayment,
    WebhookEvent,
)
from shop.payments.gateways.stripe import book, connect, disputes, webhook
from shop.payments.gateways.stripe.calls import PAGE, StripeConfig, ask, do, open_client, with_key

SESSION_ID = re.compile(r"cs_[A-Za-z0-9_]{1,100}")
REFUND_STATES = {
    "succeeded": RefundState.DONE,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}


class StripeGateway:
    """`base.ConnectGateway` over Stripe, and its webhooks."""

    name = "stripe"

    def __init__(self, config: StripeConfig) -> None:
        self._config = config
        self._client, self._http = open_client(config)

    def close(self) -> None:
        """Let go of the connections this thread has kept."""
        self._http.close()  # type: ignore[no-untyped-call] # the library left this one untyped

    def start(self, request: StartPayment) -> StartedPayment:
        """Open a Checkout Session; the same `key` again gives the same session."""
        joint = "&" if urlsplit(request.return_url).query else "?"
        locale: Literal["en", "auto"] = "en" if request.language == "en" else "auto"
        metadata = {"attempt": request.key, "order": request.order_number}
        session = do(
            lambda: self._client.v1.checkout.sessions.create(
                params={
                    "mode": "payment",
                    "client_reference_id": request.order_number,
                    "success_url": (
                        f"{request.return_url}{joint}session_id={{CHECKOUT_SESSION_ID}}"
                    ),
                    "cancel_url": request.cancel_url,
                    "expires_at": int(request.expires_at.timestamp()),
                    "locale": locale,
                    "metadata": metadata,
                    "payment_intent_data": {
                        "metadata": metadata,
                        "transfer_group": connect.group_of(request.order_number),
                    },
                    "line_items": [
                        {
                            "quantity": 1,
                            "price_data": {
                                "currency": request.currency.lower(),
                                "unit_amount": int(request.amount),
                                "product_data": {"name": request.description},
                            },
                        }
                    ],
                },
                options={"idempotency_key": f"{request.key}:session"},
            )
        )
        if not session.url:
            raise GatewayUnknown("Stripe opened a session without an address")
        return StartedPayment(reference=session.id, redirect_url=session.url)

    def look_up(self, reference: str, *, charge: Charge) -> GatewayAnswer:
        """Ask for the session. At Stripe a paid payment is ours at once. Raises AmountDiffers."""
        session = ask(
            lambda: self._client.v1.checkout.sessions.retrieve(
                reference,
                params={"expand": ["payment_intent.latest_charge.balance_transaction"]},
            )
        )
        return _answer(session, charge)

    def peek(self, reference: str, *, charge: Charge) -> GatewayAnswer:
        """Asking takes nothing at Stripe."""
        return self.look_up(reference, charge=charge)

    def expire(self, reference: str, *, charge: Charge) -> GatewayAnswer:
        """End the session; one that is already complete or expired says what it is."""
        try:
            session = do(lambda: self._client.v1.checkout.sessions.expire(reference))
        except GatewayRefused:
            return self.look_up(reference, charge=charge)
        return _answer(session, charge)

    def refund(self, request: RefundPayment) -> RefundAnswer:
        """Give back a part or all; the same `key` again gives the same refund."""
        given = self._refund_with_key(request) or do(
            lambda: self._client.v1.refunds.create(
                params={
                    "payment_intent": request.gateway_payment_id,
                    "amount": int(request.amount),
                    "metadata": {"key": request.key},
                },
                options={"idempotency_key": f"{request.key}:refund"},
            )
        )
        answer = _refund_answer(given)
        if answer.state is RefundState.FAILED:
            raise GatewayRefused(f"refund_{given.status}", str(given.id))
        return answer

    def refund_state(self, refund_id: str) -> RefundAnswer:
        """Ask for the refund: a card's bank may take days, and may still say no."""
        return _refund_answer(ask(lambda: self._client.v1.refunds.retrieve(refund_id)))

    def list_unsettled(self) -> list[UnsettledPayment]:
        """Always []: what is paid at Stripe is ours without our doing, and `look_up` finds it."""
        return []

    def parse_callback(self, query: Mapping[str, str]) -> Callback:
        """`session_id` comes with the success address only; our own mark with the other."""
        session_id = query.get("session_id", "")
        if "session_id" in query and not SESSION_ID.fullmatch(session_id):
            raise CallbackRefused("this is no session of Stripe's")
        return Callback(reference=session_id, gave_up=query.get(GAVE_UP) == "1")

    def movements(self, *, day: date) -> list[Movement]:
        """The balance transactions of the day."""
        return book.movements(self._client, day=day)

    def transfer(self, request: SendTransfer) -> TransferAnswer:
        """Send a stall its money."""
        return connect.transfer(self._client, request)

    def reverse_transfer(self, *, key: str, transfer_id: str, amount: int) -> ReversalAnswer:
        """Take a part of a transfer back."""
        return connect.reverse_transfer(
            self._client, key=key, transfer_id=transfer_id, amount=amount
        )

    def transfer_state(self, transfer_id: str) -> TransferAnswer:
        """A transfer as it stands."""
        return connect.transfer_state(self._client, transfer_id)

    def account_can_be_paid(self, account: str) -> bool:
        """Whether the account's transfers capability is active."""
        return connect.account_can_be_paid(self._client, account)

    def dispute(self, dispute_id: str) -> Dispute:
        """A dispute as it stands."""
        return disputes.dispute(self._client, dispute_id)

    def parse_webhook(self, body: bytes, signature: str) -> WebhookEvent:
        """Check signature, age, mode and account of a raw body. Raises WebhookRefused."""
        return webhook.parse(body, signature, self._config)

    def _refund_with_key(self, request: RefundPayment) -> stripe.Refund | None:
        given = ask(
            lambda: self._client.v1.refunds.list(
                params={"payment_intent": request.gateway_payment_id, "limit": PAGE}
            )
        )
        return with_key(given.data, request.key)


def _answer(session: stripe.checkout.Session, charge: Charge) -> GatewayAnswer:
    seen = session.to_dict()
    intent = seen.get("payment_intent")
    intent = intent if isinstance(intent, dict) else {}
    state = _state(seen, intent)
    received, currency = _received(seen, intent, state)
    if (received, currency) != (charge.amount, charge.currency):
        raise AmountDiffers(
            "amount", f"{received} {currency} instead of {int(charge.amount)} {charge.currency}"
        )
    fee, fee_currency = _fee(intent)
    return GatewayAnswer(
        state=state,
        reference=session.id,
        amount=received,
        currency=currency,
        is_taken=state is PaymentState.PAID,
        gateway_payment_id=str(intent.get("id", "")),
        fee=fee,
        fee_currency=fee_currency,
        code=_refusal_code(intent),
    )


def _state(session: Mapping[str, Any], intent: Mapping[str, Any]) -> PaymentState:
    if session.get("payment_status") == "paid":
        return PaymentState.PAID
    match session.get("status"):
        case "expired":
            return PaymentState.EXPIRED
        case "open":
            declined = intent.get("last_payment_error")
            return PaymentState.DECLINED if declined else PaymentState.PENDING
        case "complete":  # a bank that answers later
            return PaymentState.PENDING
        case _:
            return PaymentState.UNKNOWN


def _received(
    session: Mapping[str, Any], intent: Mapping[str, Any], state: PaymentState
) -> tuple[int, str]:
    """What came in when paid, what was asked for otherwise."""
    if state is PaymentState.PAID:
        if not intent:
            raise GatewayUnknown("a paid session without its payment")
        return int(intent["amount_received"]), str(intent["currency"]).upper()
    if not isinstance(session.get("amount_total"), int):
        raise GatewayUnknown("a session without its amount")
    return int(session["amount_total"]), str(session["currency"]).upper()


def _fee(intent: Mapping[str, Any]) -> tuple[int | None, str]:
    """Stripe counts its fee in the currency in which it settles with us."""
    charge = intent.get("latest_charge")
    transaction = charge.get("balance_transaction") if isinstance(charge, dict) else None
    if not isinstance(transaction, dict):
        return None, ""
    return int(transaction["fee"]), str(transaction["currency"]).upper()


def _refusal_code(intent: Mapping[str, Any]) -> str:
    refusal = intent.get("last_payment_error") or {}
    return str(refusal.get("decline_code") or refusal.get("code") or "")


def _refund_answer(given: stripe.Refund) -> RefundAnswer:
    state = REFUND_STATES.get(str(given.status), RefundState.PENDING)
    return RefundAnswer(refund_id=given.id, amount=given.amount, state=state)
