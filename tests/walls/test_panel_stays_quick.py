"""Every page of the panel costs few statements, as many for a stall of three hundred goods as for a small one."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.crowd import more_orders, more_products
from tests.walls.addresses import STOREFRONT, Rows, addresses_of, undone

pytestmark = [
    pytest.mark.django_db(databases=["default", "livelihood"]),
    pytest.mark.wall,
    pytest.mark.urls(STOREFRONT),
]
MOST_QUERIES = 12
MANY = 300


def statements_of_pages(rows: Rows, client: Client) -> dict[str, list[str]]:
    """The statements of each page that opens to the keeper of stall A, by the name of its address."""
    found = {}
    for address in addresses_of(STOREFRONT, rows):
        if not address.name.startswith("panel:"):
            continue
        with undone(client), CaptureQueriesContext(connection) as seen:
            response = client.get(address.path)
            if response.streaming:
                b"".join(response.streaming_content)
        if response.status_code == 200:
            found[address.name] = [query["sql"] for query in seen.captured_queries]
    return found


def test_every_page_of_the_panel_costs_few_statements_however_much_there_is() -> None:
    rows = Rows()
    client = rows.storefront_people()["keeper"]
    statements_of_pages(rows, client)  # what is asked once in a process
    few = statements_of_pages(rows, client)
    more_orders(rows.stall_order, MANY)
    more_products(rows.product, MANY)
    many = statements_of_pages(rows, client)
    assert set(few) == set(many)
    assert len(few) >= 20
    assert {name: len(sql) for name, sql in many.items() if len(sql) > MOST_QUERIES} == {}
    grown = {name: (len(few[name]), len(many[name])) for name in few}
    assert {name: pair for name, pair in grown.items() if pair[1] > pair[0] + 2} == {}


def test_a_page_that_asks_for_each_row_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: goods without what is fetched beforehand."""
    monkeypatch.setattr(
        "vendors.panel.products.products_of", lambda seat: seat.listings.order_by("pk")
    )
    rows = Rows()
    more_products(rows.product, MANY)
    client = rows.storefront_people()["keeper"]
    assert len(statements_of_pages(rows, client)["panel:products"]) > 3 * MOST_QUERIES
