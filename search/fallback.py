"""Finds products with PostgreSQL alone: the same readings of a query over the rows of words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add, and_, or_
from typing import Any

from django.db.models import Case, Count, F, FloatField, Func, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Greatest, Length

from search.models import SearchText
from search.results import Counts, Found, Sort, Wish, card_of
from search.understanding import Alternative
from search.words import sound, stem, tokens
from shop.storefront.cards import Card

MOST_STALLS = 30

ORDERS: dict[Sort, list[Any]] = {
    # Of equals, the title that says least beside it.
    Sort.RELEVANCE: ["-score", "-in_stock", Length("title_words"), "-listed_at"],
    Sort.NEWEST: ["-listed_at"],
    Sort.CHEAPEST: [F("price").asc(nulls_last=True)],
    Sort.DEAREST: [F("price").desc(nulls_last=True)],
    Sort.SOONEST: ["-in_stock", "made_days", "-listed_at"],
}


class PostgresEngine:
    name = "postgresql"

    def find(self, wish: Wish) -> Found:
        """Rows in order, and the counts of the choices. Suggests nothing."""
        base = _matching(wish)
        rows = _chosen(base, wish)
        ordered = rows.order_by(*ORDERS[wish.sort], "-pk").values_list("document__card", flat=True)
        return Found(
            cards=[card_of(card) for card in ordered[wish.offset :][: wish.page_size]],
            total=rows.count(),
            counts=_counts(base, wish),
        )

    def begin_with(self, prefix: str, *, limit: int) -> Sequence[Card]:
        """Products in stock with a title or stall that has words beginning so."""
        beginnings = [
            Q(title_words__contains=f" {word}") | Q(stall_words__contains=f" {word}")
            for word in tokens(prefix)
        ]
        if not beginnings:
            return []
        rows = SearchText.objects.filter(reduce(and_, beginnings), in_stock=True)
        return [card_of(card) for card in rows.values_list("document__card", flat=True)[:limit]]


def _matching(wish: Wish) -> QuerySet[SearchText]:
    rows = SearchText.objects.all()
    if wish.category:
        rows = rows.filter(category_paths__contains=[wish.category])
    if wish.bounds.at_least is not None:
        rows = rows.filter(price__gte=wish.bounds.at_least)
    if wish.bounds.at_most is not None:
        rows = rows.filter(price__lte=wish.bounds.at_most)
    if not wish.query.alternatives:
        return rows.annotate(score=Value(0.0))
    matches = [
        (_match(alternative, is_loose=wish.is_loose), _score(alternative))
        for alternative in wish.query.alternatives
    ]
    if wish.is_loose and wish.query.consonants:
        by_consonants = (Q(consonants__contains=f" {word} ") for word in wish.query.consonants)
        matches.append((reduce(and_, by_consonants), Value(0.5)))
    scores = [Case(When(match, then=score), default=Value(0.0)) for match, score in matches]
    best = Greatest(*scores, Value(0.0), output_field=FloatField())
    return rows.filter(reduce(or_, (match for match, _ in matches))).annotate(score=best)


def _match(alternative: Alternative, *, is_loose: bool) -> Q:
    return reduce(and_, (_token(token, is_loose=is_loose) for token in alternative.tokens))


def _token(token: str, *, is_loose: bool) -> Q:
    found = Q(words__contains=f" {token} ") | Q(words__contains=f" {stem(token)} ")
    if is_loose and not token.isascii():
        found |= Q(sounds__contains=f" {sound(token)} ")
        found |= Q(title_words__trigram_word_similar=token)
    return found


def _score(alternative: Alternative) -> Any:
    """The weight of the reading times its tokens' best places, per token."""
    places = [
        Case(
            When(title_words__contains=f" {token} ", then=Value(6.0)),
            When(title_words__contains=f" {stem(token)} ", then=Value(5.0)),
            When(stall_words__contains=f" {stem(token)} ", then=Value(3.0)),
            When(words__contains=f" {stem(token)} ", then=Value(1.2)),
            default=Value(1.0),
            output_field=FloatField(),
        )
        for token in alternative.tokens
    ]
    total: Any = reduce(add, places)
    return total * Value(alternative.weight / len(places))


def _chosen(rows: QuerySet[SearchText], wish: Wish, *, but: str = "") -> QuerySet[SearchText]:
    if wish.stalls and but != "stalls":
        rows = rows.filter(stall_slug__in=wish.stalls)
    if wish.kinds and but != "kinds":
        rows = rows.filter(category_paths__overlap=list(wish.kinds))
    if wish.is_ready and but != "ready":
        rows = rows.filter(in_stock=True, made_days=0)
    return rows


def _counts(base: QuerySet[SearchText], wish: Wish) -> Counts:
    by_path = (
        _chosen(base, wish, but="kinds")
        .order_by()
        .annotate(each=Func(F("category_paths"), function="unnest", output_field=TextField()))
        .values_list("each")
        .annotate(count=Count("pk"))
    )
    by_stall = (
        _chosen(base, wish, but="stalls")
        .order_by()
        .values("stall_slug", "document__stall_name")
        .annotate(count=Count("pk"))
        .order_by("-count", "stall_slug")
        .values_list("stall_slug", "document__stall_name", "count")
    )
    return Counts(
        kinds=dict(by_path),
        stalls={(slug, name): count for slug, name, count in by_stall[:MOST_STALLS]},
        ready=_chosen(base, wish, but="ready").filter(in_stock=True, made_days=0).count(),
    )
