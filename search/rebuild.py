"""A new index beside the one in use, without a moment in which search is wrong or still."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Max

from search import index
from search.documents import mapping_hash
from search.errors import SearchError
from search.models import SearchTarget, SearchText

BATCH = 500


def rebuild_index(*, now: datetime) -> str:
    """Build a new index from the search rows and let pages read it; returns its name.

    While it is filled, `drain_outbox` writes to the old index and to this one, and versions settle
    who is newer; so nothing written meanwhile is lost. The index before is kept for a way back.
    Raises SearchError and leaves everything as it was when documents are missing at the end.
    """
    before = index.in_use()
    newest = SearchText.objects.aggregate(version=Max("version"))["version"] or 0
    name = index.create(now=now)
    SearchTarget.objects.create(name=name)
    try:
        _fill(name)
        # Rows written since are the outbox's business, and may not be there yet.
        expected = SearchText.objects.filter(version__lte=newest).count()
        found = index.count(name)
        if found < expected:
            raise SearchError(f"{name} has {found} of {expected} documents")
        index.point_alias_at(name)
    except Exception:
        SearchTarget.objects.filter(name=name).delete()
        index.drop(keep=before)
        raise
    SearchTarget.objects.exclude(name=name).delete()
    index.drop(keep=[name, *before])
    return name


def is_up_to_date() -> bool:
    """Whether pages read one index that has today's mapping, is written to, and holds every row."""
    in_use = index.in_use()
    targets = list(SearchTarget.objects.values_list("name", flat=True))
    return (
        len(in_use) == 1
        and in_use == targets
        and in_use[0].startswith(f"{index.alias()}-{mapping_hash()}-")
        and index.count(in_use[0]) == SearchText.objects.count()
    )


def _fill(name: str) -> None:
    for actions in _batches():
        outcome = index.write(targets=[name], actions=actions)
        if outcome.is_down or outcome.refused:
            raise SearchError(f"the server did not take all documents: {outcome.refused}")


def _batches() -> Iterator[list[index.Action]]:
    last = 0
    while True:
        rows = SearchText.objects.filter(pk__gt=last).order_by("pk")
        batch = [
            index.Action(pk, version, document)
            for pk, version, document in rows.values_list("pk", "version", "document")[:BATCH]
        ]
        if not batch:
            return
        yield batch
        last = batch[-1].product_id
