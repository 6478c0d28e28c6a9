"""Writers commit in any order and readers may meet: each posting becomes one entry."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connections, transaction

from tests.vendors.livelihood.makers import NOW, a_linked_stall, delivered
from vendors.livelihood.income import services
from vendors.livelihood.income.models import IncomeEntry, MonthlyIncome
from vendors.livelihood.income.services import pull_income
from vendors.stalls.models import Stall

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True, databases=["default", "livelihood"]),
]


def in_a_thread(work: Callable[[], object]) -> threading.Thread:
    """Runs with database connections of its own, as another process would."""

    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@contextmanager
def an_open_delivery(stall: Stall, *, goods: int) -> Iterator[None]:
    """A delivery that is booked now and commits when the block ends."""
    booked, may_commit = threading.Event(), threading.Event()

    def deliver() -> None:
        with transaction.atomic():
            delivered(stall, goods=goods)
            booked.set()
            may_commit.wait(20)

    thread = in_a_thread(deliver)
    assert booked.wait(20)
    try:
        yield
    finally:
        may_commit.set()
        thread.join(20)


def amounts_after_a_late_commit() -> list[int]:
    stall, _plan = a_linked_stall()
    delivered(stall, goods=3)  # makes the accounts, for whose rows the two would wait
    with an_open_delivery(stall, goods=1):
        delivered(stall, goods=2)  # begins later, commits sooner: the reading mark passes the first
        pull_income(now=NOW)
    pull_income(now=NOW)
    return sorted(IncomeEntry.objects.values_list("amount", flat=True))


def test_a_delivery_that_commits_after_the_pull_is_found_by_the_next() -> None:
    assert amounts_after_a_late_commit() == [1, 2, 3]


def test_without_the_overlap_it_would_be_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "OVERLAP", timedelta(0))
    assert amounts_after_a_late_commit() == [2, 3]


def test_pulls_that_meet_write_each_posting_once() -> None:
    stall, _plan = a_linked_stall()
    for _ in range(20):
        delivered(stall, goods=100, commission=5)
    results: list[services.PullResult] = []
    threads = [in_a_thread(lambda: results.append(pull_income(now=NOW))) for _ in range(4)]
    for thread in threads:
        thread.join(30)
    assert sorted(result.n_entries for result in results) == [0, 0, 0, 40]
    assert IncomeEntry.objects.count() == 40
    assert list(MonthlyIncome.objects.values_list("net", "n_entries")) == [(1900, 40)]
