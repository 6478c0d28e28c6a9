"""Every screen of the panel opens, holds what it is about, and costs little."""

import pytest
from django.urls import reverse

from shop.orders.services.fulfil import (
    accept_stall_order,
    deliver_stall_order,
    send_stall_order,
)
from tests.makers import (
    NOON,
    a_paid_order,
    a_product,
    a_product_with_variants,
    a_stall,
    a_user,
)

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


@pytest.fixture
def keeper(client):
    user = a_user(name="سمیه احمدیان")
    client.force_login(user)
    return user


@pytest.fixture
def stall(keeper):
    return a_stall("پوشاک پرستو", keeper=keeper, commission_bp=1000)


def fill(stall, *, times: int) -> None:
    """Goods, variants, and orders in every state."""
    for number in range(times):
        goods = a_product(stall, f"کلاه {number}", stock=50)
        dress = a_product_with_variants(stall, f"پیراهن {number}", variants={"۴": 9, "۶": 9})
        made = a_product(stall, f"گلیم {number}", stock=None, made_days=10)
        for steps in range(4):
            contents = [(goods, 2), (dress.children.first(), 1), (made, 1)]
            (order,) = a_paid_order(*contents)
            if steps > 0:
                accept_stall_order(stall_order=order, now=NOON)
            if steps > 1:
                send_stall_order(stall_order=order, carrier="پست", tracking_code="1", now=NOON)
            if steps > 2:
                deliver_stall_order(stall_order=order, now=NOON)


def paths(stall) -> list[str]:
    number = stall.partner.stall_orders.first().number
    product = stall.listings.first().product_id
    return [
        reverse("panel:home"),
        reverse("panel:choose"),
        reverse("panel:products"),
        reverse("panel:photos", args=[product]),
        reverse("panel:orders"),
        reverse("panel:orders_to_send"),
        reverse("panel:orders_sent"),
        reverse("panel:orders_done"),
        reverse("panel:order", args=[number]),
        reverse("panel:money"),
        reverse("panel:money_of_month", args=[1405, 9]),
    ]


def test_every_screen_costs_the_same_for_three_products_and_for_many(
    client, stall, django_assert_max_num_queries
):
    fill(stall, times=1)
    few = {}
    for path in paths(stall):
        with django_assert_max_num_queries(MOST_QUERIES) as seen:
            assert client.get(path).status_code == 200
        few[path] = len(seen)
    fill(stall, times=5)
    for path, count in few.items():
        with django_assert_max_num_queries(MOST_QUERIES) as seen:
            assert client.get(path).status_code == 200
        assert len(seen) <= count + 1, path
