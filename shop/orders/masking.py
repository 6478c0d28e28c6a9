"""Hiding what leads past the shop: numbers of phones, cards and people, e-mail, names at messengers. Pure."""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

_WORDS = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
_DIGIT_OF_WORD = {word: str(digit) for digit, word in enumerate(_WORDS["digits"])}
HIDDEN = "•••"

_PIECE = re.compile(rf"[0-9]+|(?<!\w)(?:{'|'.join(_WORDS['digits'])})(?!\w)")
_MOBILE = re.compile(r"(?:0|98|0098)9[0-9]{9}")
# A mobile number may be spread over a sentence; other long numbers stand together.
LONGEST_GAP, SHORTEST_NUMBER = 20, 10
_TIGHT_GAP = re.compile(r"[^\w,\u060c\u066c\n]{0,4}|[ \u200c]*\u0648[ \u200c]*")
_OTHERS = re.compile(
    r"[\w.+-]+\s*(?:@|\(at\)|\[at\])\s*[\w-]+(?:\s*\.\s*[\w-]+)+"  # e-mail
    r"|@\s?\w{3,}"  # a name at a messenger
    r"|(?:https?://|www\.)\S+"
    r"|\b(?:t|wa|telegram|instagram|eitaa|rubika|ble|chat)\s?\.\s?(?:me|com|ir|whatsapp)\b\S*",
    re.IGNORECASE,
)
_NAMED = re.compile(
    rf"(?<!\w)(?:{'|'.join(map(re.escape, _WORDS['messengers']))})(?!\w)"
    r"[^A-Za-z0-9@\n]{0,25}(?P<name>[A-Za-z][\w.]{3,})",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Masked:
    text: str
    was_masked: bool


@dataclass(frozen=True)
class _Piece:
    """A group of digits, or a digit written as a word."""

    start: int
    end: int
    digits: str


def mask(text: str) -> Masked:
    """The text with such numbers and names hidden, and whether any was.

    Digits count in whatever script, with marks, spaces or words between. Masking what is masked changes nothing.
    """
    plain = "".join(map(_latin, text))
    spans = sorted(
        [
            *_numbers(plain),
            *(match.span() for match in _OTHERS.finditer(plain)),
            *(match.span("name") for match in _NAMED.finditer(plain)),
        ]
    )
    shown, at = [], 0
    for start, end in spans:
        if end <= at:
            continue
        if start >= at:
            shown += [text[at:start], HIDDEN]
        at = end
    return Masked("".join([*shown, text[at:]]), bool(spans))


def _latin(letter: str) -> str:
    digit = unicodedata.digit(letter, None)
    return letter if digit is None else str(digit)


def _numbers(plain: str) -> Iterator[tuple[int, int]]:
    pieces = [
        _Piece(*match.span(), _DIGIT_OF_WORD.get(match[0], match[0]))
        for match in _PIECE.finditer(plain)
    ]
    for run in _runs(plain, pieces):
        if sum(len(piece.digits) for piece in run) >= SHORTEST_NUMBER:
            yield run[0].start, run[-1].end
    for first in range(len(pieces)):
        joined = ""
        for last in range(first, len(pieces)):
            if last > first and pieces[last].start - pieces[last - 1].end > LONGEST_GAP:
                break
            joined += pieces[last].digits
            if _MOBILE.fullmatch(joined):
                yield pieces[first].start, pieces[last].end
            if len(joined) > len("00989123456789"):
                break


def _runs(plain: str, pieces: list[_Piece]) -> Iterator[list[_Piece]]:
    """Pieces that stand together, with nothing but marks and spaces between."""
    run = pieces[:1]
    for before, piece in pairwise(pieces):
        if not _TIGHT_GAP.fullmatch(plain[before.end : piece.start]):
            yield run
            run = []
        run.append(piece)
    if run:
        yield run
