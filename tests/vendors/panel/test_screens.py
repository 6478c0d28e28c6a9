"""Every screen of the panel opens, holds what it is about, and costs little."""

import gzip
import os
import posixpath
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse
from django.utils import translation

from shop.orders.services.fulfil import accept_stall_order, deliver_stall_order
from shop.orders.services.messages import write_message
from shop.orders.services.send import send_stall_order
from tests.makers import (
    NOON,
    a_paid_order,
    a_product,
    a_product_with_variants,
)

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


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
                write_message(stall_order=order, author_id=None, text="سلام", now=NOON)
                deliver_stall_order(stall_order=order, now=NOON)


def paths(stall) -> list[str]:
    orders = stall.partner.stall_orders
    number = orders.first().number
    in_hand = orders.filter(state="accepted").first().number
    product = stall.listings.first().product_id
    with translation.override(
        "fa"
    ):  # the addresses without a prefix, whatever an earlier page left active
        return [
            reverse("panel:home"),
            reverse("panel:choose"),
            reverse("panel:products"),
            reverse("panel:photos", args=[product]),
            reverse("panel:orders"),
            reverse("panel:orders_to_send"),
            reverse("panel:orders_sent"),
            reverse("panel:orders_done"),
            reverse("panel:orders_cancelled"),
            *(reverse(f"panel:{name}", args=[number]) for name in ("order", "messages")),
            *(reverse(f"panel:{name}", args=[in_hand]) for name in ("order", "send_part", "slip")),
            reverse("panel:till"),
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


def first_load(page: bytes) -> int:
    """Bytes on the wire of a first visit without photos: the page, what it names, and what its styles name.

    Texts travel gzipped, fonts as they are.
    """
    total, known = len(gzip.compress(page)), set()
    waiting = re.findall(rb'(?:href|src)="/static/([^"#?]+)', page)
    while waiting:
        path = waiting.pop().decode()
        if path in known:
            continue
        known.add(path)
        content = Path(finders.find(path)).read_bytes()
        total += len(content) if path.endswith("woff2") else len(gzip.compress(content))
        if path.endswith(".css"):
            folder = posixpath.dirname(path)
            named = re.findall(rb"""(?:url\(|@import )["']?([^"')#?;]+)""", content)
            waiting += [
                posixpath.normpath(posixpath.join(folder, name.decode())).encode()
                for name in named
                if not name.startswith(b"data:")
            ]
    return total


def test_the_first_page_is_light(client, stall):
    """Page, styles, icons, script and fonts: at most 60 KB."""
    fill(stall, times=1)
    page = client.get("/panel/").content
    assert 20 * 1024 < first_load(page) <= 60 * 1024
    heavier = page + os.urandom(20 * 1024).hex().encode()
    assert first_load(heavier) > first_load(page) + 20 * 1024  # negative control


def test_every_screen_works_in_english(client, stall):
    fill(stall, times=1)
    for path in paths(stall):
        page = client.get(f"/en{path}")
        assert page.status_code == 200
        if page["Content-Type"] == "application/pdf":
            continue
        assert 'lang="en" dir="ltr"' in page.content.decode()
