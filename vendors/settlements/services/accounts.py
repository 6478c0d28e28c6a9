"""Changing the account a stall is paid to: two people, a waiting time, and word to the people of the stall."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from shop.jobs import publish
from shop.payments.gateways import connect_gateway
from shop.payments.gateways.base import GatewayRefused, GatewayUnknown
from vendors.settlements.errors import (
    AlreadyDecided,
    AlreadyProposed,
    CannotBePaid,
    GatewayDoesNotAnswer,
    SecondPersonNeeded,
)
from vendors.settlements.events import PayoutAccountChanged
from vendors.settlements.models import PayoutAccount, Rail
from vendors.stalls.models import Stall

log = logging.getLogger(__name__)
State = PayoutAccount.State


def propose_account(
    *,
    stall: Stall,
    rail: Rail,
    number: str,
    holder: str,
    by_user_id: int,
    now: datetime,
) -> PayoutAccount:
    """Put an account (a Sheba from `parse_sheba`, or `acct_…`) before a second person. Raises AlreadyProposed."""
    try:
        with transaction.atomic():
            account = PayoutAccount.objects.create(
                stall=stall,
                rail=rail,
                iban=number if rail == Rail.IBAN else "",
                stripe_account=number if rail == Rail.STRIPE else "",
                holder=holder,
                proposed_by_id=by_user_id,
                proposed_at=now,
            )
            publish(PayoutAccountChanged(account.pk))
    except IntegrityError as taken:
        raise AlreadyProposed from taken
    log.info("payout_account.proposed account=%s", account.pk)
    return account


def refuse_unpayable(*, stripe_account: str) -> None:
    """Ask the gateway before such an account is proposed. Raises CannotBePaid and GatewayDoesNotAnswer."""
    try:
        if connect_gateway().account_can_be_paid(stripe_account):
            return
    except GatewayUnknown as unknown:
        raise GatewayDoesNotAnswer from unknown
    except GatewayRefused as refused:
        raise CannotBePaid from refused
    raise CannotBePaid


def approve_account(*, account: PayoutAccount, by_user_id: int, now: datetime) -> None:
    """Use it in the old one's place, once PAYOUT_ACCOUNT_COOL_OFF_HOURS are over.

    Raises SecondPersonNeeded and AlreadyDecided.
    """
    with transaction.atomic():
        _refuse_same_person(account, by_user_id)
        PayoutAccount.objects.filter(stall=account.stall, state=State.APPROVED).update(
            state=State.RETIRED
        )
        _decide(
            account,
            by_user_id,
            now,
            state=State.APPROVED,
            usable_from=now + timedelta(hours=settings.PAYOUT_ACCOUNT_COOL_OFF_HOURS),
        )
    log.info("payout_account.approved account=%s", account.pk)


def refuse_account(*, account: PayoutAccount, by_user_id: int, now: datetime) -> None:
    """Leave the stall's account as it is. Raises SecondPersonNeeded and AlreadyDecided."""
    with transaction.atomic():
        _refuse_same_person(account, by_user_id)
        _decide(account, by_user_id, now, state=State.REFUSED)
    log.info("payout_account.refused account=%s", account.pk)


def _refuse_same_person(account: PayoutAccount, by_user_id: int) -> None:
    if account.proposed_by_id == by_user_id:
        raise SecondPersonNeeded


def _decide(
    account: PayoutAccount,
    by_user_id: int,
    now: datetime,
    *,
    state: PayoutAccount.State,
    usable_from: datetime | None = None,
) -> None:
    decided = PayoutAccount.objects.filter(pk=account.pk, state=State.PROPOSED).update(
        state=state, decided_by_id=by_user_id, decided_at=now, usable_from=usable_from
    )
    if decided != 1:
        raise AlreadyDecided
    publish(PayoutAccountChanged(account.pk))
