"""The door gateways knock at. A message is kept and answered; what it says is asked back by a job."""

import logging

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from shop.failpoints import failpoint
from shop.jobs import publish
from shop.payments.events import (
    DisputeReported,
    PaymentReported,
    RefundReported,
    TransferReported,
)
from shop.payments.gateways import stripe_gateway
from shop.payments.gateways.base import About, WebhookRefused
from shop.payments.models import GatewayEvent

NEWS: dict[About, type[PaymentReported | RefundReported | DisputeReported | TransferReported]] = {
    About.PAYMENT: PaymentReported,
    About.REFUND: RefundReported,
    About.DISPUTE: DisputeReported,
    About.TRANSFER: TransferReported,
}

log = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Keep a signed message once and answer 200; 400 for one that is not Stripe's, is old or was changed."""
    if "stripe" not in settings.GATEWAYS:
        raise Http404
    try:
        event = stripe_gateway().parse_webhook(
            request.body, request.headers.get("Stripe-Signature", "")
        )
    except WebhookRefused:
        log.warning("webhook.refused gateway=stripe")
        return HttpResponse(status=400)
    try:
        with transaction.atomic():
            GatewayEvent.objects.create(
                gateway="stripe",
                event_id=event.event_id,
                kind=event.kind,
                reference=event.reference,
                payload=dict(event.payload),
            )
            if event.reference and event.about in NEWS:
                publish(NEWS[event.about]("stripe", event.reference))
            failpoint("webhook.after_insert_event")
    except IntegrityError:
        pass  # told again: it is in the inbox already
    failpoint("webhook.before_2xx")
    return HttpResponse(status=200)
