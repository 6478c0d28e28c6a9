"""A statement counts each posting once, and says to the rial what a stall is owed."""

import threading
import uuid
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from shop.jalali import Month
from shop.ledger.accounts import PAYOUT_TRANSIT, stall_available
from shop.ledger.queries import balance
from shop.orders.models import StallOrder
from shop.orders.services.refund import refund_lines
from tests.makers import NOON, a_stall
from tests.vendors.settlements.makers import (
    AZAR_5,
    COMMISSION,
    IN_ABAN,
    PRICE,
    SENDING,
    a_payee,
    an_earned_order,
    finance_people,
)
from vendors.settlements.errors import (
    AlreadyDecided,
    FiguresChanged,
    NoAccount,
    PeriodNotOver,
    SecondPersonNeeded,
)
from vendors.settlements.models import Payout, Settlement, SettlementLine
from vendors.settlements.services.approve import approve_settlement
from vendors.settlements.services.prepare import prepare_settlements
from vendors.stalls.models import Stall

pytestmark = pytest.mark.django_db(transaction=True)
ABAN, MEHR = Month(1405, 8), Month(1405, 7)
NET = 2 * (PRICE - COMMISSION) + SENDING


def prepare(month: Month = ABAN, by: int | None = None) -> list[Settlement]:
    return prepare_settlements(month=month, by_user_id=by, now=AZAR_5)


def give_back(stall_order: StallOrder, pieces: int, *, with_shipping: bool = False) -> None:
    refund_lines(
        refund_id=uuid.uuid4(),
        stall_order=stall_order,
        quantities={stall_order.order.lines.get().pk: pieces},
        with_shipping=with_shipping,
        reason="",
        by_user_id=None,
        now=AZAR_5,
    )


def test_a_statement_says_what_was_sold_kept_and_owed() -> None:
    an_earned_order(a_payee())
    (statement,) = prepare()
    assert (statement.sold, statement.shipping) == (2 * PRICE, SENDING)
    assert (statement.commission, statement.refunds) == (-2 * COMMISSION, 0)
    assert (statement.opening, statement.net, statement.payable) == (0, NET, NET)
    assert statement.state == Settlement.State.DRAFT


def test_what_came_back_before_the_window_ended_stands_beside_what_was_sold() -> None:
    give_back(an_earned_order(a_payee()), 1)
    (statement,) = prepare()
    assert statement.sold == 2 * PRICE
    assert statement.refunds == -(PRICE - COMMISSION)
    assert statement.net == PRICE - COMMISSION + SENDING


def test_within_the_return_window_nothing_is_owed() -> None:
    an_earned_order(a_payee(), on=AZAR_5 - timedelta(days=6))
    assert prepare() == []


def test_a_window_that_ended_after_the_month_belongs_to_the_next() -> None:
    an_earned_order(a_payee(), on=AZAR_5 - timedelta(days=8))  # ends in Azar
    assert prepare() == []


def test_prepared_again_it_is_the_same_statement() -> None:
    an_earned_order(a_payee())
    prepare()
    (statement,) = prepare()
    assert Settlement.objects.get() == statement
    assert SettlementLine.objects.count() == statement.lines.count() == 3
    assert statement.net == NET


@pytest.mark.race
def test_eight_runs_at_once_make_one_statement_for_each_stall() -> None:
    for name in ("یک", "دو", "سه"):
        an_earned_order(a_payee(name))
    start = threading.Barrier(8)
    failures: list[BaseException] = []

    def run() -> None:
        start.wait()
        try:
            prepare()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    runs = [threading.Thread(target=run) for _ in range(8)]
    for each in runs:
        each.start()
    for each in runs:
        each.join()
    assert failures == []
    assert sorted(Settlement.objects.values_list("net", flat=True)) == [NET, NET, NET]
    assert SettlementLine.objects.count() == 9


def test_an_approved_statement_is_left_as_it_is_and_its_money_set_aside() -> None:
    stall = a_payee()
    an_earned_order(stall)
    (statement,) = prepare()
    _maker, checker = finance_people()
    payout = approve_settlement(settlement=statement, by_user_id=checker.pk, now=AZAR_5)
    assert payout is not None
    assert (payout.amount, payout.state) == (NET, Payout.State.PREPARED)
    assert balance(stall_available(stall.partner_id)) == 0
    assert balance(PAYOUT_TRANSIT) == -NET
    assert prepare() == []
    with pytest.raises(AlreadyDecided):
        approve_settlement(settlement=statement, by_user_id=checker.pk, now=AZAR_5)
    assert Payout.objects.count() == 1


def test_whoever_prepared_it_cannot_approve_it() -> None:
    an_earned_order(a_payee())
    maker, _checker = finance_people()
    (statement,) = prepare(by=maker.pk)
    with pytest.raises(SecondPersonNeeded):
        approve_settlement(settlement=statement, by_user_id=maker.pk, now=AZAR_5)
    assert Payout.objects.count() == 0


def test_without_an_account_nothing_is_approved() -> None:
    stall = a_payee(now=AZAR_5 + timedelta(days=1, hours=1))  # cooling off until an hour from now
    an_earned_order(stall)
    (statement,) = prepare()
    with pytest.raises(NoAccount):
        approve_settlement(settlement=statement, by_user_id=finance_people()[1].pk, now=AZAR_5)
    statement.refresh_from_db()
    assert statement.state == Settlement.State.DRAFT


