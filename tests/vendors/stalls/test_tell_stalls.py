"""Everybody who works for a stall hears of its new order, once."""

import pytest
from django.db import connection

from shop.notices.models import Notice
from shop.orders.models import SellerTerms
from shop.orders.services.dispute import Claim, lose_dispute, open_dispute, win_dispute
from shop.orders.services.place import place_order
from tests.makers import (
    NOON,
    a_basket,
    a_checkout,
    a_member,
    a_paid_order,
    a_product,
    a_stall,
    a_user,
)
from vendors.stalls.jobs import (
    tell_stalls_of_decided_dispute,
    tell_stalls_of_dispute,
    tell_stalls_of_order,
)
from vendors.stalls.models import StallMember

pytestmark = pytest.mark.django_db


def test_each_person_of_each_stall_is_told_once():
    holder, facilitator, other = (a_user(phone=f"+98912111000{n}") for n in range(3))
    stall = a_stall("پوشاک پرستو", keeper=holder)
    a_member(stall, facilitator, role=StallMember.Role.FACILITATOR)
    neighbour = a_stall("ترشی سبزینه", keeper=other)
    a_stall("گلیم ماه", keeper=a_user())
    orders = a_paid_order((a_product(stall, price=2_000_000), 1), (a_product(neighbour), 1))
    for _ in range(2):
        tell_stalls_of_order(order_id=orders[0].order_id)
    texts = {notice.phone: notice.text for notice in Notice.objects.all()}
    assert sorted(texts) == [holder.phone, facilitator.phone, other.phone]
    assert Notice.objects.count() == 3
    first = texts[holder.phone]
    assert first.startswith("سفارش تازه برای پوشاک پرستو: ۲۰۰٬۰۰۰ تومان. لطفاً تا ")
    assert f"/panel/orders/{orders[0].number}/" in first
    assert texts[facilitator.phone] == first


def test_a_helper_is_told_of_no_money_but_what_is_taken_at_the_door(settings):
    settings.GATEWAYS = {"cash": {}}
    helper = a_user()
    stall = a_stall("پوشاک پرستو")
    a_member(stall, helper, role=StallMember.Role.HELPER)
    product = a_product(stall, price=2_000_000, stock=9)
    (paid,) = a_paid_order((product, 1))
    SellerTerms.objects.filter(partner=stall.partner).update(takes_cash=True)
    at_door = place_order(
        basket_id=a_basket((product, 1)).pk,
        checkout=a_checkout(stall, total=2_650_000, gateway="cash"),
        user_id=None,
        now=NOON,
    )
    tell_stalls_of_order(order_id=paid.order_id)
    tell_stalls_of_order(order_id=at_door.order_id)
    first, second = Notice.objects.filter(phone=helper.phone).order_by("pk")
    assert first.text.startswith("سفارش تازه برای پوشاک پرستو. لطفاً تا ")
    assert ("تومان" in first.text, "۲۰۰٬۰۰۰" in first.text) == (False, False)
    assert "۲۶۵٬۰۰۰ تومان" in second.text


def test_who_was_locked_out_hears_nothing():
    stall = a_stall(keeper=a_user(is_active=False))
    (order,) = a_paid_order((a_product(stall), 1))
    tell_stalls_of_order(order_id=order.order_id)
    assert Notice.objects.count() == 0


def deferred():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name, (args ->> 'dispute_id')::int FROM procrastinate_jobs"
            " WHERE task_name LIKE %s ORDER BY id",
            ["vendors.stalls.jobs.%dispute"],
        )
        return cursor.fetchall()


@pytest.mark.parametrize(
    ("decide", "said"),
    [
        (win_dispute, "بانک دربارهٔ سفارش {} به سود شما رأی داد. ۱۸۰٬۰۰۰ تومان دوباره مال شماست."),
        (lose_dispute, "بانک دربارهٔ سفارش {} به سود خریدار رأی داد. ۱۸۰٬۰۰۰ تومان به او برگشت."),
    ],
)
def test_owners_hear_once_that_money_is_held_and_once_how_it_ended(decide, said):
    holder, helper, facilitator = (a_user() for _ in range(3))
    stall = a_stall("پوشاک پرستو", keeper=holder, commission_bp=1000, shipping=0)
    a_member(stall, helper, role=StallMember.Role.HELPER)
    a_member(stall, facilitator, role=StallMember.Role.FACILITATOR)
    (order,) = a_paid_order((a_product(stall, price=2_000_000), 1))
    claim = Claim(gateway_id="dp_1", charge_amount=2_000_000)
    dispute = open_dispute(attempt=order.order.payment_attempts.get(), claim=claim, now=NOON)
    args = {"dispute_id": dispute.pk}
    assert deferred() == [("vendors.stalls.jobs.tell_stalls_of_dispute", dispute.pk)]
    for _ in range(2):
        tell_stalls_of_dispute(**args)
    [opened] = Notice.objects.all()
    assert opened.phone == holder.phone
    assert opened.text.startswith(
        f"پوشاک پرستو: خریدار سفارش {order.number} پولش را از بانک پس خواسته است. ۱۸۰٬۰۰۰ تومان"
    )
    decide(dispute=dispute, now=NOON)
    assert deferred()[1:] == [("vendors.stalls.jobs.tell_stalls_of_decided_dispute", dispute.pk)]
    for _ in range(2):
        tell_stalls_of_decided_dispute(**args)
    ended = Notice.objects.exclude(pk=opened.pk).get()
    assert (ended.phone, said.format(order.number) in ended.text) == (holder.phone, True)
