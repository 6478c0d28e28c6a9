"""Rows of the confidential half keep every state they had, one plan a day has a stall, and amounts hold."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, connections, transaction
from procrastinate.contrib.django import app

from shop.jobs import LIVELIHOOD
from shop.money import Rial
from tests.jobs import run_jobs
from tests.vendors.livelihood.makers import (
    NOW,
    TODAY,
    a_line,
    a_linked_stall,
    a_loan,
    a_person,
    a_plan,
    delivered,
)
from vendors.livelihood.bridge import PlanOfStall, StallPlanLink, link_stall
from vendors.livelihood.income.models import IncomeEntry, LivelihoodLine
from vendors.livelihood.loans.models import Instalment
from vendors.livelihood.people.models import Household
from vendors.livelihood.plans.services import register_plan_types
from vendors.livelihood.record import recorded_change

both_halves = pytest.mark.django_db(databases=["default", "livelihood"])


def history_of(model: type) -> list[tuple[str, object]]:
    events = model._meta.apps.get_model("livelihood", f"{model.__name__}Event")  # type: ignore[attr-defined]
    return list(events.objects.order_by("pgh_id").values_list("pgh_label", "pgh_context"))


@both_halves
def test_history_says_who_changed_a_row_and_why() -> None:
    with recorded_change(by="user 7", reason="birth"):
        household = a_person(size=3).household
        Household.objects.filter(pk=household.pk).update(size=4)
    Household.objects.filter(pk=household.pk).update(size=5)
    said = {"by": "user 7", "reason": "birth"}
    assert history_of(Household) == [("insert", said), ("update", said), ("update", None)]


@both_halves
def test_raw_sql_leaves_its_trace_too() -> None:
    a_line(10)
    with connections["livelihood"].cursor() as cursor:
        cursor.execute("UPDATE livelihood_livelihoodline SET per_month = 1")
        cursor.execute("DELETE FROM livelihood_livelihoodline")
    assert [label for label, _context in history_of(LivelihoodLine)] == [
        "insert",
        "update",
        "delete",
    ]


@both_halves
def test_a_stall_is_one_plan_a_day() -> None:
    stall_id, first, second = uuid4(), a_plan(), a_plan()
    link = link_stall(stall_id=stall_id, plan=first, valid_from=date(2026, 4, 1))
    with pytest.raises(IntegrityError, match="one_plan_a_day"), transaction.atomic("livelihood"):
        link_stall(stall_id=stall_id, plan=second, valid_from=date(2026, 9, 1))
    link.valid_to = date(2026, 8, 31)
    link.save(update_fields=["valid_to"])
    link_stall(stall_id=stall_id, plan=second, valid_from=date(2026, 9, 1))
    plan_of = PlanOfStall.of([stall_id])
    assert plan_of.on(stall_id, date(2026, 8, 31)) == first.pk
    assert plan_of.on(stall_id, date(2026, 9, 1)) == second.pk
    assert plan_of.on(stall_id, date(2026, 3, 31)) is None
    assert plan_of.on(uuid4(), date(2026, 9, 1)) is None
    assert StallPlanLink.objects.count() == 2


@both_halves
def test_two_lines_of_one_size_never_hold_on_the_same_day() -> None:
    a_line(10, size=3)
    a_line(10, size=4)
    with pytest.raises(IntegrityError, match="one_a_day"), transaction.atomic("livelihood"):
        a_line(20, size=3, valid_from=TODAY)


@both_halves
@pytest.mark.parametrize(
    ("paid", "paid_on", "broken"),
    [(101, TODAY, "amounts"), (-1, TODAY, "amounts"), (50, None, "paid_has_a_day")],
)
def test_nobody_pays_more_than_is_due_or_on_no_day(
    paid: int, paid_on: date | None, broken: str
) -> None:
    loan = a_loan(100, TODAY, n=1)
    with pytest.raises(IntegrityError, match=broken):
        Instalment.objects.create(
            loan=loan, no=1, due_on=TODAY, principal=Rial(100), paid=paid, paid_on=paid_on
        )


@both_halves
def test_plan_types_are_registered_once() -> None:
    first = register_plan_types(valid_from=TODAY)
    second = register_plan_types(valid_from=date(2030, 1, 1))
    assert {code: kind.pk for code, kind in first.items()} == {
        code: kind.pk for code, kind in second.items()
    }
    assert [kind.label for kind in first.values()] == [
        "هدایت شغلی",
        "راهبری شغلی",
        "کاریابی",
        "آزادکاری",
    ]


@pytest.mark.django_db(transaction=True, databases=["default", "livelihood"])
def test_the_offices_worker_pulls_income() -> None:
    stall, _plan = a_linked_stall()
    delivered(stall, goods=1000, commission=50, on=NOW)
    app.tasks["vendors.livelihood.jobs.pull_income"].defer(timestamp=0)
    run_jobs(LIVELIHOOD)
    assert sorted(IncomeEntry.objects.values_list("amount", flat=True)) == [-50, 1000]
