"""Work of orders in the background. Every job may run twice: what it does is keyed."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from oscar.apps.order.models import Order
from procrastinate.contrib.django import app

from shop.jobs import MARKET, PATIENTLY
from shop.notices.services import send_sms
from shop.orders.links import order_token
from shop.orders.models import StallOrder
from shop.orders.services.refund import return_payment
from shop.orders.services.settle import settle_attempt
from shop.orders.services.sweep import sweep_payments as sweep
from shop.payments.models import PaymentAttempt


def order_url(number: str) -> str:
    return f"{settings.STOREFRONT_URL}{reverse('order', args=[order_token(number)])}"


@app.task(queue=MARKET, retry=PATIENTLY)
def settle_reported_payment(gateway: str, reference: str) -> None:
    for attempt in PaymentAttempt.objects.filter(gateway=gateway, reference=reference):
        settle_attempt(attempt_id=attempt.pk, now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(queue=MARKET, queueing_lock="sweep_payments")
def sweep_payments(timestamp: int) -> None:
    sweep(now=timezone.now())


@app.task(queue=MARKET)
def tell_buyer_of_payment(order_id: int) -> None:
    order = Order.objects.select_related("shipping_address").get(pk=order_id)
    with override(settings.LANGUAGE_CODE):
        text = _("Bazarche: your order %(number)s is paid. Follow it here: %(url)s") % {
            "number": order.number,
            "url": order_url(order.number),
        }
    send_sms(
        key=f"order-paid:{order_id}",
        phone=str(order.shipping_address.phone_number),
        text=text,
        now=timezone.now(),
    )


@app.task(queue=MARKET)
def tell_buyer_of_parcel(stall_order_id: int) -> None:
    stall_order = StallOrder.objects.with_lines().get(pk=stall_order_id)
    with override(settings.LANGUAGE_CODE):
        text = _("Bazarche: %(stall)s has sent your parcel. Tracking code: %(code)s. %(url)s") % {
            "stall": stall_order.partner.name,
            "code": stall_order.tracking_code or "-",
            "url": order_url(stall_order.order.number),
        }
    send_sms(
        key=f"parcel-sent:{stall_order_id}",
        phone=str(stall_order.order.shipping_address.phone_number),
        text=text,
        now=timezone.now(),
    )


@app.task(queue=MARKET, retry=PATIENTLY)
def return_late_payment(attempt_id: str) -> None:
    attempt = PaymentAttempt.objects.select_related("order__shipping_address").get(pk=attempt_id)
    return_payment(attempt=attempt, now=timezone.now())
    with override(settings.LANGUAGE_CODE):
        text = _(
            "Bazarche: your payment for order %(number)s came after its time was over."
            " The money goes back to your card."
        ) % {"number": attempt.order.number}
    send_sms(
        key=f"payment-late:{attempt_id}",
        phone=str(attempt.order.shipping_address.phone_number),
        text=text,
        now=timezone.now(),
    )