def test_a_refund_since_the_draft_calls_for_a_new_one() -> None:
    stall_order = an_earned_order(a_payee())
    (statement,) = prepare()
    give_back(stall_order, 1)
    checker = finance_people()[1]
    with pytest.raises(FiguresChanged):
        approve_settlement(settlement=statement, by_user_id=checker.pk, now=AZAR_5)


def test_a_refund_after_the_payout_is_netted_by_the_next_statement() -> None:
    stall = a_payee()
    stall_order = an_earned_order(stall, on=IN_ABAN - timedelta(days=30))
    (mehr,) = prepare(MEHR)
    checker = finance_people()[1]
    approve_settlement(settlement=mehr, by_user_id=checker.pk, now=AZAR_5)
    give_back_in_aban(stall_order)
    assert balance(stall_available(stall.partner_id)) == PRICE - COMMISSION
    (aban,) = prepare(ABAN)
    assert (aban.net, aban.payable) == (-(PRICE - COMMISSION), 0)
    assert aban.carried_out == -(PRICE - COMMISSION)
    assert approve_settlement(settlement=aban, by_user_id=checker.pk, now=AZAR_5) is None
    an_earned_order(stall, on=NOON)
    next_month = NOON + timedelta(days=40)
    (azar,) = prepare_settlements(month=Month(1405, 9), by_user_id=None, now=next_month)
    assert azar.opening == -(PRICE - COMMISSION)
    assert azar.net == NET - (PRICE - COMMISSION)
    assert -balance(stall_available(stall.partner_id)) == azar.net


def give_back_in_aban(stall_order: StallOrder) -> None:
    refund_lines(
        refund_id=uuid.uuid4(),
        stall_order=stall_order,
        quantities={stall_order.order.lines.get().pk: 1},
        with_shipping=False,
        reason="",
        by_user_id=None,
        now=IN_ABAN,
    )


def test_an_earlier_draft_must_be_approved_first() -> None:
    stall = a_payee()
    an_earned_order(stall, on=IN_ABAN - timedelta(days=30))
    prepare(MEHR)
    an_earned_order(stall)
    assert prepare(ABAN) == []
    assert Settlement.objects.get().month == MEHR


def test_too_little_is_carried_to_the_next(settings: Any) -> None:
    settings.MIN_PAYOUT_RIAL = NET + 1
    an_earned_order(a_payee(), on=IN_ABAN - timedelta(days=30))
    (mehr,) = prepare(MEHR)
    assert (mehr.net, mehr.payable, mehr.carried_out) == (NET, 0, NET)
    checker = finance_people()[1]
    assert approve_settlement(settlement=mehr, by_user_id=checker.pk, now=AZAR_5) is None
    settings.MIN_PAYOUT_RIAL = NET
    (aban,) = prepare(ABAN)
    assert (aban.opening, aban.sold, aban.net, aban.payable) == (NET, 0, NET, NET)
    payout = approve_settlement(settlement=aban, by_user_id=checker.pk, now=AZAR_5)
    assert payout is not None
    assert payout.amount == NET


def test_a_month_that_is_not_over_is_refused() -> None:
    with pytest.raises(PeriodNotOver):
        prepare(Month(1405, 9))


def test_the_command_prints_a_table_and_writes_nothing_when_dry() -> None:
    stall = a_payee()
    an_earned_order(stall)
    said = StringIO()
    call_command("settle_stalls", "--period", "1405-07", "--dry-run", stdout=said)
    assert "1405-07: 0 statements, nothing was written" in said.getvalue()
    assert Settlement.objects.count() == 0


def test_the_command_says_what_happens_to_each_statement(
    settings: Any,
) -> None:
    an_earned_order(a_payee("پرداختنی"), on=IN_ABAN - timedelta(days=20))
    an_earned_order(a_stall("بی‌حساب"), on=IN_ABAN - timedelta(days=20))
    settings.MIN_PAYOUT_RIAL = 1
    said = StringIO()
    call_command("settle_stalls", "--period", "۱۴۰۵-۰۷", "--dry-run", stdout=said)
    lines = said.getvalue().splitlines()
    assert [line.rpartition("  ")[2] for line in lines[1:3]] == [
        "is paid when approved",
        "waits for an account",
    ]
    call_command("settle_stalls", "--period", "1405-07", stdout=StringIO())
    said = StringIO()
    call_command("settle_stalls", "--period", "1405-08", stdout=said)
    assert said.getvalue().count("left out: an earlier month waits for approval") == 2


@pytest.mark.parametrize(
    "period", ["1405", "1405-13", "آبان", "1405-08-01", "", "0-1", "NaN-1", "99999999999999-1"]
)
def test_a_period_that_is_none_is_refused_in_words(period: str) -> None:
    with pytest.raises(CommandError, match="Jalali year and month"):
        call_command("settle_stalls", "--period", period)


def test_a_stall_that_sold_nothing_has_no_statement() -> None:
    a_payee()
    assert prepare() == []
    assert Stall.objects.count() == 1
