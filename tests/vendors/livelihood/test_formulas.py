"""Ratios of income, line and loan: exact, and silent where nothing can be said."""

from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from vendors.livelihood.income.formulas import (
    band,
    line_ratio,
    mean_of_months,
    months_at_or_above_line,
    months_run_and_longest,
    trend,
)
from vendors.livelihood.loans.formulas import (
    Due,
    days_late,
    outstanding,
    par30,
    repayment_coverage,
)

TODAY = date(2026, 11, 25)


def test_a_ratio_needs_a_line() -> None:
    assert line_ratio(net=30, line=40) == Fraction(3, 4)
    assert line_ratio(net=30, line=None) is None
    assert line_ratio(net=30, line=0) is None


def test_a_month_without_data_is_left_out_of_the_mean_and_never_zero() -> None:
    assert mean_of_months([10, None, 20]) == 15
    assert mean_of_months([0, 0, 30]) == 10
    assert mean_of_months([None, None]) is None


def test_a_trend_compares_means_and_says_nothing_without_a_before() -> None:
    assert trend(last=[12, 12, 12], before=[10, 10, 10]) == Fraction(1, 5)
    assert trend(last=[12], before=[None]) is None
    assert trend(last=[12], before=[0]) is None


def test_the_run_ends_at_a_month_under_the_line_and_at_one_without_data() -> None:
    assert (
        months_at_or_above_line(
            [
                Fraction(1, 2),
                Fraction(9, 10),
                Fraction(12, 10),
                None,
                Fraction(11, 10),
                Fraction(12, 10),
            ]
        )
        == 2
    )
    assert months_at_or_above_line([]) == 0
    assert months_run_and_longest(
        [Fraction(1), Fraction(1), Fraction(1), Fraction(1, 2), Fraction(1)]
    ) == (1, 3)


def test_bands_begin_at_two_thirds_and_at_the_line() -> None:
    shares = (None, Fraction(66, 100), Fraction(2, 3), Fraction(99, 100), Fraction(1), Fraction(3))
    assert [band(share) for share in shares] == [
        "unknown",
        "far",
        "under",
        "under",
        "above",
        "above",
    ]


def test_coverage_is_none_in_the_months_of_grace() -> None:
    assert repayment_coverage(net=[0, 0, 0], due=[0, 0, 0]) is None
    assert repayment_coverage(net=[30, 20, 40], due=[25, 25, 25]) == Fraction(6, 5)
    assert repayment_coverage(net=[None, None, None], due=[25, 25, 25]) is None


def loan(*rows: tuple[date, int, int]) -> list[Due]:
    return [Due(due_on=day, principal=principal, fee=0, paid=paid) for day, principal, paid in rows]


def test_par30_counts_the_whole_balance_of_a_late_loan_and_not_its_late_part() -> None:
    book = [
        loan((date(2026, 10, 11), 10, 0), (date(2027, 1, 1), 90, 0)),  # 45 days late, 100 left
        loan((date(2026, 11, 13), 5, 0), (date(2027, 1, 1), 95, 0)),  # 12 days late
        loan((date(2027, 1, 1), 300, 0)),
    ]
    assert par30(book, as_of=TODAY) == Fraction(1, 5)
    assert par30([], as_of=TODAY) is None


def test_days_late_count_from_the_oldest_unpaid_day() -> None:
    schedule = loan((date(2026, 9, 1), 10, 10), (date(2026, 10, 26), 10, 3), (TODAY, 10, 0))
    assert days_late(schedule, as_of=TODAY) == 30
    assert days_late(loan((TODAY, 10, 0)), as_of=TODAY) == 0


def test_the_fee_is_paid_before_the_principal() -> None:
    rows = [Due(TODAY, principal=100, fee=4, paid=54), Due(TODAY, principal=100, fee=4, paid=2)]
    assert outstanding(rows) == 50 + 100


@given(st.lists(st.tuples(st.integers(1, 10**12), st.booleans()), min_size=1, max_size=20))
def test_par30_lies_between_nothing_and_everything(rows: list[tuple[int, bool]]) -> None:
    book = [
        loan((date(2026, 1, 1) if is_late else date(2027, 1, 1), amount, 0))
        for amount, is_late in rows
    ]
    late = sum(amount for amount, is_late in rows if is_late)
    assert par30(book, as_of=TODAY) == Fraction(late, sum(amount for amount, _is_late in rows))
