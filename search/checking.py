"""Compares the shop, the search rows and the server's index, and puts right what differs."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from elasticsearch import ApiError, TransportError

from search import index
from search.building import build_documents
from search.errors import SearchServerError
from search.models import SearchOutbox, SearchText
from search.services import all_ids, drain_outbox, note_again, product_changed


@dataclass(frozen=True)
class Check:
    """What was compared. `stale`: products whose row is not what the shop says now. `differing`: products whose
    document has another version than their row, or is missing."""

    rows: int
    stale: list[int]
    waiting: int
    refused: int
    documents: int
    differing: list[int]

    @property
    def is_clean(self) -> bool:
        return not (self.stale or self.differing or self.refused)


def check_search() -> Check:
    """Compare everything; some minutes for a large shop. Raises SearchServerError without a server.

    What waits in the outbox differs rightly and is not counted as differing.
    """
    rows = dict(SearchText.objects.values_list("pk", "version"))
    outbox = SearchOutbox.objects.all()
    pending = set(outbox.values_list("product_id", flat=True))
    versions: dict[int, int] = {}
    differing: list[int] = []
    if settings.ELASTICSEARCH_URL:
        try:
            versions = index.versions()
        except (ApiError, TransportError) as error:
            raise SearchServerError(str(error)) from error
        either = rows.keys() | versions.keys()
        differing = sorted(pk for pk in either - pending if rows.get(pk) != versions.get(pk))
    return Check(
        rows=len(rows),
        stale=[pk for product_ids in all_ids() for pk in _stale(product_ids)],
        waiting=outbox.filter(error="").count(),
        refused=outbox.exclude(error="").count(),
        documents=len(versions),
        differing=differing,
    )


def repair(check: Check) -> None:
    """Write stale rows anew and tell the server again about what differs or was refused."""
    SearchOutbox.objects.exclude(error="").update(error="")
    product_changed(product_ids=check.stale)
    if check.differing:
        note_again(product_ids=check.differing)
    if settings.ELASTICSEARCH_URL:
        drain_outbox()


def _stale(product_ids: list[int]) -> list[int]:
    now = build_documents(product_ids)
    kept = dict(SearchText.objects.filter(pk__in=product_ids).values_list("pk", "document"))
    return sorted(pk for pk in now.keys() | kept.keys() if now.get(pk) != kept.get(pk))
