"""Processes are killed at each named point of a checkout, then at random: is any money or order lost?

A row is one failpoint (shop/failpoints.py). Each time a buyer checks out, gunicorn's worker or the job worker dies
there by SIGKILL and is started again; every second buyer comes back and tries again, the others never do. The sweeper's
clock runs fast: every open payment is old enough to be asked about, and when a row is done, those nobody paid are
moved past their deadline. After that, within 60 seconds, every captured payment must have an order that is paid or be
given back, no basket may stay frozen, the books must balance and the stock held be what open orders hold. Captures
are read from the sandbox bank's own log. Then the same under load, with a random process killed again and again.
"""

import argparse
import contextlib
import logging
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import psutil

from tests.reliability import django_is_up  # noqa: F401 - first: the models below need it

# isort: split

from tests.reliability.buyers import Browser, Crowd, Outcome, Press, pay_and_return
from tests.reliability.checker import broken_promises, lost_orders
from tests.reliability.deaths import (
    PAY,
    ROWS,
    PassedBy,
    Row,
    an_hour_later,
    forget_dead_workers,
    heal,
    sweep,
    while_returning,
)
from tests.reliability.market import GATEWAYS, Market, open_market
from tests.reliability.payouts import pay_out_under_fire
from tests.reliability.rig import Rig, rig

SECONDS_TO_HEAL = 60
FAST_CLOCK = {"PAYMENT_ASK_AFTER_MINUTES": "0"}
TRIES = 8
LOAD_BUYERS = 4
DEEDS = ("pay", "pay", "pay", "pay_and_close", "pay_and_close", "decline", "cancel", "leave")


def run_row(row: Row, market: Market, times: int) -> tuple[str, list[str]]:
    """One failpoint so many times; its line, and what is wrong."""
    product = market.product(f"کالای {row}", stock=10 * times)
    began = time.monotonic()
    for turn in range(times):
        if not dies(row, market, product, turn):
            return f"  NOT REACHED {row}", [f"{row}: nobody died"]
    an_hour_later()
    healed_in, wrong = heal(market.rig, seconds=SECONDS_TO_HEAL)
    word = "broken" if wrong else "whole"
    line = (
        f"  {row}: killed {times} times in {time.monotonic() - began - healed_in:.0f} s,"
        f" {word} {healed_in:.1f} s later"
    )
    return line, [f"{row}: {each}" for each in wrong]


def dies(row: Row, market: Market, product: Any, turn: int) -> bool:
    """Bring a process to the point; again when another settled that payment first, as the sweeper may each minute."""
    for _ in range(TRIES):
        try:
            row.drive(row, market, product, turn)
            return True
        except PassedBy:
            market.rig.disarm()
    return False


@dataclass(frozen=True)
class Shopping:
    """A buyer's list for the random kills."""

    presses: Sequence[Press]
    until: float


def shop_on(browser: Browser, start: Any, list_: Shopping) -> list[tuple[str, Outcome]]:
    """Check out again and again; who is cut off tries again, as people do. Deeds and what each came to."""
    done = []
    for press in list_.presses:
        if time.monotonic() > list_.until:
            break
        seen = Outcome()
        for _ in range(60):
            try:
                seen = check_out(browser, press)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        done.append((press.deed, seen))
    return done


def check_out(browser: Browser, press: Press) -> Outcome:
    seen = Outcome()
    browser.forget()
    answer = browser.post(press.shop + PAY, press.form)
    seen.statuses.append(answer.status_code)
    leads_to = answer.headers.get("Location", "")
    if not leads_to.startswith(press.bank):
        seen.end = f"odd: {answer.status_code} {leads_to}"
        if leads_to.startswith("/o/"):  # pressed before, and paid or asked to try again
            seen.end, seen.order_page = "led to the order", leads_to
        return seen
    seen.bank_page = leads_to
    if press.deed == "leave":
        seen.end = "left"
    else:
        pay_and_return(browser, press, seen)
    return seen


def kill_at_random(market: Market, seconds: int, seed: int) -> tuple[str, list[str]]:
    """Load, and a random worker killed every second or so; the line, and what is wrong."""
    chance, shop = random.Random(seed), market.rig
    product = market.product("کالای شلوغ", stock=100_000)
    lists = [
        [
            market.press(product, gateway=chance.choice(GATEWAYS), deed=chance.choice(DEEDS))
            for _ in range(12 * seconds)
        ]
        for _ in range(LOAD_BUYERS)
    ]
    until, killed = time.monotonic() + seconds, Counter[str]()
    with Crowd(LOAD_BUYERS) as crowd:
        crowd.begin(shop_on, [Shopping(list_, until) for list_ in lists])
        while time.monotonic() < until:
            time.sleep(chance.uniform(0.3, 1.2))
            killed[kill_one(shop, chance)] += 1
            sweep()
        done = [each for buyer in crowd.finish() for each in buyer]
    shop.wait_until_open()
    an_hour_later()
    healed_in, wrong = heal(shop, seconds=SECONDS_TO_HEAL)
    acked = [s.order_page for deed, s in done if deed == "pay" and s.end == "came back"]
    wrong += lost_orders(acked)
    wrong += sorted({f"HTTP {s}" for _, seen in done for s in seen.statuses if s >= 500})
    line = (
        f"  random: {killed['storefront']} gunicorn and {killed['worker']} job workers killed in {seconds} s under"
        f" {len(done)} checkouts, {len(acked)} acknowledged as paid;"
        f" {'broken' if wrong else 'whole'} {healed_in:.1f} s later"
    )
    return line, wrong


