"""A buyer thinks better of it before the stall says yes; and sees how each parcel stands."""

import pytest
from django.urls import reverse

from shop.notices.models import Notice
from shop.orders import jobs
from shop.orders.links import order_token
from shop.orders.models import Refund, StallOrder
from shop.orders.services.fulfil import accept_stall_order
from shop.orders.services.say_no import decline_stall_order, return_stall_order
from shop.orders.services.send import Part, send_stall_order
from tests.makers import NOON, a_paid_order, a_product, a_stall, a_user
from vendors.stalls.jobs import tell_stalls_of_cancelling

pytestmark = pytest.mark.django_db
State = StallOrder.State


@pytest.fixture
def order() -> StallOrder:
    stall = a_stall("ترشی سبزینه", keeper=a_user())
    (order,) = a_paid_order((a_product(stall, "ترشی لیته", stock=10), 2))
    return order


def link(order) -> str:
    return reverse("order", args=[order_token(order.order.number)])


def cancelling(order) -> str:
    return reverse("cancel_parcel", args=[order_token(order.order.number), order.number])


def test_a_new_parcel_is_cancelled_with_a_reason_and_paid_back(client, order):
    assert cancelling(order) in client.get(link(order)).content.decode()
    answer = client.post(cancelling(order), {"reason": "mistake"}, follow=True)
    order.refresh_from_db()
    assert (order.state, order.reason) == (State.CANCELLED, "اشتباهی سفارش دادم")
    assert Refund.objects.get().amount == 2 * 1_650_000 + 650_000
    page = answer.content.decode()
    assert "لغو شد. به غرفه خبر دادیم." in page
    assert "این سفارش لغو شد." in page
    record = order.order.lines.get().stockrecord
    assert (record.num_in_stock, record.num_allocated) == (10, 0)


def test_without_a_reason_nothing_is_cancelled(client, order):
    page = client.post(cancelling(order), {"reason": ""})
    assert list(page.context["form"].errors) == ["reason"]
    order.refresh_from_db()
    assert order.state == State.NEW


def test_after_the_stall_said_yes_the_button_is_gone_and_the_address_changes_nothing(client, order):
    accept_stall_order(stall_order=order, now=NOON)
    assert cancelling(order) not in client.get(link(order)).content.decode()
    assert client.post(cancelling(order), {"reason": "mistake"}).url == link(order)
    order.refresh_from_db()
    assert (order.state, Refund.objects.count()) == (State.ACCEPTED, 0)


def test_a_parcel_of_another_order_is_not_cancelled_by_this_link(client, order):
    (other,) = a_paid_order((a_product(a_stall("دیگر"), stock=5), 1))
    path = reverse("cancel_parcel", args=[order_token(other.order.number), order.number])
    assert client.post(path, {"reason": "mistake"}).status_code == 404
    order.refresh_from_db()
    assert order.state == State.NEW


def test_the_buyer_reads_why_the_stall_said_no(client, order):
    decline_stall_order(stall_order=order, reason="بیمارم", by_user_id=None, now=NOON)
    page = client.get(link(order)).content.decode()
    assert ("بیمارم" in page, "این سفارش لغو شد." in page) == (True, True)
    refund = Refund.objects.get()
    for _ in range(2):
        jobs.tell_buyer_of_ending(order.pk)
        jobs.tell_buyer_of_refund(str(refund.pk))
    [notice] = Notice.objects.filter(key=f"parcel-ended:{order.pk}")
    assert "بیمارم" in notice.text
    assert "۳۹۵٬۰۰۰ تومان از همان راهی که پرداختید برمی‌گردد." in notice.text
    assert Notice.objects.filter(key__startswith="refund:").count() == 0


def test_the_stall_is_told_that_its_buyer_cancelled(client, order):
    client.post(cancelling(order), {"reason": "mistake"})
    Notice.objects.all().delete()
    for _ in range(2):
        tell_stalls_of_cancelling(order.pk)
    [notice] = Notice.objects.all()
    assert order.number in notice.text


def test_each_part_stands_on_the_page_with_its_code(client, order):
    accept_stall_order(stall_order=order, now=NOON)
    line = order.order.lines.get().pk
    first = {"carrier": "پست", "tracking_code": "111", "now": NOON, "part": Part({line: 1}, 1)}
    send_stall_order(stall_order=order, **first)
    page = client.get(link(order)).content.decode()
    assert "بخش ۱" in page
    assert "۱۱۱" in page
    assert "بقیه‌اش هم می‌آید." in page
    jobs.tell_buyer_of_part(order.shipments.get().pk)
    assert "111" in Notice.objects.get(key=f"part-sent:{order.shipments.get().pk}").text
    send_stall_order(stall_order=order, carrier="تیپاکس", tracking_code="222", now=NOON)
    page = client.get(link(order)).content.decode()
    assert ("بخش ۲" in page, "۲۲۲" in page, "بقیه‌اش هم می‌آید." in page) == (True, True, False)


def test_a_returned_parcel_says_so(client, order):
    StallOrder.objects.filter(pk=order.pk).update(state="delivered", delivered_at=NOON)
    order.refresh_from_db()
    return_stall_order(stall_order=order, reason="نپسندیدم", by_user_id=None, now=NOON)
    page = client.get(link(order)).content.decode()
    assert ("برگشت خورده" in page, "نپسندیدم" in page) == (True, True)
