"""Cash at the door in the shopper's pages: offered where it can be taken, never a bank, and its sum always in sight."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, override_settings
from oscar.apps.order.models import Order

from shop.notices.models import Notice
from shop.orders import jobs
from shop.orders.links import order_token
from shop.orders.models import SellerTerms, ShippingRate, ShippingTier, StallOrder
from shop.orders.services.fulfil import (
    accept_stall_order,
    deliver_stall_order,
    take_back_stall_order,
)
from shop.orders.services.send import send_stall_order
from shop.payments.models import PaymentAttempt
from tests.makers import NOON, a_product, a_stall, a_user
from tests.shop.storefront.test_checkout import filled, hidden
from vendors.stalls.jobs import tell_stalls_of_order

pytestmark = pytest.mark.django_db
BANK = {"base_url": "http://127.0.0.1:9", "merchant_id": "0" * 36}


@pytest.fixture(autouse=True)
def cash_beside_a_bank() -> Iterator[None]:
    with override_settings(GATEWAYS={"zarinpal": BANK, "cash": {}}):
        yield


@pytest.fixture
def product() -> Any:
    stall = a_stall("ترشی سبزینه", keeper=a_user(phone="+989120007777"))
    SellerTerms.objects.update(takes_cash=True)
    return a_product(stall, "ترشی لیته", price=1_650_000, stock=5)


def review(client: Client, sent: dict[str, str]) -> str:
    return client.post("/checkout/", sent).content.decode()


def press(client: Client, sent: dict[str, str], page: str, gateway: str = "cash") -> Any:
    more = {name: hidden(page, name) for name in ("basket", "seen_total")}
    return client.post("/checkout/pay/", {**sent, **more, "gateway": gateway})


def ordered(client: Client, product: Any) -> Order:
    sent = filled(client, product)
    press(client, sent, review(client, sent))
    return Order.objects.get()


def page_of(client: Client, order: Order) -> str:
    return client.get(f"/o/{order_token(order.number)}/").content.decode()


def test_the_summary_offers_cash_beside_the_card(client: Client, product: Any) -> None:
    page = review(client, filled(client, product))
    assert 'value="cash"' in page
    assert "پول نقد دم در" in page
    assert "به کسی می‌دهید که بسته را به دستتان می‌دهد" in page
    assert "ثبت سفارش به مبلغ ۳۹۵٬۰۰۰ تومان" in page


def test_a_stall_without_cash_or_a_parcel_by_post_is_not_offered_it(
    client: Client, product: Any
) -> None:
    stall = product.listing.stall
    post = ShippingRate.objects.create(partner=stall.partner, method="post")
    ShippingTier.objects.create(rate=post, over_g=0, price=650_000)
    sent = filled(client, product)
    by_post = {**sent, f"send_{stall.partner_id}": "post"}
    assert 'value="cash"' in review(client, sent)
    page = review(client, by_post)
    assert 'type="radio" name="gateway" value="cash"' not in page
    assert "پرداخت ۳۹۵٬۰۰۰ تومان" in page
    answer = press(client, by_post, page).content.decode()  # typed by hand all the same
    assert "این بسته‌ها را نمی‌شود دم در حساب کرد." in answer
    SellerTerms.objects.update(takes_cash=False)
    answer = press(client, sent, page).content.decode()
    assert "این بسته‌ها را نمی‌شود دم در حساب کرد." in answer
    assert Order.objects.count() == 0


def test_pressing_leads_to_the_order_and_not_to_a_bank(client: Client, product: Any) -> None:
    sent = filled(client, product)
    page = review(client, sent)
    first = press(client, sent, page)
    order = Order.objects.get()
    assert first.headers["Location"] == f"/o/{order_token(order.number)}/"
    assert client.cookies["basket_count"].value == ""
    again = press(client, sent, page)
    assert again.headers["Location"] == first.headers["Location"]
    assert PaymentAttempt.objects.get().state == "on_delivery"
    assert client.get("/checkout/").headers["Location"] == "/basket/"  # nothing is left in it


def test_the_order_page_says_what_is_paid_at_the_door(client: Client, product: Any) -> None:
    order = ordered(client, product)
    page = page_of(client, order)
    assert "سفارشتان ثبت شد. ۳۹۵٬۰۰۰ تومان را نقد، دم در می‌پردازید." in page
    assert "پرداخت دم در: ۳۹۵٬۰۰۰ تومان" in page
    assert "در انتظار غرفه" in page
    assert "پرداخت شد" not in page
    english = client.get(f"/en/o/{order_token(order.number)}/").content.decode()
    assert "You pay 395,000 toman in cash at the door." in english
    # Nothing can be paid at a bank, whatever is sent.
    assert client.post(f"/o/{order_token(order.number)}/pay/").headers["Location"].startswith("/")
    assert PaymentAttempt.objects.get().state == "on_delivery"


def test_the_order_page_after_the_door(client: Client, product: Any) -> None:
    order = ordered(client, product)
    parcel = StallOrder.objects.get()
    accept_stall_order(stall_order=parcel, now=NOON)
    send_stall_order(stall_order=parcel, carrier="", tracking_code="", now=NOON)
    deliver_stall_order(stall_order=parcel, now=NOON)
    page = page_of(client, order)
    assert "پرداخت دم در" not in page
    assert "رسید" in page


def test_the_order_page_of_a_parcel_that_was_not_taken(client: Client, product: Any) -> None:
    order = ordered(client, product)
    parcel = StallOrder.objects.get()
    accept_stall_order(stall_order=parcel, now=NOON)
    send_stall_order(stall_order=parcel, carrier="", tracking_code="", now=NOON)
    take_back_stall_order(stall_order=parcel, now=NOON)
    page = page_of(client, order)
    assert "این سفارش لغو شد." in page
    assert "چیزی برای پرداخت نیست." in page


def test_buyer_and_stall_are_told_what_is_paid_at_the_door(client: Client, product: Any) -> None:
    order = ordered(client, product)
    jobs.tell_buyer_of_door(order.pk)
    tell_stalls_of_order(order.pk)
    parcel = StallOrder.objects.get()
    accept_stall_order(stall_order=parcel, now=NOON)
    send_stall_order(stall_order=parcel, carrier="", tracking_code="", now=NOON)
    jobs.tell_buyer_of_parcel(parcel.pk)
    texts = {notice.key.split(":")[0]: notice.text for notice in Notice.objects.all()}
    assert "۳۹۵٬۰۰۰ تومان را نقد، دم در می‌پردازید." in texts["order-at-door"]
    assert "آنجا ۳۹۵٬۰۰۰ تومان بگیرید." in texts["new-order"]
    assert "لطفاً ۳۹۵٬۰۰۰ تومان پول نقد آماده داشته باشید." in texts["parcel-sent"]
    assert {notice.phone for notice in Notice.objects.filter(key__startswith="new-order")} == {
        "+989120007777"
    }


@pytest.mark.parametrize(
    ("typed", "is_ordered"),
    [
        *((nonsense, False) for nonsense in ("NaN", "Infinity", "-1", "0", "1e999", "", "9" * 400)),
        ("395000", False),  # toman for rial
        ("3950000.5", False),
        ("۳۹۵۰۰۰۰", True),
        ("3950000", True),
    ],
)
def test_no_other_sum_than_the_one_that_was_seen_is_ordered(
    client: Client, product: Any, typed: str, is_ordered: bool
) -> None:
    sent = filled(client, product)
    token = hidden(review(client, sent), "basket")
    answer = client.post(
        "/checkout/pay/", {**sent, "basket": token, "gateway": "cash", "seen_total": typed}
    )
    assert (answer.status_code == 302) is is_ordered
    assert Order.objects.count() == int(is_ordered)
