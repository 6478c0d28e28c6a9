"""The search server: clients, indices, and writing to them. Reading stands in `elastic`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from elasticsearch import ApiError, Elasticsearch, TransportError
from elasticsearch.helpers import scan, streaming_bulk

from search.documents import mapping_hash, new_index
from search.errors import SearchServerError

# A page must not wait for search; a bulk write may.
READ_SECONDS = 0.8
WRITE_SECONDS = 10
CONFLICT, NOT_FOUND, TOO_MANY = 409, 404, 429


@dataclass(frozen=True)
class Action:
    """Index this document in this version, or delete the product's when there is none."""

    product_id: int
    version: int
    document: dict[str, Any] | None


@dataclass
class Outcome:
    """What became of the actions. Products in neither list are to be tried again."""

    taken: set[int] = field(default_factory=set)
    refused: dict[int, str] = field(default_factory=dict)
    is_down: bool = False


def alias() -> str:
    """The name that pages search by."""
    return str(settings.ELASTICSEARCH_INDEX)


@lru_cache
def reader(url: str) -> Elasticsearch:
    return Elasticsearch(url, request_timeout=READ_SECONDS, max_retries=0, retry_on_timeout=False)


@lru_cache
def writer(url: str) -> Elasticsearch:
    return Elasticsearch(url, request_timeout=WRITE_SECONDS, max_retries=0)


def write(*, targets: Sequence[str], actions: Iterable[Action]) -> Outcome:
    """Write the actions to every target; an older version never replaces a newer one.

    A conflict means that a newer version is there already, which is as good as written.
    """
    actions = list(actions)
    client = writer(settings.ELASTICSEARCH_URL)
    outcome = Outcome()
    missed: set[int] = set()
    try:
        for target in targets:
            # The server would make a missing index by itself, with a mapping of its own guess.
            if not client.indices.exists(index=target):
                raise SearchServerError(f"the index {target} is missing")
            for product_id, status, error in _bulk(client, target, actions):
                if status in (CONFLICT, NOT_FOUND) or status < 300:
                    continue
                missed.add(product_id)
                if status != TOO_MANY and status < 500:
                    outcome.refused[product_id] = error
    except (SearchServerError, TransportError, ApiError):
        outcome.is_down = True
        return outcome
    outcome.taken = {action.product_id for action in actions} - missed
    outcome.is_down = len(missed) > len(outcome.refused)
    return outcome


def create(*, now: datetime) -> str:
    """Make a new, empty index and return its name, which tells the mapping and the time."""
    name = f"{alias()}-{mapping_hash()}-{now:%Y%m%d%H%M%S%f}"
    new_index(name).create(using=writer(settings.ELASTICSEARCH_URL))
    return name


def count(name: str) -> int:
    """Documents in an index, the freshest included."""
    client = writer(settings.ELASTICSEARCH_URL)
    client.indices.refresh(index=name)
    return int(client.count(index=name)["count"])


def point_alias_at(name: str) -> None:
    """Let pages read this index and no other, in one step."""
    client = writer(settings.ELASTICSEARCH_URL)
    remove = [{"remove": {"index": old, "alias": alias()}} for old in in_use() if old != name]
    client.indices.update_aliases(actions=[*remove, {"add": {"index": name, "alias": alias()}}])


def in_use() -> list[str]:
    """Indices behind the alias: one, or none before the first build."""
    client = writer(settings.ELASTICSEARCH_URL)
    if not client.indices.exists_alias(name=alias()):
        return []
    return list(client.indices.get_alias(name=alias()))


def drop(*, keep: Sequence[str]) -> None:
    """Delete all of our indices but these."""
    client = writer(settings.ELASTICSEARCH_URL)
    for name in client.indices.get(index=f"{alias()}-*"):
        if name not in keep:
            client.indices.delete(index=name)


def versions() -> dict[int, int]:
    """Product id → version of every document that pages can find."""
    client = writer(settings.ELASTICSEARCH_URL)
    query = {"query": {"match_all": {}}, "version": True, "_source": False}
    return {int(hit["_id"]): hit["_version"] for hit in scan(client, query, index=alias())}


def _bulk(
    client: Elasticsearch, target: str, actions: Iterable[Action]
) -> Iterator[tuple[int, int, str]]:
    """(product id, status, error) of each action."""
    for _ok, item in streaming_bulk(
        client, (_item(target, action) for action in actions), raise_on_error=False
    ):
        result = next(iter(item.values()))
        yield int(result["_id"]), result["status"], str(result.get("error", ""))


def _item(target: str, action: Action) -> dict[str, Any]:
    item: dict[str, Any] = {
        "_index": target,
        "_id": str(action.product_id),
        "version": action.version,
        "version_type": "external",
    }
    if action.document is None:
        return item | {"_op_type": "delete"}
    return item | {"_op_type": "index", "_source": action.document}
