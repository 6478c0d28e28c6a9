"""Goods that are in stock turn made to order and back, with and without sizes, whatever is sold of them meanwhile."""

import pytest
from oscar.apps.catalogue.models import Product
from oscar.apps.partner.models import StockRecord

from shop.orders.models import StallOrder
from shop.orders.services.fulfil import accept_stall_order
from shop.orders.services.say_no import decline_stall_order
from shop.orders.services.send import send_stall_order
from shop.storefront.cards import Readiness
from tests.makers import NOON, a_category, a_paid_order, a_product, a_product_with_variants
from tests.vendors.panel.test_sheets import code_of, problems, send
from vendors.settlements.invariants import Circumstances, stock_is_held_by_orders
from vendors.stalls.models import Stall
from vendors.stalls.queries.cards import cards_of

pytestmark = pytest.mark.django_db
SIZES = {"پیراهن گلدار، ۴": 3, "پیراهن گلدار، ۶": 2}
WITH_DAYS = ["کد", "نام", "قیمت (تومان)", "تعداد موجود", "روزهای ساخت"]


@pytest.fixture
def stall(stall):
    Stall.objects.filter(pk=stall.pk).update(trust=Stall.Trust.TRUSTED)
    return stall


def save(client, product: Product, **typed):
    typed = {
        "title": product.title,
        "price": "۱۶۵٬۰۰۰",
        "weight_g": "700",
        "category": product.categories.get().pk,
        "do": "keep",
        **typed,
    }
    return client.post(f"/panel/products/{product.pk}/", typed, follow=True)


def make_to_order(client, product: Product):
    return save(client, product, kind="made", made_days="5")


def stock(product: Product) -> tuple[int | None, int]:
    record = StockRecord.objects.get(product=product)
    return record.num_in_stock, record.num_allocated or 0


def stocks(parent: Product) -> list[tuple[int | None, int]]:
    return [stock(child) for child in parent.children.order_by("pk")]


def held_wrongly() -> list[str]:
    return list(stock_is_held_by_orders(Circumstances(now=NOON)))


def the_last_one_sold(stall) -> tuple[Product, StallOrder]:
    product = a_product(stall, stock=1, category=a_category("ترشی"))
    [stall_order] = a_paid_order((product, 1))
    return product, stall_order


def test_goods_whose_last_piece_is_sold_turn_made_to_order(client, stall):
    product, _stall_order = the_last_one_sold(stall)
    make_to_order(client, product)
    assert stock(product) == (None, 1)
    assert "ناموجود" not in client.get("/panel/products/").content.decode()
    [card] = cards_of([product.listing.pk])
    assert card.readiness is Readiness.MADE
    assert held_wrongly() == []


def test_what_was_sold_before_is_sent_and_nothing_is_held_any_more(client, stall):
    product, stall_order = the_last_one_sold(stall)
    make_to_order(client, product)
    accept_stall_order(stall_order=stall_order, now=NOON)
    send_stall_order(stall_order=stall_order, carrier="", tracking_code="", now=NOON)
    assert stock(product) == (None, 0)
    assert held_wrongly() == []


def test_what_was_sold_before_is_given_back_and_nothing_is_held_any_more(client, stall):
    product, stall_order = the_last_one_sold(stall)
    make_to_order(client, product)
    decline_stall_order(stall_order=stall_order, reason="نشد", by_user_id=None, now=NOON)
    assert stock(product) == (None, 0)
    assert held_wrongly() == []


def test_counted_again_there_are_no_fewer_than_what_is_sold_and_not_sent(client, stall):
    product, _stall_order = the_last_one_sold(stall)
    make_to_order(client, product)
    page = save(client, product, kind="stock", count="0")
    assert page.context["form"].errors["count"] == [
        "۱ تا فروخته شده و هنوز پیش شماست؛ پس دست‌کم ۱ بنویسید."
    ]
    assert stock(product) == (None, 1)
    save(client, product, kind="stock", count="4")
    assert stock(product) == (4, 1)
    assert held_wrongly() == []


def test_a_row_of_a_table_turns_goods_made_to_order_too(client, stall):
    product, _stall_order = the_last_one_sold(stall)
    answer = send(client, [code_of(product), "ترشی لیته", 165_000, None, 5], headings=WITH_DAYS)
    client.post(answer.url)
    product.fulfilment.refresh_from_db()
    assert (stock(product), product.fulfilment.made_days) == ((None, 1), 5)


def test_all_sizes_turn_made_to_order_with_their_goods(client, stall):
    parent = a_product_with_variants(stall, variants=SIZES)
    parent.categories.add(a_category("پوشاک"))
    a_paid_order((parent.children.order_by("pk").first(), 1))
    make_to_order(client, parent)
    assert stocks(parent) == [(None, 1), (None, 0)]
    page = client.get("/panel/products/").content.decode()
    assert "به سفارش، ۵ روزه" in page
    assert 'name="count"' not in page
    assert held_wrongly() == []


def test_sizes_that_are_counted_again_have_none_left_until_their_count_is_written(client, stall):
    parent = a_product_with_variants(stall, variants=SIZES)
    parent.categories.add(a_category("پوشاک"))
    first = parent.children.order_by("pk").first()
    a_paid_order((first, 1))
    make_to_order(client, parent)
    page = save(client, parent, kind="stock")
    assert "حالا در فهرست کالاها بنویسید" in page.content.decode()
    assert stocks(parent) == [(1, 1), (0, 0)]
    shelf = client.get("/panel/products/").content.decode()
    assert shelf.count('name="count"') == 2
    assert "ناموجود" in shelf
    record = first.stockrecords.get()
    client.post(f"/panel/products/goods/{record.pk}/", {"price": "520000", "count": "4"})
    assert stocks(parent) == [(4, 1), (0, 0)]
    assert held_wrongly() == []


def test_a_size_that_was_taken_away_comes_back_with_no_fewer_than_its_stall_owes(client, stall):
    parent = a_product_with_variants(stall, variants=SIZES)
    parent.categories.add(a_category("پوشاک"))
    first = parent.children.order_by("pk").first()
    a_paid_order((first, 2))
    make_to_order(client, parent)
    client.post(f"/panel/products/{parent.pk}/sizes/{first.pk}/away/")
    save(client, parent, kind="stock")
    path = f"/panel/products/{parent.pk}/sizes/"
    page = client.post(path, {"size": "۴", "price": "520000", "count": "1"})
    assert "دست‌کم ۲ بنویسید" in page.context["form"].errors["size"][0]
    client.post(path, {"size": "۴", "price": "520000", "count": "2"})
    assert stock(first) == (2, 2)
    assert held_wrongly() == []


def test_the_form_says_that_sizes_have_their_counts_in_the_list(client, stall):
    hint = "تعداد هر کدام را در فهرست کالاها می‌نویسید."
    parent = a_product_with_variants(stall, variants=SIZES)
    assert hint in client.get(f"/panel/products/{parent.pk}/").content.decode()
    product = a_product(stall)
    assert hint not in client.get(f"/panel/products/{product.pk}/").content.decode()


def test_the_same_form_again_takes_no_count_from_sizes(client, stall):
    parent = a_product_with_variants(stall, variants=SIZES)
    parent.categories.add(a_category("پوشاک"))
    save(client, parent, kind="stock")
    assert stocks(parent) == [(3, 0), (2, 0)]
    assert problems(client, [code_of(parent.children.first()), "پیراهن گلدار", 1, 1, ""]) == []
