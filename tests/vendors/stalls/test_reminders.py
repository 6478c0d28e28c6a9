"""Stalls are reminded once for each step, facilitators of what stays unanswered, and nobody at night."""

from datetime import timedelta

import pytest

from shop.jalali import tehran_date
from shop.notices.models import Notice
from shop.orders.models import StallOrder
from shop.orders.services.fulfil import accept_stall_order, deliver_stall_order
from shop.orders.services.send import send_stall_order
from tests.makers import NOON, a_member, a_paid_order, a_product, a_stall, a_user
from vendors.stalls.models import StallMember
from vendors.stalls.services.reminders import remind_stalls

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> StallOrder:
    stall = a_stall(keeper=a_user())
    a_member(stall, a_user(), role=StallMember.Role.FACILITATOR)
    (order,) = a_paid_order((a_product(stall, stock=10), 1))
    Notice.objects.all().delete()
    return order


def told() -> list[tuple[str, str]]:
    """Step and role of each message, in the order in which they were written."""
    found = []
    for notice in Notice.objects.order_by("pk"):
        step, _order, user = notice.key.split(":")
        found.append((step, StallMember.objects.get(user_id=int(user)).role))
    return found


def test_a_stall_that_does_not_answer_is_reminded_and_then_its_facilitator_told(order):
    assert remind_stalls(now=NOON + timedelta(hours=3)) == 0
    assert remind_stalls(now=NOON + timedelta(hours=4)) == 1
    assert remind_stalls(now=NOON + timedelta(hours=5)) == 0
    assert remind_stalls(now=NOON + timedelta(hours=24)) == 1
    assert told() == [("order-waits", "owner"), ("order-unanswered", "facilitator")]


def test_an_accepted_order_is_spoken_of_on_its_day_and_once_when_it_is_late(order):
    accept_stall_order(stall_order=order, now=NOON)
    days = (order.send_by - tehran_date(NOON)).days
    for day in range(days + 3):
        remind_stalls(now=NOON + timedelta(days=day))
    assert told() == [
        ("order-today", "owner"),
        ("order-late", "owner"),
        ("order-late", "facilitator"),
    ]


def test_what_takes_long_to_make_is_spoken_of_on_its_day_however_old_the_order(order):
    accept_stall_order(stall_order=order, now=NOON)
    today = tehran_date(NOON)
    StallOrder.objects.update(created_at=NOON - timedelta(days=60), send_by=today)
    assert remind_stalls(now=NOON) == 1
    assert remind_stalls(now=NOON + timedelta(days=1)) == 2
    Notice.objects.all().delete()  # as they are forgotten after a month
    assert remind_stalls(now=NOON + timedelta(days=30)) == 0


@pytest.mark.parametrize("hour", [-4, 10])
def test_nobody_is_woken(order, hour):
    """Noon less four is eight in the morning; ten hours later it is ten in the evening."""
    assert remind_stalls(now=NOON + timedelta(days=1, hours=hour)) == 0


def test_a_message_names_neither_buyer_nor_address(order):
    remind_stalls(now=NOON + timedelta(hours=4))
    text = Notice.objects.get().text
    assert order.number in text
    for private in ("مهسا", "رضایی", "خیابان", "اسلامشهر"):
        assert private not in text


def test_what_is_over_or_was_never_paid_is_not_spoken_of(order):
    for state in ("pending", "delivered", "closed", "declined", "cancelled", "returned"):
        StallOrder.objects.filter(pk=order.pk).update(state=state, sent_at=NOON)
        assert remind_stalls(now=NOON + timedelta(days=9)) == 0


@pytest.fixture
def sent(order) -> StallOrder:
    """Sent at noon, and three days on the way as its buyer was told."""
    accept_stall_order(stall_order=order, now=NOON)
    send_stall_order(stall_order=order, carrier="پست", tracking_code="1", now=NOON)
    Notice.objects.all().delete()
    return order


def test_a_stall_is_asked_whether_a_parcel_arrived_and_then_its_facilitator_told(sent):
    a_member(sent.partner.stall, a_user(), role=StallMember.Role.HELPER)
    told_each_day = [remind_stalls(now=NOON + timedelta(days=day)) for day in range(11)]
    assert told_each_day == [0, 0, 0, 0, 0, 2, 0, 0, 3, 0, 0]
    assert told() == [
        ("order-arrived", "owner"),
        ("order-arrived", "helper"),
        ("order-silent", "owner"),
        ("order-silent", "facilitator"),
        ("order-silent", "helper"),
    ]
    text = Notice.objects.order_by("pk")[0].text
    assert f"سفارش {sent.number} از ترشی سبزینه رسیده است؟" in text
    assert "پولش از روز جواب شما حساب می‌شود" in text
    assert f"/panel/orders/{sent.number}/" in text


def test_a_parcel_that_arrived_is_asked_about_no_more(sent):
    deliver_stall_order(stall_order=sent, now=NOON)
    assert remind_stalls(now=NOON + timedelta(days=9)) == 0


def test_who_was_promised_more_days_is_waited_for_longer(sent):
    StallOrder.objects.filter(pk=sent.pk).update(travel_days=10)
    assert remind_stalls(now=NOON + timedelta(days=11)) == 0
    assert remind_stalls(now=NOON + timedelta(days=12)) == 1


def test_what_took_long_to_make_is_asked_about_too_and_never_a_second_time(sent):
    """However old the order: its days count from the day it was sent, and end before its notices are forgotten."""
    StallOrder.objects.update(created_at=NOON - timedelta(days=60))
    assert remind_stalls(now=NOON + timedelta(days=5)) == 1
    Notice.objects.all().delete()
    assert remind_stalls(now=NOON + timedelta(days=34)) == 0
