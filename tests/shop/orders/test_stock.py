"""What a stock record holds is what its open orders hold, whatever its stall makes of it meanwhile."""

import pytest
from oscar.apps.catalogue.models import Product
from oscar.apps.partner.models import StockRecord

from shop.orders.errors import OutOfStock
from shop.orders.models import StallOrder
from shop.orders.services.fulfil import accept_stall_order
from shop.orders.services.send import send_stall_order
from shop.orders.stock import reserve
from tests.makers import NOON, a_paid_order, a_product, a_stall

pytestmark = pytest.mark.django_db(transaction=True)


def record_of(product: Product) -> StockRecord:
    return product.stockrecords.get()


def set_count(product: Product, count: int | None) -> None:
    StockRecord.objects.filter(product=product).update(num_in_stock=count)


def send(stall_order: StallOrder) -> None:
    accept_stall_order(stall_order=stall_order, now=NOON)
    send_stall_order(stall_order=stall_order, carrier="", tracking_code="", now=NOON)


def test_goods_made_to_order_meanwhile_leave_nothing_held_when_they_are_sent() -> None:
    product = a_product(a_stall(), stock=10)
    (stall_order,) = a_paid_order((product, 2))
    set_count(product, None)
    send(stall_order)
    assert (record_of(product).num_in_stock, record_of(product).num_allocated) == (None, 0)
    set_count(product, 1)
    assert record_of(product).net_stock_level == 1


def test_an_order_of_goods_made_to_order_holds_none_of_them_when_they_are_counted_later() -> None:
    product = a_product(a_stall(), stock=None)
    (stall_order,) = a_paid_order((product, 2))
    set_count(product, 1)
    send(stall_order)
    assert (record_of(product).num_in_stock, record_of(product).num_allocated) == (1, None)


def test_goods_that_turned_made_to_order_are_held_and_never_short() -> None:
    product = a_product(a_stall(), stock=None)
    record = record_of(product)
    reserve({record.pk: 3}, titles={record.pk: "ترشی"})
    assert record_of(product).num_allocated == 3


def test_counted_goods_are_short_beyond_their_number() -> None:
    record = record_of(a_product(a_stall(), stock=2))
    with pytest.raises(OutOfStock):
        reserve({record.pk: 3}, titles={record.pk: "ترشی"})
