"""What the stalls were paid so far: month by month through the shop's own services, by two people.

The last month that is over is prepared and waits for its approval, so that the next step can be tried. One payout came
back, and one stall has named another account. All account numbers are invented: no bank has the number 000.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from stdnum.iso7064 import mod_97_10

from demo.days import moment
from shop.accounts.models import User
from shop.jalali import Month
from vendors.settlements.models import PayoutAccount, Rail, Settlement
from vendors.settlements.services.approve import approve_settlement
from vendors.settlements.services.payout import confirm_payout, release_batch, return_payout
from vendors.settlements.services.prepare import prepare_settlements
from vendors.stalls.models import Stall, StallMember


def write_payouts(
    stalls: Sequence[Stall], *, settlers: Sequence[User], why_one_came_back: str, today: date
) -> None:
    """Accounts for all stalls; statements and payouts of each month that is over; none when no month is."""
    for number, stall in enumerate(stalls, start=1):
        _write_account(stall, number, by=settlers, today=today)
    _name_another(stalls, number=len(stalls) + 1, at=moment(today - timedelta(days=1), 9, 0))
    this_month = Month.of(today)
    month = Month.of(min((stall.opened_on or today for stall in stalls), default=today))
    while month < this_month:
        at = moment(month.next().start, 9, 0)
        drafts = prepare_settlements(month=month, by_user_id=None, now=at)
        if month.next() < this_month:
            is_last_paid = month.next().next() == this_month
            _pay(drafts, settlers, why=why_one_came_back if is_last_paid else "", at=at)
        month = month.next()


def _pay(drafts: Sequence[Settlement], by: Sequence[User], *, why: str, at: datetime) -> None:
    """Approved, sent and paid on one day; with a `why`, the first of them comes back three days later."""
    approver, releaser = by
    for draft in drafts:
        approve_settlement(settlement=draft, by_user_id=approver.pk, now=at + timedelta(hours=1))
    if not any(draft.payable for draft in drafts):
        return
    batch = release_batch(rail=Rail.IBAN, by_user_id=releaser.pk, now=at + timedelta(hours=2))
    payouts = batch.payouts.select_related("account", "settlement__stall").order_by("settlement")
    for number, payout in enumerate(payouts, start=1):
        if why and number == 1:
            return_payout(payout=payout, reason=why, now=at + timedelta(days=3))
        else:
            reference = f"{batch.day:%Y%m%d}{number:04d}"
            confirm_payout(payout=payout, reference=reference, now=at + timedelta(hours=9))


def _write_account(stall: Stall, number: int, *, by: Sequence[User], today: date) -> None:
    """Approved when the stall opened; no message is sent about what is past."""
    proposer, decider = by
    at = moment(stall.opened_on or today, 9, 0)
    account = PayoutAccount.objects.create(
        stall=stall,
        rail=Rail.IBAN,
        iban=_sheba(number),
        holder=stall.keeper_name,
        proposed_by=proposer,
        proposed_at=at,
    )
    PayoutAccount.objects.filter(pk=account.pk).update(
        state=PayoutAccount.State.APPROVED, decided_by=decider, decided_at=at, usable_from=at
    )


def _name_another(stalls: Sequence[Stall], *, number: int, at: datetime) -> None:
    """A stall holder's own proposal, which waits for the office."""
    owner = (
        StallMember.objects.filter(stall__in=stalls, role=StallMember.Role.OWNER)
        .select_related("stall")
        .order_by("pk")[0]
    )
    PayoutAccount.objects.create(
        stall=owner.stall,
        rail=Rail.IBAN,
        iban=_sheba(number),
        holder=owner.stall.keeper_name,
        proposed_by_id=owner.user_id,
        proposed_at=at,
    )


def _sheba(number: int) -> str:
    body = f"{number:022d}"
    return f"IR{mod_97_10.calc_check_digits(f'{body}IR')}{body}"
