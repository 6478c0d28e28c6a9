"""Price wishes in a query: "under 200 thousand" and its like. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from search.words import WORDS
from shop.money import RIALS_IN_TOMAN, Rial
from shop.persian import fold

# A bare number under this many toman means thousands: nobody sells for 200 toman.
BARE_LIMIT = 1000
DEAREST = 2**53

_TOKEN = re.compile(r"\d+(?:[.\u066b]\d+)?|[^\W\d_]+")
_THOUSANDS_MARK = re.compile(r"(?<=\d)[\u066c,\u060c.\u200c](?=\d{3}(?!\d))")
_NUMBER_WORDS: dict[str, float] = WORDS["numbers"]
_SCALES: dict[str, int] = WORDS["scales"]
_CURRENCIES = dict.fromkeys(WORDS["toman"], RIALS_IN_TOMAN) | dict.fromkeys(WORDS["rial"], 1)
_MEASURES = frozenset(WORDS["measures"])


@dataclass(frozen=True)
class PriceRange:
    """Bounds in rials, both inclusive; None is no bound. False when it bounds nothing."""

    at_least: Rial | None = None
    at_most: Rial | None = None

    def __bool__(self) -> bool:
        return self.at_least is not None or self.at_most is not None


NO_BOUNDS = PriceRange()


@dataclass(frozen=True)
class _Amount:
    number: Fraction
    scale: int
    currency: int
    end: int

    @property
    def has_unit(self) -> bool:
        return self.scale > 1 or self.currency > 0

    def rials(self, *, scale: int = 1) -> Rial:
        number = self.number * (self.scale if self.scale > 1 else scale)
        if self.currency != 1 and number < BARE_LIMIT:
            number *= BARE_LIMIT
        return Rial(min(int(number * (self.currency or RIALS_IN_TOMAN)), DEAREST))


def take_price(text: str) -> tuple[str, PriceRange]:
    """The folded query without its price wish, and the wish. One wish at most."""
    text = fold(_THOUSANDS_MARK.sub("", text))
    found = list(_TOKEN.finditer(text))
    words = [token[0] for token in found]
    for start in range(len(words)):
        wish = _range_at(words, start)
        if wish:
            price, end = wish
            rest = text[found[end].start() :] if end < len(words) else ""
            return f"{text[: found[start].start()]} {rest}", price
    return text, NO_BOUNDS


def _range_at(words: Sequence[str], start: int) -> tuple[PriceRange, int] | None:
    after = start
    if words[start] in (WORDS["between"], WORDS["from"]):
        after += 1
    if (first := _amount_at(words, after)) and first.end < len(words):
        joint = words[first.end] in (WORDS["up_to"], WORDS["and"])
        second = _amount_at(words, first.end + 1) if joint else None
        between = after > start or words[first.end] == WORDS["up_to"]
        if (
            second
            and between
            and (first.has_unit or second.has_unit or words[start] == WORDS["between"])
        ):
            bounds = sorted((first.rials(scale=second.scale), second.rials()))
            return PriceRange(*bounds), second.end
        for phrase, upwards in ((WORDS["and_up"], True), (WORDS["and_down"], False)):
            if list(words[first.end : first.end + 2]) == phrase and (
                after > start or first.has_unit
            ):
                return _one_bound(first, upwards=upwards), first.end + 2
    for phrase, upwards in _BOUNDS:
        end = start + len(phrase)
        if tuple(words[start:end]) == phrase and (amount := _amount_at(words, end)):
            # The word for "up to" counts pieces as well: it needs a unit to speak of a price.
            if phrase == (WORDS["up_to"],) and not amount.has_unit:
                continue
            if amount.has_unit or _may_be_bare(words, amount):
                return _one_bound(amount, upwards=upwards), amount.end
    return None


_BOUNDS: list[tuple[tuple[str, ...], bool]] = [
    *((tuple(phrase), False) for phrase in WORDS["at_most"]),
    *((tuple(phrase), True) for phrase in WORDS["at_least"]),
    ((WORDS["up_to"],), False),
]


def _one_bound(amount: _Amount, *, upwards: bool) -> PriceRange:
    return PriceRange(at_least=amount.rials()) if upwards else PriceRange(at_most=amount.rials())


def _may_be_bare(words: Sequence[str], amount: _Amount) -> bool:
    measured = amount.end < len(words) and words[amount.end] in _MEASURES
    return amount.number >= 10 and not measured


def _amount_at(words: Sequence[str], place: int) -> _Amount | None:
    """The amount that begins here: 200 thousand toman, one million and 200 thousand, half a million."""
    total, start, scale = Fraction(0), place, 1
    while (term := _number_at(words, place)) is not None:
        number, place = term
        scale = _SCALES.get(words[place], 1) if place < len(words) else 1
        place += scale > 1
        total += number * scale
        # Another term belongs to the amount only when it is smaller than the one before.
        following = (
            _number_at(words, place + 1) if words[place : place + 1] == [WORDS["and"]] else None
        )
        if scale == 1 or not following or not _has_scale(words, following[1]):
            break
        place += 1
    if place == start:
        return None
    currency = _CURRENCIES.get(words[place], 0) if place < len(words) else 0
    return _Amount(total / scale, scale, currency, place + (currency > 0))


def _has_scale(words: Sequence[str], place: int) -> bool:
    return place < len(words) and words[place] in _SCALES


def _number_at(words: Sequence[str], place: int) -> tuple[Fraction, int] | None:
    """A number in digits, or in words with "and" between them, and where it ends."""
    if place >= len(words):
        return None
    if words[place][0].isdecimal():
        return Fraction(words[place].replace("\u066b", ".")), place + 1
    if words[place] in _SCALES:  # "thousand toman" is one thousand
        return Fraction(1), place
    total, last, start = Fraction(0), Fraction(10**6), place
    while place < len(words) and words[place] in _NUMBER_WORDS:
        value = Fraction(_NUMBER_WORDS[words[place]])
        if value >= last:
            break
        total, last, place = total + value, value, place + 1
        if words[place : place + 1] == [WORDS["and"]] and place + 1 < len(words):
            if _NUMBER_WORDS.get(words[place + 1], 10**9) >= last:
                break
            place += 1
    return (total, place) if place > start else None
