"""Two hundred messages of the bank, five copies of each, shuffled, from eight processes: is the ledger the same?

One world is made once: payments of all kinds at the sandbox bank, of which the shop knows nothing yet, and every
message the bank would send about them. Each seed starts a shop of its own from a copy of that world (database and
bank), with eight job workers, and throws the shuffled copies at its webhook. When all jobs are done the ledger's
postings, without ids and times, give one hash. It must be that of a shop which was told each message once, in order.
"""

import argparse
import contextlib
import hashlib
import json
import logging
import random
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import stripe

from tests.reliability import django_is_up  # noqa: F401 - first: the models below need it

# isort: split

from django.db import connection
from django.test import override_settings
from django.utils import timezone

from shop.ledger.models import Posting, Transaction
from shop.orders.services.close import close_unpaid
from shop.orders.services.pay import send_to_gateway
from shop.orders.services.place import place_order
from shop.payments.gateways import stripe_gateway
from shop.payments.gateways.base import Charge
from shop.payments.models import PaymentAttempt
from tests.makers import a_basket, a_checkout, a_product, a_stall
from tests.reliability.buyers import Browser, Crowd
from tests.reliability.checker import violations
from tests.reliability.rig import Rig, rig

DELIVERERS = 8
JOB_WORKERS = 8
COPIES = 5
SECONDS_TO_DRAIN = 120
# The sweeper stays out of it: what is settled here, a message has settled.
NO_SWEEPER = {"PAYMENT_ASK_AFTER_MINUTES": "600"}
# Twenty-five messages: so many payments of each kind. The numbers in brackets are the messages about one.
A_ROUND = 25
PAID = 2  # (2)
PAID_LATE = 1  # (4) the bank's answer comes after the buyer is gone
PAID_AFTER_A_DECLINE = 1  # (3)
EXPIRED = 1  # (1)
GIVEN_UP = 1  # (2) we had closed it, and it was paid
DISPUTED = {"lost": 1, "won": 1}  # (5) and (6)


@dataclass(frozen=True)
class World:
    """A stopped shop to copy, and the bodies of the bank's messages in the order in which it wrote them."""

    shop: Rig
    messages: list[str]


@contextmanager
def a_world(messages: int) -> Iterator[World]:
    """About so many messages, in whole rounds."""
    rounds = max(1, messages // A_ROUND)
    with rig(processes=(), bank_tells=False) as shop:
        gateways = {"stripe": shop.bank.stripe_settings}
        with override_settings(GATEWAYS=gateways, SANDBOX_BANK_URL=shop.bank.url):
            for _ in range(rounds):
                make_payments(shop)
            stripe_gateway().close()
        came_late = "checkout.session.async_payment_succeeded"
        shop.wait(lambda: count_of(shop, came_late) == rounds * PAID_LATE, seconds=20)
        shop.bank.stop()
        connection.close()  # a database in use cannot be copied
        told = messages_of(shop)
        assert len(told) == A_ROUND * rounds
        yield World(shop, told)


def messages_of(shop: Rig) -> list[str]:
    """What the bank has to tell, oldest first; it sends nothing itself, as it was given no address."""
    with contextlib.closing(sqlite3.connect(shop.bank.folder / "bank.sqlite3")) as books:
        return [body for (body,) in books.execute("SELECT body FROM event ORDER BY seq")]


def count_of(shop: Rig, kind: str) -> int:
    return sum(json.loads(body)["type"] == kind for body in messages_of(shop))


def make_payments(shop: Rig) -> None:
    stall = a_stall()
    product = a_product(stall, stock=1_000)

    def a_page() -> tuple[PaymentAttempt, str]:
        attempt = place_order(
            basket_id=a_basket((product, 1)).pk,
            checkout=a_checkout(stall, total=2_300_000, gateway="stripe"),
            user_id=None,
            now=timezone.now(),
        )
        page = send_to_gateway(attempt=attempt)
        attempt.refresh_from_db()
        return attempt, page

    for _ in range(PAID):
        shop.bank.press(a_page()[1], "pay_and_close")
    for _ in range(PAID_AFTER_A_DECLINE):
        _, page = a_page()
        shop.bank.press(page, "decline")
        shop.bank.press(page, "pay_and_close")
    for _ in range(PAID_LATE):
        shop.bank.press(a_page()[1], "pay_late")
    for _ in range(EXPIRED):
        attempt, _ = a_page()
        charge = Charge(attempt.charge_amount, attempt.charge_currency)
        stripe_gateway().expire(str(attempt.reference), charge=charge)
    for _ in range(GIVEN_UP):
        attempt, page = a_page()
        close_unpaid(attempt_id=attempt.pk, state=PaymentAttempt.State.EXPIRED)
        shop.bank.press(page, "pay_and_close")
    for outcome, times in DISPUTED.items():
        for _ in range(times):
            attempt, page = a_page()
            shop.bank.press(page, "pay_and_close")
            dispute = shop.bank.fake("disputes", payment=attempt.reference)
            shop.bank.fake(f"disputes/{dispute['id']}/close", outcome=outcome)


def deliver(browser: Browser, start: Any, task: tuple[str, str, Sequence[str]]) -> list[int]:
    """Send these messages one after the other, signed as they go; the answers."""
    url, secret, bodies = task
    if start is not None:
        start.wait()
    return [
        browser.tell(url, body, stripe.WebhookSignature.generate_signature_header(body, secret))
        for body in bodies
    ]


@dataclass(frozen=True)
class Books:
    """The ledger when all is done: its hash, and how many payments it says were captured."""

    hash: str
    captures: int


def storm(world: World, *, seed: int | None, without: str = "") -> tuple[Books, list[str]]:
    """Tell a copy of the world everything: once in order for no seed. Its ledger, and what went wrong."""
    with rig(
        template=world.shop.database,
        bank_as_in=world.shop.bank.folder,
        job_workers=JOB_WORKERS,
        without=without,
        bank_tells=False,
        environment=NO_SWEEPER,
    ) as shop:
        senders = 1 if seed is None else DELIVERERS
        told = list(world.messages) if seed is None else world.messages * COPIES
        if seed is not None:
            random.Random(seed).shuffle(told)
        url, secret = f"{shop.url}/payments/stripe/webhook/", shop.bank.secret
        with Crowd(senders) as crowd:
            answers = crowd.at_once(
                deliver, [(url, secret, told[n::senders]) for n in range(senders)]
            )
        wrong = [f"answered {status}" for each in answers for status in each if status != 200]
        if not shop.wait(shop.is_idle, seconds=SECONDS_TO_DRAIN):
            wrong.append("jobs were left over")
        wrong += [] if without else violations(shop.bank)
        return read_books(), wrong


def read_books() -> Books:
    """The hash is over all postings: what, where, how much and for whose order; no ids of rows, no times."""
    rows = sorted(
        map(
            str,
            Posting.objects.values_list(
                "transaction__event_type",
                "account__code",
                "amount",
                "kind",
                "stall_order_id",
                "order_line_id",
            ),
        )
    )
    return Books(
        hash=hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16],
        captures=Transaction.objects.filter(event_type="payment.captured").count(),
    )


