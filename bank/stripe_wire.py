"""Stripe's wire: Checkout Sessions, PaymentIntents, refunds and events."""

import json
import re
import secrets
from collections.abc import Callable
from typing import Any

from bank import payments, stripe_objects
from bank.counter import Answer, RefusedError, Turn, Wire
from bank.events import find_event
from bank.forms import items_of
from bank.records import Payment

CURRENCIES = ("irr", "eur", "usd")
SESSION_FIELDS = {
    "cancel_url",
    "client_reference_id",
    "customer_email",
    "expand",
    "expires_at",
    "line_items",
    "locale",
    "metadata",
    "mode",
    "payment_intent_data",
    "payment_method_types",
    "success_url",
}
REFUND_FIELDS = {"amount", "charge", "expand", "metadata", "payment_intent", "reason"}
LONGEST_SESSION = 24 * 3600

Params = dict[str, Any]
Work = Callable[[Turn], Answer]


def error(
    status: int, kind: str, message: str, *, code: str = "", param: str = "", **more: str
) -> Answer:
    """Stripe's error object."""
    fields = {"type": kind, "message": message, "code": code, "param": param, **more}
    return reply({"error": {key: value for key, value in fields.items() if value}}, status)


def reply(body: dict[str, Any], status: int = 200) -> Answer:
    request_id = f"req_{secrets.token_hex(7)}"
    return Answer(status, json.dumps(body).encode(), headers=(("Request-Id", request_id),))


WIRE = Wire(
    unavailable=error(503, "api_error", "The sandbox bank was told to refuse this."),
    too_many=error(429, "invalid_request_error", "Too many requests.", code="rate_limit"),
    lost=error(500, "api_error", "The sandbox bank was told to lose this answer."),
    key_reused=error(
        400,
        "idempotency_error",
        "Keys for idempotent requests can only be used with the same parameters.",
    ),
    key_in_use=error(
        409,
        "idempotency_error",
        "Another request with this key is still in progress.",
        code="idempotency_key_in_use",
    ),
)


def refuse(message: str, *, param: str = "", code: str = "", status: int = 400) -> RefusedError:
    return RefusedError(error(status, "invalid_request_error", message, param=param, code=code))


def check_key(authorization: str) -> None:
    """Only test keys may speak to a sandbox. Raises RefusedError."""
    key = authorization.removeprefix("Bearer ").strip()
    if key.startswith(("sk_live_", "rk_live_")):
        raise refuse("A live key has no business at the sandbox bank.", status=401)
    if not key.startswith("sk_test_"):
        raise refuse("You did not provide a test API key.", status=401)


class StripeWire:
    """Turns a request into the work of one turn at the counter."""

    def __init__(self, *, base_url: str, shortest_session: int) -> None:
        self._base_url = base_url
        self._shortest_session = shortest_session

    def route(self, method: str, path: str, params: Params) -> tuple[str, Work] | None:
        """The operation's name and its work; None when there is no such path."""
        routes: list[tuple[str, str, str, Callable[..., Answer]]] = [
            ("POST", r"/v1/checkout/sessions", "session.create", self._create_session),
            ("GET", r"/v1/checkout/sessions/(\w+)", "session.retrieve", self._retrieve_session),
            ("POST", r"/v1/checkout/sessions/(\w+)/expire", "session.expire", self._expire_session),
            ("GET", r"/v1/payment_intents/(\w+)", "payment_intent.retrieve", self._retrieve_intent),
            ("POST", r"/v1/refunds", "refund.create", self._create_refund),
            ("GET", r"/v1/events/(\w+)", "event.retrieve", self._retrieve_event),
        ]
        for verb, pattern, op, work in routes:
            if verb == method and (match := re.fullmatch(pattern, path)):
                names = match.groups()
                return op, lambda turn, work=work, names=names: work(turn, *names, params)
        return None

    def _create_session(self, turn: Turn, params: Params) -> Answer:
        _refuse_unknown(params, SESSION_FIELDS)
        if params.get("mode") != "payment":
            raise refuse("The sandbox bank knows mode=payment only.", param="mode")
        amount, currency, description = _one_line(params)
        metadata = dict(params.get("metadata") or {})
        metadata |= (params.get("payment_intent_data") or {}).get("metadata") or {}
        payment = payments.open_payment(
            turn,
            Payment(
                id=f"cs_test_{secrets.token_hex(16)}",
                wire="stripe",
                state="open",
                amount=amount,
                currency=currency,
                description=description,
                order_number=str(params.get("client_reference_id", "")),
                return_url=_web_address(params, "success_url"),
                cancel_url=_web_address(params, "cancel_url"),
                language=str(params.get("locale", "auto")),
                metadata=json.dumps(metadata),
                idempotency_key=turn.key,
                created=turn.now,
                expires_at=self._deadline(turn, params),
            ),
        )
        return reply(self._session(turn, payment, params))

    def _retrieve_session(self, turn: Turn, session_id: str, params: Params) -> Answer:
        return reply(self._session(turn, _session_named(turn, session_id), params))

    def _expire_session(self, turn: Turn, session_id: str, params: Params) -> Answer:
        payment = _session_named(turn, session_id)
        if payment.state != "open":
            status = "expired" if payment.state == "expired" else "complete"
            raise refuse(
                "Only Checkout Sessions with a status in ['open'] can be expired."
                f" This Checkout Session has a status of '{status}'."
            )
        return reply(self._session(turn, payments.expire(turn, payment), params))

    def _retrieve_intent(self, turn: Turn, intent_id: str, params: Params) -> Answer:
        payment = payments.find_by_payment_id(turn, intent_id)
        intent = payment and _intent(turn, payment, _wishes(params))
        if not intent:
            raise _missing("payment_intent", intent_id)
        return reply(intent)

    def _create_refund(self, turn: Turn, params: Params) -> Answer:
        _refuse_unknown(params, REFUND_FIELDS)
        intent_id = str(params.get("payment_intent") or params.get("charge", ""))
        payment = payments.find_by_payment_id(turn, intent_id.replace("ch_", "pi_", 1))
        if payment is None:
            raise _missing("payment_intent", intent_id)
        left = payment.paid_amount - payments.refunded_amount(turn, payment)
        if payment.state != "paid" or left == 0:
            raise refuse("This payment has nothing left to refund.", code="charge_already_refunded")
        amount = _whole(params, "amount") if "amount" in params else left
        if amount > left:
            raise refuse(f"Refund amount ({amount}) is greater than what is left ({left}).")
        given = payments.refund(turn, payment, amount)
        return reply(stripe_objects.refund(given, payment, reason=params.get("reason")))

    def _retrieve_event(self, turn: Turn, event_id: str, params: Params) -> Answer:
        body = find_event(turn, event_id)
        if body is None:
            raise _missing("event", event_id)
        return Answer(200, body.encode())

    def _session(self, turn: Turn, payment: Payment, params: Params) -> dict[str, Any]:
        wishes = _wishes(params)
        page_url = f"{self._base_url}/c/pay/{payment.id}"
        if not any(wish.startswith("payment_intent") for wish in wishes):
            return stripe_objects.checkout_session(payment, page_url=page_url)
        inner = {wish.removeprefix("payment_intent.") for wish in wishes}
        intent = _intent(turn, payment, inner)
        return stripe_objects.checkout_session(payment, page_url=page_url, intent=intent)

    def _deadline(self, turn: Turn, params: Params) -> float:
        if "expires_at" not in params:
            return turn.now + LONGEST_SESSION
        asked = _whole(params, "expires_at")
        # A second of grace, as the shop counted from a moment before this one.
        if not self._shortest_session - 1 <= asked - turn.now <= LONGEST_SESSION:
            raise refuse(
                f"expires_at must be {self._shortest_session} to {LONGEST_SESSION} seconds away.",
                param="expires_at",
            )
        return float(asked)


