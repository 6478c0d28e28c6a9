"""What a stall sold in a month: sums of ledger postings, with the orders behind them."""

from datetime import UTC, datetime, timedelta

import pytest

from shop.orders.services.fulfil import accept_stall_order, deliver_stall_order
from shop.orders.services.send import send_stall_order
from tests.makers import NOON, a_paid_order, a_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def product(stall):
    return a_product(stall, price=2_000_000, stock=90)


def delivered(product, quantity, *, at):
    (order,) = a_paid_order((product, quantity))
    accept_stall_order(stall_order=order, now=at)
    send_stall_order(stall_order=order, carrier="پست", tracking_code="1", now=at)
    deliver_stall_order(stall_order=order, now=at)
    return order


def sales(client, year=1405, month=9):
    return client.get(f"/panel/money/{year}/{month}/").context["sales"]


def test_a_month_sums_what_arrived_in_it(client, product):
    first = delivered(product, 1, at=NOON)
    second = delivered(product, 2, at=NOON + timedelta(minutes=5))
    month = sales(client)
    assert (month.goods, month.commission, month.net) == (6_000_000, 600_000, 5_400_000)
    assert month.shipping == 1_300_000
    assert [row.stall_order.pk for row in month.orders] == [second.pk, first.pk]
    assert [row.earning.net for row in month.orders] == [3_600_000, 1_800_000]


def test_a_month_begins_at_midnight_in_tehran(client, product):
    begins = datetime(2026, 11, 21, 20, 30, tzinfo=UTC)  # 1 Azar 1405, 00:00
    before = delivered(product, 1, at=begins - timedelta(seconds=1))
    after = delivered(product, 2, at=begins)
    assert [row.stall_order.pk for row in sales(client, month=8).orders] == [before.pk]
    assert [row.stall_order.pk for row in sales(client, month=9).orders] == [after.pk]


def test_what_is_paid_and_not_there_yet_is_on_its_way(client, product):
    (order,) = a_paid_order((product, 3))
    month = sales(client)
    assert (month.net, month.on_its_way) == (0, 5_400_000)
    assert [open_order.pk for open_order in month.open_orders] == [order.pk]
    accept_stall_order(stall_order=order, now=NOON)
    send_stall_order(stall_order=order, carrier="پست", tracking_code="1", now=NOON)
    assert sales(client).on_its_way == 5_400_000
    deliver_stall_order(stall_order=order, now=NOON)
    month = sales(client)
    assert (month.net, month.on_its_way, month.open_orders) == (5_400_000, 0, ())


def test_the_neighbours_money_is_not_counted(client, stall, neighbour):
    delivered(a_product(neighbour, price=9_000_000), 1, at=NOON)
    assert (sales(client).net, sales(client).on_its_way) == (0, 0)


@pytest.mark.parametrize("path", ["1405/13", "1405/0", "1300/1", "9999/1", "99999999999/1"])
def test_a_month_that_is_none_is_not_there(client, stall, path):
    assert client.get(f"/panel/money/{path}/").status_code == 404


def test_there_is_no_way_into_the_future(client, stall):
    page = client.get("/panel/money/")
    assert page.context["next"] is None
    last = page.context["previous"]
    assert client.get(f"/panel/money/{last.year}/{last.month}/").context["next"] is not None
