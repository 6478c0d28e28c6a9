"""Background work of search. Every job may run twice."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from procrastinate.contrib.django import app

from search.services import drain_outbox, product_changed
from shop.jobs import MARKET


@app.task(name="search.jobs.refresh_products", queue=MARKET)
def refresh_products(product_ids: Sequence[int]) -> None:
    """A product, its price, its stock or its stall changed."""
    product_changed(product_ids=product_ids)
    if settings.ELASTICSEARCH_URL:
        drain_outbox()


@app.periodic(cron="* * * * *")
@app.task(name="search.jobs.drain_search", queue=MARKET, lock="search", pass_context=False)
def drain_search(timestamp: int) -> None:
    """Each minute: what the search server could not take before."""
    if settings.ELASTICSEARCH_URL:
        drain_outbox()
