"""Stripe's wire: Checkout Sessions, PaymentIntents, refunds and events; the rest is in its own files."""

import json
import re
import secrets
from collections.abc import Callable
from typing import Any

from bank import book, disputes, payments, refunds, rows, stripe_objects
from bank.counter import Answer, Turn
from bank.events import find_event
from bank.forms import items_of
from bank.records import Payment, Refund
from bank.stripe_book_wire import BookWire
from bank.stripe_connect_wire import ConnectWire
from bank.stripe_shape import (
    CURRENCIES,
    Params,
    Route,
    listing,
    metadata_of,
    missing,
    refuse,
    refuse_unknown,
    reply,
    web_address,
    whole,
    wishes,
)

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

Work = Callable[[Turn], Answer]


class StripeWire:
    """Turns a request into the work of one turn at the counter."""

    def __init__(self, *, base_url: str, shortest_session: int, any_deadline: bool) -> None:
        self._base_url = base_url
        self._shortest_session = shortest_session
        self._any_deadline = any_deadline
        self._connect = ConnectWire(base_url=base_url)
        self._book = BookWire()

    def route(self, method: str, path: str, params: Params) -> tuple[str, Work] | None:
        """The operation's name and its work; None when there is no such path."""
        routes: list[Route] = [
            ("POST", r"/v1/checkout/sessions", "session.create", self._create_session),
            ("GET", r"/v1/checkout/sessions/(\w+)", "session.retrieve", self._retrieve_session),
            ("POST", r"/v1/checkout/sessions/(\w+)/expire", "session.expire", self._expire_session),
            ("GET", r"/v1/payment_intents/(\w+)", "payment_intent.retrieve", self._retrieve_intent),
            ("GET", r"/v1/charges/(\w+)", "charge.retrieve", self._retrieve_charge),
            ("POST", r"/v1/refunds", "refund.create", self._create_refund),
            ("GET", r"/v1/refunds", "refund.list", self._list_refunds),
            ("GET", r"/v1/refunds/(\w+)", "refund.retrieve", self._retrieve_refund),
            ("GET", r"/v1/events/(\w+)", "event.retrieve", self._retrieve_event),
            *self._connect.routes(),
            *self._book.routes(),
        ]
        for verb, pattern, op, work in routes:
            if verb == method and (match := re.fullmatch(pattern, path)):
                names = match.groups()
                return op, lambda turn, work=work, names=names: work(turn, *names, params)
        return None

    def _create_session(self, turn: Turn, params: Params) -> Answer:
        refuse_unknown(params, SESSION_FIELDS)
        if params.get("mode") != "payment":
            raise refuse("The sandbox bank knows mode=payment only.", param="mode")
        amount, currency, description = _one_line(params)
        metadata = dict(params.get("metadata") or {})
        intent = params.get("payment_intent_data") or {}
        metadata |= intent.get("metadata") or {}
        payment = rows.insert(
            turn,
            Payment(
                id=f"cs_test_{secrets.token_hex(16)}",
                wire="stripe",
                state="open",
                amount=amount,
                currency=currency,
                description=description,
                order_number=str(params.get("client_reference_id", "")),
                return_url=web_address(params, "success_url"),
                cancel_url=web_address(params, "cancel_url"),
                language=str(params.get("locale", "auto")),
                metadata=json.dumps(metadata),
                idempotency_key=turn.key,
                created=turn.now,
                expires_at=self._deadline(turn, params),
                transfer_group=str(intent.get("transfer_group", "")),
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
        intent = payment and _intent(turn, payment, wishes(params))
        if not intent:
            raise missing("payment_intent", intent_id)
        return reply(intent)

    def _retrieve_charge(self, turn: Turn, charge_id: str, params: Params) -> Answer:
        payment = payments.find_by_payment_id(turn, charge_id.replace("ch_", "pi_", 1))
        if payment is None or payment.state != "paid":
            raise missing("charge", charge_id)
        return reply(_charge(turn, payment, {"balance_transaction"} & wishes(params)))

    def _create_refund(self, turn: Turn, params: Params) -> Answer:
        refuse_unknown(params, REFUND_FIELDS)
        intent_id = str(params.get("payment_intent") or params.get("charge", ""))
        payment = payments.find_by_payment_id(turn, intent_id.replace("ch_", "pi_", 1))
        if payment is None:
            raise missing("payment_intent", intent_id)
        if payment.state != "paid" or refunds.given_back(turn, payment) == payment.paid_amount:
            raise refuse("This payment has nothing left to refund.", code="charge_already_refunded")
        left = disputes.left_of(turn, payment)
        if left == 0:
            raise refuse("This payment has been charged back.", code="charge_disputed")
        amount = whole(params, "amount") if "amount" in params else left
        if amount > left:
            raise refuse(f"Refund amount ({amount}) is greater than what is left ({left}).")
        given = refunds.give(
            turn, "refund.create", payment, amount, description=metadata_of(params)
        )
        return reply(stripe_objects.refund(given, payment, reason=params.get("reason")))

    def _retrieve_refund(self, turn: Turn, refund_id: str, params: Params) -> Answer:
        given = rows.find(turn, Refund, id=refund_id)
        if given is None or not given.id.startswith("re_"):
            raise missing("refund", refund_id)
        payment = refunds.payment_of(turn, given)
        given = refunds.brought_up_to_date(turn, given, payment)
        return reply(stripe_objects.refund(given, payment))

    def _list_refunds(self, turn: Turn, params: Params) -> Answer:
        payment = payments.find_by_payment_id(turn, str(params.get("payment_intent", "")))
        if payment is None or payment.wire != "stripe":
            return listing([], url="/v1/refunds")
        given = [
            stripe_objects.refund(refunds.brought_up_to_date(turn, one, payment), payment)
            for one in rows.select(turn, Refund, payment=payment.id)
        ]
        return listing(given[::-1], url="/v1/refunds")

    def _retrieve_event(self, turn: Turn, event_id: str, params: Params) -> Answer:
        body = find_event(turn, event_id)
        if body is None:
            raise missing("event", event_id)
        return Answer(200, body.encode())

    def _session(self, turn: Turn, payment: Payment, params: Params) -> dict[str, Any]:
        asked = wishes(params)
        page_url = f"{self._base_url}/c/pay/{payment.id}"
        if not any(wish.startswith("payment_intent") for wish in asked):
            return stripe_objects.checkout_session(payment, page_url=page_url)
        inner = {wish.removeprefix("payment_intent.") for wish in asked}
        intent = _intent(turn, payment, inner)
        return stripe_objects.checkout_session(payment, page_url=page_url, intent=intent)

    def _deadline(self, turn: Turn, params: Params) -> float:
        if "expires_at" not in params:
            return turn.now + LONGEST_SESSION
        asked = whole(params, "expires_at")
        # A second of grace, as the shop counted from a moment before this one.
        if not self._shortest_session - 1 <= asked - turn.now <= LONGEST_SESSION:
            if self._any_deadline and asked < turn.now:
                return turn.now + LONGEST_SESSION
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
        quantity = whole(line, "quantity", where) if "quantity" in line else 1
        total += whole(price, "unit_amount", where) * quantity
        currencies.add(str(price.get("currency", "")).lower())
        names.append(str(price["product_data"].get("name", "")))
    currency = currencies.pop()
    if currencies or currency not in CURRENCIES:
        raise refuse(f"Invalid currency: one of {', '.join(CURRENCIES)}.", param="line_items")
    return total, currency, names[0]


def _session_named(turn: Turn, session_id: str) -> Payment:
    payment = payments.find_payment(turn, session_id)
    if payment is None or payment.wire != "stripe":
        raise missing("checkout.session", session_id)
    return payment


def _intent(turn: Turn, payment: Payment, asked: set[str]) -> dict[str, Any] | None:
    """Expanded as far as asked: latest_charge, latest_charge.balance_transaction."""
    charge = None
    if payment.state == "paid" and any(wish.startswith("latest_charge") for wish in asked):
        charge = _charge(turn, payment, {wish.removeprefix("latest_charge.") for wish in asked})
    return stripe_objects.payment_intent(payment, charge=charge)


def _charge(turn: Turn, payment: Payment, asked: set[str]) -> dict[str, Any]:
    transaction = None
    if "balance_transaction" in asked:
        found = book.page(turn, "source = :id", {"id": payment.charge_id}, limit=1, after="")[0]
        transaction = stripe_objects.balance_transaction(found[0]) if found else None
    given = refunds.given_back(turn, payment)
    return stripe_objects.charge(payment, refunded=given, transaction=transaction)
