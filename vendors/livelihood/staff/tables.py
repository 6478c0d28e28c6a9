"""The income table: its order, its two layouts, and a plan's months as rows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from shop.jalali import Month
from shop.money import Rial
from shop.persian import sort_key
from vendors.livelihood.income.queries import PlanIncome, PlanMonth
from vendors.livelihood.staff.charts import Spark, month_name, spark

NEVER = Fraction(-1)
SORTS: dict[str, Callable[[PlanIncome], Any]] = {
    "share": lambda income: NEVER if income.share is None else income.share,
    "name": lambda income: sort_key(income.stall_name),
    "mean": lambda income: NEVER if income.mean is None else income.mean,
    "running": lambda income: NEVER if income.running.net is None else income.running.net,
    "trend": lambda income: NEVER if income.trend is None else income.trend,
}
LAYOUTS = ("overview", "months")


@dataclass(frozen=True)
class IncomeRow:
    income: PlanIncome
    spark: Spark


@dataclass(frozen=True)
class IncomeTable:
    """Rows in their order. `sort` is one of SORTS, with a minus for the other way round."""

    rows: list[IncomeRow]
    sort: str
    layout: str
    months: list[tuple[Month, str]]

    @classmethod
    def of(
        cls, incomes: list[PlanIncome], *, sort: str, layout: str, language: str, as_of: date
    ) -> "IncomeTable":
        """An unknown order or layout falls back to the first: those furthest below the line on top."""
        if sort.removeprefix("-") not in SORTS:
            sort = "share"
        ordered = sorted(incomes, key=lambda income: sort_key(income.stall_name))
        ordered.sort(key=SORTS[sort.removeprefix("-")], reverse=sort.startswith("-"))
        months = [month.month for month in incomes[0].months] if incomes else [Month.of(as_of)]
        return cls(
            rows=[IncomeRow(income, spark(income, is_rtl=language == "fa")) for income in ordered],
            sort=sort,
            layout=layout if layout in LAYOUTS else LAYOUTS[0],
            months=[(month, month_name(month, language)) for month in months],
        )

    @property
    def last_months(self) -> list[tuple[Month, str]]:
        """The last three whole months."""
        return self.months[-4:-1]


@dataclass(frozen=True)
class MonthRow:
    month: PlanMonth
    due: Rial | None


def year_of_months(income: PlanIncome, due_in: dict[Month, Rial]) -> list[MonthRow]:
    """A plan's months with the instalment of each, the newest first, back to the first that is known."""
    known = [month for month in income.months if month.net is not None]
    return [MonthRow(month, due_in.get(month.month)) for month in reversed(known)]