def _one_line(params: Params) -> tuple[int, str, str]:
    lines = items_of(params.get("line_items"))
    if not lines:
        raise refuse("Missing required param: line_items.", param="line_items")
    total, currencies, names = 0, set(), []
    for place, line in enumerate(lines):
        price = line.get("price_data") if isinstance(line, dict) else None
        if not isinstance(price, dict) or not isinstance(price.get("product_data"), dict):
            raise refuse("Each line needs price_data with product_data.", param="line_items")
        where = f"line_items[{place}]"
        quantity = _whole(line, "quantity", where) if "quantity" in line else 1
        total += _whole(price, "unit_amount", where) * quantity
        currencies.add(str(price.get("currency", "")).lower())
        names.append(str(price["product_data"].get("name", "")))
    currency = currencies.pop()
    if currencies or currency not in CURRENCIES:
        raise refuse(f"Invalid currency: one of {', '.join(CURRENCIES)}.", param="line_items")
    return total, currency, names[0]


def _whole(params: Params, name: str, where: str = "") -> int:
    text = str(params.get(name, ""))
    if not re.fullmatch(r"[1-9][0-9]{0,14}", text):
        param = f"{where}[{name}]" if where else name
        raise refuse(f"Invalid integer: {text}", param=param, code="parameter_invalid_integer")
    return int(text)


def _web_address(params: Params, name: str) -> str:
    url = str(params.get(name, ""))
    if not re.match(r"https?://[^\s\"'<>]+$", url):
        raise refuse("Not a valid URL", param=name, code="url_invalid")
    return url


def _refuse_unknown(params: Params, known: set[str]) -> None:
    if unknown := sorted(set(params) - known):
        raise refuse(
            f"Received unknown parameter: {unknown[0]}", param=unknown[0], code="parameter_unknown"
        )


def _wishes(params: Params) -> set[str]:
    return {str(wish) for wish in items_of(params.get("expand"))}


def _session_named(turn: Turn, session_id: str) -> Payment:
    payment = payments.find_payment(turn, session_id)
    if payment is None or payment.wire != "stripe":
        raise _missing("checkout.session", session_id)
    return payment


def _missing(kind: str, name: str) -> RefusedError:
    return refuse(f"No such {kind}: '{name}'", param="id", code="resource_missing", status=404)


def _intent(turn: Turn, payment: Payment, wishes: set[str]) -> dict[str, Any] | None:
    """Expanded as far as asked: latest_charge, latest_charge.balance_transaction."""
    charge = None
    if payment.state == "paid" and any(wish.startswith("latest_charge") for wish in wishes):
        wants_transaction = "latest_charge.balance_transaction" in wishes
        charge = stripe_objects.charge(
            payment,
            refunded=payments.refunded_amount(turn, payment),
            transaction=stripe_objects.balance_transaction(payment) if wants_transaction else None,
        )
    return stripe_objects.payment_intent(payment, charge=charge)
