"""Eight people press the same button at once: one does it, the others are told; no stall is paid twice."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from shop.accounts.models import User
from shop.jalali import Month
from shop.ledger.accounts import PAYOUT_TRANSIT, bank, stall_available
from shop.ledger.queries import balance
from tests.makers import a_staff_member
from tests.vendors.settlements.makers import (
    AZAR_5,
    COMMISSION,
    PRICE,
    SENDING,
    a_payee,
    an_earned_order,
    finance_people,
)
from vendors.settlements.errors import AlreadyDecided, FiguresChanged, SettlementError
from vendors.settlements.models import Payout, PayoutBatch, Rail, Settlement
from vendors.settlements.services import approve
from vendors.settlements.services.approve import approve_settlement
from vendors.settlements.services.payout import confirm_payout, release_batch
from vendors.settlements.services.prepare import prepare_settlements
from vendors.stalls.models import Stall

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
NET = 2 * (PRICE - COMMISSION) + SENDING
RUNNERS = 8
ABAN = Month(1405, 8)


def at_once(step: Callable[[User], object], people: list[User]) -> list[BaseException]:
    """Each of them takes the step at the same moment; what they were told."""
    start, told = threading.Barrier(len(people)), list[BaseException]()

    def run(person: User) -> None:
        try:
            start.wait()
            step(person)
        except BaseException as error:
            told.append(error)
        finally:
            connection.close()

    runs = [threading.Thread(target=run, args=(person,)) for person in people]
    for each in runs:
        each.start()
    for each in runs:
        each.join()
    return told


def earned_stalls(n: int) -> list[Stall]:
    stalls = [a_payee(f"غرفهٔ {number}") for number in range(n)]
    for stall in stalls:
        an_earned_order(stall)
    prepare_settlements(month=ABAN, by_user_id=None, now=AZAR_5)
    return stalls


def eight_people() -> list[User]:
    return [a_staff_member(is_enrolled=False) for _ in range(RUNNERS)]


def approve_all(person: User) -> None:
    for settlement in Settlement.objects.select_related("stall").order_by("pk"):
        try:
            approve_settlement(settlement=settlement, by_user_id=person.pk, now=AZAR_5)
        except AlreadyDecided:
            continue


def test_eight_approvers_set_each_stalls_money_aside_once() -> None:
    stalls = earned_stalls(4)
    assert at_once(approve_all, eight_people()) == []
    assert sorted(Payout.objects.values_list("amount", flat=True)) == [NET] * 4
    assert balance(PAYOUT_TRANSIT) == -4 * NET
    assert [balance(stall_available(stall.partner_id)) for stall in stalls] == [0] * 4


def test_eight_runners_send_and_confirm_each_payout_once() -> None:
    earned_stalls(5)
    approve_all(finance_people()[0])

    def send(person: User) -> None:
        release_batch(rail=Rail.IBAN, by_user_id=person.pk, now=AZAR_5)

    told = at_once(send, eight_people())
    assert len(told) == RUNNERS - 1
    assert all(isinstance(error, SettlementError) for error in told)
    assert PayoutBatch.objects.get().payouts.count() == 5

    def confirm(_person: User) -> None:
        for payout in Payout.objects.select_related("account", "settlement__stall"):
            try:
                confirm_payout(payout=payout, reference="1", now=AZAR_5)
            except AlreadyDecided:
                continue

    assert at_once(confirm, eight_people()) == []
    assert (balance(PAYOUT_TRANSIT), balance(bank())) == (0, -5 * NET)


def test_a_statement_made_anew_while_it_is_approved_is_one_or_the_other() -> None:
    """Neither a crash nor a statement without its money, however the two meet."""
    (stall,) = earned_stalls(1)
    people = eight_people()

    def either(person: User) -> None:
        if person.pk % 2:
            prepare_settlements(month=ABAN, by_user_id=None, now=AZAR_5)
        else:
            approve_settlement(
                settlement=Settlement.objects.get(stall=stall), by_user_id=person.pk, now=AZAR_5
            )

    told = at_once(either, people)
    known = (AlreadyDecided, FiguresChanged, Settlement.DoesNotExist)
    assert [error for error in told if not isinstance(error, known)] == []
    settlement = Settlement.objects.get()
    paid = Payout.objects.filter(settlement=settlement).count()
    assert paid == (settlement.state == Settlement.State.APPROVED)
    assert balance(PAYOUT_TRANSIT) == -NET * paid


def test_without_the_lock_on_the_stall_the_approvers_collide(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Negative control: rows that are read and not locked set the money aside more than once, or fail."""
    earned_stalls(1)
    plain = Settlement.objects.get()
    meet = threading.Barrier(RUNNERS)

    class Unlocked:
        def select_for_update(self) -> "Unlocked":
            return self

        def get(self, *, pk: int) -> Any:
            return Settlement.objects.get(pk=pk)

    def wait_for_all(*arguments: Any, **options: Any) -> Any:
        meet.wait(timeout=10)
        return real(*arguments, **options)

    class Model:
        objects = Unlocked()
        State = Settlement.State
        DoesNotExist = Settlement.DoesNotExist

    real = approve._set_aside
    monkeypatch.setattr(approve, "Settlement", Model)
    monkeypatch.setattr(
        approve, "Stall", type("NoLock", (), {"objects": Unlocked(), "DoesNotExist": KeyError})
    )
    monkeypatch.setattr(approve, "_set_aside", wait_for_all)
    told = at_once(
        lambda person: approve_settlement(settlement=plain, by_user_id=person.pk, now=AZAR_5),
        eight_people(),
    )
    assert any(not isinstance(error, SettlementError) for error in told)
