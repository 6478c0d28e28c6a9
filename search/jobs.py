"""Background work of search. Every job may run twice."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.conf import settings
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from search.breaker import Breaker
from search.checking import check_search, repair
from search.errors import SearchServerError
from search.services import drain_outbox, is_waiting, product_changed
from shop.jobs import MARKET

logger = logging.getLogger(__name__)

# A server that hangs would hold the worker for ten seconds with each change; so it is asked once,
# and the change waits for the next minute.
writing = Breaker(failures=1, rest_seconds=60)


@app.task(
    name="search.jobs.refresh_products",
    queue=MARKET,
    retry=RetryStrategy(max_attempts=6, exponential_wait=3),
)
def refresh_products(product_ids: Sequence[int]) -> None:
    """A product, its price, its stock or its stall changed."""
    product_changed(product_ids=product_ids)
    if settings.ELASTICSEARCH_URL and not writing.is_open:
        _drain()


@app.periodic(cron="* * * * *")
@app.task(name="search.jobs.drain_search", queue=MARKET, lock="search")
def drain_search(timestamp: int) -> None:
    """Each minute: what the search server could not take before."""
    if settings.ELASTICSEARCH_URL:
        _drain()


@app.periodic(cron="30 3 * * *")
@app.task(name="search.jobs.repair_search", queue=MARKET, lock="search")
def repair_search(timestamp: int) -> None:
    """Each night: what changed without news, such as a choice renamed in Oscar's own dashboard."""
    try:
        check = check_search()
    except SearchServerError as error:
        logger.warning("search.not_checked error=%s", error)
        return
    if not check.is_clean:
        logger.warning(
            "search.repaired rows=%s documents=%s", len(check.stale), len(check.differing)
        )
        repair(check)


def _drain() -> None:
    drain_outbox()
    if is_waiting():
        writing.failed()
    else:
        writing.succeeded()
