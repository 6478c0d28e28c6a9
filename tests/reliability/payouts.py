"""Stalls are paid out while processes die: each must be paid exactly once. Part of the kill matrix.

The three points of a payout in a shop of its own: the approval that holds the money and the release of the day's batch
die in a forked process, as a gunicorn worker of the office would; the transfers at the gateway are jobs, and every job
worker dies after its first transfer, before that is written. Transfers are counted from the sandbox bank's own log.
"""

import os
import random
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack

from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from shop import failpoints
from shop.jalali import Month, tehran_date
from shop.ledger.accounts import PAYOUT_TRANSIT, stall_available
from shop.ledger.queries import balance
from shop.orders.services.pay import send_to_gateway
from shop.orders.services.place import place_order
from shop.orders.services.settle import settle_attempt
from shop.payments.gateways import stripe_gateway
from tests.makers import a_basket, a_checkout, a_product, a_stall
from tests.reliability.checker import books_out_of_balance
from tests.reliability.deaths import forget_dead_workers
from tests.reliability.rig import Rig, rig
from tests.vendors.settlements.makers import (
    AZAR_5,
    SENDING,
    a_payee,
    an_earned_order,
    finance_people,
)
from vendors.settlements.models import Payout, Rail, Settlement
from vendors.settlements.services.approve import approve_settlement
from vendors.settlements.services.payout import release_batch
from vendors.settlements.services.prepare import prepare_settlements

SECONDS_TO_DIE, SECONDS_TO_HEAL = 120, 60
State = Payout.State
TRANSFER = "vendors.settlements.jobs.make_transfer"


def pay_out_under_fire(*, stalls: int, without: str = "") -> tuple[str, list[str]]:
    """One payout for each of so many stalls, with a death at each step; the line, and what is wrong."""
    with ExitStack() as stack:
        shop = stack.enter_context(rig(processes=(), without=without))
        gateways = {"stripe": shop.bank.stripe_settings}
        stack.enter_context(override_settings(GATEWAYS=gateways, SANDBOX_BANK_URL=shop.bank.url))
        fill_the_banks_account(shop, stalls)
        approver, releaser = (person.pk for person in finance_people())
        wrong = []
        for settlement in earned_settlements(shop, stalls):
            wrong += die_while_approving(settlement, approver)
        wrong += die_while_releasing(stalls, releaser)
        wrong += die_after_each_transfer(shop, stalls)
        wrong += payouts_gone_wrong(shop)
    word = "broken" if wrong else "whole"
    return (
        f"  payout.*: {stalls} stalls paid out, {stalls} deaths at each of 3 points; {word}",
        wrong,
    )


def fill_the_banks_account(shop: Rig, stalls: int) -> None:
    """One buyer has paid enough for all transfers: the makers' orders below are in our books alone."""
    price = 9_000_000 * stalls  # enough to send each twice, as the control does
    product = a_product(a_stall("دیگر"), price=price)
    checkout = a_checkout(product.listing.stall, total=price + SENDING, gateway="stripe")
    attempt = place_order(
        basket_id=a_basket((product, 1)).pk,
        checkout=checkout,
        user_id=None,
        now=timezone.now(),
    )
    shop.bank.press(send_to_gateway(attempt=attempt), "pay_and_close")
    settle_attempt(attempt_id=attempt.pk, now=timezone.now())
    stripe_gateway().close()


def earned_settlements(shop: Rig, stalls: int) -> list[Settlement]:
    """A prepared statement of last month for each of so many stalls with an account at the gateway."""
    for number in range(stalls):
        account = shop.bank.a_stall_account()
        an_earned_order(a_payee(f"غرفهٔ {number}", rail=Rail.STRIPE, number=account))
    prepare_settlements(month=Month(1405, 8), by_user_id=None, now=AZAR_5)
    return list(Settlement.objects.select_related("stall"))


def die_while_approving(settlement: Settlement, approver: int) -> list[str]:
    def approve() -> None:
        approve_settlement(settlement=settlement, by_user_id=approver, now=AZAR_5)

    available = stall_available(settlement.stall.partner_id)
    before = balance(available)
    wrong = [] if dies_at("payout.after_ledger_hold:1", approve) else ["nobody died approving"]
    if balance(available) != before or Payout.objects.filter(settlement=settlement).exists():
        wrong.append(f"settlement {settlement.pk} was half approved")
    approve()
    return wrong


def die_while_releasing(stalls: int, releaser: int) -> list[str]:
    def release() -> None:
        release_batch(rail=Rail.STRIPE, by_user_id=releaser, now=AZAR_5)

    wrong, chance = [], random.Random(tehran_date(AZAR_5).toordinal())
    for _ in range(stalls):
        if not dies_at(f"payout.mid_batch:{chance.randint(1, stalls)}", release):
            wrong.append("nobody died releasing")
        if Payout.objects.exclude(state=State.PREPARED).exists() or jobs_of("todo"):
            wrong.append("half a batch was released")
    release()
    return wrong


def die_after_each_transfer(shop: Rig, stalls: int) -> list[str]:
    """Workers that die at their first transfer until each was tried once; then one that does the rest."""
    shop.environment["FAILPOINT"] = "payout.after_transfer_before_record:1"
    shop.start("worker")
    all_died = shop.wait(lambda: jobs_of("doing") == stalls, seconds=SECONDS_TO_DIE)
    shop.stop("worker")
    del shop.environment["FAILPOINT"]
    shop.start("worker")
    forget_dead_workers()
    is_paid = shop.wait(
        lambda: not Payout.objects.exclude(state=State.CONFIRMED).exists(), seconds=SECONDS_TO_HEAL
    )
    shop.stop("worker")
    wrong = [] if all_died else ["not every transfer was cut off"]
    return wrong if is_paid else [*wrong, "a payout was never paid"]


def jobs_of(status: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s AND status = %s",
            [TRANSFER, status],
        )
        return int(cursor.fetchone()[0])


def payouts_gone_wrong(shop: Rig) -> list[str]:
    """Each payout by its own key at the bank, once and of its amount; nothing of it left on its way."""
    due = {str(payout.pk): int(payout.amount) for payout in Payout.objects.all()}
    # The key is ours, with a word behind it that the adapter adds.
    made = [
        (line["key"].partition(":")[0], line["amount"]) for line in shop.bank.captures("transfer")
    ]
    times = Counter(key for key, _ in made)
    wrong = [f"payout {key} was sent {times[key]} times" for key in due if times[key] != 1]
    wrong += [f"{amount} was sent under {key}" for key, amount in made if due.get(key) != amount]
    if balance(PAYOUT_TRANSIT) != 0:
        wrong.append(f"{balance(PAYOUT_TRANSIT)} is on its way, and everything was sent")
    return [*wrong, *books_out_of_balance()]


def dies_at(failpoint: str, deed: Callable[[], object]) -> bool:
    """Whether a process of its own that does it is killed there."""
    connection.close()  # each process opens its own
    pid = os.fork()
    if pid == 0:
        try:
            settings.FAILPOINT = failpoint
            failpoints._passed.clear()
            deed()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])
