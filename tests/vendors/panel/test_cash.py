"""Cash at the door in the panel: how much to take, two ways for it to end, and what the stall holds."""

import pytest
from django.contrib.messages import get_messages
from django.test import override_settings
from django.urls import reverse

from shop.ledger.accounts import stall_cash
from shop.ledger.queries import balance
from shop.orders.models import SellerTerms, StallOrder
from shop.orders.services.fulfil import accept_stall_order
from shop.orders.services.place import place_order
from shop.orders.services.send import send_stall_order
from tests.makers import NOON, a_basket, a_checkout, a_paid_order, a_product, a_user

pytestmark = pytest.mark.django_db
PRICE, SENDING = 2_000_000, 650_000


@pytest.fixture(autouse=True)
def cash_is_on():
    with override_settings(GATEWAYS={"cash": {}}):
        yield


@pytest.fixture
def product(stall):
    SellerTerms.objects.filter(partner=stall.partner).update(takes_cash=True)
    return a_product(stall, "کلاه تابستانی", price=PRICE, stock=5)


@pytest.fixture
def order(stall, product):
    place_order(
        basket_id=a_basket((product, 2)).pk,
        checkout=a_checkout(stall, total=2 * PRICE + SENDING, gateway="cash"),
        user_id=None,
        now=NOON,
    )
    return StallOrder.objects.get()


def sent(order):
    accept_stall_order(stall_order=order, now=NOON)
    send_stall_order(stall_order=order, carrier="پیک", tracking_code="", now=NOON)
    return order


def press(client, order, step):
    return client.post(reverse(f"panel:{step}", args=[order.number]))


def page_of(client, order) -> str:
    return client.get(reverse("panel:order", args=[order.number])).content.decode()


def said(answer) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_the_order_says_how_much_to_take_from_the_first_page_on(client, order):
    for page in (client.get("/panel/orders/").content.decode(), page_of(client, order)):
        assert "دم در ۴۶۵٬۰۰۰ تومان نقد بگیرید" in page
    assert "خریدار هنوز چیزی نپرداخته است." in page
    page = page_of(client, sent(order))
    assert "رسید و ۴۶۵٬۰۰۰ تومان گرفتم" in page
    assert "بله، رسید" not in page


def test_a_voucher_is_taken_off_at_the_door_and_the_page_says_so(client, order):
    StallOrder.objects.update(discount=150_000)
    page = page_of(client, order)
    assert "دم در ۴۵۰٬۰۰۰ تومان نقد بگیرید" in page
    assert "منهای ۱۵٬۰۰۰ تومان کد تخفیف" in page


def test_taken_at_the_door_it_is_cash_that_the_stall_holds(client, stall, order):
    press(client, sent(order), "deliver")
    order.refresh_from_db()
    assert order.state == "delivered"
    assert balance(stall_cash(stall.partner_id)) == 2 * PRICE + SENDING
    page = client.get("/panel/money/").content.decode()
    assert "پول نقدی که پیش شماست" in page
    assert "۴۶۵٬۰۰۰" in page
    assert "کارمزد که از واریز بعدی‌تان کم می‌شود" in page


def test_not_taken_it_is_back_on_the_shelf(client, stall, product, order):
    answer = press(client, sent(order), "take_back")
    assert answer.headers["Location"] == "/panel/orders/sent/"
    assert said(answer) == ["نگرفت. کالاها دوباره به موجودی‌تان برگشت."]
    order.refresh_from_db()
    assert order.state == "cancelled"
    assert product.stockrecords.get().num_in_stock == 5
    assert said(press(client, order, "take_back"))[-1].startswith("این سفارش در این میان تغییر")


def test_not_taken_is_no_answer_before_sending(client, order):
    answer = press(client, order, "take_back")
    assert said(answer) == ["این سفارش در این میان تغییر کرده است. وضع تازه‌اش این است."]
    order.refresh_from_db()
    assert order.state == "new"


def test_a_parcel_paid_by_card_has_no_such_button(client, product):
    (order,) = a_paid_order((product, 1))
    page = page_of(client, sent(order))
    assert "نگرفت" not in page
    assert "نقد" not in page
    answer = press(client, order, "take_back")
    assert said(answer) == [
        "پول این بسته پیش‌تر پرداخت شده است. به بازارچه خبر دهید: پول خریدار باید برگردد."
    ]


def test_the_neighbour_takes_nothing_back(client, order, neighbour):
    sent(order)
    client.force_login(a_user())
    assert press(client, order, "take_back").status_code == 404
    client.force_login(neighbour.members.get().user)
    assert press(client, order, "take_back").status_code == 404
    order.refresh_from_db()
    assert order.state == "sent"


def test_what_waits_at_doors_is_apart_from_what_is_paid(client, product, order):
    a_paid_order((product, 1))
    answer = client.get("/panel/money/")
    assert [
        paid.stall_order.order.payment_attempts.get().gateway
        for paid in answer.context["to_come"].awaited.orders
    ] == ["zarinpal"]
    assert answer.context["door"].due == 2 * PRICE + SENDING
    page = answer.content.decode()
    assert "باید دم در بگیرید" in page


def test_the_stall_says_itself_whether_it_takes_cash(client, stall, product):
    terms = SellerTerms.objects.filter(partner=stall.partner)
    answer = client.post("/panel/money/cash/", {"takes_cash": "0"})
    assert (answer.headers["Location"], terms.get().takes_cash) == ("/panel/money/", False)
    assert "بله، نقد می‌گیرم" in client.get("/panel/money/").content.decode()
    client.post("/panel/money/cash/", {"takes_cash": "1"})
    assert terms.get().takes_cash is True
    client.post("/panel/money/cash/", {"takes_cash": "NaN"})
    assert terms.get().takes_cash is False


def test_where_cash_is_switched_off_nobody_is_asked(client, stall):
    with override_settings(GATEWAYS={}):
        assert "دم در پول نقد می‌گیرید؟" not in client.get("/panel/money/").content.decode()
