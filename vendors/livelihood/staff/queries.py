"""What the first page says: how the district stands, and whom to help next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from statistics import median
from typing import Literal
from uuid import UUID

from shop.money import Rial
from vendors.livelihood.income.queries import PlanIncome
from vendors.livelihood.loans.formulas import repayment_coverage
from vendors.livelihood.loans.queries import LoanBook
from vendors.livelihood.reports.formulas import may_print_count, may_print_sum
from vendors.livelihood.reports.queries import Figures

QUIET_AFTER = timedelta(days=30)
MOST_NEEDS = 8


@dataclass(frozen=True)
class DistrictState:
    """Income of the district's stalls; each figure with the number of stalls it is made of. Rial."""

    n_above: int
    n_with_share: int
    median_net: Fraction | None
    n_with_net: int
    total_net: Rial
    total_running: Rial
    n_stalls: int


@dataclass(frozen=True)
class Need:
    """Why somebody should look at a plan today. `days` is how long it has been so; None for an income far below."""

    kind: Literal["late", "far", "quiet"]
    income: PlanIncome
    days: int | None
    coverage: Fraction | None


@dataclass(frozen=True)
class FigureRow:
    """One line of the district's table: last year, last year to this day, this year. None is kept back."""

    what: str
    is_money: bool
    values: list[int | None]


def district_state(incomes: Sequence[PlanIncome]) -> DistrictState:
    """Shares and sums over the stalls' last whole months; None where no stall has a figure."""
    shares = [income.share for income in incomes if income.share is not None]
    nets = [int(income.whole[-1].net) for income in incomes if income.whole[-1].net is not None]
    return DistrictState(
        n_above=sum(share >= 1 for share in shares),
        n_with_share=len(shares),
        median_net=Fraction(median([Fraction(net) for net in nets])) if nets else None,
        n_with_net=len(nets),
        total_net=Rial(sum(nets)),
        total_running=sum((income.running.net or Rial(0) for income in incomes), Rial(0)),
        n_stalls=len(incomes),
    )


def coverage_of(income: PlanIncome, book: LoanBook) -> Fraction | None:
    """Repayment coverage of the plan's last three whole months."""
    due_in = book.due_in.get(income.plan.pk, {})
    return repayment_coverage(
        net=[month.net for month in income.last],
        due=[due_in.get(month.month, Rial(0)) for month in income.last],
    )


def who_needs_help(
    incomes: Sequence[PlanIncome],
    *,
    book: LoanBook,
    last_income: dict[UUID, tuple[date, date]],
    as_of: date,
) -> list[Need]:
    """Late instalments first, then incomes far below the line, then stalls that sold nothing for a month.

    Each plan stands once, with its weightiest reason.
    """
    late, far, quiet = [], [], []
    for income in incomes:
        plan_id = income.plan.pk
        if plan_id in book.late_days:
            coverage = coverage_of(income, book)
            late.append(Need("late", income, book.late_days[plan_id], coverage))
        elif income.band == "far":
            far.append(Need("far", income, None, None))
        elif plan_id in last_income and as_of - last_income[plan_id][1] > QUIET_AFTER:
            quiet.append(Need("quiet", income, (as_of - last_income[plan_id][1]).days, None))
    late.sort(key=lambda need: -(need.days or 0))
    far.sort(key=lambda need: need.income.share or Fraction(0))
    quiet.sort(key=lambda need: -(need.days or 0))
    return [*late, *far, *quiet][:MOST_NEEDS]


def figure_rows(periods: Sequence[Figures], *, keeps_small_back: bool) -> list[FigureRow]:
    """The table of the district's work. Who may not see single rows sees no group of fewer than five either."""

    def count(number: int) -> int | None:
        return number if not keeps_small_back or may_print_count(number) else None

    def lent(figures: Figures) -> int | None:
        is_shown = not figures.loans or not keeps_small_back or may_print_sum(figures.loans)
        return figures.lent if is_shown else None

    return [
        FigureRow("jobs", False, [count(figures.n_jobs) for figures in periods]),
        FigureRow("loans", False, [count(figures.n_loans) for figures in periods]),
        FigureRow("lent", True, [lent(figures) for figures in periods]),
        FigureRow("placements", False, [count(figures.n_placements) for figures in periods]),
        FigureRow("trained", False, [count(figures.n_trained) for figures in periods]),
        FigureRow("stalls", False, [count(figures.n_stalls) for figures in periods]),
    ]
