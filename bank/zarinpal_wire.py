"""Zarinpal's wire, version 4, with its odd shape: an empty `data` or `errors` is [], not {}."""

import json
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bank import payments, refunds, rows
from bank.counter import Answer, RefusedError, Turn, Wire
from bank.records import Payment, fee_of

CARD_PAN = "603799******1234"
CARD_HASH = "5F0E1C3A9B7D2468ACE013579BDF02468ACE13579BDF02468ACE13579BDF0246"
SMALLEST, LARGEST = 1_000, 1_000_000_000
PAGE_SECONDS = 30 * 60
REVERSE_SECONDS = 30 * 60
STATUS = {"open": "IN_BANK", "processing": "IN_BANK", "reversed": "REVERSED"}

Params = dict[str, Any]

_MESSAGES = {
    -9: "The input params invalid, validation error.",
    -10: "Terminal is not valid, please check merchant_id or ip address.",
    -12: "To many attempts, please try again later.",
    -41: "Maximum amount is 100,000,000 tomans.",
    -50: "Session is not valid, amounts values is not the same.",
    -51: "Session is not valid, session is not active paid try.",
    -54: "Invalid authority.",
    -61: "Session is not in success status.",
    -63: "Maximum time for reverse this session is expired.",
}


def reply(data: Params, status: int = 200) -> Answer:
    body = {"data": data, "errors": []}
    return Answer(status, json.dumps(body).encode())


def error(code: int, validations: list[dict[str, str]] | None = None) -> Answer:
    """Zarinpal's error object; only a validation error is more than a 200."""
    errors = {"code": code, "message": _MESSAGES[code], "validations": validations or []}
    body = json.dumps({"data": [], "errors": errors}).encode()
    return Answer(422 if code == -9 else 200, body)


_DOWN = Answer(502, b"<html><body><h1>502 Bad Gateway</h1></body></html>", "text/html")
# Zarinpal knows no idempotency keys: the last two are never said.
WIRE = Wire(unavailable=_DOWN, too_many=error(-12), lost=_DOWN, key_reused=_DOWN, key_in_use=_DOWN)


class ZarinpalWire:
    """Turns a request into the work of one turn at the counter."""

    def __init__(self, *, merchant_id: str) -> None:
        self._merchant_id = merchant_id

    def route(self, path: str, params: Params) -> tuple[str, Callable[[Turn], Answer]] | None:
        """The operation's name and its work; None when there is no such path."""
        routes: dict[str, tuple[str, Callable[[Turn, Params], Answer]]] = {
            "request.json": ("zarinpal.request", self._request),
            "verify.json": ("zarinpal.verify", self._verify),
            "inquiry.json": ("zarinpal.inquiry", self._inquiry),
            "unVerified.json": ("zarinpal.unverified", self._unverified),
            "reverse.json": ("zarinpal.reverse", self._reverse),
        }
        found = routes.get(path.removeprefix("/pg/v4/payment/"))
        if found is None:
            return None
        op, work = found

        def checked(turn: Turn) -> Answer:
            self._check_merchant(params)
            return work(turn, params)

        return op, checked

    def _check_merchant(self, params: Params) -> None:
        merchant_id = params.get("merchant_id")
        if not isinstance(merchant_id, str) or len(merchant_id) != 36:
            raise _invalid("merchant_id", "The merchant id must be 36 characters.")
        if self._merchant_id and merchant_id != self._merchant_id:
            raise RefusedError(error(-10))

    def _request(self, turn: Turn, params: Params) -> Answer:
        amount = _amount(params)
        if amount > LARGEST:
            raise RefusedError(error(-41))
        if params.get("currency", "IRR") != "IRR":
            raise _invalid("currency", "The sandbox bank counts in IRR.")
        description = params.get("description")
        if not isinstance(description, str) or not 1 <= len(description) <= 500:
            raise _invalid("description", "The description field is required.")
        callback = params.get("callback_url")
        if not isinstance(callback, str) or not re.match(r"https?://[^\s\"'<>]+$", callback):
            raise _invalid("callback_url", "The callback url format is invalid.")
        metadata = params.get("metadata")
        metadata = metadata if isinstance(metadata, dict) else {}
        payment = rows.insert(
            turn,
            Payment(
                id=f"S{secrets.randbelow(10**35):035d}",
                wire="zarinpal",
                state="open",
                amount=amount,
                currency="irr",
                description=description,
                order_number=str(metadata.get("order_id", "")),
                return_url=callback,
                cancel_url=callback,
                language="fa",
                metadata=json.dumps(metadata),
                idempotency_key="",
                created=turn.now,
                expires_at=turn.now + PAGE_SECONDS,
            ),
        )
        return reply(
            {
                "code": 100,
                "message": "Success",
                "authority": payment.id,
                "fee_type": "Merchant",
                "fee": fee_of(amount),
            }
        )

    def _verify(self, turn: Turn, params: Params) -> Answer:
        payment = _named(turn, params)
        amount = _amount(params)
        if payment.state != "paid":
            raise RefusedError(error(-51))
        if amount != payment.paid_amount:
            raise RefusedError(error(-50))
        is_first = payment.verified_at is None
        payments.verify(turn, payment)
        return reply(
            {
                "code": 100 if is_first else 101,
                "message": "Paid" if is_first else "Verified",
                "card_hash": CARD_HASH,
                "card_pan": CARD_PAN,
                "ref_id": int(payment.payment_id),
                "fee_type": "Merchant",
                "fee": payment.fee,
                "order_id": payment.order_number,
            }
        )

    def _inquiry(self, turn: Turn, params: Params) -> Answer:
        payment = _named(turn, params)
        status = STATUS.get(payment.state, "FAILED")
        if payment.state == "paid":
            status = "VERIFIED" if payment.verified_at else "PAID"
        return reply({"code": 100, "message": "Success", "status": status})

    def _unverified(self, turn: Turn, params: Params) -> Answer:
        waiting = [
            {
                "authority": payment.id,
                "amount": payment.paid_amount,
                "callback_url": payment.return_url,
                "referer": "",
                "date": datetime.fromtimestamp(payment.created, UTC).strftime("%Y-%m-%d %H:%M:%S"),
            }
            for payment in payments.unverified_payments(turn)
        ]
        # The real one sends this code as text.
        return reply({"code": "100", "message": "Success", "authorities": waiting})

    def _reverse(self, turn: Turn, params: Params) -> Answer:
        payment = _named(turn, params)
        if payment.state != "paid" or refunds.given_back(turn, payment):
            raise RefusedError(error(-61))
        if turn.now - (payment.paid_at or 0) > REVERSE_SECONDS:
            raise RefusedError(error(-63))
        payments.reverse(turn, payment)
        return reply({"code": 100, "message": "Reversed"})


def _amount(params: Params) -> int:
    amount = params.get("amount")
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise _invalid("amount", "The amount must be an integer.")
    if amount < SMALLEST:
        raise _invalid("amount", "The amount must be at least 1000.")
    return amount


def _named(turn: Turn, params: Params) -> Payment:
    payment = payments.find_payment(turn, str(params.get("authority", "")))
    if payment is None or payment.wire != "zarinpal":
        raise RefusedError(error(-54))
    return payment


def _invalid(field: str, message: str) -> RefusedError:
    return RefusedError(error(-9, [{field: message}]))
