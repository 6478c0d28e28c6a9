"""An order from new to arrived, as the stall holder sees it."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from shop.ledger.accounts import stall_delivered, stall_pending
from shop.ledger.queries import balance
from shop.orders.errors import StateMoved
from shop.orders.models import StallOrder
from tests.makers import BUYER, NOON, a_paid_order, a_product, a_product_with_variants

pytestmark = pytest.mark.django_db
State = StallOrder.State


@pytest.fixture
def order(stall):
    (order,) = a_paid_order((a_product(stall, "کلاه تابستانی", price=2_000_000), 2))
    return order


def press(client, order, step, **typed):
    return client.post(reverse(f"panel:{step}", args=[order.number]), typed)


def page_of(client, order) -> str:
    return client.get(reverse("panel:order", args=[order.number])).content.decode()


def said(answer) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_an_order_goes_from_new_to_arrived(client, stall, order):
    assert said(press(client, order, "accept")) == ["پذیرفتید. نشانی خریدار را ببینید."]
    order.refresh_from_db()
    assert order.state == State.ACCEPTED
    press(client, order, "send", carrier="پست پیشتاز", tracking_code="۲۱۰۴ ۴۰۱۵")
    order.refresh_from_db()
    assert (order.state, order.carrier, order.tracking_code) == (
        State.SENT,
        "پست پیشتاز",
        "21044015",
    )
    press(client, order, "deliver")
    order.refresh_from_db()
    assert order.state == State.DELIVERED
    assert balance(stall_pending(stall.partner_id)) == 0
    assert balance(stall_delivered(stall.partner_id)) == -(4_000_000 - 400_000 + 650_000)


def test_the_address_comes_after_accepting(client, order):
    before = page_of(client, order)
    assert ("مهسا" in before, BUYER.city in before) == (True, True)
    for private in ("رضایی", BUYER.address, "۳۳۱۳۹", BUYER.phone[1:], "۰۹۱۲۰۰۰۰۰۰۱"):
        assert private not in before
        assert private not in client.get("/panel/orders/").content.decode()
    press(client, order, "accept")
    after = page_of(client, order)
    assert (BUYER.name in after, BUYER.address in after) == (True, True)
    for number in (BUYER.phone, BUYER.phone[1:], "۰۹۱۲۰۰۰۰۰۰۱", "09120000001"):
        assert number not in after


def test_a_number_in_the_buyers_note_is_not_shown_either(client, order):
    order.order.shipping_address.__class__.objects.update(notes="زنگ دوم، ۰۹۱۲۳۴۵۶۷۸۹")
    press(client, order, "accept")
    page = page_of(client, order)
    assert ("زنگ دوم، •••" in page, "۰۹۱۲۳۴۵۶۷۸۹" in page) == (True, False)


@pytest.mark.parametrize("step", ["send", "deliver"])
def test_a_step_too_early_changes_nothing_and_says_so(client, order, step):
    answer = press(client, order, step, carrier="پست")
    assert answer.url == f"/panel/orders/{order.number}/"
    assert said(answer) == [str(StateMoved())]
    order.refresh_from_db()
    assert order.state == State.NEW


def test_pressing_twice_does_it_once(client, order):
    press(client, order, "accept")
    first = StallOrder.objects.get(pk=order.pk).accepted_at
    assert said(press(client, order, "accept"))[-1] == str(StateMoved())
    assert StallOrder.objects.get(pk=order.pk).accepted_at == first


def test_sending_asks_who_carries_it(client, order):
    press(client, order, "accept")
    page = press(client, order, "send", carrier="", tracking_code="12<b>")
    assert page.status_code == 200
    assert list(page.context["form"].errors) == ["carrier"]
    assert page.context["form"]["tracking_code"].value() == "12<b>"
    assert "12<b>" not in page.content.decode()
    order.refresh_from_db()
    assert order.state == State.ACCEPTED


def test_the_way_the_buyer_paid_for_is_filled_in(client, order):
    press(client, order, "accept")
    page = client.get(reverse("panel:order", args=[order.number]))
    assert page.context["form"]["carrier"].value() == order.get_shipping_method_display()


@pytest.mark.parametrize("step", ["accept", "send", "deliver"])
def test_steps_are_posts(client, order, step):
    assert client.get(reverse(f"panel:{step}", args=[order.number])).status_code == 405


def test_an_unpaid_order_does_not_exist(client, stall, order):
    StallOrder.objects.filter(pk=order.pk).update(state=State.PENDING)
    assert client.get(reverse("panel:order", args=[order.number])).status_code == 404
    assert BUYER.name not in client.get("/panel/orders/").content.decode()


def test_each_pile_holds_its_orders(client, stall, order):
    for path, step in (("", "accept"), ("to-send/", "send"), ("sent/", "deliver"), ("done/", None)):
        for other in ("", "to-send/", "sent/", "done/"):
            shown = client.get(f"/panel/orders/{other}").context["orders"]
            assert [row.stall_order.pk for row in shown] == ([order.pk] if other == path else [])
        if step:
            press(client, order, step, carrier="پست")


def test_what_waits_stands_by_its_day(client, stall):
    product = a_product(stall, stock=9)
    slow = a_product(stall, stock=None, made_days=9)
    (late,) = a_paid_order((slow, 1))
    (soon,) = a_paid_order((product, 1))
    shown = client.get("/panel/orders/").context["orders"]
    assert [row.stall_order.pk for row in shown] == [soon.pk, late.pk]


def test_older_ones_follow_the_last(client, stall):
    product = a_product(stall, stock=50)
    orders = [a_paid_order((product, 1))[0] for _ in range(23)]
    StallOrder.objects.update(state=State.SENT, sent_at=NOON)
    newest_first = [order.pk for order in reversed(orders)]
    page = client.get("/panel/orders/sent/")
    assert [row.stall_order.pk for row in page.context["orders"]] == newest_first[:20]
    last = page.context["orders"][-1].stall_order.number
    older = client.get(f"/panel/orders/sent/?after={last}")
    assert [row.stall_order.pk for row in older.context["orders"]] == newest_first[20:]
    assert older.context["has_more"] is False


def test_a_variant_is_named_with_its_product(client, stall):
    parent = a_product_with_variants(stall, "پیراهن گلدار", variants={"پیراهن گلدار، اندازهٔ ۴": 2})
    a_paid_order((parent.children.get(), 1))
    (shown,) = client.get("/panel/orders/").context["orders"]
    assert [(line.title, line.variant) for line in shown.lines] == [("پیراهن گلدار", "اندازهٔ ۴")]


def test_the_first_page_counts_the_new_ones(client, stall, order):
    a_paid_order((order.order.lines.get().product, 1))
    glance = client.get("/panel/").context["glance"]
    assert (glance.new, glance.to_send, glance.next_send_by) == (2, 0, order.send_by)
