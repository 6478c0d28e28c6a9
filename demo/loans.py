"""Loans that add up to a total, and the schedule of those of the stalls."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from shop.jalali import Month
from shop.money import Rial, share_bp, split
from vendors.livelihood.loans.models import Bank, Instalment, Loan
from vendors.livelihood.plans.models import EmploymentPlan

MILLION_TOMAN = 10_000_000  # in rial
GRACE_MONTHS = 3
FEE_BP = 400
BEHIND_WEIGHTS = (80, 12, 5, 3)  # loans with none, one, two, three instalments behind


def write_loans(
    plans: Sequence[EmploymentPlan],
    *,
    toman: int,
    no_later_than: date,
    chance: random.Random,
) -> list[Loan]:
    """A loan a plan, each of whole millions, together exactly `toman` (a multiple of a million)."""
    banks = list(Bank.objects.filter(is_invented=True).order_by("name"))
    millions = split(toman // 1_000_000, [chance.randint(50, 250) for _ in plans])
    return Loan.objects.bulk_create(
        Loan(
            plan=plan,
            district_id=plan.district_id,
            bank=banks[place % len(banks)],
            principal=Rial(amount * MILLION_TOMAN),
            disbursed_on=min(
                plan.started_on + timedelta(days=chance.randint(0, 40)), no_later_than
            ),
            grace_months=GRACE_MONTHS,
            n_instalments=chance.choice((24, 36, 48)),
            is_invented=True,
        )
        for place, (plan, amount) in enumerate(zip(plans, millions, strict=True))
    )


def write_schedules(loans: Sequence[Loan], *, today: date, chance: random.Random) -> None:
    """The instalments as a bank's file would list them; most loans are up to date."""
    Instalment.objects.bulk_create(
        instalment for loan in loans for instalment in _schedule(loan, today, chance)
    )


def _schedule(loan: Loan, today: date, chance: random.Random) -> Iterator[Instalment]:
    equal = [1] * loan.n_instalments
    principals = split(loan.principal, equal)
    fees = split(share_bp(loan.principal, FEE_BP), equal)
    month = Month.of(loan.disbursed_on)
    for _ in range(loan.grace_months):
        month = month.next()
    dues = []
    for _ in equal:
        month = month.next()
        dues.append(month.start)
    # People pay the oldest first: who is behind lacks the last ones that fell due.
    behind = chance.choices((0, 1, 2, 3), weights=BEHIND_WEIGHTS)[0]
    n_paid = max(sum(due_on <= today for due_on in dues) - behind, 0)
    rows = zip(dues, principals, fees, strict=True)
    for number, (due_on, principal, fee) in enumerate(rows, start=1):
        is_paid = number <= n_paid
        yield Instalment(
            loan=loan,
            no=number,
            due_on=due_on,
            principal=principal,
            fee=fee,
            paid=principal + fee if is_paid else Rial(0),
            paid_on=due_on if is_paid else None,
            is_invented=True,
        )
