"""Stripe Checkout: a hosted page, webhooks and refunds, through the official library.

The sandbox bank speaks the same wire: `base_url` leads there. The real Stripe does not present
IRR and refuses dealings with Iran: see docs/payments.md.
"""

import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

import stripe

from shop.payments.gateways.base import (
    AmountDiffers,
    GatewayAnswer,
    GatewayRefused,
    GatewayUnknown,
    PaymentState,
    RefundAnswer,
    RefundPayment,
    StartedPayment,
    StartPayment,
    WebhookEvent,
    WebhookRefused,
)

# Raised on purpose, together with the library: webhooks carry the same version.
API_VERSION = "2026-10-28.endive"
TIMEOUT = (3.05, 8.0)
OLDEST_WEBHOOK = NEWEST_WEBHOOK = 300

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class StripeConfig:
    """`base_url` "" is the real Stripe; `account` "" accepts any account in a webhook."""

    api_key: str
    webhook_secret: str
    base_url: str = ""
    account: str = ""
    currency: str = "irr"

    @property
    def is_live(self) -> bool:
        return self.api_key.startswith(("sk_live_", "rk_live_"))


class StripeGateway:
    """The protocol of `base.Gateway` over Stripe Checkout, and its webhooks."""

    name = "stripe"

    def __init__(self, config: StripeConfig) -> None:
        self._config = config
        self._http = stripe.RequestsClient(timeout=TIMEOUT)
        self._client = stripe.StripeClient(
            config.api_key,
            base_addresses={"api": config.base_url} if config.base_url else {},
            stripe_version=API_VERSION,
            max_network_retries=1,
            http_client=self._http,
        )

    def close(self) -> None:
        """Let go of the connections this thread has kept."""
        self._http.close()  # type: ignore[no-untyped-call] # the library left this one untyped

    def start(self, request: StartPayment) -> StartedPayment:
        """Open a Checkout Session; the same `key` again gives the same session."""
        joint = "&" if urlsplit(request.return_url).query else "?"
        locale: Literal["en", "auto"] = "en" if request.language == "en" else "auto"
        metadata = {"attempt": request.key, "order": request.order_number}
        session = _do(
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
                    "payment_intent_data": {"metadata": metadata},
                    "line_items": [
                        {
                            "quantity": 1,
                            "price_data": {
                                "currency": self._config.currency,
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

    def look_up(self, reference: str, *, amount: int) -> GatewayAnswer:
        """Ask for the session. At Stripe a paid payment is ours at once. Raises AmountDiffers."""
        session = _ask(
            lambda: self._client.v1.checkout.sessions.retrieve(
                reference,
                params={"expand": ["payment_intent.latest_charge.balance_transaction"]},
            )
        )
        return self._answer(session, amount)

    def peek(self, reference: str, *, amount: int) -> GatewayAnswer:
        """Asking takes nothing at Stripe."""
        return self.look_up(reference, amount=amount)

    def expire(self, reference: str, *, amount: int) -> GatewayAnswer:
        """End the session; one that is already complete or expired says what it is."""
        try:
            session = _do(lambda: self._client.v1.checkout.sessions.expire(reference))
        except GatewayRefused:
            return self.look_up(reference, amount=amount)
        return self._answer(session, amount)

    def refund(self, request: RefundPayment) -> RefundAnswer:
        """Give back a part or all; the same `key` again gives the same refund."""
        given = _do(
            lambda: self._client.v1.refunds.create(
                params={
                    "payment_intent": request.gateway_payment_id,
                    "amount": int(request.amount),
                },
                options={"idempotency_key": f"{request.key}:refund"},
            )
        )
        if given.status in ("failed", "canceled"):
            raise GatewayRefused(f"refund_{given.status}")
        return RefundAnswer(
            refund_id=given.id, amount=given.amount, is_done=given.status == "succeeded"
        )

    def parse_webhook(self, body: bytes, signature: str) -> WebhookEvent:
        """Check signature, age, mode and account of a raw body. Raises WebhookRefused.

        The payload is what Stripe said at that moment; read the payment again before acting on it.
        """
        if not signature.isascii():  # the library's comparison knows no other letters
            raise WebhookRefused("the signature does not fit")
        try:
            stripe.WebhookSignature.verify_header(
                body, signature, self._config.webhook_secret, OLDEST_WEBHOOK
            )
            event = json.loads(body)
        except stripe.SignatureVerificationError as wrong:
            raise WebhookRefused("the signature does not fit") from wrong
        except (json.JSONDecodeError, UnicodeDecodeError) as wrong:
            raise WebhookRefused("the body is not JSON") from wrong
        if _stamp(signature) > time.time() + NEWEST_WEBHOOK:
            raise WebhookRefused("the signature is from the future")
        self._check_sender(event)
        return WebhookEvent(
            event_id=str(event["id"]),
            kind=str(event.get("type", "")),
            reference=_reference(event),
            payload=event,
        )

    def _check_sender(self, event: Any) -> None:
        if not isinstance(event, dict) or event.get("object") != "event" or not event.get("id"):
            raise WebhookRefused("this is not an event")
        if bool(event.get("livemode")) != self._config.is_live:
            raise WebhookRefused("the event is of the other mode, live or test")
        account = str(event.get("account") or "")
        if self._config.account and not hmac.compare_digest(account, self._config.account):
            raise WebhookRefused("the event is of another account")

    def _answer(self, session: stripe.checkout.Session, amount: int) -> GatewayAnswer:
        seen = session.to_dict()
        intent = seen.get("payment_intent")
        intent = intent if isinstance(intent, dict) else {}
        state = _state(seen, intent)
        received, currency = _received(seen, intent, state)
        if received != amount or currency != self._config.currency:
            raise AmountDiffers("amount", f"{received} {currency} instead of {int(amount)}")
        charge = intent.get("latest_charge")
        charge = charge if isinstance(charge, dict) else {}
        return GatewayAnswer(
            state=state,
            reference=session.id,
            amount=received,
            currency=currency,
            is_taken=state is PaymentState.PAID,
            gateway_payment_id=str(intent.get("id", "")),
            fee_rial=_fee_rial(charge),
            card_mask=_card_mask(charge),
            code=_refusal_code(intent),
        )


def _do(call: Callable[[], T]) -> T:
    """Run a call that changes something, and say the library's errors in our words."""
    try:
        return call()
    except (stripe.CardError, stripe.InvalidRequestError) as refused:
        raise GatewayRefused(refused.code or "invalid_request", str(refused)) from refused
    except (stripe.AuthenticationError, stripe.PermissionError) as refused:
        raise GatewayRefused(refused.code or "not_allowed", str(refused)) from refused
    except stripe.IdempotencyError as error:
        # The first call under this key is still running.
        if error.http_status == HTTPStatus.CONFLICT:
            raise GatewayUnknown(str(error)) from error
        raise GatewayRefused(error.code or "key_reused", str(error)) from error
    except stripe.StripeError as unsure:
        raise GatewayUnknown(str(unsure)) from unsure


def _ask(call: Callable[[], T]) -> T:
    """Run a question. Only "no such payment" is an answer; a wrong key of ours tells nothing."""
    try:
        return _do(call)
    except GatewayRefused as refused:
        if refused.code == "resource_missing":
            raise
        raise GatewayUnknown(str(refused)) from refused


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
        return int(intent["amount_received"]), str(intent["currency"])
    return int(session["amount_total"]), str(session["currency"])


def _fee_rial(charge: Mapping[str, Any]) -> int | None:
    """Stripe's fee when it is counted in rial (the sandbox); None when unknown or in another."""
    transaction = charge.get("balance_transaction")
    if not isinstance(transaction, dict) or transaction.get("currency") != "irr":
        return None
    return int(transaction["fee"])


def _card_mask(charge: Mapping[str, Any]) -> str | None:
    card = (charge.get("payment_method_details") or {}).get("card") or {}
    return f"************{card['last4']}" if card.get("last4") else None


def _refusal_code(intent: Mapping[str, Any]) -> str:
    refusal = intent.get("last_payment_error") or {}
    return str(refusal.get("decline_code") or refusal.get("code") or "")


def _reference(event: Mapping[str, Any]) -> str:
    about = (event.get("data") or {}).get("object") or {}
    return str(about.get("id", "")) if about.get("object") == "checkout.session" else ""


def _stamp(signature: str) -> int:
    """The `t=` of a header that was already found good."""
    stamps = [part[2:] for part in signature.split(",") if part.startswith("t=")]
    return int(stamps[-1])