def run(
    *, messages: int, seeds: int, control: bool, say: Callable[[str], None]
) -> tuple[int, list[str]]:
    """All seeds against the calm telling; how many ledgers differ, and what else went wrong.

    A control counts only those that say more captures: another difference would prove another thing.
    """
    differing, problems = 0, []
    with a_world(messages) as world:
        calm, wrong = storm(world, seed=None)
        say(f"  {len(world.messages)} messages, once and in order: {calm.hash}")
        problems += wrong
        for seed in range(seeds):
            began = time.monotonic()
            found, wrong = storm(world, seed=seed, without="once" if control else "")
            differing += found.captures > calm.captures if control else found.hash != calm.hash
            problems += [f"seed {seed}: {each}" for each in wrong]
            say(
                f"  seed {seed}: {len(world.messages)} × {COPIES} from {DELIVERERS} processes: {found.hash},"
                f" {found.captures} captures for {calm.captures} ({time.monotonic() - began:.0f} s)"
            )
    return differing, problems


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.reliability.webhook_storm",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit code: 0 one ledger, 1 another one, or a message refused.\nWith --control, where each message is"
        " booked: 0 the harness saw too much booked, 1 it did not and proves nothing.",
    )
    parser.add_argument("--events", type=int, default=200, help="in twenty-fives")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument(
        "--control", action="store_true", help="without what makes a message count once"
    )
    return parser.parse_args()


def main() -> int:
    given = read_arguments()
    logging.disable(logging.INFO)
    began = time.monotonic()
    differing, problems = run(
        messages=given.events,
        seeds=given.seeds,
        control=given.control,
        say=lambda line: print(line, flush=True),
    )
    seconds = f"{time.monotonic() - began:.0f} s"
    if given.control:
        word = "CONTROL CAUGHT" if differing else "CONTROL BLIND"
        print(
            f"{word}: each message booked: {differing} of {given.seeds} seeds booked more than was captured; {seconds}"
        )
        return int(not differing)
    for each in problems[:20]:
        print(f"  {each}")
    word = "FAILED" if differing or problems else "ONE LEDGER"
    print(
        f"{word}: {given.seeds - differing} of {given.seeds} seeds gave the calm shop's ledger; {seconds}"
    )
    return int(bool(differing or problems))


if __name__ == "__main__":
    sys.exit(main())
