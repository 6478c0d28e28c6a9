"""The piles of orders read as many rows of a stall that had twenty thousand orders as of one that had three hundred."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shop.orders.models import StallOrder, StallOrderQuerySet
from shop.orders.services.release import release_delivered
from tests.crowd import more_money, more_orders
from tests.makers import (
    NOON,
    a_paid_order,
    a_product,
    a_staff_member,
    a_stall,
    a_user,
    an_arrived_order,
    log_in_at_office,
)
from vendors.desk.queries import LISTS
from vendors.stalls.access import let_look_after
from vendors.stalls.models import Stall

pytestmark = [
    pytest.mark.django_db(databases=["default", "livelihood"]),
    pytest.mark.wall,
    pytest.mark.urls("shop.urls.storefront"),
]
FEW, MANY, MOST = 300, 20_000, 100_000
ROWS_OF_A_PAGE = 400  # 21 orders with what hangs on each, and the hundredth part of what waits
ROWS_OF_THE_DESK = 800  # 51 parcels with order, seller and stall, and what waits counted
SCANS = {"Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan"}


@pytest.fixture
def stall(client: Client) -> Stall:
    keeper = a_user()
    client.force_login(keeper)
    return a_stall(keeper=keeper)


def pages_of(stall: Stall) -> dict[str, str]:
    """The first page of each pile, and a page in the middle of the longest one."""
    delivered = stall.partner.stall_orders.filter(state="delivered").order_by("created_at")
    far_down = delivered[delivered.count() // 2].number
    return {
        "new": "/panel/orders/",
        "to send": "/panel/orders/to-send/",
        "sent": "/panel/orders/sent/",
        "done": "/panel/orders/done/",
        "far down": f"/panel/orders/done/?after={far_down}",
        "home": "/panel/",
        "an order": f"/panel/orders/{far_down}/",
    }


def rows_read(client: Client, path: str) -> int:
    """How many rows of tables the statements of a page look at, by the plans that they run with."""
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    total = 0
    for query in seen.captured_queries:
        if query["sql"].startswith("SELECT"):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query['sql']}")
                [(plan,)] = cursor.fetchall()
            plan = json.loads(plan) if isinstance(plan, str) else plan
            total += sum(_scanned(node) for node in _nodes(plan[0]["Plan"]))
    return total


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)


def _scanned(node: dict[str, Any]) -> int:
    if node["Node Type"] not in SCANS:
        return 0
    dropped = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return int((node["Actual Rows"] + dropped) * node["Actual Loops"])


def read_with(client: Client, stall: Stall, count: int) -> dict[str, int]:
    [template] = a_paid_order((a_product(stall, stock=9), 1))
    more_orders(template, count)
    return {name: rows_read(client, path) for name, path in pages_of(stall).items()}


def test_a_pile_reads_no_more_rows_of_a_long_history(client: Client, stall: Stall) -> None:
    read = read_with(client, stall, MANY)
    assert {name: rows for name, rows in read.items() if rows > ROWS_OF_A_PAGE} == {}


def test_a_pile_that_is_read_from_its_beginning_is_found(
    client: Client, stall: Stall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the condition of the next page as it reads most naturally."""

    def before(orders: StallOrderQuerySet, latest: StallOrder) -> StallOrderQuerySet:
        return orders.filter(
            Q(created_at__lt=latest.created_at) | Q(created_at=latest.created_at, pk__lt=latest.pk)
        )

    monkeypatch.setattr(StallOrderQuerySet, "before", before)
    assert read_with(client, stall, MANY)["far down"] > MANY / 3


@pytest.fixture
def template(client: Client) -> StallOrder:
    """An order of some stall, read by somebody who looks after stalls."""
    carer = a_staff_member()
    let_look_after(carer)
    log_in_at_office(client, carer)
    return a_paid_order((a_product(a_stall(), stock=9), 1))[0]


