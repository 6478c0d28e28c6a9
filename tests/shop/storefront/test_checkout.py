"""Checkout as a guest, in Persian: typed values are kept, nothing is half-written, then the bank."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, override_settings
from oscar.apps.basket.models import Basket
from oscar.apps.catalogue.models import Product
from oscar.apps.order.models import Order

from shop.orders.models import PickupPoint, ShippingRate, ShippingTier, ShippingZone
from shop.payments.models import PaymentAttempt
from tests.fixtures_bank import SandboxBank
from tests.makers import a_product, a_stall

pytestmark = pytest.mark.django_db(transaction=True)
TYPED = {
    "name": "مهسا <b>رضایی</b>",
    "phone": "۰۹۱۲ ۳۴۵ ۶۷۸۹",
    "province": "tehran",
    "city": "اسلامشهر",
    "address": "خیابان نمونه، پلاک ۱۲",
    "postcode": "٣٣١٤٨-٦٧٨٩٠",
    "note": "زنگ بزنید",
}


@pytest.fixture(autouse=True)
def bank(sandbox_bank: SandboxBank) -> Iterator[SandboxBank]:
    gateways = {"zarinpal": sandbox_bank.zarinpal_settings, "stripe": sandbox_bank.stripe_settings}
    with override_settings(GATEWAYS=gateways, SANDBOX_BANK_URL=sandbox_bank.url):
        yield sandbox_bank


@pytest.fixture
def product() -> Any:
    return a_product(a_stall("ترشی سبزینه"), "ترشی لیته", price=1_650_000, stock=5)


def filled(client: Client, product: Any) -> dict[str, str]:
    """A basket of two of it, and what the checkout form would send."""
    client.post(
        "/basket/add/", {"product": product.pk, "quantity": "2"}, HTTP_ORIGIN="http://testserver"
    )
    partner = product.stockrecords.get().partner_id
    return {**TYPED, f"send_{partner}": "city_courier"}


def hidden(page: str, name: str) -> str:
    return page.split(f'name="{name}" value="')[1].split('"')[0]


def test_the_form_asks_for_an_address_and_a_way_of_sending(client: Client, product: Any) -> None:
    filled(client, product)
    page = client.get("/checkout/").content.decode()
    assert "کجا بفرستیم؟" in page
    assert "پیک درون‌شهری" in page
    assert "۶۵٬۰۰۰" in page
    assert "Where shall we send it?" in client.get("/en/checkout/").content.decode()


def test_an_empty_basket_leads_back_to_the_basket(client: Client) -> None:
    assert client.get("/checkout/").headers["Location"] == "/basket/"


def test_what_was_typed_wrong_is_said_beside_it_and_nothing_is_lost(
    client: Client, product: Any
) -> None:
    sent = {**filled(client, product), "phone": "0912", "postcode": "۳۳۱۴۸۶", "city": ""}
    page = client.post("/checkout/", sent).content.decode()
    assert 'id="id_phone_error"' in page
    assert page.count("کد پستی ده رقم است؛ شما ۶ رقم نوشته‌اید.") == 2  # beside the field and above
    assert "لطفاً این خانه را پر کنید." in page
    assert 'value="۳۳۱۴۸۶"' in page
    assert "مهسا &lt;b&gt;رضایی&lt;/b&gt;" in page
    assert "<b>رضایی" not in page


def test_a_parcel_without_a_way_of_sending_is_asked_for_it(client: Client, product: Any) -> None:
    sent = {**filled(client, product)}
    partner = product.stockrecords.get().partner_id
    for way in ("", "pigeon", "post"):
        page = client.post("/checkout/", {**sent, f"send_{partner}": way}).content.decode()
        assert "روش ارسال این بسته را انتخاب کنید." in page


def test_the_summary_shows_everything_before_the_money(client: Client, product: Any) -> None:
    page = client.post("/checkout/", filled(client, product)).content.decode()
    assert "همه چیز درست است؟" in page
    assert "پرداخت ۳۹۵٬۰۰۰ تومان" in page
    assert "۰۹۱۲۳۴۵۶۷۸۹" in page
    assert "۳۳۱۴۸۶۷۸۹۰" in page
    assert Order.objects.count() == 0


def test_change_brings_the_form_back_filled(client: Client, product: Any) -> None:
    sent = {**filled(client, product), "change": "1"}
    page = client.post("/checkout/", sent).content.decode()
    assert "کجا بفرستیم؟" in page
    assert "خیابان نمونه، پلاک ۱۲" in page
    assert "field__error" not in page


def press_pay(client: Client, sent: dict[str, str], **changed: str) -> Any:
    page = client.post("/checkout/", sent).content.decode()
    more = {name: hidden(page, name) for name in ("basket", "seen_total")}
    return client.post("/checkout/pay/", {**sent, **more, "gateway": "zarinpal", **changed})


@pytest.mark.parametrize("gateway", ["zarinpal", "stripe"])
def test_pay_places_the_order_and_leads_to_the_bank(
    client: Client, product: Any, bank: SandboxBank, gateway: str
) -> None:
    answer = press_pay(client, filled(client, product), gateway=gateway)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(bank.url)
    order = Order.objects.get()
    assert order.total_incl_tax == 2 * 1_650_000 + 650_000
    assert order.shipping_address.postcode == "33148-67890"
    assert order.shipping_address.phone_number.as_e164 == "+989123456789"
    assert order.shipping_address.state == "تهران"
    assert product.stockrecords.get().num_allocated == 2
    assert client.cookies["basket_count"].value == ""


def test_a_second_press_resumes_the_same_payment(client: Client, product: Any) -> None:
    sent = filled(client, product)
    page = client.post("/checkout/", sent).content.decode()
    more = {name: hidden(page, name) for name in ("basket", "seen_total")}
    sent = {**sent, **more, "gateway": "zarinpal"}
    first = client.post("/checkout/pay/", sent)
    client.get("/basket/")  # the cookie goes here
    second = client.post("/checkout/pay/", sent)
    assert second.headers["Location"] == first.headers["Location"]
    assert PaymentAttempt.objects.count() == 1


def test_a_price_changed_after_the_summary_is_shown_before_any_money(
    client: Client, product: Any
) -> None:
    sent = filled(client, product)
    page = client.post("/checkout/", sent).content.decode()
    more = {name: hidden(page, name) for name in ("basket", "seen_total")}
    product.stockrecords.update(price=1_800_000)
    answer = client.post("/checkout/pay/", {**sent, **more, "gateway": "zarinpal"}).content.decode()
    assert "قیمتی از هنگامی که دیدید تغییر کرده است." in answer
    assert "پرداخت ۴۲۵٬۰۰۰ تومان" in answer
    assert Order.objects.count() == 0


def test_goods_sold_after_the_summary_lead_back_to_the_basket(client: Client, product: Any) -> None:
    sent = filled(client, product)
    page = client.post("/checkout/", sent).content.decode()
    more = {name: hidden(page, name) for name in ("basket", "seen_total")}
    product.stockrecords.update(num_in_stock=1)
    answer = client.post(
        "/checkout/pay/", {**sent, **more, "gateway": "zarinpal"}, follow=True
    ).content.decode()
    assert "از «ترشی لیته» به این اندازه نمانده است." in answer
    assert "فقط ۱ تا مانده است؛ تعداد را کم کنید." in answer
    assert Order.objects.count() == 0
    assert Basket.objects.get().status == "Open"


def test_goods_withdrawn_after_the_summary_lead_back_to_the_basket(
    client: Client, product: Any
) -> None:
    sent = filled(client, product)
    page = client.post("/checkout/", sent).content.decode()
    more = {name: hidden(page, name) for name in ("basket", "seen_total")}
    Product.objects.filter(pk=product.pk).update(is_public=False)
    answer = client.post(
        "/checkout/pay/", {**sent, **more, "gateway": "zarinpal"}, follow=True
    ).content.decode()
    assert "دیگر فروخته نمی‌شود: ترشی لیته." in answer
    assert Order.objects.count() == 0
    assert Basket.objects.get().status == "Open"


@pytest.mark.parametrize(
    "forged",
    [{"gateway": "cash"}, {"gateway": ""}, {"seen_total": "-1"}, {"seen_total": "9" * 5000}],
)
def test_a_forged_bank_or_sum_asks_once_more_and_writes_nothing(
    client: Client, product: Any, forged: dict[str, str]
) -> None:
    page = press_pay(client, filled(client, product), **forged).content.decode()
    assert "خیابان نمونه، پلاک ۱۲" in page
    assert "لطفاً یک بار دیگر انتخاب کنید." in page or "همه چیز درست است؟" in page
    assert Order.objects.count() == 0


@pytest.mark.parametrize("seen", ["1", "10"])
def test_a_smaller_sum_than_the_goods_cost_buys_nothing(
    client: Client, product: Any, seen: str
) -> None:
    page = press_pay(client, filled(client, product), seen_total=seen).content.decode()
    assert "پرداخت ۳۹۵٬۰۰۰ تومان" in page
    assert Order.objects.count() == 0


@pytest.mark.parametrize("token", ["", "1", "1.forged", "x" * 500])
def test_a_forged_basket_is_nobodys(client: Client, product: Any, token: str) -> None:
    answer = press_pay(client, filled(client, product), basket=token)
    assert answer.headers["Location"] == "/checkout/"
    assert Order.objects.count() == 0


def test_a_bank_that_does_not_answer_loses_nothing(client: Client, product: Any) -> None:
    sent = filled(client, product)
    dead = {"zarinpal": {"base_url": "http://127.0.0.1:9", "merchant_id": "0" * 36}}
    with override_settings(GATEWAYS=dead):
        answer = press_pay(client, sent)
    assert answer.headers["Location"].startswith("/o/")
    page = client.get(answer.headers["Location"]).content.decode()
    assert "این بانک الان پاسخ نمی‌دهد." in page
    assert "این سفارش در انتظار پرداخت شماست." in page


@pytest.mark.parametrize("changed", [{"gateway": "pigeon"}, {"seen_total": "x"}, {"phone": "1"}])
def test_nonsense_with_the_last_press_brings_the_form_back(
    client: Client, product: Any, changed: dict[str, str]
) -> None:
    page = press_pay(client, filled(client, product), **changed).content.decode()
    assert "کجا بفرستیم؟" in page
    assert "خیابان نمونه، پلاک ۱۲" in page
    assert Order.objects.count() == 0


def test_another_province_shows_what_is_sent_there_and_keeps_what_was_typed(
    client: Client, product: Any
) -> None:
    typed = filled(client, product)
    courier = ShippingRate.objects.get()
    courier.is_everywhere = False
    courier.save(update_fields=["is_everywhere"])
    zone = ShippingZone.objects.create(rate=courier, name="نزدیک", provinces=["تهران"])
    courier.tiers.update(zone=zone)
    post = ShippingRate.objects.create(partner=courier.partner, method="post", position=1)
    ShippingTier.objects.create(rate=post, over_g=0, price=900_000)
    near = client.post("/checkout/", {**typed, "change": "1"}).content.decode()
    assert 'value="city_courier"' in near
    far = client.post("/checkout/", {**typed, "province": "fars", "change": "1"}).content.decode()
    assert 'value="city_courier"' not in far
    assert 'value="post"' in far
    assert "خیابان نمونه، پلاک ۱۲" in far
    refused = client.post("/checkout/", {**typed, "province": "fars"}).content.decode()
    assert "روش ارسال این بسته را انتخاب کنید." in refused
    assert Order.objects.count() == 0


def test_who_fetches_a_parcel_reads_where_it_waits(client: Client, product: Any) -> None:
    point = PickupPoint.objects.create(
        name="دفتر بازارچه", city="اسلامشهر", address="خیابان امام", hours="۹ تا ۱۷"
    )
    ShippingRate.objects.update(method="pickup_office", pickup_point=point)
    typed = filled(client, product)
    page = client.post("/checkout/", {**typed, "change": "1"}).content.decode()
    assert "دفتر بازارچه" in page
    assert "خیابان امام" in page


def test_a_place_that_is_closed_is_not_offered(client: Client, product: Any) -> None:
    point = PickupPoint.objects.create(
        name="دفتر بازارچه", city="اسلامشهر", address="خیابان امام", hours="۹ تا ۱۷"
    )
    fetched = ShippingRate.objects.create(
        partner=product.listing.stall.partner, method="pickup_office", pickup_point=point
    )
    ShippingTier.objects.create(rate=fetched, over_g=0, price=0)
    typed = filled(client, product)
    open_page = client.post("/checkout/", {**typed, "change": "1"}).content.decode()
    assert 'value="pickup_office"' in open_page
    PickupPoint.objects.update(is_active=False)
    page = client.post("/checkout/", {**typed, "change": "1"}).content.decode()
    assert 'value="pickup_office"' not in page
    assert 'value="city_courier"' in page
