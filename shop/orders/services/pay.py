"""Sending the buyer to the bank: the gateway is called outside any transaction, with a key committed before."""

import logging
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shop.failpoints import failpoint
from shop.orders.errors import BasketGone, GatewayNotAvailable
from shop.orders.links import payment_token
from shop.orders.services.close import close_unpaid
from shop.payments.gateways import gateway
from shop.payments.gateways.base import GatewayRefused, GatewayUnknown, StartPayment
from shop.payments.models import PaymentAttempt
from shop.templatetags.bazarche import digits

log = logging.getLogger(__name__)


def send_to_gateway(*, attempt: PaymentAttempt) -> str:
    """Address of the bank's page for this attempt; the same one again when it was begun before.

    Raises GatewayNotAvailable when the bank refuses (the basket is open again) or does not answer (the attempt stays,
    and pressing pay again resumes it), BasketGone when the attempt is over.
    """
    attempt.refresh_from_db(
        from_queryset=PaymentAttempt.objects.select_related("order__shipping_address")
    )
    if attempt.state not in PaymentAttempt.OPEN:
        raise BasketGone
    if attempt.redirect_url:
        return attempt.redirect_url
    back = settings.STOREFRONT_URL + reverse("pay_return", args=[payment_token(attempt.pk)])
    request = _request(attempt, back=back)
    failpoint("checkout.before_gateway")
    try:
        started = gateway(attempt.gateway).start(request)
    except GatewayRefused as refused:
        log.warning("payment.refused attempt=%s code=%s", attempt.pk, refused.code)
        close_unpaid(attempt_id=attempt.pk, state=PaymentAttempt.State.DECLINED)
        raise GatewayNotAvailable from refused
    except GatewayUnknown as unknown:
        log.warning("payment.start_unknown attempt=%s", attempt.pk)
        raise GatewayNotAvailable from unknown
    failpoint("checkout.after_gateway_before_commit")
    with transaction.atomic():
        won = PaymentAttempt.objects.filter(
            pk=attempt.pk, state__in=PaymentAttempt.OPEN, reference=None
        ).update(
            state=PaymentAttempt.State.REDIRECTED,
            reference=started.reference,
            redirect_url=started.redirect_url,
        )
    if not won:
        # A second press was quicker: its page is the one; ours is never shown, so nobody can pay there.
        attempt.refresh_from_db()
        return str(attempt.redirect_url) or back
    log.info("payment.redirected attempt=%s", attempt.pk)
    failpoint("checkout.after_commit_before_response")
    return started.redirect_url


def _request(attempt: PaymentAttempt, *, back: str) -> StartPayment:
    language = get_language() or settings.LANGUAGE_CODE
    return StartPayment(
        # The request names the language, and one key must always carry one request. A page begun in the other
        # language and never shown can't be paid.
        key=f"{attempt.pk}:{language}",
        order_number=attempt.order.number,
        amount=attempt.charge_amount,
        currency=attempt.charge_currency,
        description=_("Order %(number)s at Bazarche") % {"number": digits(attempt.order.number)},
        return_url=back,
        cancel_url=f"{back}?{urlencode({'gave_up': 1})}",
        expires_at=attempt.deadline,
        language=language,
        mobile=str(attempt.order.shipping_address.phone_number),
    )
