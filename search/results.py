"""What a list of products is asked by, and what a page of it holds. Both engines speak these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from search.price_words import NO_BOUNDS, PriceRange
from search.understanding import NOTHING_ASKED, Understanding
from shop.money import Rial
from shop.storefront.cards import Card

PAGE_SIZE = 24
# Deeper pages cost both engines ever more; the page asks to narrow the list instead.
LAST_PAGE = 40
FEW_HITS = 3


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"
    CHEAPEST = "price"
    DEAREST = "-price"
    SOONEST = "soonest"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Which products, in which order, which page. An empty wish is everything, newest first."""

    query: Understanding = NOTHING_ASKED
    category: str = ""  # path of slugs; the page's own, which no choice on it can leave
    kinds: tuple[str, ...] = ()  # paths of categories, any of them
    stalls: tuple[str, ...] = ()
    price: PriceRange = NO_BOUNDS
    is_ready: bool = False  # in stock, to be sent without making first
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    page_size: int = PAGE_SIZE
    # Also words that only sound or look alike; asked for when there is too little otherwise.
    is_loose: bool = False

    @property
    def bounds(self) -> PriceRange:
        """The price range of form and query together; the form's bound is the stronger."""
        asked = self.query.price
        return PriceRange(
            at_least=asked.at_least if self.price.at_least is None else self.price.at_least,
            at_most=asked.at_most if self.price.at_most is None else self.price.at_most,
        )

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.page_size


@dataclass(frozen=True)
class Counts:
    """How many products each choice would show, all other choices kept."""

    kinds: dict[str, int] = field(default_factory=dict)  # by path of the category
    stalls: dict[tuple[str, str], int] = field(default_factory=dict)  # by slug and name
    ready: int = 0


@dataclass(frozen=True)
class Found:
    """One engine's answer."""

    cards: Sequence[Card]
    total: int
    counts: Counts = Counts()
    suggestion: str = ""


class Engine(Protocol):
    """Raises SearchServerError when it cannot answer now."""

    name: str

    def find(self, wish: Wish) -> Found: ...

    def begin_with(self, prefix: str, *, limit: int) -> Sequence[Card]: ...


class Notice(StrEnum):
    """What the page should say about its list, in the order in which the steps were tried."""

    SIMPLE = "simple"  # answered without the search server
    READ_AS = "read_as"  # typed with the keyboard in the wrong language
    NEAR = "near"  # nothing has all the words; `near` has some of them
    DEARER = "dearer"  # nothing within the price; `near` is up to a quarter outside
    NARROW = "narrow"  # more pages than we show


@dataclass(frozen=True, kw_only=True)
class SearchPage:
    """All that a page of products shows. `near` is never mixed into the list."""

    wish: Wish
    cards: Sequence[Card]
    total: int
    counts: Counts
    engine: str
    notices: tuple[Notice, ...] = ()
    did_you_mean: str = ""
    near: Sequence[Card] = ()
    dropped_word: str = ""

    @property
    def pages(self) -> int:
        """How many pages can be shown; at least one."""
        return min(max(-(-self.total // self.wish.page_size), 1), LAST_PAGE)


def card_of(stored: dict[str, Any]) -> Card:
    """The card inside a search document."""
    price, back_on = stored["price"], stored["back_on"]
    return Card(
        **{
            **stored,
            "price": None if price is None else Rial(price),
            "back_on": date.fromisoformat(back_on) if back_on else None,
        }
    )
