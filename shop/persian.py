"""Persian letters and digits: folding for search, sorting, and numbers as people type them.

The letters themselves stand in `persian.json`. The search server gets the same tables and patterns
(`search/analysis.py`), so that Python and Elasticsearch fold alike.
"""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

_WORDS: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))

ZWNJ = "\u200c"

# Letters on their way through folding: Arabic shapes to Persian ones, signs of vowels and of
# direction to nothing, digits to Latin.
LETTERS: dict[str, str] = dict(_WORDS["letters"])

_PERSIAN_DIGITS = {ord("0") + value: chr(0x06F0 + value) for value in range(10)}
_LATIN_DIGITS = {
    first + value: chr(ord("0") + value) for first in (0x06F0, 0x0660) for value in range(10)
}
_LETTER = r"[^\W\d_]"
_PREFIXES = f"{_WORDS['negated_prefix']}|{_WORDS['prefix']}"
_ANY_GAP = "|".join(_WORDS["suffixes_after_any_gap"])
_ZWNJ_ONLY = "|".join(_WORDS["suffixes_after_zwnj"])

# The sign of the present tense joins its verb, with a gap or without.
PREFIX_PATTERN = rf"(?<!{{letter}})({_PREFIXES})[\u200c ]+(?={{letter}})"
# Plural and possessive endings fall away. After a plain space only the unmistakable ones do:
# the others are words of their own as well.
SUFFIX_PATTERN = (
    rf"(?<={{letter}})(?:[\u200c ]+(?:{_ANY_GAP})|\u200c(?:{_ZWNJ_ONLY}))+(?!{{letter}}|\u200c)"
)
_PREFIX = re.compile(PREFIX_PATTERN.format(letter=_LETTER))
_SUFFIX = re.compile(SUFFIX_PATTERN.format(letter=_LETTER))

_GROUP_MARK = r"[\u066c\u060c,. \u00a0\u202f\u200c]"
_WHOLE_NUMBER = re.compile(rf"[0-9]+|[0-9]{{1,3}}(?:{_GROUP_MARK}[0-9]{{3}})+")
_DIRECTION_MARKS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]")


def _folding_table() -> dict[int, str]:
    """`LETTERS` plus the presentation forms that old word processors and PDF files leave behind."""
    table = {ord(letter): folded for letter, folded in LETTERS.items()}
    for code in (*range(0xFB50, 0xFE00), *range(0xFE70, 0xFEFF)):
        plain = unicodedata.normalize("NFKC", chr(code))
        if plain != chr(code):
            table[code] = plain.translate(table)
    return table


_FOLDING = _folding_table()
_SORTING = {letter: chr(0x0600 + place) for place, letter in enumerate(_WORDS["alphabet"], start=1)}


def to_latin_digits(text: str) -> str:
    """Persian and Arabic digits become 0–9; everything else stays."""
    return text.translate(_LATIN_DIGITS)


def to_persian_digits(text: str | int) -> str:
    """Latin and Arabic digits become Persian ones; everything else stays."""
    return to_latin_digits(str(text)).translate(_PERSIAN_DIGITS)


def parse_whole_number(text: str) -> int:
    """The number a person typed: any of three digit scripts, with or without thousands marks.

    A mark stands only before three digits, so a decimal such as 12.5 is refused rather than read
    as 125. Raises ValueError for that, for a sign, and for anything that is no number.
    """
    plain = _DIRECTION_MARKS.sub("", to_latin_digits(text)).strip()
    if not _WHOLE_NUMBER.fullmatch(plain):
        raise ValueError(f"not a whole number: {text!r}")
    return int(re.sub(_GROUP_MARK, "", plain))


def fold(text: str) -> str:
    """What of a text counts in a search: one shape a letter, no endings, no half-spaces.

    Idempotent: folding what is folded changes nothing. An empty text stays empty.
    """
    while (folded := _fold_once(text)) != text:
        text = folded
    return folded


def sort_key(text: str) -> str:
    """A key whose code-point order is the order of the Persian alphabet.

    A space comes before any letter and a half-space counts as one; Latin stands before Persian.
    """
    plain = unicodedata.normalize("NFC", text).replace(ZWNJ, " ")
    return " ".join("".join(map(_sorting_letter, plain)).lower().split())


def _fold_once(text: str) -> str:
    text = text.translate(_FOLDING).lower()
    text = _PREFIX.sub(r"\1", text)
    text = _SUFFIX.sub("", text)
    return " ".join(text.replace(ZWNJ, " ").split())


def _sorting_letter(letter: str) -> str:
    # The first letter of the alphabet would fold to the second.
    if letter not in _SORTING:
        letter = _FOLDING.get(ord(letter), letter)
    return "".join(_SORTING.get(each, each) for each in letter)