def kill_one(shop: Rig, chance: random.Random) -> str:
    """SIGKILL to a gunicorn worker or the job worker; which kind."""
    name = chance.choice(("storefront", "storefront", "worker"))
    with contextlib.suppress(psutil.NoSuchProcess, IndexError):
        chance.choice(shop.children(name)).kill()
    return name


def payout_control(times: int) -> tuple[str, bool]:
    """Payouts whose every try is a new one to the gateway: some must be seen twice."""
    _, wrong = pay_out_under_fire(stalls=times, without="key")
    twice = [each for each in wrong if each.endswith("sent 2 times")]
    word = "CONTROL CAUGHT" if twice else "CONTROL BLIND"
    line = f"{word}: payout.after_transfer_before_record, {times} payouts, no key of their own: {len(twice)} paid twice"
    return line, bool(twice)


def sweeper_control(times: int) -> tuple[str, bool]:
    """The first settling row with nobody who sweeps: its harm must be seen. The line, and whether it was."""
    row = Row("settle.after_gateway_before_commit", while_returning, by="return page")
    with rig(workers=1, environment=FAST_CLOCK, processes=["storefront"]) as shop:
        market = open_market(shop)
        product = market.product("کالای بی‌جارو", stock=times)
        for turn in range(times):
            row.drive(row, market, product, turn)
        an_hour_later()
        _, wrong = heal(shop, seconds=2)
    unresolved = [each for each in wrong if each.startswith("captured")]
    word = "CONTROL CAUGHT" if unresolved else "CONTROL BLIND"
    return (
        f"{word}: {row}, killed {times} times, no sweeper: {len(unresolved)} captures unresolved",
        bool(unresolved),
    )


def matrix(
    rows: Sequence[Row],
    *,
    times: int,
    random_seconds: int,
    payouts: int,
    seed: int,
    say: Callable[[str], None],
) -> list[str]:
    """All rows and the random kills in one shop, payouts in another; what is wrong."""
    wrong = []
    with rig(workers=2, environment=FAST_CLOCK) as shop:
        market = open_market(shop)
        for row in rows:
            line, broken = run_row(row, market, times)
            say(line)
            wrong += broken
        if random_seconds:
            line, broken = kill_at_random(market, random_seconds, seed)
            say(line)
            wrong += broken
        forget_dead_workers()
        shop.wait(shop.is_idle, seconds=SECONDS_TO_HEAL)
        broken = broken_promises(shop.bank)
        say(f"  check_invariants afterwards: {len(broken)} breaches")
        wrong += broken
    if payouts:
        line, broken = pay_out_under_fire(stalls=payouts)
        say(line)
        wrong += broken
    return wrong


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.reliability.killmatrix",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit code: 0 all is whole, 1 something is not or a point was not reached.\nWith --control, where none"
        " sweeps, and where a transfer has no key of its own:\n0 the harness saw the harm, 1 it did not.",
    )
    parser.add_argument("--times", type=int, default=50, help="deaths at each point")
    parser.add_argument("--random-seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1405)
    parser.add_argument(
        "--only", default="", help="rows whose failpoint begins so: checkout, payout …"
    )
    parser.add_argument("--control", action="store_true", help="without sweeper, and without key")
    return parser.parse_args()


def main() -> int:
    given = read_arguments()
    logging.disable(logging.INFO)
    if given.control:
        caught = [sweeper_control(given.times), payout_control(given.times)]
        print(*(line for line, _ in caught), sep="\n")
        return int(not all(is_caught for _, is_caught in caught))
    rows = [row for row in ROWS if row.failpoint.startswith(given.only)]
    began = time.monotonic()
    wrong = matrix(
        rows,
        times=given.times,
        random_seconds=given.random_seconds,
        payouts=given.times if "payout".startswith(given.only) else 0,
        seed=given.seed,
        say=lambda line: print(line, flush=True),
    )
    for each in wrong[:20]:
        print(f"  {each}")
    word = "FAILED" if wrong else "WHOLE"
    print(
        f"{word}: {len(rows)} rows × {given.times} kills, {given.random_seconds} s of random kills, payouts:"
        f" {len(wrong)} violations; {time.monotonic() - began:.0f} s"
    )
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
