"""The basket: a parcel for each stall, and a sentence for everything that can be wrong with a line."""

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from oscar.apps.basket.models import Basket, Line
from oscar.apps.catalogue.models import Product
from pytest_django import DjangoAssertNumQueries

from shop.orders.models import PickupPoint, SellerTerms, ShippingRate, ShippingTier
from shop.orders.services.place import place_order
from shop.storefront.errors import BasketAtBank
from shop.storefront.services import change_quantity, put_in_basket
from tests.makers import NOON, a_basket, a_checkout, a_product, a_product_with_variants, a_stall
from vendors.stalls.models import Stall

pytestmark = pytest.mark.django_db
OURS = {"HTTP_ORIGIN": "http://testserver"}


def put(client: Client, product: Any, quantity: str = "1", **headers: str) -> Any:
    return client.post(
        "/basket/add/", {"product": product.pk, "quantity": quantity}, **(headers or OURS)
    )


def line_of(product: Any) -> Line:
    return Line.objects.get(product=product)


def test_goods_of_two_stalls_are_two_parcels(client: Client) -> None:
    put(client, a_product(a_stall("ترشی سبزینه"), "ترشی لیته", price=1_650_000))
    put(client, a_product(a_stall("کهن‌نقش"), "کیف", price=34_500_000), "2")
    page = client.get("/basket/").content.decode()
    assert "بستهٔ ۱ از ۲" in page
    assert "بستهٔ ۲ از ۲" in page
    assert "کالاها (۳ عدد)" in page
    assert "۷٬۰۶۵٬۰۰۰" in page
    english = client.get("/en/basket/").content.decode()
    assert "Parcel 2 of 2" in english
    assert "7,065,000" in english


def test_the_basket_asks_as_much_for_eight_lines_as_for_two(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first, second = a_stall("یک"), a_stall("دو")
    for number in range(4):
        put(client, a_product(first, f"کالای {number}"))
        put(client, a_product(second, f"کالای {number}"))
    with django_assert_num_queries(7):
        page = client.get("/basket/").content.decode()
    assert page.count('<article class="item"') == 8


@pytest.mark.parametrize(("typed", "kept"), [("۱٬۲۰۰", 1), ("12", 12), ("١٢", 12), ("۱۲", 12)])
def test_a_quantity_is_read_in_three_digit_scripts(client: Client, typed: str, kept: int) -> None:
    product = a_product(a_stall(), stock=50)
    put(client, product)
    client.post(f"/basket/line/{line_of(product).pk}/", {"quantity": typed})
    assert line_of(product).quantity == kept


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("۱٬۲۰۰", "حداکثر ۹۹."),
        ("دو", "یک عدد کامل بنویسید، مانند ۱٬۲۰۰."),
        ("۷", "فقط ۵ تا مانده است؛ تعداد را کم کنید."),
    ],
)
def test_a_quantity_that_cannot_be_is_said_and_the_line_stays(
    client: Client, typed: str, said: str
) -> None:
    product = a_product(a_stall(), stock=5)
    put(client, product)
    answer = client.post(
        f"/basket/line/{line_of(product).pk}/", {"quantity": typed}, follow=True
    ).content.decode()
    assert said in answer
    assert line_of(product).quantity == 1


def test_none_takes_the_line_out_and_the_empty_basket_shows_the_way(client: Client) -> None:
    product = a_product(a_stall())
    put(client, product)
    answer = client.post(f"/basket/line/{line_of(product).pk}/", {"to": "0"}, follow=True)
    assert Line.objects.count() == 0
    assert "هنوز چیزی در سبد نیست" in answer.content.decode()
    assert "basket_count" not in client.cookies or client.cookies["basket_count"].value == ""


def test_a_line_of_another_basket_is_left_alone(client: Client) -> None:
    product = a_product(a_stall())
    put(client, product)
    stranger = Client()
    put(stranger, a_product(a_stall("دیگری"), "دیگر"))
    stranger.post(f"/basket/line/{line_of(product).pk}/", {"to": "0"})
    assert line_of(product).quantity == 1


def test_more_than_there_is_does_not_go_in(client: Client) -> None:
    product = a_product(a_stall(), stock=2)
    put(client, product, "2")
    answer = put(client, product)
    assert answer.headers["Location"] == f"/p/{quote(product.slug)}/"
    assert "بیش از آنچه در سبد شماست" in client.get("/basket/").content.decode()
    assert line_of(product).quantity == 2


