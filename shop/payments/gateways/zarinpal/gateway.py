"""The gateway as the shop knows it: request, verify, inquiry, reverse, and the panel when we may."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

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
from shop.payments.gateways.zarinpal.panel import ZarinpalPanel
from shop.payments.gateways.zarinpal.wire import ZarinpalConfig, ZarinpalWire, whole_number

LONGEST_DESCRIPTION = 500
AUTHORITY = re.compile(r"[A-Za-z0-9]{36}")

INVALID = -9
OTHER_AMOUNT, NOT_PAID = -50, -51
NO_SUCH_PAYMENT = (-53, -54, -55)
ALREADY_REVERSED = -61

STATES = {
    "PAID": PaymentState.PAID,
    "VERIFIED": PaymentState.PAID,
    "IN_BANK": PaymentState.PENDING,
    "FAILED": PaymentState.DECLINED,
    "REVERSED": PaymentState.EXPIRED,
}


class ZarinpalGateway:
    """The protocol of `base.Gateway` over Zarinpal."""

    name = "zarinpal"

    def __init__(self, config: ZarinpalConfig) -> None:
        self._config = config
        self._wire = ZarinpalWire(config)
        has_panel = bool(config.access_token and config.terminal)
        self._panel = ZarinpalPanel(self._wire, config) if has_panel else None

    def close(self) -> None:
        """Let go of the connections kept."""
        self._wire.close()

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
        data = self._wire.post(
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
            reference=authority, redirect_url=f"{self._wire.base_url}/pg/StartPay/{authority}"
        )

    def look_up(self, reference: str, *, charge: Charge) -> GatewayAnswer:
        """Verify with our amount, which takes a paid payment; otherwise ask how it stands."""
        amount = _check_rial(charge.amount, charge.currency)
        try:
            data = self._wire.post("verify", {"authority": reference, "amount": amount})
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
        """Inquiry: how it stands, taking nothing. The amount is taken on trust: it is not told."""
        amount = _check_rial(charge.amount, charge.currency)
        try:
            data = self._wire.post("inquiry", {"authority": reference})
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
        """A whole payment is reversed within half an hour, at once and without a fee; later, and
        for a part, the panel pays it back where it is set up. Raises RefundNotOffered."""
        _check_rial(request.amount, request.currency)
        if self._panel and (given := self._panel.refund_with_key(request.key)):
            return _not_failed(given)
        if request.amount == request.paid_amount:
            try:
                return self._reverse(request)
            except RefundNotOffered:
                if self._panel is None:
                    raise
        if self._panel is None:
            raise RefundNotOffered("partial", "without a token Zarinpal reverses wholes only")
        return _not_failed(self._panel.refund(request))

    def refund_state(self, refund_id: str) -> RefundAnswer:
        """A reversal bears the name of its payment, and is done once the payment says so."""
        if AUTHORITY.fullmatch(refund_id):
            if self._is_reversed(refund_id):
                return RefundAnswer(refund_id=refund_id, amount=0, state=RefundState.DONE)
            raise GatewayRefused("no_such_refund", refund_id)
        if self._panel is None:
            raise GatewayUnknown("refunds can be asked for with an access token only")
        return self._panel.refund_state(refund_id)

    def list_unsettled(self) -> list[UnsettledPayment]:
        """The last hundred payments that wait for our verify; [] when none does."""
        rows = self._wire.post("unVerified", {}).get("authorities") or []
        if not isinstance(rows, list):
            raise GatewayUnknown("an odd list of unverified payments")
        return [_unsettled(row) for row in rows]

    def parse_callback(self, query: Mapping[str, str]) -> Callback:
        """`Authority` and `Status`; our own mark counts too."""
        authority, status = query.get("Authority", ""), query.get("Status", "")
        if "Authority" in query and not AUTHORITY.fullmatch(authority):
            raise CallbackRefused("this is no authority of Zarinpal's")
        if "Status" in query and status not in ("OK", "NOK"):
            raise CallbackRefused("this is no status of Zarinpal's")
        return Callback(reference=authority, gave_up=status == "NOK" or query.get(GAVE_UP) == "1")

    def movements(self, *, day: date) -> list[Movement]:
        """Raises MovementsNotOffered: Zarinpal shows its book to holders of an access token only."""
        if self._panel is None:
            raise MovementsNotOffered("no_token", "set ZARINPAL_ACCESS_TOKEN and ZARINPAL_TERMINAL")
        return self._panel.movements(day=day)

    def _reverse(self, request: RefundPayment) -> RefundAnswer:
        try:
            self._wire.post("reverse", {"authority": request.reference})
        except GatewayRefused as refused:
            if int(refused.code) != ALREADY_REVERSED or not self._is_reversed(request.reference):
                raise RefundNotOffered(refused.code, str(refused)) from refused
        return RefundAnswer(
            refund_id=request.reference, amount=int(request.amount), state=RefundState.DONE
        )

    def _is_reversed(self, reference: str) -> bool:
        data = self._wire.post("inquiry", {"authority": reference})
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
        fee = whole_number(seen.get("fee"))
        return GatewayAnswer(
            state=state,
            reference=reference,
            amount=amount,
            currency=IRR,
            is_taken=is_taken,
            gateway_payment_id=str(seen.get("ref_id") or ""),
            fee=fee,
            fee_currency="" if fee is None else IRR,
        )


def _not_failed(given: RefundAnswer) -> RefundAnswer:
    if given.state is RefundState.FAILED:
        raise GatewayRefused("refund_failed", given.refund_id)
    return given


def _unsettled(row: Any) -> UnsettledPayment:
    authority = row.get("authority") if isinstance(row, dict) else None
    amount = whole_number(row.get("amount")) if isinstance(row, dict) else None
    if not isinstance(authority, str) or amount is None:
        raise GatewayUnknown("an odd list of unverified payments")
    return UnsettledPayment(reference=authority, amount=amount)


def _check_rial(amount: int, currency: str) -> int:
    if currency != IRR:
        raise BadAmount(amount, currency)
    return int(amount)
