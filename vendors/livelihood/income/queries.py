"""Plans with their months: what the office's tables and charts are made of."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from uuid import UUID

from django.db.models import Max, Min, Q

from shop.jalali import Month
from shop.money import Rial
from vendors.livelihood.bridge import StallPlanLink
from vendors.livelihood.income.formulas import (
    MONTHS_OF_A_MEAN,
    band,
    line_ratio,
    mean_of_months,
    trend,
)
from vendors.livelihood.income.models import IncomeEntry, LivelihoodLine, MonthlyIncome
from vendors.livelihood.plans.models import EmploymentPlan, PlanQuerySet
from vendors.stalls.models import Stall


@dataclass(frozen=True)
class PlanMonth:
    """One month of a plan, rial. `net` is None before the stall was linked; `is_open` while the month runs."""

    month: Month
    goods: Rial
    commission: Rial
    net: Rial | None
    line: Rial | None
    n_entries: int
    is_open: bool

    @property
    def ratio(self) -> Fraction | None:
        return None if self.net is None else line_ratio(net=self.net, line=self.line)

    @property
    def is_under(self) -> bool:
        return self.ratio is not None and self.ratio < 1


@dataclass(frozen=True)
class PlanIncome:
    """A plan, its stall, and its months, oldest first; the last one is the month that runs."""

    plan: EmploymentPlan
    stall_id: UUID
    stall_name: str
    months: list[PlanMonth]

    @property
    def whole(self) -> list[PlanMonth]:
        return [month for month in self.months if not month.is_open]

    @property
    def running(self) -> PlanMonth:
        return self.months[-1]

    @property
    def last(self) -> list[PlanMonth]:
        """The last three whole months."""
        return self.whole[-MONTHS_OF_A_MEAN:]

    @property
    def mean(self) -> Fraction | None:
        return mean_of_months([month.net for month in self.last])

    @property
    def n_known(self) -> int:
        return sum(month.net is not None for month in self.last)

    @property
    def line(self) -> Rial | None:
        """The line of the last whole month."""
        return self.whole[-1].line

    @property
    def share(self) -> Fraction | None:
        """Mean of the last three months over the mean of their lines; only months that have both count."""
        both = [(month.net, month.line) for month in self.last if month.ratio is not None]
        lines = sum(int(line) for _net, line in both if line)
        return Fraction(sum(int(net) for net, _line in both if net), lines) if lines else None

    @property
    def band(self) -> str:
        return band(self.share)

    @property
    def trend(self) -> Fraction | None:
        before = self.whole[-2 * MONTHS_OF_A_MEAN : -MONTHS_OF_A_MEAN]
        return trend(last=[m.net for m in self.last], before=[m.net for m in before])


def months_up_to(*, last: Month, count: int) -> list[Month]:
    """`count` months in order, the last one `last`."""
    months = [last]
    while len(months) < count:
        months.insert(0, months[0].previous())
    return months


def plan_incomes(*, plans: PlanQuerySet, as_of: date, n_months: int) -> list[PlanIncome]:
    """The plans that have a stall on this day, with `n_months` whole months and the running one. Four queries."""
    months = months_up_to(last=Month.of(as_of), count=n_months + 1)
    links = (
        StallPlanLink.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=as_of), plan__in=plans, valid_from__lte=as_of
        )
        .select_related("plan__person__household", "plan__plan_type")
        .order_by("plan_id", "valid_from")
    )
    link_of = {link.plan_id: link for link in links}
    name_of = _stall_names({link.stall_id for link in link_of.values()})
    sums = _monthly_sums(link_of.keys(), months)
    lines = _lines()
    return [
        PlanIncome(
            plan=link.plan,
            stall_id=link.stall_id,
            stall_name=name_of.get(link.stall_id, ""),
            months=[
                _plan_month(
                    month,
                    sums.get((plan_id, month)),
                    known_from=link.valid_from,
                    line=lines.of(size=link.plan.person.household.size, month=month),
                    is_open=month == months[-1],
                )
                for month in months
            ],
        )
        for plan_id, link in link_of.items()
    ]


def weakest_evidence(income: PlanIncome) -> str:
    """The weakest grade behind the mean of the last whole months, in words; from the books when there is no entry."""
    months = [month.month for month in income.last]
    worst = IncomeEntry.objects.filter(
        plan=income.plan, occurred_on__gte=months[0].start, occurred_on__lte=months[-1].end
    ).aggregate(worst=Max("evidence"))["worst"]
    return str(IncomeEntry.Evidence(worst or IncomeEntry.Evidence.BOOKED).label)


def days_of_income(*, plans: Collection[UUID]) -> dict[UUID, tuple[date, date]]:
    """First and last day on which each of these plans earned anything; plans without income are missing."""
    rows = (
        IncomeEntry.objects.filter(plan__in=plans)
        .order_by()
        .values("plan")
        .annotate(first=Min("occurred_on"), last=Max("occurred_on"))
    )
    return {row["plan"]: (row["first"], row["last"]) for row in rows}


def entries_of_month(*, plan: EmploymentPlan, month: Month) -> list[IncomeEntry]:
    """The rows behind one bar, in the order of their days."""
    return list(plan.income.filter(occurred_on__range=(month.start, month.end)))


class Lines:
    """The livelihood lines, by household size and month; a size without a row takes the largest one below."""

    def __init__(self, rows: Sequence[LivelihoodLine]) -> None:
        self._rows = sorted(rows, key=lambda row: -row.household_size)

    def of(self, *, size: int, month: Month) -> Rial | None:
        """Rial a month; None when no line was set for that time."""
        for row in self._rows:
            if row.household_size > size or row.valid_from > month.start:
                continue
            if row.valid_to is None or row.valid_to >= month.start:
                return row.per_month
        return None


def _lines() -> Lines:
    return Lines(list(LivelihoodLine.objects.all()))


def _stall_names(stall_ids: Collection[UUID]) -> dict[UUID, str]:
    return dict(Stall.objects.filter(public_id__in=stall_ids).values_list("public_id", "name"))


def _monthly_sums(
    plan_ids: Collection[UUID], months: Sequence[Month]
) -> dict[tuple[UUID, Month], MonthlyIncome]:
    by_year: dict[int, list[int]] = defaultdict(list)
    for month in months:
        by_year[month.year].append(month.month)
    wanted = Q()
    for year, numbers in by_year.items():
        wanted |= Q(jyear=year, jmonth__in=numbers)
    rows = MonthlyIncome.objects.filter(wanted, plan__in=plan_ids)
    return {(row.plan_id, Month(row.jyear, row.jmonth)): row for row in rows}


def _plan_month(
    month: Month,
    row: MonthlyIncome | None,
    *,
    known_from: date,
    line: Rial | None,
    is_open: bool,
) -> PlanMonth:
    nothing = Rial(0)
    # From its first whole month on the books know everything: a month without a sale is a real zero.
    is_known = row is not None or known_from <= month.start
    return PlanMonth(
        month=month,
        goods=row.goods if row else nothing,
        commission=row.commission if row else nothing,
        net=row.net if row else (nothing if is_known else None),
        line=line,
        n_entries=row.n_entries if row else 0,
        is_open=is_open,
    )
