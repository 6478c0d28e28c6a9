"""Paying what was decided to be given back: by the gateway, outside any transaction, or by hand."""

import logging
import uuid
from datetime import datetime

from django.db import transaction

from shop.failpoints import failpoint
from shop.ledger import accounts
from shop.ledger.models import Posting
from shop.ledger.services import Leg, post
from shop.orders.clearing import gateway_legs
from shop.orders.errors import RefundNotPossible, StateMoved
from shop.orders.models import Refund
from shop.payments.gateways import gateway
from shop.payments.gateways.base import GatewayRefused, RefundPayment, RefundState
from shop.payments.models import PaymentAttempt

log = logging.getLogger(__name__)
State = Refund.State


def send_refund(*, refund_id: uuid.UUID, now: datetime) -> Refund:
    """Ask the gateway to pay a decided refund, and make its answer true; safe to repeat.

    A gateway that can't (`RefundNotOffered`, or any definite no) leaves it to be paid by hand. GatewayUnknown passes
    through: the job runs again.
    """
    refund = Refund.objects.select_related("attempt").get(pk=refund_id)
    if refund.state not in Refund.OPEN:
        return refund
    bank = gateway(refund.attempt.gateway)
    try:
        answer = (
            bank.refund_state(refund.gateway_refund_id)
            if refund.state == State.SENT
            else bank.refund(_request(refund))
        )
    except GatewayRefused as refused:  # a definite no: asking again would not help
        return _left_to_staff(refund, code=refused.code)
    failpoint("refund.after_gateway_before_commit")
    Refund.objects.filter(pk=refund.pk, state=State.DECIDED).update(
        state=State.SENT, gateway_refund_id=answer.refund_id
    )
    if answer.state is RefundState.FAILED:
        return _left_to_staff(refund, code="failed")
    if answer.state is RefundState.DONE:
        _finish(refund, source=None, reference="", now=now)
    refund.refresh_from_db()
    return refund


def _request(refund: Refund) -> RefundPayment:
    attempt = refund.attempt
    return RefundPayment(
        key=str(refund.pk),
        reference=str(attempt.reference),
        gateway_payment_id=attempt.gateway_payment_id,
        amount=refund.charge_amount,
        paid_amount=attempt.charge_amount,
        currency=attempt.charge_currency,
    )


def _left_to_staff(refund: Refund, *, code: str) -> Refund:
    log.error("refund.by_hand refund=%s code=%s", refund.pk, code)
    Refund.objects.filter(pk=refund.pk, state__in=Refund.OPEN).update(state=State.BY_HAND)
    refund.refresh_from_db()
    return refund


def record_refund_by_hand(
    *, refund: Refund, from_stall_cash: bool, reference: str, now: datetime
) -> None:
    """Staff have paid a refund from the shop's bank account; or the stall gave its buyer the cash back.

    Raises StateMoved unless it waits to be paid by hand.
    """
    source = accounts.bank()
    if from_stall_cash:
        if refund.stall_order is None:
            raise RefundNotPossible
        partner_id = refund.stall_order.partner_id
        released = refund.stall_order.released_at is not None
        source = (
            accounts.stall_available(partner_id) if released else accounts.stall_cash(partner_id)
        )
    if not _finish(refund, source=source, reference=reference, now=now):
        raise StateMoved


def _finish(refund: Refund, *, source: str | None, reference: str, now: datetime) -> bool:
    """The buyer has the money: from the gateway, or from `source`. False when it was finished before."""
    from_states = Refund.OPEN if source is None else (State.BY_HAND,)
    attempt = refund.attempt
    with transaction.atomic():
        moved = Refund.objects.filter(pk=refund.pk, state__in=from_states).update(
            state=State.DONE, reference=reference, done_at=now
        )
        if moved != 1:
            return False
        if refund.stall_order_id is None:
            PaymentAttempt.objects.filter(
                pk=attempt.pk, state=PaymentAttempt.State.REFUND_DUE
            ).update(state=PaymentAttempt.State.REFUNDED)
        if source is None:
            paid_from = gateway_legs(
                attempt,
                amount=-refund.amount,
                charge_amount=-refund.charge_amount,
                kind=Posting.Kind.REFUND,
            )
        else:
            paid_from = [Leg(source, -refund.amount, Posting.Kind.REFUND)]
        post(
            event_type="refund.paid",
            event_id=str(refund.pk),
            occurred_at=now,
            legs=[
                Leg(accounts.BUYER_REFUND_DUE, refund.amount, Posting.Kind.REFUND),
                *paid_from,
            ],
        )
    log.info("refund.done refund=%s", refund.pk)
    return True
