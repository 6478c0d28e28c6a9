"""Giving back money that has no order any more."""

import logging
from datetime import datetime

from django.db import transaction

from shop.ledger import accounts
from shop.ledger.models import Posting
from shop.ledger.services import Leg, post
from shop.payments.gateways import gateway
from shop.payments.gateways.base import GatewayRefused, RefundPayment
from shop.payments.models import PaymentAttempt

log = logging.getLogger(__name__)


def return_payment(*, attempt: PaymentAttempt, now: datetime) -> bool:
    """Return a payment that came too late, whole; False when it is not (or no longer) due, or staff must do it.

    The gateway's key is the attempt's own, so a repeat returns nothing twice. GatewayUnknown passes through: the job
    runs again.
    """
    if attempt.state != PaymentAttempt.State.REFUND_DUE:
        return False
    try:
        gateway(attempt.gateway).refund(
            RefundPayment(
                key=f"late:{attempt.pk}",
                reference=str(attempt.reference),
                gateway_payment_id=attempt.gateway_payment_id,
                amount=attempt.amount,
                paid_amount=attempt.amount,
            )
        )
    except GatewayRefused as refused:  # a definite no: asking again would not help
        log.error("refund.by_hand attempt=%s code=%s", attempt.pk, refused.code)
        return False
    with transaction.atomic():
        moved = PaymentAttempt.objects.filter(
            pk=attempt.pk, state=PaymentAttempt.State.REFUND_DUE
        ).update(state=PaymentAttempt.State.REFUNDED)
        if moved != 1:
            return False
        post(
            event_type="payment.returned",
            event_id=str(attempt.pk),
            occurred_at=now,
            legs=[
                Leg(accounts.BUYER_REFUND_DUE, attempt.amount, Posting.Kind.REFUND),
                Leg(
                    accounts.gateway_clearing(attempt.gateway), -attempt.amount, Posting.Kind.REFUND
                ),
            ],
        )
    log.info("refund.done attempt=%s", attempt.pk)
    return True
