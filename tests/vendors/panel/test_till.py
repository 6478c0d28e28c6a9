"""The till of the panel: pick, count, taken in cash."""

from datetime import timedelta

import pytest
from django.urls import reverse

from shop.orders.models import BazaarSale
from tests.makers import a_product, a_stall

pytestmark = pytest.mark.django_db
TILL = "/panel/in-person/"


def press(client, product, *, count="۲", price="۱۵۰٬۰۰۰", **more):
    record = product.stockrecords.get().pk
    page = client.get(TILL)
    typed = {
        "sale_id": str(page.context["form"]["sale_id"].value()),
        f"count_{record}": count,
        f"price_{record}": price,
        **more,
    }
    return client.post(TILL, typed), typed


def test_a_sale_is_three_taps_away(client, stall):
    product = a_product(stall, stock=10, price=1_650_000)
    record = product.stockrecords.get()
    form = client.get(TILL).context["form"]
    assert form[f"price_{record.pk}"].value() == "۱۶۵٬۰۰۰"
    answer, _ = press(client, product, note="نمایشگاه <b>بهار</b>")
    sale = BazaarSale.objects.get()
    assert answer.url == reverse("panel:sale", args=[sale.pk])
    assert (sale.total, sale.note) == (3_000_000, "نمایشگاه بهار")
    record.refresh_from_db()
    assert record.num_in_stock == 8
    assert "۳۰۰٬۰۰۰" in client.get(answer.url).content.decode()


def test_pressed_twice_it_is_sold_once(client, stall):
    product = a_product(stall, stock=10)
    first, typed = press(client, product)
    assert client.post(TILL, typed).url == first.url
    assert BazaarSale.objects.count() == 1


@pytest.mark.parametrize(
    ("count", "price"),
    [("سه", "۱۰۰"), ("-1", "۱۰۰"), ("۲", ""), ("۲", "NaN"), ("۲", "۰"), ("۹۹۹۹", "۱")],
)
def test_what_is_no_count_or_price_is_said_beside_the_field(client, stall, count, price):
    product = a_product(stall, stock=10)
    page, _ = press(client, product, count=count, price=price)
    assert page.status_code == 200
    record = product.stockrecords.get()
    assert set(page.context["form"].errors) <= {f"count_{record.pk}", f"price_{record.pk}"}
    assert page.context["form"].errors
    assert page.context["form"][f"count_{record.pk}"].value() == count
    assert BazaarSale.objects.count() == 0


def test_too_many_are_refused_with_the_name_of_the_goods(client, stall):
    product = a_product(stall, "ترشی بادمجان", stock=1)
    page, _ = press(client, product)
    assert "ترشی بادمجان" in page.context["form"].non_field_errors()[0]
    assert BazaarSale.objects.count() == 0


def test_a_mistake_is_taken_back_today_alone(client, stall):
    product = a_product(stall, stock=10)
    answer, _ = press(client, product)
    sale = BazaarSale.objects.get()
    back = reverse("panel:take_back_sale", args=[sale.pk])
    assert back in client.get(answer.url).content.decode()
    client.post(back)
    sale.refresh_from_db()
    assert sale.taken_back_at is not None
    BazaarSale.objects.update(taken_back_at=None, created_at=sale.created_at - timedelta(days=2))
    assert back not in client.get(answer.url).content.decode()
    client.post(back)
    sale.refresh_from_db()
    assert sale.taken_back_at is None


def test_the_goods_of_another_stall_are_not_in_this_till(client, stall):
    a_product(stall, stock=3)
    foreign = a_product(a_stall("دیگر"), stock=10)
    page, _ = press(client, foreign)
    assert page.context["form"].non_field_errors() == ["انتخاب کنید چه فروختید: دست‌کم یک عدد."]
    assert BazaarSale.objects.count() == 0
