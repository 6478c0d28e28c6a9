"""The words in a PDF that shop.papers made."""

import re
import zlib
from contextlib import suppress

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)

_GAPS = re.compile("[\\s\u200c]")


def text_of(pdf: bytes) -> str:
    """All letters in the order in which they are drawn; a line of Persian from right to left, so backwards."""
    pieces = []
    for found in _STREAM.finditer(pdf):
        with suppress(zlib.error):
            pieces.append(zlib.decompress(found[1]))
    letters: dict[int, str] = {}
    for piece in pieces:
        for start, end, to in re.findall(
            rb"<([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)>", piece
        ):
            first = int(to, 16)
            for place, glyph in enumerate(range(int(start, 16), int(end, 16) + 1)):
                letters[glyph] = chr(first + place)
        for glyph, to in re.findall(rb"(?m)^<([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)>$", piece):
            letters[int(glyph, 16)] = bytes.fromhex(to.decode()).decode("utf-16-be")
    drawn = []
    for piece in pieces:
        for shown in re.findall(rb"\[(.*?)\]\s*TJ|(<[0-9A-Fa-f]+>)\s*Tj", piece, re.DOTALL):
            for run in re.findall(rb"<([0-9A-Fa-f]+)>", shown[0] or shown[1]):
                codes = [int(run[at : at + 4], 16) for at in range(0, len(run), 4)]
                drawn += [letters.get(code, "?") for code in codes]
            drawn.append("\n")
    return "".join(drawn)


def has(pdf: bytes, words: str) -> bool:
    """Whether these words stand in it, drawn in either direction."""
    text, plain = (_GAPS.sub("", each) for each in (text_of(pdf), words))
    return plain in text or _joined(plain[::-1]) in _joined(text)


def _joined(text: str) -> str:
    """Lam and alef are drawn as one, and so never turned round."""
    return text.replace("ال", "لا")
