"""Work of orders in the background. Every job may run twice: what it does is keyed."""

from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from oscar.apps.order.models import Order
from procrastinate.contrib.django import app

from shop.jobs import MARKET, MONEY_FIRST, PATIENTLY
from shop.money import Rial
from shop.notices.services import send_sms
from shop.orders.links import order_token
from shop.orders.models import Message, Refund, Shipment, StallOrder
from shop.orders.notice_pace import told_lately
from shop.orders.services import follow, pay_back, release
from shop.orders.services.refund import ending_refund_id
from shop.orders.services.settle import settle_attempt
from shop.orders.services.sweep import sweep_payments as sweep
from shop.orders.services.sweep import sweep_refunds
from shop.payments.models import PaymentAttempt
from shop.templatetags.bazarche import toman

_ENDINGS = {
    StallOrder.State.DECLINED: gettext_lazy(
        "Bazarche: we are sorry, %(stall)s can't send order %(number)s: %(reason)s."
    ),
    StallOrder.State.CANCELLED: gettext_lazy(
        "Bazarche: as you wished, your order %(number)s from %(stall)s is cancelled."
    ),
    StallOrder.State.RETURNED: gettext_lazy(
        "Bazarche: %(stall)s has order %(number)s back from you."
    ),
}


def order_url(number: str) -> str:
    return f"{settings.STOREFRONT_URL}{reverse('order', args=[order_token(number)])}"


@app.task(queue=MARKET, retry=PATIENTLY, priority=MONEY_FIRST)
def settle_reported_payment(gateway: str, reference: str) -> None:
    for attempt in PaymentAttempt.objects.filter(gateway=gateway, reference=reference):
        settle_attempt(attempt_id=attempt.pk, now=timezone.now())


@app.task(queue=MARKET, retry=PATIENTLY)
def follow_reported_refund(gateway: str, refund_id: str) -> None:
    follow.follow_refund(gateway=gateway, refund_id=refund_id, now=timezone.now())


