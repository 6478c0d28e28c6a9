"""What a gateway told of a refund or a dispute, asked back there and made true here; safe to repeat, in any order."""

import logging
from datetime import datetime

from shop.orders.models import Dispute, Refund
from shop.orders.services.dispute import Claim, lose_dispute, open_dispute, win_dispute
from shop.orders.services.pay_back import send_refund
from shop.payments.gateways import connect_gateway
from shop.payments.models import PaymentAttempt

log = logging.getLogger(__name__)


def follow_refund(*, gateway: str, refund_id: str, now: datetime) -> None:
    """Ask how our refund stands that the gateway calls so; nothing for one that is none of ours."""
    for refund in Refund.objects.filter(attempt__gateway=gateway, gateway_refund_id=refund_id):
        send_refund(refund_id=refund.pk, now=now)


def follow_dispute(*, gateway: str, dispute_id: str, now: datetime) -> Dispute | None:
    """Ask how a dispute stands, and open and close it here accordingly; None while it has taken no money.

    Raises PaymentAttempt.DoesNotExist for a payment that is not settled here (yet: the news may be quicker than ours),
    GatewayUnknown, and RefundNotPossible: the job runs again.
    """
    seen = connect_gateway().dispute(dispute_id)
    if not seen.is_withdrawn and not seen.fee:
        return None  # an inquiry, or one that was prevented
    attempt = PaymentAttempt.objects.get(
        gateway=gateway, gateway_payment_id=seen.gateway_payment_id
    )
    is_same_currency = seen.fee_currency == attempt.charge_currency
    if seen.fee and not is_same_currency:
        log.error("dispute.fee_in_other_currency dispute=%s", dispute_id)
    dispute = open_dispute(
        attempt=attempt,
        claim=Claim(
            gateway_id=seen.dispute_id,
            charge_amount=seen.amount,
            fee=seen.fee if is_same_currency else 0,
            reason=seen.reason,
            evidence_due=seen.evidence_due,
        ),
        now=now,
    )
    if seen.is_closed and seen.is_won:
        win_dispute(dispute=dispute, now=now)
    elif seen.is_closed:
        lose_dispute(dispute=dispute, now=now)
    dispute.refresh_from_db()
    return dispute
