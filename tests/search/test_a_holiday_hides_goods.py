"""A stall that goes on holiday is gone from every page of the shop within five seconds, whichever engine searches."""

import time

import pytest
from django.core.cache import caches
from procrastinate.contrib.django.models import ProcrastinateJob

from search import index
from search.categories import CACHE_KEY
from search.jobs import refresh_products
from search.rebuild import rebuild_index
from search.services import refresh_all
from tests.makers import NOON, a_category, a_product, a_stall, a_user
from vendors.stalls.services.opening import begin_holiday, end_holiday

pytestmark = pytest.mark.django_db
WITHIN_SECONDS = 5
TITLE = "شمع گل‌سرخ"
PAGES = (
    "/",
    "/c/",
    "/c/candles/",
    "/search/?q=شمع",
    "/search/suggest/?q=شمع",
    "/sitemap.xml",
    "/s/mahtab/",
)
SHOWN_ON = {"/", "/c/candles/", "/search/?q=شمع", "/search/suggest/?q=شمع", "/sitemap.xml"}


@pytest.fixture
def stall(engine):
    caches["local"].delete(CACHE_KEY)
    category = a_category("شمع‌ها", slug="candles")
    stall = a_stall("مهتاب", slug="mahtab", main_category=category)
    a_product(stall, TITLE, category=category, slug="rose-candle")
    a_product(a_stall("همسایه"), "شمع عسلی", category=category, slug="honey-candle")
    refresh_all()
    if engine == "elasticsearch":
        index.count(rebuild_index(now=NOON))
    yield stall
    caches["local"].delete(CACHE_KEY)


def showing(client) -> set[str]:
    """The pages on which the candle stands."""
    pages = {path: client.get(path).content.decode() for path in PAGES}
    return {path for path, page in pages.items() if "rose-candle" in page or TITLE in page}


def work() -> None:
    """What the worker does with the news of the stall."""
    jobs = ProcrastinateJob.objects.filter(task_name="search.jobs.refresh_products")
    for job in jobs.order_by("pk"):
        refresh_products(**job.args)


def test_within_five_seconds_its_goods_are_nowhere_and_back_as_soon(client, stall):
    assert showing(client) == {*SHOWN_ON, "/s/mahtab/"}
    away = {"until": NOON.date().replace(month=12), "note": "", "takes_preorders": False}
    began = time.monotonic()
    begin_holiday(stall=stall, by_user=a_user(), now=NOON, **away)
    work()
    while showing(client) and time.monotonic() - began < WITHIN_SECONDS:
        time.sleep(0.1)
    assert showing(client) == set()
    assert time.monotonic() - began < WITHIN_SECONDS
    assert client.get("/p/rose-candle/").url == "/s/mahtab/"
    suggested = client.get("/search/suggest/?q=شمع")
    assert "max-age=5," in suggested.headers["Cache-Control"] + ","
    end_holiday(stall=stall, by_user=a_user(), now=NOON)
    began = time.monotonic()
    work()
    while "/search/?q=شمع" not in showing(client) and time.monotonic() - began < WITHIN_SECONDS:
        time.sleep(0.1)
    assert showing(client) == {*SHOWN_ON, "/s/mahtab/"}
