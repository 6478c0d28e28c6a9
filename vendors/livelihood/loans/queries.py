"""Loans with their schedules: one plan's, and the book of many."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

from shop.jalali import Month
from shop.money import Rial
from vendors.livelihood.loans.formulas import Due, days_late, outstanding, par30
from vendors.livelihood.loans.models import Instalment, Loan
from vendors.livelihood.plans.models import EmploymentPlan, PlanQuerySet

SOON = timedelta(days=7)
SHOWN_BEFORE, SHOWN_AFTER = 3, 2


@dataclass(frozen=True)
class InstalmentRow:
    """An instalment as a reader wants it: how late it is, or was, and what is still missing."""

    instalment: Instalment
    amount: Rial
    unpaid: Rial
    days_late: int

    @property
    def state(self) -> str:
        """`late`, `paid_late`, `paid` or `to_come`."""
        if self.unpaid:
            return "late" if self.days_late else "to_come"
        return "paid_late" if self.days_late else "paid"


@dataclass(frozen=True)
class LoanSheet:
    """One loan on one day; `rows` are the instalments round that day, the newest first."""

    loan: Loan
    rows: list[InstalmentRow]
    outstanding: Rial
    days_late: int
    due_in: dict[Month, Rial]


@dataclass(frozen=True)
class LoanBook:
    """The loans of many plans on one day. Rial; `par30` is None when nothing is outstanding."""

    n_loans: int
    outstanding: Rial
    par30: Fraction | None
    n_due_soon: int
    due_soon: Rial
    late_days: dict[UUID, int]
    due_in: dict[UUID, dict[Month, Rial]]


def loans_of_plan(*, plan: EmploymentPlan, as_of: date) -> list[LoanSheet]:
    """The plan's loans, the newest first, with what is due and late on this day. Two queries."""
    loans = (
        plan.loans.select_related("bank").prefetch_related("instalments").order_by("-disbursed_on")
    )
    return [_sheet(loan, as_of) for loan in loans]


def loan_book(*, plans: PlanQuerySet, as_of: date) -> LoanBook:
    """All loans of these plans whose schedule the bank has sent. One query."""
    schedules: dict[UUID, list[Due]] = defaultdict(list)
    plan_of: dict[UUID, UUID] = {}
    rows = Instalment.objects.filter(loan__plan__in=plans).values_list(
        "loan", "loan__plan", "due_on", "principal", "fee", "paid"
    )
    for loan_id, plan_id, due_on, principal, fee, paid in rows:
        schedules[loan_id].append(Due(due_on, principal, fee, paid))
        plan_of[loan_id] = plan_id
    late_days: dict[UUID, int] = {}
    due_in: dict[UUID, dict[Month, Rial]] = defaultdict(dict)
    for loan_id, schedule in schedules.items():
        plan_id, days = plan_of[loan_id], days_late(schedule, as_of=as_of)
        if days:
            late_days[plan_id] = max(days, late_days.get(plan_id, 0))
        for month, amount in _due_by_month(schedule).items():
            due_in[plan_id][month] = due_in[plan_id].get(month, Rial(0)) + amount
    soon = [
        due
        for schedule in schedules.values()
        for due in schedule
        if due.unpaid > 0 and as_of <= due.due_on <= as_of + SOON
    ]
    return LoanBook(
        n_loans=len(schedules),
        outstanding=Rial(sum(outstanding(schedule) for schedule in schedules.values())),
        par30=par30(schedules.values(), as_of=as_of),
        n_due_soon=len(soon),
        due_soon=Rial(sum(due.unpaid for due in soon)),
        late_days=late_days,
        due_in=dict(due_in),
    )


def _sheet(loan: Loan, as_of: date) -> LoanSheet:
    instalments = list(loan.instalments.all())
    schedule = [Due(row.due_on, row.principal, row.fee, row.paid) for row in instalments]
    past = [row for row in instalments if row.due_on <= as_of]
    to_come = instalments[len(past) :]
    shown = [*past[-SHOWN_BEFORE:], *to_come[:SHOWN_AFTER]]
    return LoanSheet(
        loan=loan,
        rows=[_row(instalment, as_of) for instalment in reversed(shown)],
        outstanding=Rial(outstanding(schedule)),
        days_late=days_late(schedule, as_of=as_of),
        due_in=_due_by_month(schedule),
    )


def _row(instalment: Instalment, as_of: date) -> InstalmentRow:
    amount = instalment.principal + instalment.fee
    unpaid = amount - instalment.paid
    until = as_of if unpaid else instalment.paid_on or as_of
    return InstalmentRow(
        instalment=instalment,
        amount=amount,
        unpaid=unpaid,
        days_late=max((until - instalment.due_on).days, 0),
    )


def _due_by_month(schedule: Iterable[Due]) -> dict[Month, Rial]:
    months: dict[Month, Rial] = {}
    for due in schedule:
        month = Month.of(due.due_on)
        months[month] = months.get(month, Rial(0)) + due.principal + due.fee
    return months