def test_a_sold_out_variant_is_refused_and_its_sister_goes_in(client: Client) -> None:
    parent = a_product_with_variants(a_stall(), variants={"۲ سال": 0, "۴ سال": 3})
    gone, there = parent.children.order_by("pk")
    put(client, gone)
    assert Line.objects.count() == 0
    put(client, there)
    page = client.get("/basket/").content.decode()
    assert "پیراهن گلدار" in page
    assert "۴ سال" in page


def test_what_was_sold_meanwhile_is_said_in_its_line_and_stops_the_checkout(client: Client) -> None:
    product = a_product(a_stall(), stock=2)
    put(client, product, "2")
    product.stockrecords.update(num_in_stock=1)
    page = client.get("/basket/").content.decode()
    assert "فقط ۱ تا مانده است؛ تعداد را کم کنید." in page
    assert "نشانی و ارسال" not in page
    assert client.get("/checkout/").headers["Location"] == "/basket/"


def test_a_changed_price_is_said_in_its_line(client: Client) -> None:
    product = a_product(a_stall(), price=1_650_000)
    put(client, product)
    product.stockrecords.update(price=1_800_000)
    page = client.get("/basket/").content.decode()
    assert "قیمتش از ۱۶۵٬۰۰۰ به ۱۸۰٬۰۰۰ تومان تغییر کرده است" in page


def test_a_stall_that_went_on_holiday_is_said_in_the_line(client: Client) -> None:
    product = a_product(a_stall())
    put(client, product)
    SellerTerms.objects.update(takes_orders=False, back_on="2026-12-06")
    assert (
        "این غرفه در تعطیلات است و یک‌شنبه ۱۵ آذر بازمی‌گردد."
        in client.get("/basket/").content.decode()
    )


@pytest.mark.parametrize(
    "sent",
    [
        {"product": "x"},
        {"product": "0"},
        {},
        {"product": "9" * 30},
        {"product": "1", "quantity": "\x00"},
    ],
)
def test_nonsense_from_a_form_is_a_sentence_and_no_row(
    client: Client, sent: dict[str, str]
) -> None:
    answer = client.post("/basket/add/", sent, follow=True, **OURS)
    assert answer.status_code == 200
    assert "لطفاً یک بار دیگر انتخاب کنید." in answer.content.decode()
    assert Basket.objects.count() == 0


def test_another_site_cannot_fill_the_basket(client: Client) -> None:
    product = a_product(a_stall())
    for headers in ({"HTTP_ORIGIN": "https://elsewhere.example"}, {"HTTP_ORIGIN": "null"}):
        assert put(client, product, **headers).status_code == 403
    assert client.post("/basket/add/", {"product": product.pk}).status_code == 403
    assert Basket.objects.count() == 0


def test_a_basket_from_another_page_of_ours_by_referer(client: Client) -> None:
    product = a_product(a_stall())
    assert put(client, product, HTTP_REFERER="http://testserver/p/x/").status_code == 302
    assert line_of(product).quantity == 1


