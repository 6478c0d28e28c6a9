"""Numbers in words, lists, and which figures may be printed. Pure; the Persian words are data (words.json)."""

import json
from collections.abc import Sequence
from pathlib import Path

from shop.persian import to_persian_digits

WORDS: dict[str, str] = json.loads(
    Path(__file__).with_name("words.json").read_text(encoding="utf-8")
)
RIALS_IN_A_MILLION_TOMAN = 10_000_000
# The smallest group whose count, and whose sum of money, may be printed (docs/livelihood.md, Small groups).
SMALLEST_COUNT = 5
SMALLEST_SUM = 10
DOMINANCE_PERCENT = 15


def toman_words(rial: int) -> str:
    """An amount in milliards and millions of toman. Rounded down: the report may never overstate.

    Below a million the words say just that. Raises ValueError for a negative amount.
    """
    if rial < 0:
        raise ValueError("no words for a negative amount")
    billions, millions = divmod(int(rial) // RIALS_IN_A_MILLION_TOMAN, 1000)
    parts = [
        f"{to_persian_digits(str(count))} {WORDS[unit]}"
        for count, unit in ((billions, "billion"), (millions, "million"))
        if count
    ]
    return f"{WORDS['and'].join(parts)} {WORDS['toman']}" if parts else WORDS["under_a_million"]


def joints(count: int) -> list[str]:
    """What stands before each of `count` parts of a Persian list: nothing, commas, and an «and» before the last."""
    return ["", *[WORDS["comma"]] * (count - 2), WORDS["and"]][:count] if count != 1 else [""]


def list_words(parts: Sequence[str]) -> str:
    """The parts as one Persian list; empty for none."""
    return "".join(joint + part for joint, part in zip(joints(len(parts)), parts, strict=True))


def may_print_count(count: int) -> bool:
    """Nobody is found by a count of none, nor in a group of five."""
    return count == 0 or count >= SMALLEST_COUNT


def may_print_sum(amounts: Sequence[int]) -> bool:
    """A sum is printed for ten or more, unless the second largest could work out the largest within 15 percent."""
    if len(amounts) < SMALLEST_SUM:
        return False
    ordered = sorted((int(amount) for amount in amounts), reverse=True)
    return sum(ordered[2:]) * 100 >= ordered[0] * DOMINANCE_PERCENT
