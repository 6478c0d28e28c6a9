"""Finds products with Elasticsearch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from elasticsearch import ApiError, TransportError
from elasticsearch_dsl import Q, Search

from search import index
from search.errors import SearchServerError
from search.results import Counts, Found, Sort, Wish, card_of
from search.understanding import Alternative
from shop.storefront.cards import Card

MOST_STALLS = 30
MOST_CATEGORIES = 100

EXACT = (
    ("title", 6),
    ("title.stem", 5),
    ("stall_name", 3),
    ("stall_name.stem", 3),
    ("categories.stem", 1.2),
    ("description", 1),
)
BY_SOUND = (("title.sound", 2), ("stall_name.sound", 1))
# Words of four letters may differ by one, of seven by two; the first letter must be right.
FUZZY = (("title", 1.5), ("title.sound", 0.8), ("stall_name", 0.7))
FUZZINESS = "AUTO:4,7"

# What can be had stands before what is sold out, in every order.
ORDERS: dict[Sort, list[Any]] = {
    Sort.RELEVANCE: ["_score", {"in_stock": "desc"}, {"listed_at": "desc"}],
    Sort.NEWEST: [{"in_stock": "desc"}, {"listed_at": "desc"}],
    Sort.CHEAPEST: [{"in_stock": "desc"}, {"price": {"order": "asc", "missing": "_last"}}],
    Sort.DEAREST: [{"in_stock": "desc"}, {"price": {"order": "desc", "missing": "_last"}}],
    Sort.SOONEST: [{"in_stock": "desc"}, {"made_days": "asc"}, {"listed_at": "desc"}],
}


class ElasticEngine:
    name = "elasticsearch"

    def find(self, wish: Wish) -> Found:
        """One request: hits, counts of the choices, and a suggestion. Raises SearchServerError."""
        chosen = _chosen(wish)
        search = (
            self._search()
            .query(_query(wish))
            .post_filter(_all_of(*chosen.values()))
            .sort(*ORDERS[wish.sort], {"product_id": "desc"})
            .source(["card"])[wish.offset : wish.offset + wish.page_size]
        )
        for name, aggregation in _aggregations().items():
            others = [choice for facet, choice in chosen.items() if facet != name]
            search.aggs.bucket(name, "filter", filter=_all_of(*others)).bucket("by", aggregation)
        if wish.is_loose:
            search = search.suggest(
                "spelling",
                " ".join(wish.query.words),
                term={"field": "title", "prefix_length": 1, "min_word_length": 3},
            )
        response = _answer(search)
        return Found(
            cards=[card_of(hit["_source"]["card"]) for hit in response["hits"]["hits"]],
            total=response["hits"]["total"]["value"],
            counts=_counts(response["aggregations"]),
            suggestion=_suggestion(response) if wish.is_loose else "",
        )

    def begin_with(self, prefix: str, *, limit: int) -> Sequence[Card]:
        """Products in stock with a title or stall beginning so. Raises SearchServerError."""
        search = self._search().source(["card"])[:limit]
        search = search.filter("term", in_stock=True).query(
            "multi_match",
            query=prefix,
            fields=["title.auto^2", "stall_name.auto"],
            operator="and",
        )
        return [card_of(hit["_source"]["card"]) for hit in _answer(search)["hits"]["hits"]]

    @staticmethod
    def _search() -> Search:
        return Search(using=index.reader(settings.ELASTICSEARCH_URL), index=index.alias())


def _query(wish: Wish) -> Any:
    filters = []
    if wish.category:
        filters.append(Q("term", category_paths=wish.category))
    bounds = {"gte": wish.bounds.at_least, "lte": wish.bounds.at_most}
    if wish.bounds:
        filters.append(Q("range", price={k: v for k, v in bounds.items() if v is not None}))
    readings = [
        _reading(alternative, is_loose=wish.is_loose) for alternative in wish.query.alternatives
    ]
    if wish.is_loose and wish.query.consonants:
        readings.append(
            Q(
                "bool",
                must=[Q("term", title__latin=word) for word in wish.query.consonants],
                boost=0.5,
            )
        )
    if not readings:
        return Q("bool", filter=filters or [Q("match_all")])
    return Q(
        "bool",
        must=[Q("dis_max", queries=readings)],
        should=[
            Q("match_phrase", title={"query": " ".join(wish.query.words), "slop": 1}),
            Q("term", in_stock={"value": True, "boost": 0.5}),
        ],
        filter=filters,
    )


def _reading(alternative: Alternative, *, is_loose: bool) -> Any:
    """All tokens must be found, each in its best field."""
    return Q(
        "bool",
        must=[_token(token, is_loose=is_loose) for token in alternative.tokens],
        # A reading in more words must not win by their number.
        boost=alternative.weight / len(alternative.tokens),
    )


def _token(token: str, *, is_loose: bool) -> Any:
    fields = EXACT + BY_SOUND if is_loose else EXACT
    queries = [Q("match", **{name: {"query": token, "boost": boost}}) for name, boost in fields]
    if is_loose and not token.isascii():
        queries += [
            Q(
                "match",
                **{
                    name: {
                        "query": token,
                        "boost": boost,
                        "fuzziness": FUZZINESS,
                        "prefix_length": 1,
                        "max_expansions": 40,
                    }
                },
            )
            for name, boost in FUZZY
        ]
    return Q("dis_max", queries=queries, tie_breaker=0.2)


def _chosen(wish: Wish) -> dict[str, Any]:
    """The choices that leave their own counts as they are."""
    chosen: dict[str, Any] = {}
    if wish.stalls:
        chosen["stalls"] = Q("terms", stall_slug=list(wish.stalls))
    if wish.kinds:
        chosen["kinds"] = Q("terms", category_paths=list(wish.kinds))
    if wish.is_ready:
        chosen["ready"] = _is_ready()
    return chosen


def _is_ready() -> Any:
    return _all_of(Q("term", in_stock=True), Q("term", made_days=0))


def _all_of(*filters: Any) -> Any:
    return Q("bool", filter=list(filters)) if filters else Q("match_all")


def _aggregations() -> dict[str, dict[str, Any]]:
    return {
        "kinds": {"terms": {"field": "category_paths", "size": MOST_CATEGORIES}},
        "stalls": {"terms": {"field": "stall_facet", "size": MOST_STALLS}},
        "ready": {"filter": _is_ready().to_dict()},
    }


def _counts(found: dict[str, Any]) -> Counts:
    stalls = {}
    for bucket in found["stalls"]["by"]["buckets"]:
        slug, _, name = bucket["key"].partition("|")
        stalls[slug, name] = bucket["doc_count"]
    return Counts(
        kinds={bucket["key"]: bucket["doc_count"] for bucket in found["kinds"]["by"]["buckets"]},
        stalls=stalls,
        ready=found["ready"]["by"]["doc_count"],
    )


def _suggestion(response: dict[str, Any]) -> str:
    """The query with each unknown word replaced by the nearest known one; empty when none was."""
    words, is_changed = [], False
    for entry in response.get("suggest", {}).get("spelling", []):
        best = next(iter(entry["options"]), None)
        words.append(best["text"] if best else entry["text"])
        is_changed |= best is not None
    return " ".join(words) if is_changed else ""


def _answer(search: Search) -> dict[str, Any]:
    try:
        return search.execute().to_dict()
    except (TransportError, ApiError) as error:
        raise SearchServerError(str(error)) from error
