"""The office's pages of the livelihood record. Every one begins from what the officer may see."""

from datetime import date
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language

from shop.jalali import Month, tehran_date
from shop.money import Rial
from vendors.livelihood.access import for_officers, log_read
from vendors.livelihood.income.formulas import months_run_and_longest
from vendors.livelihood.income.queries import (
    PlanIncome,
    days_of_income,
    entries_of_month,
    plan_incomes,
    weakest_evidence,
)
from vendors.livelihood.loans.formulas import repayment_coverage
from vendors.livelihood.loans.queries import loan_book, loans_of_plan
from vendors.livelihood.plans.models import EmploymentPlan
from vendors.livelihood.reports.queries import (
    district_figures,
    last_year,
    last_year_to_date,
    this_year,
)
from vendors.livelihood.reports.services import write_paragraphs
from vendors.livelihood.staff.charts import chart
from vendors.livelihood.staff.models import AccessLog, Officer
from vendors.livelihood.staff.queries import district_state, figure_rows, who_needs_help
from vendors.livelihood.staff.tables import IncomeTable, year_of_months

MONTHS_IN_TABLE = 12
MONTHS_ON_CARD = 24


@for_officers
def home(request: HttpRequest, officer: Officer) -> HttpResponse:
    """How the district stands today, whom to help next, and the report."""
    today = tehran_date(timezone.now())
    plans = EmploymentPlan.objects.visible_to(officer)
    incomes = plan_incomes(plans=plans, as_of=today, n_months=MONTHS_IN_TABLE)
    book = loan_book(plans=plans, as_of=today)
    periods = [
        district_figures(district=officer.district, period=period(as_of=today))
        for period in (last_year, last_year_to_date, this_year)
    ]
    before, _to_date, current = periods
    last_income = days_of_income(plans=[income.plan.pk for income in incomes])
    log_read(officer=officer, page=AccessLog.Page.DISTRICT, n_plans=len(incomes))
    context = {
        "officer": officer,
        "today": today,
        "last_month": Month.of(today).previous(),
        "state": district_state(incomes),
        "book": book,
        "needs": who_needs_help(incomes, book=book, last_income=last_income, as_of=today),
        "years": [Month.of(figures.period.start).year for figures in periods],
        "rows": figure_rows(periods, keeps_small_back=not officer.sees_entries),
        "paragraphs": write_paragraphs(district=officer.district, before=before, current=current),
    }
    return render(request, "livelihood/home.html", context)


@for_officers
def incomes(request: HttpRequest, officer: Officer) -> HttpResponse:
    """All stalls by month, with the line; sorted and laid out as the address says."""
    today = tehran_date(timezone.now())
    found = plan_incomes(
        plans=EmploymentPlan.objects.visible_to(officer), as_of=today, n_months=MONTHS_IN_TABLE
    )
    log_read(officer=officer, page=AccessLog.Page.INCOMES, n_plans=len(found))
    table = IncomeTable.of(
        found,
        sort=request.GET.get("sort", ""),
        layout=request.GET.get("show", ""),
        language=get_language(),
        as_of=today,
    )
    context = {"officer": officer, "today": today, "table": table, "state": district_state(found)}
    return render(request, "livelihood/incomes.html", context)


@for_officers
def plan(request: HttpRequest, officer: Officer, plan_id: UUID) -> HttpResponse:
    """One plan: its months against the line and the instalments."""
    today = tehran_date(timezone.now())
    income = _income_or_404(officer, plan_id, today)
    loans = loans_of_plan(plan=income.plan, as_of=today)
    due_in: dict[Month, Rial] = {}
    for loan in loans:
        for month, amount in loan.due_in.items():
            due_in[month] = due_in.get(month, Rial(0)) + amount
    log_read(officer=officer, page=AccessLog.Page.PLAN, plan=income.plan)
    run, longest = months_run_and_longest([month.ratio for month in income.whole])
    due = [due_in.get(month.month, Rial(0)) for month in income.last]
    context = {
        "officer": officer,
        "today": today,
        "income": income,
        "evidence": weakest_evidence(income),
        "chart": chart(income, due_in=due_in, language=get_language()),
        "months": year_of_months(income, due_in),
        "loans": loans,
        "coverage": repayment_coverage(net=[month.net for month in income.last], due=due),
        "due": due[-1],
        "run": run,
        "longest": longest,
    }
    return render(request, "livelihood/plan.html", context)


@for_officers
def entries(
    request: HttpRequest, officer: Officer, plan_id: UUID, year: int, month: int
) -> HttpResponse:
    """The rows behind one bar; for those who may see single sales."""
    if not officer.sees_entries:
        raise Http404
    income = _income_or_404(officer, plan_id, tehran_date(timezone.now()))
    shown = [row.month for row in income.months]
    of_month = next((row for row in shown if (row.year, row.month) == (year, month)), None)
    if of_month is None:
        raise Http404
    rows = entries_of_month(plan=income.plan, month=of_month)
    log_read(officer=officer, page=AccessLog.Page.ENTRIES, plan=income.plan)
    total = sum((row.amount for row in rows), Rial(0))
    context = {
        "officer": officer,
        "income": income,
        "month": of_month,
        "rows": rows,
        "total": total,
    }
    return render(request, "livelihood/entries.html", context)


def _income_or_404(officer: Officer, plan_id: UUID, today: date) -> PlanIncome:
    plans = EmploymentPlan.objects.visible_to(officer).filter(pk=plan_id)
    found = plan_incomes(plans=plans, as_of=today, n_months=MONTHS_ON_CARD)
    if not found:
        raise Http404
    return found[0]