def test_html_in_a_title_is_shown_as_typed(client: Client) -> None:
    put(client, a_product(a_stall("<i>غرفه</i>"), "<script>alert(1)</script>", slug="x"))
    page = client.get("/basket/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<i>غرفه</i>" not in page


def test_htmx_gets_the_part_and_the_new_count(client: Client) -> None:
    product = a_product(a_stall())
    added = put(client, product, HTTP_HX_REQUEST="true", **OURS).content.decode()
    assert "«ترشی لیته» به سبد افزوده شد." in added
    assert 'id="basket-count-top" hx-swap-oob="true">۱</span>' in added
    changed = client.post(
        f"/basket/line/{line_of(product).pk}/", {"to": "2"}, HTTP_HX_REQUEST="true"
    ).content.decode()
    assert '<div id="basket"' in changed
    assert 'id="basket-count-bar" hx-swap-oob="true">۲</span>' in changed
    assert "<html" not in changed


@pytest.mark.parametrize("withdrawn", ["from the shop", "its price"])
def test_goods_withdrawn_meanwhile_are_said_in_their_line_and_stop_the_checkout(
    client: Client, withdrawn: str
) -> None:
    product = a_product(a_stall())
    put(client, product)
    if withdrawn == "its price":
        product.stockrecords.update(price=None)
    else:
        Product.objects.filter(pk=product.pk).update(is_public=False)
    assert "این کالا دیگر فروخته نمی‌شود." in client.get("/basket/").content.decode()
    assert client.get("/checkout/").headers["Location"] == "/basket/"
    changed = client.post(f"/basket/line/{line_of(product).pk}/", {"to": "2"})
    assert changed.headers["Location"].startswith("/basket/")


def test_a_variant_that_is_not_shown_does_not_go_in(client: Client) -> None:
    parent = a_product_with_variants(a_stall(), variants={"۲ سال": 3})
    child = parent.children.get()
    Product.objects.filter(pk=child.pk).update(is_public=False)
    put(client, child)
    assert Line.objects.count() == 0


def test_a_basket_ordered_in_another_tab_takes_nothing_more() -> None:
    """The request had read the basket as open; then the other tab pressed pay."""
    stall = a_stall()
    product, other = a_product(stall, price=1_650_000, stock=5), a_product(stall, "دیگر")
    basket = a_basket((product, 1))
    place_order(
        basket_id=basket.pk,
        checkout=a_checkout(stall, total=2_300_000),
        user_id=None,
        now=NOON,
    )
    assert basket.status == "Open"  # as it was read
    line = basket.lines.get()
    for change in (
        lambda: put_in_basket(basket=basket, product_id=other.pk),
        lambda: change_quantity(basket=basket, line_id=line.pk, quantity=3),
        lambda: change_quantity(basket=basket, line_id=line.pk, quantity=0),
    ):
        with pytest.raises(BasketAtBank, match="در حال پرداخت است"):
            change()
    assert [(kept.product_id, kept.quantity) for kept in Line.objects.all()] == [(product.pk, 1)]


@pytest.mark.parametrize("state", [Stall.State.DRAFT, Stall.State.CLOSED])
def test_goods_of_a_stall_that_nobody_sees_do_not_go_in_by_their_number(
    client: Client, state: str
) -> None:
    stall = a_stall()
    product = a_product(stall, "کالای پنهان")
    Stall.objects.filter(pk=stall.pk).update(state=state)
    answer = client.post("/basket/add/", {"product": product.pk}, follow=True, **OURS)
    assert "این کالا دیگر فروخته نمی‌شود." in answer.content.decode()
    assert "کالای پنهان" not in answer.content.decode()
    assert Line.objects.count() == 0


def a_way(stall: Stall, method: str, *, free_over: int, over_g: int = 0, **fields: Any) -> None:
    rate = ShippingRate.objects.create(
        partner=stall.partner, method=method, free_over=free_over, position=9, **fields
    )
    ShippingTier.objects.create(rate=rate, over_g=over_g, price=900_000)


def test_the_way_that_a_little_more_makes_free_is_named(client: Client) -> None:
    stall = a_stall()
    ShippingRate.objects.update(free_over=9_000_000)
    a_way(stall, "post", free_over=5_000_000)
    put(client, a_product(stall, price=1_650_000))
    page = client.get("/basket/").content.decode()
    assert "۳۳۵٬۰۰۰ تومان دیگر از این غرفه بخرید تا ارسال رایگان شود (پست پیشتاز)." in page
    assert "پیک رایگان" not in page


def test_of_ways_that_are_not_offered_nothing_is_said(client: Client) -> None:
    stall = a_stall()
    closed = PickupPoint.objects.create(
        name="دفتر", city="شهر", address="خیابان", hours="۹ تا ۱۷", is_active=False
    )
    a_way(stall, "pickup_office", free_over=2_000_000, pickup_point=closed)
    a_way(stall, "post", free_over=3_000_000, over_g=5_000)
    put(client, a_product(stall, price=1_650_000))
    assert "رایگان شود" not in client.get("/basket/").content.decode()
    ShippingRate.objects.filter(method="city_courier").update(free_over=9_000_000)
    page = client.get("/basket/").content.decode()
    assert "۷۳۵٬۰۰۰ تومان دیگر از این غرفه بخرید تا ارسال رایگان شود (پیک درون‌شهری)." in page


def test_when_a_way_is_free_by_the_sum_no_more_is_asked_for(client: Client) -> None:
    stall = a_stall()
    ShippingRate.objects.update(free_over=1_000_000)
    a_way(stall, "post", free_over=5_000_000)
    put(client, a_product(stall, price=1_650_000))
    assert "رایگان شود" not in client.get("/basket/").content.decode()
