"""A browser comes back from the bank: what it brings is read as a hint, and the bank itself is asked."""

import logging
import uuid
from collections.abc import Mapping
from datetime import datetime

from shop.orders.services.settle import settle_or_refuse
from shop.payments.gateways import gateway
from shop.payments.gateways.base import GAVE_UP, Callback, CallbackRefused, GatewayUnknown
from shop.payments.models import PaymentAttempt

log = logging.getLogger(__name__)


def come_back(*, attempt_id: uuid.UUID, query: Mapping[str, str], now: datetime) -> PaymentAttempt:
    """Settle the attempt that somebody came back from; as it stands then.

    Nothing in the query is believed: "gave up" only makes us close the bank's page before the stock goes back. Raises
    CallbackRefused, with nothing asked or written, when it is of an odd shape or names another payment than this one,
    and AmountDiffers when another sum was paid than ours.
    """
    attempt = PaymentAttempt.objects.get(pk=attempt_id)
    hint = _hint(attempt, query)
    if hint.reference and hint.reference != attempt.reference:
        log.warning("payment.foreign_callback attempt=%s", attempt.pk)
        raise CallbackRefused("this is the answer to another payment")
    return settle_or_refuse(attempt_id=attempt_id, now=now, gave_up=hint.gave_up)


def _hint(attempt: PaymentAttempt, query: Mapping[str, str]) -> Callback:
    try:
        return gateway(attempt.gateway).parse_callback(query)
    except GatewayUnknown:  # switched off since: nobody reads its answers any more
        return Callback(reference="", gave_up=query.get(GAVE_UP) == "1")
