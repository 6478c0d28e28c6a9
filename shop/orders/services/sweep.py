"""Finding payments nobody came back from."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from shop.failpoints import failpoint
from shop.orders.models import Refund
from shop.orders.services.pay_back import send_refund
from shop.orders.services.settle import settle_attempt
from shop.payments.gateways import gateway
from shop.payments.gateways.base import GatewayError
from shop.payments.models import PaymentAttempt

log = logging.getLogger(__name__)


def sweep_payments(*, now: datetime) -> int:
    """Ask about every open attempt that is older than PAYMENT_ASK_AFTER_MINUTES, and about every one that its gateway
    lists as paid and not taken; the number of attempts asked.

    One that raises is logged and does not keep the others waiting.
    """
    older_than = now - timedelta(minutes=settings.PAYMENT_ASK_AFTER_MINUTES)
    is_old = Q(created_at__lte=older_than)
    attempt_ids = list(
        PaymentAttempt.objects.filter(is_old | _is_listed(), state__in=PaymentAttempt.OPEN)
        .order_by("created_at")
        .values_list("pk", flat=True)
    )
    for attempt_id in attempt_ids:
        try:
            settle_attempt(attempt_id=attempt_id, now=now)
        except Exception:
            # One broken payment must not leave all others unasked; it is in the log with its trace.
            log.exception("payment.sweep_failed attempt=%s", attempt_id)
        failpoint("sweep.mid_batch")
    return len(attempt_ids)


def sweep_refunds(*, now: datetime) -> int:
    """Ask about every refund that a gateway still works on, or that no job has sent; the number asked."""
    older_than = now - timedelta(minutes=settings.PAYMENT_ASK_AFTER_MINUTES)
    refund_ids = list(
        Refund.objects.filter(state__in=Refund.OPEN, created_at__lte=older_than).values_list(
            "pk", flat=True
        )
    )
    for refund_id in refund_ids:
        try:
            send_refund(refund_id=refund_id, now=now)
        except Exception:
            # As above: the others must not wait for this one.
            log.exception("refund.sweep_failed refund=%s", refund_id)
    return len(refund_ids)


def _is_listed() -> Q:
    """The payments that wait at a gateway for us to take them. A gateway that does not answer is asked next time."""
    is_listed = Q(pk__in=[])
    for name in settings.GATEWAYS:
        try:
            unsettled = gateway(name).list_unsettled()
        except GatewayError as error:
            log.warning("payment.list_unknown gateway=%s error=%s", name, type(error).__name__)
            continue
        is_listed |= Q(gateway=name, reference__in=[payment.reference for payment in unsettled])
    return is_listed
