"""Keeps the search rows true to the shop, and the search server true to the rows.

A change of a product is published in the transaction that makes it (`shop.jobs.publish`); the job
it leaves is a row of that transaction. So a change rolled back leaves no document, and a committed
one is always indexed: the job writes row and outbox in one transaction, and what a dead server
could not take waits in the outbox.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator

from django.conf import settings
from django.db import connection, transaction
from oscar.core.loading import get_model

from search import index
from search.building import build_documents, search_row
from search.models import SearchOutbox, SearchTarget, SearchText

Product = get_model("catalogue", "Product")
logger = logging.getLogger(__name__)

BATCH = 500
KEPT = [field.attname for field in SearchText._meta.concrete_fields if not field.primary_key]


def product_changed(*, product_ids: Collection[int]) -> int:
    """Bring the search rows of these products up to date and note in the outbox what changed.

    Variants count as their parents. Returns how many rows were written or removed; a product whose
    document is the same as before counts for nothing. Writers wait for one another, so the order of
    versions is the order in which the shop's rows were read.
    """
    with transaction.atomic():
        version = _next_version()
        variants = Product.objects.filter(pk__in=product_ids, structure=Product.CHILD)
        wanted = {*product_ids, *variants.values_list("parent_id", flat=True)}
        documents = build_documents(wanted)
        before = SearchText.objects.defer("words", "sounds").in_bulk(wanted)
        changed = {
            product_id: document
            for product_id, document in documents.items()
            if product_id not in before or before[product_id].document != document
        }
        gone = before.keys() - documents.keys()
        SearchText.objects.bulk_create(
            [
                search_row(product_id=product_id, version=version, document=document)
                for product_id, document in changed.items()
            ],
            update_conflicts=True,
            unique_fields=["product"],
            update_fields=KEPT,
        )
        SearchText.objects.filter(pk__in=gone).delete()
        if settings.ELASTICSEARCH_URL:
            # A product that is gone for good took its row along, so its id may be in neither list.
            deleted = wanted - documents.keys()
            _note(SearchOutbox.Op.INDEX, changed.keys(), version)
            _note(SearchOutbox.Op.DELETE, deleted, version)
    return len(changed) + len(gone)


def refresh_all() -> int:
    """`product_changed` for every product and every row there is; returns how many changed."""
    return sum(product_changed(product_ids=product_ids) for product_ids in all_ids())


def note_again(*, product_ids: Collection[int]) -> None:
    """Tell the server anew about these products, in a version above all others."""
    with transaction.atomic():
        version = _next_version()
        rows = SearchText.objects.filter(pk__in=product_ids)
        kept = set(rows.values_list("pk", flat=True))
        rows.update(version=version)
        _note(SearchOutbox.Op.INDEX, kept, version)
        _note(SearchOutbox.Op.DELETE, set(product_ids) - kept, version)


def is_waiting() -> bool:
    """Whether the outbox holds anything that the server has not refused."""
    return SearchOutbox.objects.filter(error="").exists()


def drain_outbox() -> int:
    """Tell the search server what waits in the outbox; returns how many rows were settled.

    Rows are settled when every target took the document or has a newer one. Stops quietly when the
    server does not answer: the rows stay for the next minute. A document the server refuses is
    parked with its error and shown by `search_check`.
    """
    targets = list(SearchTarget.objects.values_list("name", flat=True))
    settled, last = 0, 0
    while targets:
        waiting = list(SearchOutbox.objects.filter(error="", pk__gt=last).order_by("pk")[:BATCH])
        if not waiting:
            break
        last = waiting[-1].pk
        outcome = index.write(targets=targets, actions=_actions(waiting))
        done = [row.pk for row in waiting if row.product_id in outcome.taken]
        SearchOutbox.objects.filter(pk__in=done).delete()
        for product_id, error in outcome.refused.items():
            logger.error("search.refused product=%s", product_id)
            refused = [row.pk for row in waiting if row.product_id == product_id]
            SearchOutbox.objects.filter(pk__in=refused).update(error=error)
        settled += len(done)
        if outcome.is_down:
            logger.warning("search.server_down waiting=%s", SearchOutbox.objects.count())
            break
    return settled


def _actions(waiting: list[SearchOutbox]) -> Iterator[index.Action]:
    """The newest action of each product: the row as it is now, or a deletion when there is none."""
    newest = {row.product_id: row.version for row in sorted(waiting, key=lambda row: row.version)}
    rows = SearchText.objects.only("version", "document").in_bulk(newest)
    for product_id, version in newest.items():
        row = rows.get(product_id)
        if row:
            yield index.Action(product_id, max(row.version, version), row.document)
        else:
            yield index.Action(product_id, version, None)


def _note(op: SearchOutbox.Op, product_ids: Collection[int], version: int) -> None:
    SearchOutbox.objects.bulk_create(
        [
            SearchOutbox(product_id=product_id, version=version, op=op)
            for product_id in sorted(product_ids)
        ]
    )


def _next_version() -> int:
    """The next version, drawn behind a lock that lasts as long as the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('search'))")
        cursor.execute("SELECT nextval('search_version')")
        version: int = cursor.fetchone()[0]
    return version


def all_ids() -> Iterator[list[int]]:
    """Ids of all products and of all rows, in batches."""
    products = Product.objects.exclude(structure=Product.CHILD).values_list("pk", flat=True)
    ids = sorted({*products, *SearchText.objects.values_list("pk", flat=True)})
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]
