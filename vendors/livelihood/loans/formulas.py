"""Loans against the calendar and the income. Pure arithmetic; definitions in docs/livelihood.md, Indicators."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

LATE_DAYS = 30  # PAR30


@dataclass(frozen=True)
class Due:
    """One instalment: rial due and paid, and its day."""

    due_on: date
    principal: int
    fee: int
    paid: int

    @property
    def unpaid(self) -> int:
        return self.principal + self.fee - self.paid


def days_late(instalments: Iterable[Due], *, as_of: date) -> int:
    """Days since the oldest instalment that is due and not fully paid; 0 when none is."""
    unpaid = [row.due_on for row in instalments if row.unpaid > 0 and row.due_on < as_of]
    return (as_of - min(unpaid)).days if unpaid else 0


def outstanding(instalments: Iterable[Due]) -> int:
    """Principal not yet paid back, rial. What was paid counts for the fee first, then for the principal."""
    return sum(row.principal - max(row.paid - row.fee, 0) for row in instalments)


def repayment_coverage(*, net: Sequence[int | None], due: Sequence[int]) -> Fraction | None:
    """Net income of some months over the instalments due in the same months; rial/rial.

    None when nothing is due (grace), or when no month has a figure.
    """
    total_due = sum(int(amount) for amount in due)
    known = [int(amount) for amount in net if amount is not None]
    return None if total_due == 0 or not known else Fraction(sum(known), total_due)


def par30(loans: Iterable[Sequence[Due]], *, as_of: date) -> Fraction | None:
    """Outstanding principal of loans with an instalment more than 30 days late, over all outstanding principal.

    The whole balance of a late loan counts, not its late part alone. None when nothing is outstanding.
    """
    at_risk = everything = 0
    for schedule in loans:
        balance = outstanding(schedule)
        everything += balance
        if days_late(schedule, as_of=as_of) > LATE_DAYS:
            at_risk += balance
    return None if everything == 0 else Fraction(at_risk, everything)
