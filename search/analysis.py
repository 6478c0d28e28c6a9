"""How the search server takes Persian text apart. Made of parts that every Elasticsearch 8 has.

The order is the design: letters first, then the endings that a half-space sets off, then the
half-space itself. Neighbouring words are also indexed as one word, since a compound is typed in
three ways; joined forms of a *query* are made in `understanding`.
"""

from __future__ import annotations

from typing import Any

from elasticsearch_dsl import analyzer, char_filter, normalizer, token_filter

from search.words import CONSONANTS, LATIN_CONSONANTS, SOUNDS, STEMS
from shop.persian import LETTERS, PREFIX_PATTERN, SUFFIX_PATTERN

JAVA_LETTER = r"\p{L}"


def _mapping(table: dict[str, str]) -> list[str]:
    return [f"{_escaped(one)} => {_escaped(other)}" for one, other in table.items()]


def _escaped(text: str) -> str:
    return "".join(letter if letter.isalpha() else f"\\u{ord(letter):04X}" for letter in text)


def _stems() -> list[Any]:
    return [
        token_filter(f"fa_stem_{number}", "pattern_replace", pattern=pattern, replacement="$1")
        for number, pattern in enumerate(STEMS, start=1)
    ]


_fa_chars = char_filter("fa_chars", "mapping", mappings=_mapping(LETTERS))
_folding = [
    _fa_chars,
    char_filter(
        "fa_prefix",
        "pattern_replace",
        pattern=PREFIX_PATTERN.format(letter=JAVA_LETTER),
        replacement="$1",
    ),
    char_filter(
        "fa_suffix",
        "pattern_replace",
        pattern=SUFFIX_PATTERN.format(letter=JAVA_LETTER),
        replacement="",
    ),
    char_filter("fa_zwnj", "mapping", mappings=[r"\u200C => \u0020"]),
]
_sounds = [*_folding, char_filter("fa_sound", "mapping", mappings=_mapping(SOUNDS))]
_skeleton = [
    *_folding,
    char_filter("fa_skel", "mapping", mappings=_mapping(CONSONANTS | LATIN_CONSONANTS)),
]
_pairs = token_filter(
    "fa_pairs",
    "shingle",
    min_shingle_size=2,
    max_shingle_size=2,
    token_separator="",
    output_unigrams=True,
)
_beginnings = token_filter("fa_beginnings", "edge_ngram", min_gram=2, max_gram=12)
_single = token_filter("fa_single", "pattern_replace", pattern=r"(.)\1+", replacement="$1")


def _chain(name: str, chars: list[Any], *filters: Any) -> Any:
    return analyzer(name, tokenizer="standard", char_filter=chars, filter=list(filters))


TEXT = _chain("fa_text", _folding, "lowercase", _pairs)
TEXT_QUERY = _chain("fa_text_query", _folding, "lowercase")
STEM = _chain("fa_stem", _folding, "lowercase", *_stems(), _pairs)
STEM_QUERY = _chain("fa_stem_query", _folding, "lowercase", *_stems())
SOUND = _chain("fa_sound", _sounds, "lowercase", *_stems(), _pairs)
SOUND_QUERY = _chain("fa_sound_query", _sounds, "lowercase", *_stems())
# Capital letters stand for sounds of two letters, so nothing is lowercased here.
LATIN = _chain("latin_skel", _skeleton, _single, _pairs)
BEGINNINGS = _chain("fa_auto", _folding, "lowercase", _pairs, _beginnings)
KEYWORD = normalizer("fa_keyword", type="custom", char_filter=[_fa_chars], filter=["lowercase"])
