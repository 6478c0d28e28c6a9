"""Finds products with PostgreSQL alone: the same readings of a query over the rows of words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add, and_, or_
from typing import Any

from django.db.models import Case, Count, F, FloatField, Func, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Greatest

from search.models import SearchText
from search.results import Counts, Found, Sort, Wish, card_of
from search.understanding import Alternative
from search.words import sound, stem, tokens
from shop.storefront.cards import Card

MOST_STALLS = 30
READY = Q(in_stock=True, made_days=0)
# Readings of the last resort cost most: the likeliest few will do.
MOST_LOOSE_READINGS = 6

# What can be had stands before what is sold out, in every order.
ORDERS: dict[Sort, list[Any]] = {
    # Of equals, the title that says least beside it.
    Sort.RELEVANCE: ["-score", "-in_stock", "title_words__len", "-listed_at"],
    Sort.NEWEST: ["-in_stock", "-listed_at"],
    Sort.CHEAPEST: ["-in_stock", F("price").asc(nulls_last=True)],
    Sort.DEAREST: ["-in_stock", F("price").desc(nulls_last=True)],
    Sort.SOONEST: ["-in_stock", "made_days", "-listed_at"],
}


class PostgresEngine:
    name = "postgresql"

    def find(self, wish: Wish) -> Found:
        """Rows in order, and the counts of the choices. Suggests nothing."""
        base = _matching(wish)
        totals = _chosen(base, wish, but="ready").aggregate(
            total=Count("pk", filter=READY if wish.is_ready else None),
            ready=Count("pk", filter=READY),
        )
        if not totals["total"] or not wish.page_size:
            return Found(
                cards=[], total=totals["total"], counts=_counts(base, wish, totals["ready"])
            )
        rows = _chosen(base, wish).annotate(score=_best_score(wish))
        ordered = rows.order_by(*ORDERS[wish.sort], "-pk").values_list("pk", flat=True)
        return Found(
            cards=_cards(list(ordered[wish.offset :][: wish.page_size])),
            total=totals["total"],
            counts=_counts(base, wish, totals["ready"]),
        )

    def begin_with(self, prefix: str, *, limit: int) -> Sequence[Card]:
        """Products in stock with a title or stall that has words beginning so."""
        beginnings = [Q(spelling__contains=f" {word}") for word in tokens(prefix)]
        if not beginnings:
            return []
        rows = SearchText.objects.filter(reduce(and_, beginnings), in_stock=True)
        return [card_of(card) for card in rows.values_list("document__card", flat=True)[:limit]]


def _cards(product_ids: Sequence[int]) -> list[Card]:
    """Read apart from the search, which would unpack the document of every match to sort them."""
    rows = SearchText.objects.filter(pk__in=product_ids)
    cards = dict(rows.values_list("pk", "document__card"))
    return [card_of(cards[product_id]) for product_id in product_ids if product_id in cards]


def _readings(wish: Wish) -> tuple[Alternative, ...]:
    return wish.query.alternatives[: MOST_LOOSE_READINGS if wish.is_loose else None]


def _matching(wish: Wish) -> QuerySet[SearchText]:
    rows = SearchText.objects.all()
    if wish.category:
        rows = rows.filter(category_paths__contains=[wish.category])
    if wish.bounds.at_least is not None:
        rows = rows.filter(price__gte=wish.bounds.at_least)
    if wish.bounds.at_most is not None:
        rows = rows.filter(price__lte=wish.bounds.at_most)
    if not wish.query.alternatives:
        return rows
    matches = [_match(reading, is_loose=wish.is_loose) for reading in _readings(wish)]
    if wish.is_loose and wish.query.consonants:
        matches.append(Q(consonants__contains=list(wish.query.consonants)))
    return rows.filter(reduce(or_, matches))


def _match(reading: Alternative, *, is_loose: bool) -> Q:
    """All tokens are there. A row that has a word has its stem as well."""
    stems = [stem(token) for token in reading.tokens]
    if not is_loose:
        return Q(words__contains=stems)
    return reduce(and_, map(_alike, reading.tokens))


def _alike(token: str) -> Q:
    found = Q(words__contains=[stem(token)])
    if not token.isascii():
        found |= Q(sounds__contains=[sound(token)]) | Q(spelling__trigram_word_similar=token)
    return found


def _best_score(wish: Wish) -> Any:
    """The score of the best reading that matches; those that match do not matter in other orders."""
    if wish.sort != Sort.RELEVANCE or not wish.query.alternatives:
        return Value(0.0)
    scores = [
        Case(
            When(_match(reading, is_loose=wish.is_loose), then=_score(reading)),
            default=Value(0.0),
            output_field=FloatField(),
        )
        for reading in _readings(wish)
    ]
    return Greatest(*scores, Value(0.0), output_field=FloatField())


def _score(reading: Alternative) -> Any:
    """The weight of the reading times its tokens' best places, per token."""
    places = [
        Case(
            When(title_words__contains=[token], then=Value(6.0)),
            When(title_words__contains=[stem(token)], then=Value(5.0)),
            When(stall_words__contains=[stem(token)], then=Value(3.0)),
            When(words__contains=[stem(token)], then=Value(1.2)),
            default=Value(1.0),
            output_field=FloatField(),
        )
        for token in reading.tokens
    ]
    total: Any = reduce(add, places)
    return total * Value(reading.weight / len(places))


def _chosen(rows: QuerySet[SearchText], wish: Wish, *, but: str = "") -> QuerySet[SearchText]:
    if wish.stalls and but != "stalls":
        rows = rows.filter(stall_slug__in=wish.stalls)
    if wish.kinds and but != "kinds":
        rows = rows.filter(category_paths__overlap=list(wish.kinds))
    if wish.is_ready and but != "ready":
        rows = rows.filter(READY)
    return rows


def _counts(base: QuerySet[SearchText], wish: Wish, ready: int) -> Counts:
    if not wish.page_size:
        return Counts(ready=ready)
    by_path = (
        _chosen(base, wish, but="kinds")
        .annotate(each=Func(F("category_paths"), function="unnest", output_field=TextField()))
        .values_list("each")
        .annotate(count=Count("pk"))
    )
    by_stall = (
        _chosen(base, wish, but="stalls")
        .values("stall_slug", "stall_name")
        .annotate(count=Count("pk"))
        .order_by("-count", "stall_slug")
        .values_list("stall_slug", "stall_name", "count")
    )
    return Counts(
        kinds=dict(by_path),
        stalls={(slug, name): count for slug, name, count in by_stall[:MOST_STALLS]},
        ready=ready,
    )
