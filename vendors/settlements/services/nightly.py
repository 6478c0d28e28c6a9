"""What the shop asks its gateways each night about the day before."""

import logging
from datetime import datetime, timedelta

from django.conf import settings

from shop.jalali import tehran_date
from shop.orders.models import Dispute
from shop.orders.services.follow import follow_dispute
from shop.orders.services.settle import settle_attempt
from shop.payments.gateways.base import GatewayError, MovementKind, MovementsNotOffered
from shop.payments.models import CASH, PaymentAttempt
from vendors.settlements.services.gateway_book import book_gateway_payouts
from vendors.settlements.services.reconcile import Difference, What, reconcile

log = logging.getLogger(__name__)
LOOKED_BACK = timedelta(days=3)


def compare_yesterday(*, now: datetime) -> int:
    """Book what gateways sent to our bank yesterday, compare their books with ours, and follow what only they know.

    A payment that a gateway took and we did not is asked about again and made true. What still differs is in the log,
    one line each, for `manage.py reconcile` to show; how many. A gateway that shows no book, or does not answer, is
    passed over and said so. Disputes that are still open are asked about, too.
    """
    _ask_about_disputes(now)
    day = tehran_date(now) - timedelta(days=1)
    n_differences = 0
    for name in settings.GATEWAYS:
        if name == CASH:
            continue
        try:
            book_gateway_payouts(day=day, name=name)
            found = reconcile(day=day, name=name).differences
            if any(map(_is_money_we_know_nothing_of, found)):
                _ask_again(name, now)
                found = reconcile(day=day, name=name).differences
        except MovementsNotOffered:
            log.warning("reconcile.no_book gateway=%s", name)
        except GatewayError as error:
            log.error("reconcile.not_asked gateway=%s error=%s", name, type(error).__name__)
        else:
            n_differences += len(found)
            for difference in found:
                log.error("reconcile.difference gateway=%s day=%s %s", name, day, difference)
    return n_differences


def _ask_again(name: str, now: datetime) -> None:
    """Settle every payment of the last days that may have been paid without our knowing it."""
    unsettled = PaymentAttempt.objects.filter(
        gateway=name,
        state__in=[*PaymentAttempt.OPEN, *PaymentAttempt.CLOSED_UNPAID],
        reference__isnull=False,
        created_at__gte=now - LOOKED_BACK,
    )
    for attempt_id in list(unsettled.values_list("pk", flat=True)):
        settle_attempt(attempt_id=attempt_id, now=now)


def _ask_about_disputes(now: datetime) -> None:
    """How the open ones stand, should a message have been lost."""
    still_open = Dispute.objects.filter(state=Dispute.State.OPEN, attempt__gateway="stripe")
    for dispute in still_open:
        try:
            follow_dispute(gateway="stripe", dispute_id=dispute.gateway_id, now=now)
        except GatewayError as error:
            log.error("dispute.not_asked dispute=%s error=%s", dispute.pk, type(error).__name__)


def _is_money_we_know_nothing_of(difference: Difference) -> bool:
    is_unknown = difference.what in (What.MISSING_HERE, What.NOT_TAKEN)
    return is_unknown and difference.kind == MovementKind.CAPTURE
