"""Everybody who works for a stall hears of its new order, once."""

import pytest

from shop.notices.models import Notice
from tests.makers import a_member, a_paid_order, a_product, a_stall, a_user
from vendors.stalls.jobs import tell_stalls_of_order
from vendors.stalls.models import StallMember

pytestmark = pytest.mark.django_db


def test_each_person_of_each_stall_is_told_once():
    holder, helper, other = (a_user(phone=f"+98912111000{n}") for n in range(3))
    stall = a_stall("پوشاک پرستو", keeper=holder)
    a_member(stall, helper, role=StallMember.Role.FACILITATOR)
    neighbour = a_stall("ترشی سبزینه", keeper=other)
    a_stall("گلیم ماه", keeper=a_user())
    orders = a_paid_order((a_product(stall, price=2_000_000), 1), (a_product(neighbour), 1))
    for _ in range(2):
        tell_stalls_of_order(order_id=orders[0].order_id)
    texts = {notice.phone: notice.text for notice in Notice.objects.all()}
    assert sorted(texts) == [holder.phone, helper.phone, other.phone]
    assert Notice.objects.count() == 3
    first = texts[holder.phone]
    assert first.startswith("سفارش تازه برای پوشاک پرستو: ۲۰۰٬۰۰۰ تومان. لطفاً تا ")
    assert f"/panel/orders/{orders[0].number}/" in first
    assert texts[helper.phone] == first


def test_who_was_locked_out_hears_nothing():
    stall = a_stall(keeper=a_user(is_active=False))
    (order,) = a_paid_order((a_product(stall), 1))
    tell_stalls_of_order(order_id=order.order_id)
    assert Notice.objects.count() == 0
