"""On what terms a stall sells."""

import logging

from shop.orders.models import SellerTerms
from vendors.stalls.models import Stall

logger = logging.getLogger(__name__)


def say_whether_cash_is_taken(*, stall: Stall, takes_cash: bool) -> None:
    """Whether buyers may pay this stall at the door; orders that are placed stay as they are."""
    SellerTerms.objects.filter(partner_id=stall.partner_id).update(takes_cash=takes_cash)
    logger.info("takes_cash.changed stall=%s takes_cash=%s", stall.pk, takes_cash)
