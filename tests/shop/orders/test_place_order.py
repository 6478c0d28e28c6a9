"""An order is written before any money moves: all of it, or nothing."""

import threading
from decimal import Decimal

import pytest
from django.db import connection
from oscar.apps.basket.models import Basket
from oscar.apps.catalogue.models import Product
from oscar.apps.order.models import Order
from oscar.apps.partner.models import StockRecord
from stdnum import luhn

from shop.orders.errors import (
    EmptyBasket,
    NoLongerSold,
    OrderTooLarge,
    OutOfStock,
    PriceChanged,
    SellerAway,
    ShippingNotOffered,
)
from shop.orders.models import StallOrder
from shop.orders.services.place import place_order
from shop.orders.stock import ALLOCATED
from shop.payments.models import PaymentAttempt
from tests.makers import (
    NOON,
    a_basket,
    a_checkout,
    a_product,
    a_product_with_variants,
    a_stall,
)
from vendors.stalls.models import Stall

pytestmark = pytest.mark.django_db
CLOSED = {"its stall": Stall.State.CLOSED, "not open yet": Stall.State.DRAFT}


def test_two_stalls_make_one_order_with_two_stall_orders() -> None:
    one, other = a_stall("سبزینه"), a_stall("گندم", commission_bp=0, shipping=500_000)
    pickle = a_product(one, price=1_650_000)
    bread = a_product(other, "فتیر", price=650_000)
    basket = a_basket((pickle, 2), (bread, 3))

    attempt = place_order(
        basket_id=basket.pk,
        checkout=a_checkout(one, other, total=3_300_000 + 650_000 + 1_950_000 + 500_000),
        user_id=None,
        now=NOON,
    )

    order = attempt.order
    assert (order.status, order.total_incl_tax) == ("pending", Decimal(6_400_000))
    assert (len(order.number), luhn.is_valid(order.number)) == (8, True)
    assert attempt.amount == 6_400_000
    rows = list(order.stall_orders.order_by("pk"))
    assert [(row.goods, row.shipping, row.commission, row.net) for row in rows] == [
        (3_300_000, 650_000, 165_000, 3_135_000),
        (1_950_000, 500_000, 0, 1_950_000),
    ]
    assert {row.state for row in rows} == {StallOrder.State.PENDING}
    assert pickle.stockrecords.get().num_allocated == 2
    assert Basket.objects.get(pk=basket.pk).status == Basket.FROZEN


def test_the_same_basket_placed_again_resumes_the_same_payment() -> None:
    stall = a_stall()
    basket = a_basket((a_product(stall), 1))
    checkout = a_checkout(stall, total=2_300_000)
    first = place_order(basket_id=basket.pk, checkout=checkout, user_id=None, now=NOON)
    again = place_order(basket_id=basket.pk, checkout=checkout, user_id=None, now=NOON)
    assert again.pk == first.pk
    assert Order.objects.count() == 1


def test_goods_sold_meanwhile_are_named_and_nothing_is_written() -> None:
    stall = a_stall()
    product = a_product(stall, "ترشی بندری", stock=1)
    basket = a_basket((product, 2))
    with pytest.raises(OutOfStock) as refused:
        place_order(
            basket_id=basket.pk,
            checkout=a_checkout(stall, total=3_950_000),
            user_id=None,
            now=NOON,
        )
    assert refused.value.titles == ["ترشی بندری"]
    assert (Order.objects.count(), PaymentAttempt.objects.count()) == (0, 0)
    assert Basket.objects.get(pk=basket.pk).status == Basket.OPEN


def test_a_price_changed_meanwhile_is_refused() -> None:
    stall = a_stall()
    product = a_product(stall, price=1_650_000)
    basket = a_basket((product, 1))
    StockRecord.objects.filter(product=product).update(price=Decimal(1_800_000))
    with pytest.raises(PriceChanged):
        place_order(
            basket_id=basket.pk,
            checkout=a_checkout(stall, total=2_300_000),
            user_id=None,
            now=NOON,
        )
    assert Order.objects.count() == 0


@pytest.mark.parametrize("withdrawn", ["from the shop", "its price", "its stall", "not open yet"])
def test_goods_withdrawn_meanwhile_are_named_and_nothing_is_written(withdrawn: str) -> None:
    stall = a_stall()
    product = a_product(stall, "ترشی بندری")
    basket = a_basket((product, 1))
    if withdrawn == "from the shop":
        Product.objects.filter(pk=product.pk).update(is_public=False)
    elif withdrawn in CLOSED:
        Stall.objects.filter(pk=stall.pk).update(state=CLOSED[withdrawn])
    else:
        StockRecord.objects.filter(product=product).update(price=None)
    with pytest.raises(NoLongerSold) as refused:
        place_order(
            basket_id=basket.pk,
            checkout=a_checkout(stall, total=2_300_000),
            user_id=None,
            now=NOON,
        )
    assert refused.value.titles == ["ترشی بندری"]
    assert (Order.objects.count(), product.stockrecords.get().num_allocated) == (0, None)