@app.task(queue=MARKET, retry=PATIENTLY)
def follow_reported_dispute(gateway: str, dispute_id: str) -> None:
    follow.follow_dispute(gateway=gateway, dispute_id=dispute_id, now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(queue=MARKET, queueing_lock="sweep_payments", priority=MONEY_FIRST)
def sweep_payments(timestamp: int) -> None:
    now = timezone.now()
    sweep(now=now)
    sweep_refunds(now=now)


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
def tell_buyer_of_door(order_id: int) -> None:
    order = Order.objects.select_related("shipping_address").get(pk=order_id)
    with override(settings.LANGUAGE_CODE):
        text = _(
            "Bazarche: we have your order %(number)s. You pay %(sum)s toman in cash at the door."
            " Follow it here: %(url)s"
        ) % {
            "number": order.number,
            "sum": toman(Rial.from_decimal(order.total_incl_tax)),
            "url": order_url(order.number),
        }
    send_sms(
        key=f"order-at-door:{order_id}",
        phone=str(order.shipping_address.phone_number),
        text=text,
        now=timezone.now(),
    )


@app.task(queue=MARKET)
def tell_buyer_of_parcel(stall_order_id: int) -> None:
    stall_order = StallOrder.objects.with_lines().with_due_at_door().get(pk=stall_order_id)
    with override(settings.LANGUAGE_CODE):
        said = {
            "stall": stall_order.partner.name,
            "code": stall_order.tracking_code or "-",
            "url": order_url(stall_order.order.number),
        }
        if stall_order.due_at_door:
            text = _(
                "Bazarche: %(stall)s has sent your parcel."
                " Please have %(sum)s toman in cash ready. %(url)s"
            ) % {**said, "sum": toman(stall_order.due_at_door)}
        else:
            text = (
                _("Bazarche: %(stall)s has sent your parcel. Tracking code: %(code)s. %(url)s")
                % said
            )
    send_sms(
        key=f"parcel-sent:{stall_order_id}",
        phone=str(stall_order.order.shipping_address.phone_number),
        text=text,
        now=timezone.now(),
    )


@app.task(queue=MARKET)
def tell_buyer_of_part(shipment_id: int) -> None:
    shipment = Shipment.objects.select_related(
        "stall_order__partner", "stall_order__order__shipping_address"
    ).get(pk=shipment_id)
    stall_order = shipment.stall_order
    with override(settings.LANGUAGE_CODE):
        text = _(
            "Bazarche: %(stall)s has sent a part of your order; the rest follows."
            " Tracking code: %(code)s. %(url)s"
        ) % {
            "stall": stall_order.partner.name,
            "code": shipment.tracking_code or "-",
            "url": order_url(stall_order.order.number),
        }
    send_sms(
        key=f"part-sent:{shipment_id}",
        phone=str(stall_order.order.shipping_address.phone_number),
        text=text,
        now=timezone.now(),
    )


@app.task(queue=MARKET)
def tell_buyer_of_code(stall_order_id: int, at: str) -> None:
    """The right code, as it stands now; each correction is told once."""
    stall_order = StallOrder.objects.select_related("partner", "order__shipping_address").get(
        pk=stall_order_id
    )
    with override(settings.LANGUAGE_CODE):
        text = _(
            "Bazarche: the right tracking code of your parcel from %(stall)s is %(code)s. %(url)s"
        ) % {
            "stall": stall_order.partner.name,
            "code": stall_order.tracking_code,
            "url": order_url(stall_order.order.number),
        }
    send_sms(
        key=f"code-corrected:{stall_order_id}:{at}",
        phone=str(stall_order.order.shipping_address.phone_number),
        text=text,
        now=timezone.now(),
    )


@app.task(queue=MARKET)
def tell_buyer_of_ending(stall_order_id: int) -> None:
    """One message for a parcel that ends whole: why, and what goes back."""
    stall_order = StallOrder.objects.with_lines().get(pk=stall_order_id)
    given_back = Refund.objects.get(pk=ending_refund_id(stall_order_id))
    with override(settings.LANGUAGE_CODE):
        said = [
            _ENDINGS[StallOrder.State(stall_order.state)]
            % {
                "stall": stall_order.partner.name,
                "number": stall_order.number,
                "reason": stall_order.reason,
            }
        ]
        if given_back.state != Refund.State.UNPAID and given_back.amount:
            said.append(
                _("%(sum)s toman go back the way you paid.") % {"sum": toman(given_back.amount)}
            )
        said.append(order_url(stall_order.order.number))
    send_sms(
        key=f"parcel-ended:{stall_order_id}",
        phone=str(stall_order.order.shipping_address.phone_number),
        text=" ".join(said),
        now=timezone.now(),
    )


@app.task(queue=MARKET)
def tell_buyer_of_not_taken(stall_order_id: int) -> None:
    stall_order = StallOrder.objects.select_related("partner", "order__shipping_address").get(
        pk=stall_order_id
    )
    with override(settings.LANGUAGE_CODE):
        text = _(
            "Bazarche: %(stall)s took order %(number)s back: %(reason)s. There is nothing to pay. %(url)s"
        ) % {
            "stall": stall_order.partner.name,
            "number": stall_order.number,
            "reason": stall_order.reason,
            "url": order_url(stall_order.order.number),
        }
    send_sms(
        key=f"parcel-ended:{stall_order_id}",
        phone=str(stall_order.order.shipping_address.phone_number),
        text=text,
        now=timezone.now(),
    )


@app.task(queue=MARKET)
def tell_buyer_of_message(message_id: int) -> None:
    """At most one message an hour for each parcel, whatever the stall writes."""
    message = Message.objects.select_related(
        "stall_order__partner", "stall_order__order__shipping_address"
    ).get(pk=message_id)
    stall_order = message.stall_order
    if message.author_id is None or told_lately(stall_order, side="buyer", now=timezone.now()):
        return
    with override(settings.LANGUAGE_CODE):
        path = reverse("messages", args=[order_token(stall_order.order.number), stall_order.number])
        text = _("Bazarche: %(stall)s has written to you about your order. %(url)s") % {
            "stall": stall_order.partner.name,
            "url": f"{settings.STOREFRONT_URL}{path}",
        }
    send_sms(
        key=f"message:{stall_order.pk}:buyer:{message_id}",
        phone=str(stall_order.order.shipping_address.phone_number),
        text=text,
        now=timezone.now(),
    )


@app.task(queue=MARKET, retry=PATIENTLY)
def send_refund(refund_id: str) -> None:
    pay_back.send_refund(refund_id=UUID(refund_id), now=timezone.now())


@app.task(queue=MARKET)
def tell_buyer_of_refund(refund_id: str) -> None:
    decided = Refund.objects.select_related(
        "attempt__order__shipping_address", "stall_order__partner"
    ).get(pk=refund_id)
    if decided.stall_order_id and decided.pk == ending_refund_id(decided.stall_order_id):
        return  # told with why the parcel ended
    order = decided.attempt.order
    with override(settings.LANGUAGE_CODE):
        if decided.stall_order is None:
            text = _(
                "Bazarche: your payment for order %(number)s came after its time was over."
                " The money goes back to your card."
            ) % {"number": order.number}
        else:
            text = _(
                "Bazarche: %(stall)s gives back %(sum)s toman of order %(number)s."
                " It goes back the way you paid. %(url)s"
            ) % {
                "stall": decided.stall_order.partner.name,
                "sum": toman(decided.amount),
                "number": order.number,
                "url": order_url(order.number),
            }
    send_sms(
        key=f"refund:{refund_id}",
        phone=str(order.shipping_address.phone_number),
        text=text,
        now=timezone.now(),
    )


@app.periodic(cron="10 * * * *")
@app.task(queue=MARKET, queueing_lock="release_delivered")
def release_delivered(timestamp: int) -> None:
    release.release_delivered(now=timezone.now())
