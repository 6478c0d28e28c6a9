"""The one way to a list of products: search page, category page and suggestions come from here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from django.conf import settings

from search.breaker import Breaker
from search.elastic import ElasticEngine
from search.errors import SearchServerError
from search.fallback import PostgresEngine
from search.price_words import PriceRange
from search.results import FEW_HITS, LAST_PAGE, Engine, Found, Notice, SearchPage, Wish
from search.understanding import understand
from shop.money import Rial
from shop.storefront.cards import Card

NEAR_CARDS = 8
# A longer query is a sentence: a word less of it helps nobody.
MOST_WORDS_TO_DROP = 5
SUGGESTIONS = 8
SHORTEST_PREFIX = 2

Answer = TypeVar("Answer")
logger = logging.getLogger(__name__)
breaker = Breaker()


def search_products(wish: Wish) -> SearchPage:
    """The page of products for a wish; always an answer.

    First products that have all of the words; with fewer than three of them, also words that sound
    or look alike. With none at all: nearly the same price, or the same words but one, apart from
    the list and marked. Asks the search server, or PostgreSQL when there is none or it is not well.
    """
    wish = replace(wish, page=min(max(wish.page, 1), LAST_PAGE))
    return _with_engine(lambda engine: _page(engine, wish))


def suggest(prefix: str) -> Sequence[Card]:
    """Up to eight products whose title or stall begins like this; nothing for a single letter."""
    text = " ".join(prefix[:100].split())
    if len(text) < SHORTEST_PREFIX:
        return []
    cards = _with_engine(lambda engine: engine.begin_with(text, limit=2 * SUGGESTIONS))
    return list({card.title: card for card in cards}.values())[:SUGGESTIONS]


def _with_engine(ask: Callable[[Engine], Answer]) -> Answer:
    if settings.ELASTICSEARCH_URL and not breaker.is_open:
        try:
            answer = ask(ElasticEngine())
        except SearchServerError as error:
            breaker.failed()
            logger.warning("search.fallback error=%s", error)
        else:
            breaker.succeeded()
            return answer
    return ask(PostgresEngine())


def _page(engine: Engine, wish: Wish) -> SearchPage:
    found = engine.find(wish)
    if found.total < FEW_HITS and wish.query.alternatives:
        found = engine.find(replace(wish, is_loose=True))
    notices = [Notice.SIMPLE] if engine.name == PostgresEngine.name else []
    if wish.query.typed_on_persian_keys and found.total and _is_slip(engine, wish):
        notices.append(Notice.READ_AS)
    page = SearchPage(
        wish=wish,
        cards=found.cards,
        total=found.total,
        counts=found.counts,
        engine=engine.name,
        notices=tuple(notices),
    )
    if found.total > LAST_PAGE * wish.page_size:
        return replace(page, notices=(*page.notices, Notice.NARROW))
    return page if found.total else _near(engine, page, found)


def _is_slip(engine: Engine, wish: Wish) -> bool:
    """Whether the query means something when read as typed on Persian keys."""
    slip = wish.query.as_if_typed(wish.query.typed_on_persian_keys)
    return engine.find(replace(wish, query=slip, page_size=0)).total > 0


def _near(engine: Engine, page: SearchPage, found: Found) -> SearchPage:
    """An empty page with what comes near: another spelling, a wider price, a word less."""
    wish = page.wish
    nearby = replace(wish, page=1, page_size=NEAR_CARDS)
    if found.suggestion:
        respelled = replace(nearby, query=understand(found.suggestion), page_size=0)
        if engine.find(respelled).total:
            page = replace(page, did_you_mean=found.suggestion)
    if wish.bounds:
        wider = replace(nearby, price=_widened(wish.bounds))
        if cards := engine.find(wider).cards:
            return replace(page, near=cards, notices=(*page.notices, Notice.DEARER))
    if 1 < len(wish.query.words) <= MOST_WORDS_TO_DROP:
        # The thing comes first in Persian and what it is like after it: drop from the end.
        for place, word in reversed(list(enumerate(wish.query.words))):
            fewer = replace(nearby, query=wish.query.without_word(place))
            if cards := engine.find(fewer).cards:
                notices = (*page.notices, Notice.NEAR)
                return replace(page, near=cards, dropped_word=word, notices=notices)
    return page


def _widened(bounds: PriceRange) -> PriceRange:
    """The range with a quarter more room on either side."""
    low, high = bounds.at_least, bounds.at_most
    return PriceRange(
        at_least=None if low is None else Rial(int(low) * 3 // 4),
        at_most=None if high is None else Rial(int(high) * 5 // 4),
    )