@pytest.mark.parametrize("withdrawn", ["variant", "parent"])
def test_a_variant_is_sold_only_while_it_and_its_product_are_shown(withdrawn: str) -> None:
    stall = a_stall()
    parent = a_product_with_variants(stall, variants={"۲ سال": 3}, price=1_650_000)
    child = parent.children.get()
    basket = a_basket((child, 1))
    Product.objects.filter(pk=(child if withdrawn == "variant" else parent).pk).update(
        is_public=False
    )
    with pytest.raises(NoLongerSold):
        place_order(
            basket_id=basket.pk,
            checkout=a_checkout(stall, total=2_300_000),
            user_id=None,
            now=NOON,
        )


def test_a_seller_on_holiday_is_named() -> None:
    stall = a_stall("شمع مهتاب", takes_orders=False)
    basket = a_basket((a_product(stall), 1))
    with pytest.raises(SellerAway) as refused:
        place_order(
            basket_id=basket.pk,
            checkout=a_checkout(stall, total=2_300_000),
            user_id=None,
            now=NOON,
        )
    assert refused.value.names == ["شمع مهتاب"]


def test_a_parcel_without_a_way_of_sending_is_refused() -> None:
    stall = a_stall()
    basket = a_basket((a_product(stall), 1))
    with pytest.raises(ShippingNotOffered):
        place_order(
            basket_id=basket.pk, checkout=a_checkout(total=1_650_000), user_id=None, now=NOON
        )


def test_an_empty_basket_is_refused() -> None:
    with pytest.raises(EmptyBasket):
        place_order(basket_id=a_basket().pk, checkout=a_checkout(total=0), user_id=None, now=NOON)


def test_more_than_the_bank_takes_is_refused_before_the_bank_is_asked() -> None:
    stall = a_stall()
    basket = a_basket((a_product(stall, price=118_000_000, stock=None, made_days=45), 9))
    with pytest.raises(OrderTooLarge):
        place_order(
            basket_id=basket.pk,
            checkout=a_checkout(stall, total=9 * 118_000_000 + 650_000),
            user_id=None,
            now=NOON,
        )


def test_goods_made_to_order_hold_no_stock() -> None:
    stall = a_stall()
    product = a_product(stall, stock=None, made_days=7)
    basket = a_basket((product, 3))
    attempt = place_order(
        basket_id=basket.pk,
        checkout=a_checkout(stall, total=3 * 1_650_000 + 650_000),
        user_id=None,
        now=NOON,
    )
    assert product.stockrecords.get().num_allocated is None
    assert attempt.order.stall_orders.get().send_by.isoformat() == "2026-12-02"


def eight_buyers_press_pay(stall: Stall, product: Product) -> list[str]:
    """Eight baskets with the same goods, placed at the same moment; what became of each."""
    baskets = [a_basket((product, 1)) for _ in range(8)]
    outcomes: list[str] = []
    start = threading.Barrier(len(baskets))

    def buy(basket_id: int) -> None:
        start.wait()
        try:
            checkout = a_checkout(stall, total=2_300_000)
            place_order(basket_id=basket_id, checkout=checkout, user_id=None, now=NOON)
            outcomes.append("ordered")
        except OutOfStock:
            outcomes.append("out of stock")
        finally:
            connection.close()

    buyers = [threading.Thread(target=buy, args=(basket.pk,)) for basket in baskets]
    for buyer in buyers:
        buyer.start()
    for buyer in buyers:
        buyer.join()
    return sorted(outcomes)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_eight_buyers_of_the_last_one_make_one_order() -> None:
    stall = a_stall()
    product = a_product(stall, stock=1)
    assert eight_buyers_press_pay(stall, product) == ["ordered", *["out of stock"] * 7]
    assert product.stockrecords.get().num_allocated == 1
    assert Order.objects.count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_without_the_condition_the_last_one_is_sold_more_than_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Negative control: stock Oscar's way, which adds without looking, lets the same race through."""

    def allocate_without_looking(quantities: dict[int, int], *, titles: dict[int, str]) -> None:
        for record_id, quantity in quantities.items():
            StockRecord.objects.filter(pk=record_id).update(num_allocated=ALLOCATED + quantity)

    monkeypatch.setattr("shop.orders.stock.reserve", allocate_without_looking)
    stall = a_stall()
    product = a_product(stall, stock=1)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE partner_stockrecord DROP CONSTRAINT stock_never_oversold")
    try:
        assert eight_buyers_press_pay(stall, product).count("ordered") > 1
    finally:
        StockRecord.objects.update(num_allocated=0)
        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE partner_stockrecord ADD CONSTRAINT stock_never_oversold"
                " CHECK (num_in_stock IS NULL OR coalesce(num_allocated, 0) <= num_in_stock)"
            )
