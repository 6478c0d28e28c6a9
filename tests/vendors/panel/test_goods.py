"""Changing price and count in place."""

import pytest
from django.urls import reverse
from oscar.apps.partner.models import StockRecord
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.makers import NOON, a_paid_order, a_product, a_product_with_variants
from vendors.stalls.errors import StockBelowPromised
from vendors.stalls.services.goods import change_goods, change_price, change_stock

pytestmark = pytest.mark.django_db


def record_of(product) -> StockRecord:
    return StockRecord.objects.get(product=product)


def save(client, product, *, htmx: bool = False, **typed):
    path = reverse("panel:change_goods", args=[record_of(product).pk])
    return client.post(path, typed, headers={"HX-Request": "true"} if htmx else {})


def facts(product) -> tuple[int, int | None]:
    record = record_of(product)
    return int(record.price), record.num_in_stock


def told_search() -> list[list[int]]:
    jobs = ProcrastinateJob.objects.filter(task_name="search.jobs.refresh_products").order_by("pk")
    return [job.args["product_ids"] for job in jobs]


@pytest.mark.parametrize("typed", ["۱٬۲۰۰", "1200", "١٢٠٠", "1,200", "۱۲۰۰ "])
def test_numbers_are_taken_as_people_write_them(client, stall, typed):
    product = a_product(stall, price=5_000_000, stock=4)
    answer = save(client, product, price=typed, count="۷")
    assert answer.status_code == 302
    assert answer.url == f"/panel/products/#goods-{record_of(product).pk}"
    assert facts(product) == (12_000, 7)
    assert told_search() == [[product.pk], [product.pk]]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("NaN", "یک عدد کامل بنویسید، مانند ۱٬۲۰۰."),
        ("-1", "یک عدد کامل بنویسید، مانند ۱٬۲۰۰."),
        ("دو هزار", "یک عدد کامل بنویسید، مانند ۱٬۲۰۰."),
        ("1e5", "یک عدد کامل بنویسید، مانند ۱٬۲۰۰."),
        ("<b>5</b>", "یک عدد کامل بنویسید، مانند ۱٬۲۰۰."),
        ("0", "دست‌کم ۱."),
        ("9" * 30, "حداکثر ۱۰۰٬۰۰۰٬۰۰۰."),
    ],
)
def test_a_price_that_is_none_is_said_beside_its_box_and_stays(client, stall, typed, said):
    product = a_product(stall, price=5_000_000, stock=4)
    row = save(client, product, htmx=True, price=typed, count="9")
    assert row.context["form"].errors == {"price": [said]}
    assert row.context["form"]["price"].value() == typed
    assert row.templates[0].name == "panel/_goods.html"
    page = save(client, product, price=typed, count="9")
    assert page.templates[0].name == "panel/products.html"
    assert said in page.content.decode()
    assert facts(product) == (5_000_000, 4)
    assert told_search() == []


def test_an_empty_price_is_no_price(client, stall):
    product = a_product(stall, price=5_000_000, stock=4)
    assert list(save(client, product, htmx=True, price="", count="1").context["form"].errors) == [
        "price"
    ]
    assert facts(product) == (5_000_000, 4)


def test_there_may_be_none_left(client, stall):
    product = a_product(stall, price=5_000_000, stock=4)
    row = save(client, product, htmx=True, price="500,000", count="0")
    assert "ذخیره شد." in row.content.decode()
    assert facts(product) == (5_000_000, 0)


def test_the_count_may_not_fall_below_what_is_sold(client, stall):
    product = a_product(stall, price=5_000_000, stock=4)
    a_paid_order((product, 3))
    row = save(client, product, htmx=True, price="600,000", count="2")
    assert row.context["form"].errors == {
        "count": ["۳ تا فروخته شده و هنوز پیش شماست؛ پس دست‌کم ۳ بنویسید."]
    }
    assert facts(product) == (5_000_000, 4)
    save(client, product, htmx=True, price="600,000", count="3")
    assert facts(product) == (6_000_000, 3)


def test_price_and_count_change_both_or_neither(stall):
    product = a_product(stall, price=5_000_000, stock=4)
    a_paid_order((product, 3))
    with pytest.raises(StockBelowPromised):
        change_goods(record=record_of(product), price=7_000_000, count=1, now=NOON)
    assert facts(product) == (5_000_000, 4)


def test_saving_the_same_again_tells_nobody(stall):
    product = a_product(stall, price=5_000_000, stock=4)
    change_price(record=record_of(product), price=5_000_000, now=NOON)
    change_stock(record=record_of(product), count=4, now=NOON)
    assert told_search() == []


def test_made_to_order_goods_have_no_count(client, stall):
    product = a_product(stall, price=5_000_000, stock=None, made_days=12)
    page = client.get("/panel/products/").content.decode()
    assert "به سفارش، ۱۲ روزه" in page
    assert 'name="count"' not in page
    save(client, product, htmx=True, price="700,000", count="5")
    assert facts(product) == (7_000_000, None)


def test_each_variant_has_its_own_price_and_count(client, stall):
    sizes = {"پیراهن، اندازهٔ ۴": 2, "پیراهن، اندازهٔ ۶": 3}
    parent = a_product_with_variants(stall, "پیراهن", variants=sizes)
    first, second = parent.children.order_by("pk")
    save(client, first, htmx=True, price="450,000", count="8")
    assert (facts(first), facts(second)) == ((4_500_000, 8), (5_200_000, 3))
    page = client.get("/panel/products/").content.decode()
    assert page.count('name="count"') == 2
    assert "<h3>اندازهٔ ۴</h3>" in page


def test_the_page_shows_toman_for_the_rials_kept(client, stall):
    a_product(stall, price=5_000_000, stock=4)
    assert 'value="۵۰۰٬۰۰۰"' in client.get("/panel/products/").content.decode()


def test_a_title_cannot_smuggle_in_markup(client, stall):
    a_product(stall, "<script>alert(1)</script>")
    assert "<script>alert" not in client.get("/panel/products/").content.decode()
