"""Words and letters as search sees them: stems, sounds, consonants. Tables: `words.json`."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

from shop.persian import fold

_FOLDER = Path(__file__).parent
WORDS: dict[str, Any] = json.loads((_FOLDER / "words.json").read_text("utf-8"))
# `same`: groups of phrases for one thing. `also`: what else to show to who asks for the first.
SYNONYMS: dict[str, Any] = json.loads((_FOLDER / "synonyms.json").read_text("utf-8"))

STEMS: list[str] = WORDS["stems"]
SOUNDS: dict[str, str] = WORDS["alphabet_of_sounds"]
CONSONANTS: dict[str, str] = WORDS["consonants"]
LATIN_CONSONANTS: dict[str, str] = WORDS["latin_consonants"]

_STEMS = [re.compile(pattern) for pattern in STEMS]
_TOKEN = re.compile(r"[^\W_]+")
_LATIN_SPELLINGS = re.compile(
    "|".join(sorted(map(re.escape, LATIN_CONSONANTS), key=len, reverse=True))
)
_SOUND_SPELLINGS = re.compile("|".join(sorted(SOUNDS, key=len, reverse=True)))


def tokens(text: str) -> list[str]:
    """The words of a text, folded."""
    return _TOKEN.findall(fold(text))


def stem(token: str) -> str:
    """The token without its endings, the same as the filters of `analysis.STEM` leave of it."""
    for pattern in _STEMS:
        token = pattern.sub(r"\1", token)
    return token


def sound(token: str) -> str:
    """The token's stem with letters that sound alike made one, for those who spell by ear."""
    return stem(_SOUND_SPELLINGS.sub(lambda letters: SOUNDS[letters[0]], token))


def consonants(token: str) -> str:
    """What Persian and Latin spellings of a word have in common: its consonants.

    Vowels fall away and doubled letters collapse. Empty when the word has no consonant.
    """
    latin = _LATIN_SPELLINGS.sub(lambda letters: LATIN_CONSONANTS[letters[0]], token.lower())
    skeleton = "".join(CONSONANTS.get(letter, letter) for letter in latin)
    return re.sub(r"(.)\1+", r"\1", skeleton)


def with_joined_pairs(words: list[str]) -> list[str]:
    """The words and each pair of neighbours written as one: half-spaces are often left out."""
    return [*words, *(first + second for first, second in pairwise(words))]
