"""What a stall is told in the background."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from shop.accounts.models import User
from shop.jobs import MARKET
from shop.notices.services import send_sms
from shop.orders.models import StallOrder
from shop.templatetags.bazarche import jalali_day, toman


@app.task(queue=MARKET)
def tell_stalls_of_order(order_id: int) -> None:
    """Tell everybody who works for a stall of this order; each person once for each stall order."""
    paid = StallOrder.objects.filter(order_id=order_id).paid().with_due_at_door()
    with translation.override(settings.LANGUAGE_CODE):
        for stall_order in paid.select_related("partner__stall"):
            stall = stall_order.partner.stall
            path = reverse("panel:order", args=[stall_order.number])
            text = _new_order(stall_order) % {
                "stall": stall.name,
                "total": toman(stall_order.goods),
                "due": toman(stall_order.due_at_door),
                "day": jalali_day(stall_order.send_by),
                "url": f"{settings.STOREFRONT_URL}{path}",
            }
            keepers = User.objects.filter(stall_memberships__stall=stall, is_active=True)
            for user in keepers.order_by("pk"):
                send_sms(
                    key=f"new-order:{stall_order.pk}:{user.pk}",
                    phone=user.phone,
                    text=text,
                    now=timezone.now(),
                )


def _new_order(stall_order: StallOrder) -> str:
    if stall_order.due_at_door:
        return _(
            "%(stall)s has a new order, to be paid in cash at the door: take %(due)s toman there."
            " Please send it by %(day)s. %(url)s"
        )
    return _("%(stall)s has a new order: %(total)s toman. Please send it by %(day)s. %(url)s")
