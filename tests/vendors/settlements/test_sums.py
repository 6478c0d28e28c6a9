"""Over any number of months: what the statements say is what was paid and what is carried over, to the rial."""

import itertools
import random
from datetime import datetime, time, timedelta

import pytest
from django.db.models import Sum

from shop.jalali import TEHRAN, Month
from shop.ledger.accounts import PAYOUT_TRANSIT, bank, stall_available
from shop.ledger.models import Posting
from shop.ledger.queries import balance
from tests.makers import a_stall
from tests.vendors.settlements.makers import an_account, an_earned_order, finance_people
from vendors.settlements.models import Payout, Rail, Settlement
from vendors.settlements.services.approve import approve_settlement
from vendors.settlements.services.payout import confirm_payout, release_batch, return_payout
from vendors.settlements.services.prepare import part_of, prepare_settlements
from vendors.stalls.models import Stall

pytestmark = pytest.mark.django_db
MONTHS = [Month(1405, number) for number in range(3, 9)]


def day_of(month: Month, day: int) -> datetime:
    return datetime.combine(month.start + timedelta(days=day - 1), time(12), TEHRAN)


def a_month_passes(month: Month, stalls: list[Stall], chance: random.Random) -> None:
    for stall in stalls:
        for _ in range(chance.randint(0, 2)):
            an_earned_order(
                stall, pieces=chance.randint(1, 3), on=day_of(month, chance.randint(1, 20))
            )
    approver, releaser = finance_people()
    now = day_of(month.next(), 2)
    for draft in prepare_settlements(month=month, by_user_id=None, now=now):
        approve_settlement(settlement=draft, by_user_id=approver.pk, now=now)
    if not Payout.objects.filter(state=Payout.State.PREPARED).exists():
        return
    batch = release_batch(rail=Rail.IBAN, by_user_id=releaser.pk, now=now)
    for payout in batch.payouts.select_related("account", "settlement__stall"):
        if chance.random() < 0.3:
            return_payout(payout=payout, reason="closed", now=now)
        elif chance.random() < 0.8:
            confirm_payout(payout=payout, reference="1", now=now)


@pytest.mark.parametrize("seed", range(5))
def test_statements_are_what_was_paid_and_what_is_carried(seed: int) -> None:
    chance = random.Random(seed)
    stalls = [a_stall(f"غرفهٔ {number}", commission_bp=chance.randint(0, 1333)) for number in "۱۲۳"]
    for stall in stalls:
        an_account(stall, now=day_of(MONTHS[0], 1) - timedelta(days=9))
    for month in MONTHS:
        a_month_passes(month, stalls, chance)
    for stall in stalls:
        statements = list(stall.settlements.order_by("jyear", "jmonth"))
        payouts = Payout.objects.filter(settlement__stall=stall)
        paid_for = payouts.aggregate(total=Sum("amount"))["total"] or 0
        nets = sum(each.net - each.opening for each in statements)
        assert nets == paid_for + (statements[-1].carried_out if statements else 0)
        for before, after in itertools.pairwise(statements):
            assert after.opening == before.carried_out
        for statement in statements:
            figures = dict.fromkeys(Settlement.PARTS, 0)
            lines = statement.lines.values_list("posting_id", flat=True)
            for posting in Posting.objects.filter(pk__in=lines):
                figures[part_of(posting)] -= posting.amount
            assert figures == {part: getattr(statement, part) for part in Settlement.PARTS}
    confirmed = Payout.objects.filter(state="confirmed").aggregate(total=Sum("amount"))["total"]
    under_way = Payout.objects.filter(state="sent").aggregate(total=Sum("amount"))["total"]
    assert (balance(bank()), balance(PAYOUT_TRANSIT)) == (-(confirmed or 0), -(under_way or 0))
    assert all(balance(stall_available(stall.partner_id)) <= 0 for stall in stalls)
