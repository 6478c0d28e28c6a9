"""Income against the line and the loan. Pure arithmetic: rial in, ratio out; None where nothing can be said.

Definitions in docs/livelihood.md, Indicators.
"""

from collections.abc import Sequence
from fractions import Fraction

MONTHS_OF_A_MEAN = 3


def line_ratio(*, net: int, line: int | None) -> Fraction | None:
    """Net income of a month over the livelihood line of that month; rial/rial. None without a line."""
    return None if not line else Fraction(int(net), int(line))


def mean_of_months(months: Sequence[int | None]) -> Fraction | None:
    """Mean of the months that have a figure, rial. A month without one is left out, not counted as zero.

    None when no month has one.
    """
    known = [int(month) for month in months if month is not None]
    return None if not known else Fraction(sum(known), len(known))


def trend(*, last: Sequence[int | None], before: Sequence[int | None]) -> Fraction | None:
    """Change of the mean of the last months on that of the months before, as a share; 1/10 is ten percent more.

    None unless both have a mean and the one before is above zero.
    """
    now, then = mean_of_months(last), mean_of_months(before)
    return None if now is None or then is None or then <= 0 else now / then - 1


def months_at_or_above_line(ratios: Sequence[Fraction | None]) -> int:
    """Length of the current run of months (oldest first) at 1 or more; a month without a ratio ends it."""
    run = 0
    for ratio in reversed(ratios):
        if ratio is None or ratio < 1:
            break
        run += 1
    return run


def months_run_and_longest(ratios: Sequence[Fraction | None]) -> tuple[int, int]:
    """The current run at or above the line, and the longest one there ever was."""
    longest = max(
        (months_at_or_above_line(ratios[:end]) for end in range(1, len(ratios) + 1)), default=0
    )
    return months_at_or_above_line(ratios), longest


def band(ratio: Fraction | None) -> str:
    """Where a share of the line stands: `far` (under two thirds), `under`, `above`; `unknown` without a share."""
    if ratio is None:
        return "unknown"
    if ratio < Fraction(2, 3):
        return "far"
    return "under" if ratio < 1 else "above"
