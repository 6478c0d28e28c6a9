"""Goods that staff took down are gone from every page of the shop, whichever engine searches; so are those put away."""

import pytest
from django.core.cache import caches
from procrastinate.contrib.django.models import ProcrastinateJob

from search import index
from search.categories import CACHE_KEY
from search.jobs import refresh_products
from search.models import SearchText
from search.rebuild import rebuild_index
from search.services import refresh_all
from tests.makers import NOON, a_category, a_product, a_stall, a_user
from vendors.stalls.models import Listing
from vendors.stalls.services.listing_states import take_down, take_out

pytestmark = pytest.mark.django_db
TITLE = "شمع گل‌سرخ"
PAGES = ("/", "/c/candles/", "/search/?q=شمع", "/search/suggest/?q=شمع", "/sitemap.xml")


@pytest.fixture
def listing(engine):
    caches["local"].delete(CACHE_KEY)
    category = a_category("شمع‌ها", slug="candles")
    stall = a_stall("مهتاب", slug="mahtab", main_category=category)
    product = a_product(stall, TITLE, category=category, slug="rose-candle")
    a_product(a_stall("همسایه"), "شمع عسلی", category=category, slug="honey-candle")
    refresh_all()
    if engine == "elasticsearch":
        index.count(rebuild_index(now=NOON))
    yield Listing.objects.get(product=product)
    caches["local"].delete(CACHE_KEY)


def showing(client) -> set[str]:
    pages = {path: client.get(path).content.decode() for path in (*PAGES, "/s/mahtab/")}
    return {path for path, page in pages.items() if "rose-candle" in page or TITLE in page}


def work() -> None:
    for job in ProcrastinateJob.objects.filter(task_name="search.jobs.refresh_products"):
        refresh_products(**job.args)


def down(listing) -> bool:
    return take_down(listing=listing, reason="ممنوع است.", by_user=a_user(), now=NOON)


def hide(listing) -> bool:
    return take_out(listing=listing)


@pytest.mark.parametrize("step", [down, hide])
def test_they_are_nowhere(client, engine, listing, step):
    assert showing(client) == {*PAGES, "/s/mahtab/"}
    assert step(listing) is True
    work()
    if engine == "elasticsearch":
        index.count(index.in_use()[0])  # refreshed
    assert showing(client) == set()
    assert client.get("/p/rose-candle/").status_code == 404
    assert not SearchText.objects.filter(pk=listing.product_id).exists()
