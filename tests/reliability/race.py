"""Buyers press pay at the same moment: is the stock sold exactly, and the money taken exactly once?

One trial: N buyers, each a process with a basket of its own (or all with the same one), press pay together through the
real storefront (gunicorn, several workers). Who comes to the bank's page pays there and returns. Money is counted from
the sandbox bank's own log, not from our tables. Zarinpal and Stripe take turns.
"""

import argparse
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.reliability import django_is_up  # noqa: F401 - first: the models below need it

# isort: split

from shop.payments.models import PaymentAttempt
from tests.makers import a_basket
from tests.reliability.buyers import Crowd, Outcome, press_pay
from tests.reliability.market import GATEWAYS, Market, attempts_of, open_market
from tests.reliability.rig import rig

SETTLED_WITHIN_SECONDS = 20
PLENTY = 50


@dataclass
class Wish:
    """What is raced for. `same_basket` buyers share one basket."""

    stock: int
    buyers: int
    trials: int
    gateway_delay_ms: int = 0
    same_basket: bool = False
    voucher: bool = False
    control: bool = False

    @property
    def due(self) -> int:
        """How many must be sold and paid."""
        return 1 if self.same_basket or self.voucher else min(self.stock, self.buyers)

    @property
    def guard(self) -> str:
        """What holds the buyers apart here; a control does without."""
        if self.voucher:
            return "voucher"
        return "basket" if self.same_basket else "stock"

    def __str__(self) -> str:
        if self.same_basket:
            return f"the same basket ×{self.buyers}"
        if self.voucher:
            return f"a voucher for one order, {self.buyers} buyers"
        return f"stock {self.stock}, {self.buyers} buyers"


@dataclass
class Tally:
    """What became of all trials; `wrong` tells of each that was not clean."""

    trials: int = 0
    captures: Counter[int] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    harmed: int = 0

    def verdict(self, wish: Wish, seconds: float) -> str:
        spread = ", ".join(f"{count} in {times}" for count, times in sorted(self.captures.items()))
        told = ", ".join(f"{end} {times}" for end, times in sorted(self.ends.items()))
        if wish.control:
            word = "CONTROL CAUGHT" if self.harmed else "CONTROL BLIND"
            return (
                f"{word}: {wish}, unguarded: {self.harmed} of {self.trials} trials took too much"
                f" (captures a trial: {spread}); {told}; {seconds:.0f} s"
            )
        word = "FAILED" if self.wrong else "CLEAN"
        return (
            f"{word}: {wish}: {self.trials - len(self.wrong)} of {self.trials} trials clean"
            f" (captures a trial: {spread}, due {wish.due}); {told}; {seconds:.0f} s"
        )


def race(wish: Wish, market: Market) -> tuple[Tally, str]:
    """Run all trials in that market; the tally and its line."""
    tally, began = Tally(), time.monotonic()
    if wish.gateway_delay_ms:
        for op in ("session.create", "zarinpal.request", "zarinpal.verify", "session.retrieve"):
            market.rig.bank.arm(op, "slow", times=10**6, seconds=wish.gateway_delay_ms / 1000)
    with Crowd(wish.buyers) as crowd:
        for number in range(wish.trials):
            run_trial(number, wish, market, crowd, tally)
    return tally, tally.verdict(wish, time.monotonic() - began)


def run_trial(number: int, wish: Wish, market: Market, crowd: Crowd, tally: Tally) -> None:
    gateway = GATEWAYS[number % len(GATEWAYS)]
    product = market.product(f"کالای مسابقهٔ {number}", stock=wish.stock)
    shared = a_basket((product, 1)) if wish.same_basket else None
    voucher = market.voucher(f"RACE{number}") if wish.voucher else None
    presses = [
        market.press(product, gateway=gateway, basket=shared, voucher=voucher)
        for _ in range(wish.buyers)
    ]
    taken_before = len(market.rig.bank.captures())
    outcomes = crowd.at_once(press_pay, presses)
    wrong = look_at(product, outcomes, wish, market, taken_before, tally)
    tally.trials += 1
    tally.ends.update(outcome.end for outcome in outcomes)
    if wrong:
        tally.wrong.append(f"trial {number} ({gateway}): {'; '.join(wrong)}")


def look_at(
    product: Any,
    outcomes: list[Outcome],
    wish: Wish,
    market: Market,
    taken_before: int,
    tally: Tally,
) -> list[str]:
    """All that is not as it must be after one trial."""

    def is_settled() -> bool:
        return not any(each.state in PaymentAttempt.OPEN for each in attempts_of(product))

    wrong = []
    if not market.rig.wait(is_settled, seconds=SETTLED_WITHIN_SECONDS):
        wrong.append("a payment stayed open")
    captures = len(market.rig.bank.captures()) - taken_before
    tally.captures[captures] += 1
    tally.harmed += captures > wish.due
    attempts = attempts_of(product)
    paid = [each for each in attempts if each.state == PaymentAttempt.State.PAID]
    record = product.stockrecords.get()
    facts = {
        "captures": (captures, wish.due),
        "orders": (len({each.order_id for each in attempts}), wish.due),
        "orders paid": (len({each.order_id for each in paid}), wish.due),
        "stock held": (record.num_allocated or 0, wish.due),
        "stock": (record.num_in_stock, wish.stock),
        "pages of the bank": (len({o.bank_page for o in outcomes} - {""}), wish.due),
    }
    wrong += [f"{what} {is_} not {due}" for what, (is_, due) in facts.items() if is_ != due]
    wrong += sorted({f"HTTP {s}" for o in outcomes for s in o.statuses if s >= 400})
    # Of one basket's presses, those that come when it is paid are led to its order.
    clean = {"came back", "led to the order"} if wish.same_basket else {"came back", "refused"}
    wrong += sorted({f"a buyer saw: {o.end}" for o in outcomes if o.end not in clean})
    return wrong


def read_arguments(argv: list[str]) -> Wish:
    parser = argparse.ArgumentParser(
        prog="python -m tests.reliability.race",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit code: 0 all trials clean, 1 some are not.\nWith --control, where a guard is off in a shop made for"
        " it and trials must go wrong:\n0 the harness saw the harm, 1 it did not and proves nothing.",
    )
    parser.add_argument("--stock", type=int, default=1, help="how many there are")
    parser.add_argument("--buyers", type=int, default=8, help="how many want one")
    parser.add_argument("--trials", type=int, default=10)
    parser.add_argument("--gateway-delay-ms", type=int, default=0, help="the bank thinks so long")
    parser.add_argument("--same-basket", type=int, metavar="K", help="K presses of one basket")
    parser.add_argument("--voucher", action="store_true", help="all with one single-use voucher")
    parser.add_argument(
        "--control",
        action="store_true",
        help="without the stock's, the voucher's condition and CHECK; with --same-basket without lock and index",
    )
    given = parser.parse_args(argv)
    return Wish(
        stock=max(given.stock, PLENTY) if given.same_basket or given.voucher else given.stock,
        buyers=given.same_basket or given.buyers,
        trials=given.trials,
        gateway_delay_ms=given.gateway_delay_ms,
        same_basket=bool(given.same_basket),
        voucher=given.voucher,
        control=given.control,
    )


def main() -> int:
    wish = read_arguments(sys.argv[1:])
    with rig(without=wish.guard if wish.control else "") as shop:
        tally, verdict = race(wish, open_market(shop))
    for line in tally.wrong[:20] if not wish.control else ():
        print(line)
    print(verdict)
    return int(not tally.harmed) if wish.control else int(bool(tally.wrong))


if __name__ == "__main__":
    sys.exit(main())
