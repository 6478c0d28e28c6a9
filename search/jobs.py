"""Background work of search. Every job may run twice."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.conf import settings
from procrastinate.contrib.django import app

from search.checking import check_search, repair
from search.errors import SearchServerError
from search.services import drain_outbox, product_changed
from shop.jobs import MARKET

logger = logging.getLogger(__name__)


@app.task(name="search.jobs.refresh_products", queue=MARKET)
def refresh_products(product_ids: Sequence[int]) -> None:
    """A product, its price, its stock or its stall changed."""
    product_changed(product_ids=product_ids)
    if settings.ELASTICSEARCH_URL:
        drain_outbox()


@app.periodic(cron="* * * * *")
@app.task(name="search.jobs.drain_search", queue=MARKET, lock="search")
def drain_search(timestamp: int) -> None:
    """Each minute: what the search server could not take before."""
    if settings.ELASTICSEARCH_URL:
        drain_outbox()


@app.periodic(cron="30 3 * * *")
@app.task(name="search.jobs.repair_search", queue=MARKET, lock="search")
def repair_search(timestamp: int) -> None:
    """Each night: what changed without news, such as a product edited in Oscar's own dashboard."""
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
