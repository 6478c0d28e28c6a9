"""What a shopper means by a query: price words, other spellings, other words for the same thing.

Pure: no server, no database. Both search engines are given the same understanding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from search.price_words import NO_BOUNDS, PriceRange, take_price
from search.words import SYNONYMS, WORDS, consonants, tokens

LONGEST_QUERY = 200
MOST_TOKENS = 10
MOST_ALTERNATIVES = 20
# Over all alternatives: both engines pay for each token.
MOST_TOKENS_OF_ALL = 60

Phrase = tuple[str, ...]

_SOFT = frozenset(WORDS["soft"])
_NOISE = frozenset(WORDS["noise"])
_COLLOQUIAL = re.compile(WORDS["colloquial"]["ending"])
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)
_PERSIAN = re.compile(r"[\u0600-\u06ff]")
_KEYBOARDS = tuple(
    str.maketrans(keyboard)
    for keyboard in (WORDS["keyboard"], WORDS["keyboard"] | WORDS["keyboard_of_old_layouts"])
)


def _synonyms() -> list[tuple[Phrase, list[Phrase]]]:
    """Phrases, and what may stand in their place."""
    pairs = [
        (phrase, [other for other in group if other != phrase])
        for group in SYNONYMS["same"]
        for phrase in group
    ]
    pairs += SYNONYMS["also"].items()
    return [
        (tuple(tokens(phrase)), [tuple(tokens(other)) for other in others])
        for phrase, others in pairs
    ]


_SYNONYMS = _synonyms()


@dataclass(frozen=True)
class Alternative:
    """One reading of the query: all of its tokens must be found. The weight is at most 1."""

    tokens: tuple[str, ...]
    weight: float


@dataclass(frozen=True)
class Understanding:
    """A query understood. Without alternatives nothing was asked for but perhaps a price."""

    text: str
    alternatives: tuple[Alternative, ...] = ()
    price: PriceRange = NO_BOUNDS
    # What the keys would have written on a Persian keyboard; empty when the query is Persian.
    typed_on_persian_keys: str = ""
    # Consonants of a query in Latin letters (Finglish), a group a word.
    consonants: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The tokens as typed, without price and noise."""
        return self.alternatives[0].tokens if self.alternatives else ()

    def without_word(self, place: int) -> Understanding:
        """The same wish with one word left out, for results that are near it."""
        words = self.words[:place] + self.words[place + 1 :]
        return replace(self, alternatives=_alternatives(words), consonants=())

    def as_if_typed(self, text: str) -> Understanding:
        """The same price wish with other words."""
        return replace(self, alternatives=_alternatives(tuple(tokens(text))), consonants=())


NOTHING_ASKED = Understanding("")


def understand(query: str) -> Understanding:
    """Read a query of any kind and length; a senseless one has no alternatives. Never fails."""
    text = " ".join(query[:LONGEST_QUERY].split())
    wish, price = take_price(text)
    words = tokens(wish)
    words = (_without_noise(words) or words)[:MOST_TOKENS]
    latin = bool(_LATIN.search(text)) and not _PERSIAN.search(text)
    alternatives = _alternatives(tuple(words))
    on_persian_keys = ""
    if latin:
        readings = list(dict.fromkeys(text.lower().translate(keyboard) for keyboard in _KEYBOARDS))
        on_persian_keys = readings[0]
        slips = (tuple(tokens(reading)[:MOST_TOKENS]) for reading in readings)
        alternatives += tuple(Alternative(slip, 0.9) for slip in slips if slip)
    return Understanding(
        text=text,
        alternatives=alternatives,
        price=price,
        typed_on_persian_keys=on_persian_keys,
        consonants=tuple(filter(None, map(consonants, words))) if latin else (),
    )


def _in_other_words(words: Phrase) -> Iterator[Phrase]:
    """The words with one phrase in them replaced by another for the same thing."""
    for phrase, others in _SYNONYMS:
        for place in range(len(words) - len(phrase) + 1):
            if words[place : place + len(phrase)] == phrase:
                for other in others:
                    yield (*words[:place], *other, *words[place + len(phrase) :])


def _without_noise(words: list[str]) -> list[str]:
    return [word for word in words if word not in _NOISE]


def _alternatives(words: tuple[str, ...]) -> tuple[Alternative, ...]:
    """Readings in falling weight, the first being the words as they are; none for no words."""
    if not words:
        return ()
    found = {words: 1.0}
    for place in range(len(words) - 1):
        joined = (*words[:place], words[place] + words[place + 1], *words[place + 2 :])
        found.setdefault(joined, 0.95)
    ending = WORDS["colloquial"]["becomes"]
    written = tuple(_COLLOQUIAL.sub(ending, word) if len(word) > 2 else word for word in words)
    found.setdefault(written, 0.9)
    for base in list(found):
        for meant in _in_other_words(base):
            found.setdefault(meant, 0.55)
    # Words of praise and kind count where they are written, and exclude nothing where they are not.
    for base, weight in list(found.items()):
        if bare := tuple(word for word in base if word not in _SOFT):
            found.setdefault(bare, weight * 0.6)
    ordered = sorted(found.items(), key=lambda reading: -reading[1])
    most = min(MOST_ALTERNATIVES, MOST_TOKENS_OF_ALL // len(words))
    return tuple(Alternative(*reading) for reading in ordered[:most])
