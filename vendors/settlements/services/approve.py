"""The second pair of eyes on a statement; with it the money is set aside."""

import logging
from datetime import datetime

from django.db import transaction

from shop.failpoints import failpoint
from shop.ledger import accounts
from shop.ledger.models import Posting
from shop.ledger.queries import balance
from shop.ledger.services import Leg, post
from vendors.settlements.errors import (
    AlreadyDecided,
    FiguresChanged,
    NoAccount,
    SecondPersonNeeded,
)
from vendors.settlements.models import Payout, PayoutAccount, Settlement
from vendors.settlements.services.prepare import HELD_FOR_PAYOUT
from vendors.stalls.models import Stall

log = logging.getLogger(__name__)


def approve_settlement(*, settlement: Settlement, by_user_id: int, now: datetime) -> Payout | None:
    """Approve a draft and set its money aside for payout; None when all of it is carried over.

    Raises SecondPersonNeeded for whoever prepared it, AlreadyDecided, NoAccount (before the cool-off is over, too) and
    FiguresChanged when the draft was made anew, or the stall's balance no longer covers it.
    """
    with transaction.atomic():
        # As in preparing: whoever makes drafts anew comes wholly before or wholly after.
        Stall.objects.select_for_update().get(pk=settlement.stall_id)
        try:
            settlement = Settlement.objects.select_for_update().get(pk=settlement.pk)
        except Settlement.DoesNotExist as remade:
            raise FiguresChanged from remade
        if settlement.state != Settlement.State.DRAFT:
            raise AlreadyDecided
        if settlement.prepared_by_id == by_user_id:
            raise SecondPersonNeeded
        payout = _set_aside(settlement, by_user_id, now) if settlement.payable else None
        settlement.state = Settlement.State.APPROVED
        settlement.approved_by_id = by_user_id
        settlement.approved_at = now
        settlement.save(update_fields=["state", "approved_by", "approved_at"])
        failpoint("payout.after_ledger_hold")
    log.info("settlement.approved settlement=%s", settlement.pk)
    return payout


def _set_aside(settlement: Settlement, by_user_id: int, now: datetime) -> Payout:
    partner_id = settlement.stall.partner_id
    available = accounts.stall_available(partner_id)
    if -balance(available) < settlement.payable:
        raise FiguresChanged
    payout = Payout.objects.create(
        settlement=settlement,
        account=_usable_account(settlement, now),
        amount=settlement.payable,
        approved_by_id=by_user_id,
        prepared_at=now,
    )
    post(
        event_type=HELD_FOR_PAYOUT,
        event_id=str(payout.pk),
        occurred_at=now,
        legs=[
            Leg(available, payout.amount, Posting.Kind.PAYOUT, partner_id),
            Leg(accounts.PAYOUT_TRANSIT, -payout.amount, Posting.Kind.PAYOUT, partner_id),
        ],
    )
    return payout


def _usable_account(settlement: Settlement, now: datetime) -> PayoutAccount:
    account = PayoutAccount.objects.filter(
        stall=settlement.stall, state=PayoutAccount.State.APPROVED
    ).first()
    if account is None or not account.is_usable(now=now):
        raise NoAccount
    return account
