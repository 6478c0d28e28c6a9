"""Rials, and how a sum is shared out without losing one.

Rial is the only unit in code and in the database. Toman (ten rials) exists on the screen only.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Self

BASIS_POINTS = 10_000
RIALS_IN_TOMAN = 10


class Rial(int):
    """A whole number of rials that stays one: `+`, `-`, `* int`, comparison and `sum()`.

    Arithmetic with `float` or `Decimal` raises TypeError, and so do `/` and `//`: parts of a sum
    come from `split` or `share_bp`, which lose nothing. Python lets a float or a Decimal on the
    *left* of an operator win (`1.5 * amount`); the type checker refuses what comes out of that.
    """

    __slots__ = ()

    def __new__(cls, amount: int = 0) -> Self:
        if not isinstance(amount, int):
            raise TypeError(f"rials are whole numbers, not {type(amount).__name__}")
        return super().__new__(cls, amount)

    @classmethod
    def from_decimal(cls, amount: Decimal) -> Self:
        """The same amount as Rial. Raises ValueError for a fraction of a rial, NaN or infinity."""
        if not amount.is_finite() or amount != amount.to_integral_value():
            raise ValueError(f"not a whole number of rials: {amount}")
        return cls(int(amount))

    def __add__(self, other: int) -> Self:
        return type(self)(int.__add__(self, _whole(other)))

    def __radd__(self, other: int) -> Self:
        return type(self)(int.__radd__(self, _whole(other)))

    def __sub__(self, other: int) -> Self:
        return type(self)(int.__sub__(self, _whole(other)))

    def __rsub__(self, other: int) -> Self:
        return type(self)(int.__rsub__(self, _whole(other)))

    def __mul__(self, times: int) -> Self:
        if isinstance(times, Rial):
            raise TypeError("rials times rials is no amount of money")
        return type(self)(int.__mul__(self, _whole(times)))

    def __rmul__(self, times: int) -> Self:
        return self.__mul__(times)

    def __neg__(self) -> Self:
        return type(self)(int.__neg__(self))

    def __pos__(self) -> Self:
        return self

    def __abs__(self) -> Self:
        return type(self)(int.__abs__(self))

    def __truediv__(self, other: Any) -> Any:
        raise TypeError("divide money by split() or share_bp(), which lose no rial")

    __rtruediv__ = __truediv__
    __floordiv__ = __truediv__
    __rfloordiv__ = __truediv__
    __divmod__ = __truediv__
    __rdivmod__ = __truediv__


def split(amount: int, weights: Sequence[int]) -> list[Rial]:
    """Share out `amount` rials by `weights`; the parts add up to `amount` exactly.

    Largest remainder: each part is rounded towards zero, and the rials left over go one each to the
    largest remainders, ties to the earlier. A zero weight gets nothing. A negative amount is the
    mirror of the positive one, so that a refund takes back just what was given.
    Raises ValueError when there is no weight above zero, or one below.
    """
    weights = [int(weight) for weight in weights]  # rials may be weights, and are not divided here
    total = sum(weights)
    if any(weight < 0 for weight in weights) or total == 0:
        raise ValueError("weights must be zero or more, and one of them above zero")
    if amount < 0:
        return [-part for part in split(-amount, weights)]
    parts, remainders = [], []
    for weight in weights:
        part, remainder = divmod(int(amount) * weight, total)
        parts.append(part)
        remainders.append(remainder)
    left_over = int(amount) - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda place: -remainders[place])
    for place in by_remainder[:left_over]:
        parts[place] += 1
    return [Rial(part) for part in parts]


def share_bp(amount: int, bp: int) -> Rial:
    """`bp` basis points (1/100 of a percent) of `amount` rials, half a rial rounded up.

    A negative amount is the mirror of the positive one. Raises ValueError for negative `bp`.
    """
    if bp < 0:
        raise ValueError("a share is zero basis points or more")
    if amount < 0:
        return -share_bp(-amount, bp)
    return Rial((int(amount) * bp + BASIS_POINTS // 2) // BASIS_POINTS)


def _whole(number: int) -> int:
    if not isinstance(number, int):
        raise TypeError(f"rials and {type(number).__name__} do not mix")
    return number
