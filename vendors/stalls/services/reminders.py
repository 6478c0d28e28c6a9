"""Reminding a stall of what waits for it, kindly and once for each step; its facilitator when it does not answer."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from shop.accounts.models import User
from shop.jalali import TEHRAN, tehran_date
from shop.notices.services import KEPT_DAYS, send_sms
from shop.orders.models import StallOrder, StallOrderQuerySet, is_silent_since
from shop.orders.services.send import READY
from shop.templatetags.bazarche import jalali_day
from vendors.stalls.models import StallMember

Role = StallMember.Role
KEEPERS, HELPERS = (Role.OWNER, Role.HELPER), (Role.FACILITATOR,)
# By the clock of Tehran: nobody is woken.
FIRST_HOUR, LAST_HOUR = 9, 21
# Whatever waits longer is the staff's: its notices are forgotten, and it would be told again.
NO_LONGER = timedelta(days=KEPT_DAYS - 5)


def remind_stalls(*, now: datetime) -> int:
    """Tell stalls of orders that wait for a yes, have to be sent today or should have arrived, facilitators of those
    without an answer.

    Each person once for each step of each order, between nine and twenty-one o'clock; how many messages were new.
    """
    if not FIRST_HOUR <= now.astimezone(TEHRAN).hour < LAST_HOUR:
        return 0
    today = tehran_date(now)
    new = StallOrder.objects.filter(state=StallOrder.State.NEW, created_at__gt=now - NO_LONGER)
    ready = StallOrder.objects.filter(state__in=READY, send_by__gt=today - NO_LONGER)
    asked, silent = (
        _unheard(settings.ARRIVAL_REMIND_DAYS, now),
        _unheard(settings.ARRIVAL_SILENT_DAYS, now),
    )
    with translation.override(settings.LANGUAGE_CODE):
        return sum(
            (
                _tell(_since(new, settings.ACCEPT_REMIND_HOURS, now), "waits", KEEPERS, now),
                _tell(_since(new, settings.ACCEPT_HOURS, now), "unanswered", HELPERS, now),
                _tell(ready.filter(send_by=today), "today", KEEPERS, now),
                _tell(ready.filter(send_by__lt=today), "late", KEEPERS + HELPERS, now),
                _tell(asked, "arrived", KEEPERS, now),
                _tell(silent, "silent", KEEPERS + HELPERS, now),
            )
        )


def _since(new: StallOrderQuerySet, hours: int, now: datetime) -> StallOrderQuerySet:
    return new.filter(created_at__lte=now - timedelta(hours=hours))


def _unheard(days: int, now: datetime) -> StallOrderQuerySet:
    """Sent, and so many days after the day they were promised for nobody has said whether they arrived."""
    since = now - timedelta(days=days)
    return StallOrder.objects.filter(is_silent_since(since)).exclude(
        is_silent_since(since - NO_LONGER)
    )


def _tell(orders: StallOrderQuerySet, step: str, roles: Iterable[str], now: datetime) -> int:
    n_new = 0
    for order in orders.select_related("partner__stall").order_by("send_by", "pk"):
        stall = order.partner.stall
        path = reverse("panel:order", args=[order.number])
        text = _said(step) % {
            "number": order.number,
            "stall": stall.name,
            "day": jalali_day(order.send_by),
            "sent": jalali_day(tehran_date(order.sent_at)) if order.sent_at else "",
            "url": f"{settings.STOREFRONT_URL}{path}",
        }
        people = User.objects.filter(
            stall_memberships__stall=stall, stall_memberships__role__in=roles, is_active=True
        )
        for user in people.order_by("pk"):
            key = f"order-{step}:{order.pk}:{user.pk}"
            n_new += send_sms(key=key, phone=user.phone, text=text, now=now)
    return n_new


def _said(step: str) -> str:
    return {
        "waits": _(
            "Order %(number)s of %(stall)s waits for your answer. Can you send it by %(day)s?"
            " Please say yes or no: %(url)s"
        ),
        "unanswered": _(
            "Order %(number)s of %(stall)s has no answer yet. Please ask whether they need a hand: %(url)s"
        ),
        "today": _("Today is the day to send order %(number)s of %(stall)s. Good luck! %(url)s"),
        "late": _(
            "Order %(number)s of %(stall)s was to be sent by %(day)s. If something is in the way, tell us;"
            " we help: %(url)s"
        ),
        "arrived": _(
            "Has order %(number)s of %(stall)s arrived? You sent it on %(sent)s. The money for it is counted from"
            " your answer: %(url)s"
        ),
        "silent": _(
            "Order %(number)s of %(stall)s was sent on %(sent)s, and nobody has said yet whether it arrived. The money"
            " for it waits for that answer. If something is in the way, tell us; we help: %(url)s"
        ),
    }[step]