def pages_of_the_desk() -> dict[str, str]:
    far = f"crowd-{MANY // 2 + 1}"
    return {
        "today": "/",
        **{which: f"/parcels/{which}/" for which in LISTS},
        "delivered, far down": f"/parcels/delivered/?after={far}-1",
        "orders": "/dashboard/orders/",
        "orders, far down": f"/dashboard/orders/?after={far}",
    }


@pytest.mark.urls("shop.urls.office")
def test_a_list_of_the_desk_reads_no_more_rows_of_a_long_history(
    client: Client, template: StallOrder
) -> None:
    more_orders(template, MANY)
    read = {name: rows_read(client, path) for name, path in pages_of_the_desk().items()}
    assert {name: rows for name, rows in read.items() if rows > ROWS_OF_THE_DESK} == {}


@pytest.mark.urls("shop.urls.office")
def test_a_list_of_the_desk_without_its_index_is_found(
    client: Client, template: StallOrder
) -> None:
    """Negative control: what arrived, sorted by a time that no index has."""
    more_orders(template, MANY)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX stall_order_arrived")
    assert rows_read(client, "/parcels/delivered/") > MANY / 2


@pytest.mark.urls("shop.urls.office")
@pytest.mark.parametrize("which", ["open", "delivered"])
def test_the_pages_of_a_list_hold_each_parcel_once(
    client: Client, template: StallOrder, which: str
) -> None:
    """Many were ordered or are to be sent on one day, and some stand between two pages."""
    more_orders(template, 260)
    open_ones = StallOrder.objects.filter(number__startswith="crowd", pk__gt=template.pk)
    state = {"open": "new", "delivered": "delivered"}[which]
    open_ones.update(state=state, delivered_at=template.created_at)
    if which == "open":
        half = list(open_ones.order_by("pk").values_list("pk", flat=True)[::2])
        StallOrder.objects.filter(pk__in=half).update(state="sent")
    seen: list[str] = []
    after = ""
    for _page in range(9):
        page = client.get(f"/parcels/{which}/", {"after": after}).context["page"]
        seen += [parcel.number for parcel in page.parcels]
        if not page.has_more:
            break
        after = seen[-1]
    wanted = 260 + (which == "open")
    assert (len(seen), len(set(seen))) == (wanted, wanted)


@pytest.mark.bench
def test_times_of_the_piles_with_a_thousand_and_a_hundred_thousand_orders(
    client: Client, stall: Stall
) -> None:
    """`python -m tests.bench orders`: the median of nine visits to each page, in milliseconds."""
    [template] = a_paid_order((a_product(stall, stock=9), 1))
    more_orders(template, 1000)
    few = {name: _median_ms(client, path) for name, path in pages_of(stall).items()}
    StallOrder.objects.exclude(pk=template.pk).delete()
    more_orders(template, MOST, word="many")
    many = {name: _median_ms(client, path) for name, path in pages_of(stall).items()}
    print("\npage        1,000 orders, ms   100,000 orders, ms   rows read")  # noqa: T201
    for name, path in pages_of(stall).items():
        rows = rows_read(client, path)
        print(f"{name:10} {few[name]:18.1f} {many[name]:20.1f} {rows:11}")  # noqa: T201


@pytest.mark.bench
def test_time_of_the_money_page_with_a_thousand_and_with_ten_thousand_orders(
    client: Client, stall: Stall
) -> None:
    """Its figures are sums over all that the stall ever sold: the page grows with it."""
    [template] = an_arrived_order((a_product(stall, stock=9), 1), now=NOON - timedelta(days=30))
    release_delivered(now=NOON)
    template.refresh_from_db()
    taken = {}
    for count, word in ((1_000, "few"), (9_000, "many")):
        more_orders(template, count, word=word)
        more_money(template, word=word)
        taken[count] = _median_ms(client, "/panel/money/")
    few, many = taken.values()
    print(f"\nmoney, ms: {few:.1f} with 1,000 orders, {many:.1f} with 10,000")  # noqa: T201


def _median_ms(client: Client, path: str) -> float:
    times = []
    for _visit in range(9):
        began = time.perf_counter()
        client.get(path)
        times.append((time.perf_counter() - began) * 1000)
    return sorted(times)[len(times) // 2]
