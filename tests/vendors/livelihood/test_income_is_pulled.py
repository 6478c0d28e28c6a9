"""What was delivered becomes income once, to the rial, and nobody can change it afterwards."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections, transaction

from shop.jalali import Month
from shop.money import Rial
from shop.orders.services.bazaar import SoldGoods, sell_in_person, take_back_sale
from tests.makers import a_product, a_user
from tests.vendors.livelihood.makers import NOW, TODAY, a_linked_stall, a_plan, a_stall, delivered
from vendors.livelihood.bridge import link_stall
from vendors.livelihood.income.models import IncomeCursor, IncomeEntry, MonthlyIncome
from vendors.livelihood.income.services import PullResult, pull_income, rebuild_income

pytestmark = pytest.mark.django_db(databases=["default", "livelihood"])
MONTH = Month.of(TODAY)


def months() -> list[tuple[int, int, int, int, int]]:
    return list(
        MonthlyIncome.objects.order_by("jyear", "jmonth").values_list(
            "jyear", "jmonth", "goods", "commission", "net"
        )
    )


def test_a_delivered_parcel_is_income_of_its_goods_less_the_commission() -> None:
    stall, plan = a_linked_stall()
    delivered(stall, goods=1_250_000, commission=62_501, shipping=90_000)
    assert pull_income(now=NOW) == PullResult(n_entries=2, n_months=1)
    rows = IncomeEntry.objects.order_by("-amount").values_list(
        "plan_id", "kind", "amount", "occurred_on", "evidence", "source_type"
    )
    assert list(rows) == [
        (plan.pk, "goods", 1_250_000, TODAY, "A", "ledger.posting"),
        (plan.pk, "commission", -62_501, TODAY, "A", "ledger.posting"),
    ]
    assert months() == [(MONTH.year, MONTH.month, 1_250_000, -62_501, 1_187_499)]


def test_a_second_pull_changes_nothing() -> None:
    stall, _plan = a_linked_stall()
    delivered(stall, goods=1000, commission=50)
    pull_income(now=NOW)
    before = (list(IncomeEntry.objects.values()), list(MonthlyIncome.objects.values()))
    assert pull_income(now=NOW) == PullResult(n_entries=0, n_months=0)
    assert (list(IncomeEntry.objects.values()), list(MonthlyIncome.objects.values())) == before


def test_a_replay_from_the_beginning_changes_nothing() -> None:
    stall, _plan = a_linked_stall()
    delivered(stall, goods=1000, commission=50)
    pull_income(now=NOW)
    IncomeCursor.objects.all().delete()
    assert pull_income(now=NOW) == PullResult(n_entries=0, n_months=0)
    assert IncomeEntry.objects.count() == 2


def test_money_taken_back_makes_the_month_smaller() -> None:
    stall, _plan = a_linked_stall()
    delivered(stall, goods=1000, commission=50)
    pull_income(now=NOW)
    delivered(stall, goods=-400, commission=-20)
    assert pull_income(now=NOW) == PullResult(n_entries=2, n_months=1)
    assert months() == [(MONTH.year, MONTH.month, 600, -30, 570)]


def test_a_sale_after_midnight_in_tehran_belongs_to_the_new_month() -> None:
    stall, _plan = a_linked_stall()
    start_of_azar = Month(1405, 9).start
    just_after = datetime(2026, 11, 21, 20, 31, tzinfo=UTC)  # 00:01 of 1 Azar in Tehran
    assert start_of_azar == date(2026, 11, 22)
    delivered(stall, goods=10, on=just_after)
    delivered(stall, goods=5, on=just_after - timedelta(minutes=2))
    pull_income(now=NOW)
    assert months() == [(1405, 8, 5, 0, 5), (1405, 9, 10, 0, 10)]


def test_what_a_stall_without_a_plan_earns_is_nobodys_income() -> None:
    stall = a_stall()
    delivered(stall, goods=1000)
    assert pull_income(now=NOW) == PullResult(n_entries=0, n_months=0)


def test_income_before_and_after_the_link_is_not_the_plans() -> None:
    stall, plan = a_stall(), a_plan()
    link = link_stall(stall_id=stall.public_id, plan=plan, valid_from=date(2026, 11, 20))
    link.valid_to = date(2026, 11, 24)
    link.save(update_fields=["valid_to"])
    for day in (19, 20, 24, 25):
        delivered(stall, goods=day, on=datetime(2026, 11, day, 9, tzinfo=UTC))
    pull_income(now=NOW)
    assert sorted(IncomeEntry.objects.values_list("amount", flat=True)) == [20, 24]


def test_rebuild_finds_what_was_earned_before_the_stall_was_linked() -> None:
    stall = a_stall()
    delivered(stall, goods=1000, commission=50)
    pull_income(now=NOW)
    link_stall(stall_id=stall.public_id, plan=a_plan(), valid_from=date(2026, 3, 21))
    result = rebuild_income(now=NOW)
    assert (result.n_entries_added, result.n_months_corrected, result.differences) == (2, 1, [])
    assert months() == [(MONTH.year, MONTH.month, 1000, -50, 950)]
    assert rebuild_income(now=NOW).n_entries_added == 0


def test_rebuild_puts_a_spoilt_month_right_and_drops_one_without_entries() -> None:
    stall, plan = a_linked_stall()
    delivered(stall, goods=1000)
    pull_income(now=NOW)
    MonthlyIncome.objects.update(goods=1, net=1)
    MonthlyIncome.objects.create(
        plan=plan, jyear=1404, jmonth=1, goods=7, commission=0, net=7, n_entries=1
    )
    assert rebuild_income(now=NOW).n_months_corrected == 2
    assert months() == [(MONTH.year, MONTH.month, 1000, 0, 1000)]


def test_rebuild_reports_an_entry_that_the_ledger_does_not_back() -> None:
    IncomeEntry.objects.create(
        plan=a_plan(),
        source_type="ledger.posting",
        source_id="999999999",
        kind="goods",
        amount=5,
        occurred_on=TODAY,
        evidence="A",
    )
    with pytest.raises(CommandError, match="1 entries are not backed by the ledger"):
        call_command("rebuild_income")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE livelihood_incomeentry SET amount = amount + 1",
        "DELETE FROM livelihood_incomeentry",
        "TRUNCATE livelihood_incomeentry CASCADE",
    ],
)
def test_raw_sql_cannot_change_an_entry(statement: str) -> None:
    stall, _plan = a_linked_stall()
    delivered(stall, goods=1000)
    pull_income(now=NOW)
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(using="livelihood"),
        connections["livelihood"].cursor() as cursor,
    ):
        cursor.execute(statement)
    assert list(IncomeEntry.objects.values_list("amount", flat=True)) == [1000]


@pytest.mark.parametrize("right", ["UPDATE", "DELETE", "TRUNCATE"])
@pytest.mark.parametrize("table", ["livelihood_incomeentry", "livelihood_accesslog"])
def test_the_offices_role_may_add_entries_and_not_change_them(table: str, right: str) -> None:
    with connections["livelihood"].cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('office', %s, %s)", [table, right])
        assert cursor.fetchone() == (False,)
        cursor.execute("SELECT has_table_privilege('office', %s, 'INSERT')", [table])
        assert cursor.fetchone() == (True,)


def test_what_a_stall_sold_in_person_is_declared_income_and_comes_off_again() -> None:
    stall, plan = a_linked_stall()
    record = a_product(stall, stock=9).stockrecords.get()
    sale = sell_in_person(
        sale_id=uuid4(),
        partner_id=stall.partner_id,
        goods=[SoldGoods(record, "کلاه", 2, Rial(500_000))],
        note="",
        by_user_id=a_user().pk,
        now=NOW,
    )
    pull_income(now=NOW)
    [entry] = IncomeEntry.objects.filter(plan=plan)
    assert (entry.amount, entry.evidence) == (1_000_000, IncomeEntry.Evidence.DECLARED)
    assert months() == [(MONTH.year, MONTH.month, 1_000_000, 0, 1_000_000)]
    take_back_sale(sale=sale, now=NOW)
    pull_income(now=NOW)
    assert [row[-1] for row in months()] == [0]
