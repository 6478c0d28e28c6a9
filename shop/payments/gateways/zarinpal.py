"""Zarinpal, version 4, over httpx. Rial on the wire.

Its answers are `{"data": {…}, "errors": []}` or `{"data": [], "errors": {…}}`: each half is [] when
it is empty. Anything else, any 5xx and any silence is an unknown outcome. What a buyer paid becomes
ours only by verify; what we never verify, Zarinpal gives back by itself.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx

from shop.payments.gateways.base import (
    GAVE_UP,
    IRR,
    AmountDiffers,
    BadAmount,
    Callback,
    CallbackRefused,
    Charge,
    GatewayAnswer,
    GatewayRefused,
    GatewayUnknown,
    Movement,
    MovementsNotOffered,
    PaymentState,
    RefundAnswer,
    RefundNotOffered,
    RefundPayment,
    RefundState,
    StartedPayment,
    StartPayment,
    UnsettledPayment,
)

TIMEOUT = httpx.Timeout(8.0, connect=3.05)
LONGEST_DESCRIPTION = 500
AUTHORITY = re.compile(r"[A-Za-z0-9]{36}")

OK, ALREADY_VERIFIED = 100, 101
# 101 says that we verified it before: that is success.
PAID_CODES = (OK, ALREADY_VERIFIED)
TOO_MANY, TOO_LARGE, INVALID = -12, -41, -9
OTHER_AMOUNT, NOT_PAID, UNEXPECTED = -50, -51, -52
NO_SUCH_PAYMENT = (-53, -54, -55)
ALREADY_REVERSED = -61

STATES = {
    "PAID": PaymentState.PAID,
    "VERIFIED": PaymentState.PAID,
    "IN_BANK": PaymentState.PENDING,
    "FAILED": PaymentState.DECLINED,
    "REVERSED": PaymentState.EXPIRED,
}


@dataclass(frozen=True, kw_only=True)
class ZarinpalConfig:
    """`floor_rial` and `ceiling_rial`: what we send at all, both included."""

    merchant_id: str
    base_url: str = "https://payment.zarinpal.com"
    floor_rial: int = 10_000
    ceiling_rial: int = 1_000_000_000


class ZarinpalGateway:
    """The protocol of `base.Gateway` over Zarinpal."""

    name = "zarinpal"

    def __init__(self, config: ZarinpalConfig) -> None:
        self._config = config
        self._base_url = config.base_url.rstrip("/")
        self._client = httpx.Client(timeout=TIMEOUT, headers={"Accept": "application/json"})

    def close(self) -> None:
        """Let go of the connections kept."""
        self._client.close()

    def start(self, request: StartPayment) -> StartedPayment:
        """Ask for an authority. Never sent twice by itself: Zarinpal knows no idempotency, and a
        lost answer costs an authority that nobody sees."""
        _check_rial(request.amount, request.currency)
        if not self._config.floor_rial <= request.amount <= self._config.ceiling_rial:
            raise GatewayRefused(str(INVALID), f"{int(request.amount)} rial is out of range")
        metadata = {"order_id": request.order_number, "auto_verify": False}
        if request.mobile:
            metadata["mobile"] = request.mobile
        if request.email:
            metadata["email"] = request.email
        data = self._post(
            "request",
            {
                "amount": int(request.amount),
                "currency": "IRR",
                "description": request.description[:LONGEST_DESCRIPTION],
                "callback_url": request.return_url,
                "metadata": metadata,
            },
        )
        authority = data.get("authority")
        if not isinstance(authority, str) or not authority:
            raise GatewayUnknown("Zarinpal answered 100 without an authority")
        return StartedPayment(
            reference=authority, redirect_url=f"{self._base_url}/pg/StartPay/{authority}"
        )

    def look_up(self, reference: str, *, charge: Charge) -> GatewayAnswer:
        """Verify with our amount, which takes a paid payment; otherwise ask how it stands."""
        amount = _check_rial(charge.amount, charge.currency)
        try:
            data = self._post("verify", {"authority": reference, "amount": amount})
        except GatewayRefused as refused:
            code = int(refused.code)
            if code == NOT_PAID:
                answer = self.peek(reference, charge=charge)
                # Paid between our two questions: the next look takes it.
                is_paid = answer.state is PaymentState.PAID
                return self._answer(
                    PaymentState.PENDING if is_paid else answer.state, reference, amount
                )
            if code == OTHER_AMOUNT:
                raise AmountDiffers(refused.code, f"not {amount} rial") from refused
            if code in NO_SUCH_PAYMENT:
                raise
            raise GatewayUnknown(str(refused)) from refused
        return self._answer(PaymentState.PAID, reference, amount, data, is_taken=True)

    def peek(self, reference: str, *, charge: Charge) -> GatewayAnswer:
        """Inquiry: how it stands, taking nothing. the amount is taken on trust: it is not told."""
        amount = _check_rial(charge.amount, charge.currency)
        try:
            data = self._post("inquiry", {"authority": reference})
        except GatewayRefused as refused:
            if int(refused.code) in NO_SUCH_PAYMENT:
                raise
            raise GatewayUnknown(str(refused)) from refused
        status = str(data.get("status"))
        state = STATES.get(status, PaymentState.UNKNOWN)
        return self._answer(state, reference, amount, is_taken=status == "VERIFIED")

    def expire(self, reference: str, *, charge: Charge) -> GatewayAnswer:
        """Zarinpal has no such call: we look a last time, and then no longer verify. A buyer who
        pays after that gets the money back from Zarinpal, so PENDING is EXPIRED here."""
        answer = self.look_up(reference, charge=charge)
        if answer.state is PaymentState.PENDING:
            return self._answer(PaymentState.EXPIRED, reference, int(charge.amount))
        return answer

    def refund(self, request: RefundPayment) -> RefundAnswer:
        """The whole payment, within half an hour (reverse). Raises RefundNotOffered for a part,
        when it is too late, and when the bank says no."""
        _check_rial(request.amount, request.currency)
        if request.amount != request.paid_amount:
            raise RefundNotOffered("partial", "Zarinpal reverses whole payments only")
        try:
            self._post("reverse", {"authority": request.reference})
        except GatewayRefused as refused:
            if int(refused.code) != ALREADY_REVERSED or not self._is_reversed(request.reference):
                raise RefundNotOffered(refused.code, str(refused)) from refused
        return RefundAnswer(
            refund_id=request.reference, amount=request.amount, state=RefundState.DONE
        )

    def refund_state(self, refund_id: str) -> RefundAnswer:
        """A reversal is done at once: there is nothing to ask for later."""
        raise GatewayRefused("no_such_refund", refund_id)

    def list_unsettled(self) -> list[UnsettledPayment]:
        """The last hundred payments that wait for our verify; [] when none does."""
        data = self._post("unVerified", {})
        try:
            return [
                UnsettledPayment(reference=str(row["authority"]), amount=int(row["amount"]))
                for row in data.get("authorities") or []
            ]
        except (KeyError, TypeError, ValueError) as odd:
            raise GatewayUnknown("an odd list of unverified payments") from odd

    def parse_callback(self, query: Mapping[str, str]) -> Callback:
        """`Authority` and `Status`; our own mark counts too."""
        authority, status = query.get("Authority", ""), query.get("Status", "")
        if "Authority" in query and not AUTHORITY.fullmatch(authority):
            raise CallbackRefused("this is no authority of Zarinpal's")
        if "Status" in query and status not in ("OK", "NOK"):
            raise CallbackRefused("this is no status of Zarinpal's")
        return Callback(reference=authority, gave_up=status == "NOK" or query.get(GAVE_UP) == "1")

    def movements(self, *, day: date) -> list[Movement]:
        """Zarinpal shows its list of transactions to holders of an access token only."""
        raise MovementsNotOffered("no_token", "Zarinpal shows its book with an access token only")

    def _is_reversed(self, reference: str) -> bool:
        data = self._post("inquiry", {"authority": reference})
        return data.get("status") == "REVERSED"

    def _answer(
        self,
        state: PaymentState,
        reference: str,
        amount: int,
        data: Mapping[str, Any] | None = None,
        *,
        is_taken: bool = False,
    ) -> GatewayAnswer:
        seen = data or {}
        fee = seen.get("fee")
        return GatewayAnswer(
            state=state,
            reference=reference,
            amount=amount,
            currency=IRR,
            is_taken=is_taken,
            gateway_payment_id=str(seen.get("ref_id") or ""),
            fee=fee if isinstance(fee, int) else None,
            fee_currency=IRR if isinstance(fee, int) else "",
        )

    def _post(self, call: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """One call, sent once: the data of a success. Raises GatewayRefused with Zarinpal's code,
        GatewayUnknown for all that is neither a clear yes nor a clear no."""
        url = f"{self._base_url}/pg/v4/payment/{call}.json"
        try:
            response = self._client.post(
                url, json={"merchant_id": self._config.merchant_id, **body}
            )
        except httpx.HTTPError as unsure:
            raise GatewayUnknown(f"{call}: {type(unsure).__name__}") from unsure
        if response.is_server_error:
            raise GatewayUnknown(f"{call}: HTTP {response.status_code}")
        try:
            whole = response.json()
        except ValueError as odd:
            raise GatewayUnknown(f"{call}: not JSON") from odd
        return _read(call, whole)


def _check_rial(amount: int, currency: str) -> int:
    if currency != IRR:
        raise BadAmount(amount, currency)
    return int(amount)


def _read(call: str, whole: Any) -> Mapping[str, Any]:
    data = whole.get("data") if isinstance(whole, dict) else None
    errors = whole.get("errors") if isinstance(whole, dict) else None
    if isinstance(data, dict) and not errors and _code(data) in PAID_CODES:
        return data
    if isinstance(errors, dict) and not data:
        code = _code(errors)
        if code is None or code in (TOO_MANY, UNEXPECTED):
            raise GatewayUnknown(f"{call}: {code}")
        raise GatewayRefused(str(code), str(errors.get("message", "")))
    raise GatewayUnknown(f"{call}: an odd shape")


def _code(half: Mapping[str, Any]) -> int | None:
    """unVerified sends its code as text."""
    try:
        return int(half["code"])
    except (KeyError, TypeError, ValueError):
        return None
