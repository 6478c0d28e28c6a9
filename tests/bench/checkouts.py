"""Whole checkouts a second, from the product's page to the paid order's: `python -m tests.bench checkouts`.

Each shop has its own gunicorn with two workers and its own sandbox bank; ours has its job worker running and gets the
bank's webhooks too. The same number of buyers, each an operating-system process with one browser after another, buys
from one shop and then from the other, round by round. *Spread*: everybody another product. *Hot*: all the same one.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command

from shop import postgres
from tests import migrated_templates
from tests.bench.buyers import BUY, shop_for
from tests.bench.report import BEGIN_CHECKOUTS, END_CHECKOUTS, write_between
from tests.bench.run import database, fill, ours_environment, stock_environment
from tests.bench.shops import ROOT, Ours, Shop, Stock
from tests.fixtures_bank import SECRET, SandboxBank

GOODS = 1_000
LOADS = ("spread", "hot")


@dataclass(frozen=True)
class Round:
    """What the buyers of one round got from one shop."""

    a_second: float
    statements: float
    failures: tuple[str, ...]


def one_round(shop: Shop, load: str, *, buyers: int, seconds: float) -> Round:
    context = get_context("spawn")
    counted, doors_open = context.Queue(), context.Barrier(buyers + 1)
    people = [
        context.Process(
            target=shop_for, args=(shop.name, shop.url, load, n, seconds, doors_open, counted)
        )
        for n in range(buyers)
    ]
    for person in people:
        person.start()
    doors_open.wait()
    started = time.monotonic()
    told = [counted.get() for _ in people]
    for person in people:
        person.join()
    bought = [statements for done, _failures in told for statements in done]
    return Round(
        a_second=len(bought) / (time.monotonic() - started),
        statements=statistics.median(bought) if bought else 0,
        failures=tuple(each for _done, failures in told for each in failures),
    )


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench checkouts", description=__doc__)
    parser.add_argument("--buyers", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--no-document", action="store_true", help="leave docs/ as it is")
    asked = parser.parse_args(arguments)
    postgres.start(settings.STATE_DIR)
    migrated_templates.refresh(settings.STATE_DIR)
    call_command("collectstatic", verbosity=0, interactive=False)
    with tempfile.TemporaryDirectory(prefix="checkouts-") as folder, ExitStack() as stack:
        lines = stack.enter_context(contest(Path(folder)))
        table = _table(lines(asked))
    print(table)
    if not asked.no_document:
        what = f"{asked.rounds} rounds of {asked.seconds:g} s for each shop and load, {asked.buyers} buyers."
        write_between(BEGIN_CHECKOUTS, END_CHECKOUTS, f"{table}\n{what}")


@contextmanager
def contest(place: Path) -> "Iterator[Callable[[argparse.Namespace], list[str]]]":
    """Both shops open, with their banks; gives the measurement itself."""
    with ExitStack() as stack:
        banks = {name: SandboxBank(place / f"bank-{name}") for name in BUY}
        ours = Ours("bench_checkouts_ours", {}, place, workers=2)
        stock = Stock("bench_checkouts_stock", {}, place, workers=2)
        banks["ours"].hook = f"{ours.url}/payments/stripe/webhook/"
        for bank in banks.values():
            bank.start()
            stack.callback(bank.stop)
        ours.environment = ours_environment(GOODS, None, banks["ours"].url) | {
            "DATABASE_URL": _url(ours.database, "storefront"),
            "STOREFRONT_URL": ours.url,
            "STRIPE_WEBHOOK_SECRET": SECRET,
        }
        stock.environment = stock_environment(GOODS, place) | {
            "BENCH_DATABASE_URL": _url(stock.database, "setup"),
            "BENCH_BANK_URL": banks["stock"].url,
        }
        for shop, template in ((ours, "template_market_migrated"), (stock, "template_market")):
            stack.enter_context(database(shop.database, template))
            fill(shop, GOODS)
            _fill_shelves(shop.database)
        for shop in (ours, stock):
            shop.start()
            stack.callback(shop.stop)
        stack.enter_context(_job_worker(ours))
        yield lambda asked: _measure(ours, stock, banks, asked)


def _measure(
    ours: Shop, stock: Shop, banks: dict[str, SandboxBank], asked: argparse.Namespace
) -> list[str]:
    lines = []
    for shop in (ours, stock):  # what each draws or compiles for the first time is not measured
        one_round(shop, "spread", buyers=asked.buyers, seconds=4)
    for load in LOADS:
        rounds: dict[str, list[Round]] = {"ours": [], "stock": []}
        for turn in range(asked.rounds):
            for shop in (stock, ours) if turn % 2 else (ours, stock):
                rounds[shop.name].append(
                    one_round(shop, load, buyers=asked.buyers, seconds=asked.seconds)
                )
        lines.append(_line(load, rounds))
    _say_what_each_took(ours, stock, banks)
    return lines


def _line(load: str, rounds: dict[str, list[Round]]) -> str:
    a_second = {name: [each.a_second for each in some] for name, some in rounds.items()}
    ratios = [
        mine / theirs for mine, theirs in zip(a_second["ours"], a_second["stock"], strict=True)
    ]
    failures = {name: sum(len(each.failures) for each in some) for name, some in rounds.items()}
    for name, some in rounds.items():
        for failure in sorted({each for one in some for each in one.failures})[:3]:
            print(f"  {name} {load}: {failure}")
    sql = {
        name: statistics.median(each.statements for each in some) for name, some in rounds.items()
    }
    return (
        f"| {load} | {statistics.median(a_second['stock']):.1f} → {statistics.median(a_second['ours']):.1f}"
        f" | **{statistics.median(ratios):.2f}×** | {min(ratios):.2f}–{max(ratios):.2f}"
        f" | {sql['stock']:.0f} → {sql['ours']:.0f} | {failures['stock']} → {failures['ours']} |"
    )


def _table(lines: list[str]) -> str:
    return "\n".join(
        [
            "| load | checkouts a second | ratio, median | ratio, least and most | SQL to the paid order | failures |",
            "|---|---|---|---|---|---|",
            *lines,
        ]
    )


def _say_what_each_took(ours: Shop, stock: Shop, banks: dict[str, SandboxBank]) -> None:
    """Money taken against orders written: the figures count only when ours agree."""
    captures = {name: len(bank.captures()) for name, bank in banks.items()}
    paid = _count(ours.database, "SELECT count(*) FROM order_order WHERE status = 'paid'")
    placed = _count(stock.database, "SELECT count(*) FROM order_order")
    print(f"  ours: {captures['ours']} captures, {paid} paid orders")
    if captures["ours"] != paid:
        raise RuntimeError("what the bank took from our buyers is not what they have ordered")
    print(f"  stock: {captures['stock']} captures, {placed} orders")


def _count(name: str, statement: str) -> int:
    with psycopg.connect(_url(name, "setup")) as connection:
        row = connection.execute(statement).fetchone()
        return int(row[0]) if row else 0


def _fill_shelves(name: str) -> None:
    """So many of everything that no load ever sells one out."""
    with psycopg.connect(_url(name, "setup")) as connection:
        connection.execute("UPDATE partner_stockrecord SET num_in_stock = 1000000")


def _url(name: str, door: postgres.Door) -> str:
    return postgres.embedded_url(state_dir=settings.STATE_DIR, door=door, database=name)


@contextmanager
def _job_worker(ours: Shop) -> Iterator[None]:
    """The storefront's worker as the Procfile starts it."""
    log = (ours.folder / "worker.log").open("wb")
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "procrastinate", "worker", "--queues", "market"],
        cwd=ROOT,
        env=ours.environment,
        stdout=log,
        stderr=log,
    )
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(30)
        log.close()
