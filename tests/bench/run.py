"""`make bench`: alternates this shop and stock Oscar, prints the figures and writes them into docs/performance.md."""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command

from shop import postgres, supervisor
from tests import migrated_templates
from tests.bench.report import Row, print_table, write_document
from tests.bench.shops import ROOT, Cost, Ours, Shop, Stock
from tests.fixtures_bank import SandboxBank
from tests.fixtures_search import SearchServer

STEPS = (
    "category",
    "category_first_visit",
    "product",
    "product_first_visit",
    "search",
    "add_to_basket",
    "place_order",
)
FIRST_VISIT = "_first_visit"
# Pages that were asked for before are a dozen, each seen once in warming up; first visits begin beyond them.
SEEN_BEFORE = 12


def main() -> None:
    arguments = read_arguments()
    postgres.start(settings.STATE_DIR)
    migrated_templates.refresh(settings.STATE_DIR)
    call_command("collectstatic", verbosity=0, interactive=False)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, ExitStack() as stack:
        place = Path(folder)
        search = stack.enter_context(search_server(place))
        bank = SandboxBank(place / "bank")
        bank.start()
        stack.callback(bank.stop)
        for size in arguments.sizes:
            rows += bench_of(size, place, search, bank.url, arguments)
    print_table(rows)
    if not arguments.no_document:
        write_document(rows, rounds=arguments.rounds)


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--rounds", type=int, default=24, help="requests of each shop and step")
    parser.add_argument("--steps", nargs="+", choices=STEPS, default=STEPS)
    parser.add_argument("--no-document", action="store_true", help="leave docs/ as it is")
    return parser.parse_args()


@contextmanager
def search_server(folder: Path) -> Iterator[SearchServer | None]:
    """The assembled Elasticsearch; None where it is not there, and PostgreSQL searches."""
    if not supervisor.search_server_is_built():
        print("No Elasticsearch here: PostgreSQL searches (docker/elasticsearch/build.sh)")
        yield None
        return
    server = SearchServer(folder / "elasticsearch")
    server.start()
    try:
        yield server
    finally:
        server.stop()


def bench_of(
    size: int,
    folder: Path,
    search: SearchServer | None,
    bank_url: str,
    arguments: argparse.Namespace,
) -> list[Row]:
    """Both shops with `size` products, started, measured in turn and taken away again."""
    ours = Ours(f"bench_ours_{size}", ours_environment(size, search, bank_url), folder)
    ours.search_pid = search.process.pid if search and search.process else None
    stock = Stock(f"bench_stock_{size}", stock_environment(size, folder), folder)
    with ExitStack() as stack:
        for shop, template in ((ours, "template_market_migrated"), (stock, "template_market")):
            stack.enter_context(database(shop.database, template))
            print(f"  {size} products for {shop.name}")
            fill(shop, size)
        for shop in (ours, stock):
            shop.start()
            stack.callback(shop.stop)
        return [alternate(step, size, ours, stock, arguments.rounds) for step in arguments.steps]


def alternate(step: str, size: int, ours: Shop, stock: Shop, rounds: int) -> Row:
    """One request of each in turn, so that a busy minute of the machine falls on both."""
    if step == "search" and size > 1_000:
        rounds = max(2, rounds // 6)  # stock takes seconds, linear in the number of goods
    is_first = step.endswith(FIRST_VISIT)
    warm_up = 0 if is_first else SEEN_BEFORE
    costs: dict[str, list[Cost]] = {ours.name: [], stock.name: []}
    for turn in range(-warm_up, rounds):
        which = SEEN_BEFORE + turn if is_first else turn % SEEN_BEFORE
        for shop in (stock, ours):
            cost: Cost = getattr(shop, step.removesuffix(FIRST_VISIT))(which)
            if turn >= 0:
                costs[shop.name].append(cost)
    row = Row(step=step, size=size, ours=costs[ours.name], stock=costs[stock.name])
    print(f"  {size} {step}: {row.ratio:.1f}×")
    return row


@contextmanager
def database(name: str, template: str) -> Iterator[None]:
    """A database on the embedded server for the time of the bench."""
    owner = postgres.embedded_url(state_dir=settings.STATE_DIR, door="setup", database="postgres")
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield
    finally:
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def fill(shop: Shop, size: int) -> None:
    """Fill as the owner of the tables; the shop itself runs in its own role."""
    url = postgres.embedded_url(state_dir=settings.STATE_DIR, door="setup", database=shop.database)
    confidential = postgres.embedded_url(
        state_dir=settings.STATE_DIR, door="setup", database=postgres.LIVELIHOOD
    )
    environment = shop.environment | {
        "DOOR": "setup",
        "DATABASE_URL": url,
        "LIVELIHOOD_DATABASE_URL": confidential,
        "BENCH_DATABASE_URL": url,
    }
    command = [sys.executable, "-m", "tests.bench.fill", shop.name, str(size)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def ours_environment(size: int, search: SearchServer | None, bank_url: str) -> dict[str, str]:
    url = postgres.embedded_url(
        state_dir=settings.STATE_DIR, door="storefront", database=f"bench_ours_{size}"
    )
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "shop.settings",
        "DOOR": "storefront",
        "DATABASE_URL": url,
        "BAZARCHE_STATE": str(settings.STATE_DIR),
        "ELASTICSEARCH_URL": search.url if search else "",
        "ELASTICSEARCH_INDEX": f"bench-{size}",
        "SANDBOX_BANK_URL": bank_url,
        "LOG_LEVEL": "ERROR",
    }


def stock_environment(size: int, folder: Path) -> dict[str, str]:
    url = postgres.embedded_url(
        state_dir=settings.STATE_DIR, door="setup", database=f"bench_stock_{size}"
    )
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.bench.stock.settings",
        "BENCH_DATABASE_URL": url,
        "BENCH_FOLDER": str(folder),
    }
