"""Sending what was approved, and learning what became of it."""

import logging
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from shop.failpoints import failpoint
from shop.jalali import tehran_date
from shop.jobs import publish
from shop.ledger import accounts
from shop.ledger.models import Posting
from shop.ledger.services import Leg, post
from shop.payments.gateways import connect_gateway
from shop.payments.gateways.base import GatewayRefused, GatewayUnknown, SendTransfer
from vendors.settlements.errors import (
    AlreadyDecided,
    AlreadySentToday,
    GatewayDoesNotAnswer,
    NoPayer,
    NothingToRelease,
    TransferRefused,
)
from vendors.settlements.events import TransferReleased
from vendors.settlements.iban import parse_sheba
from vendors.settlements.models import Payout, PayoutAccount, PayoutBatch, Rail
from vendors.settlements.services.exchange import charge_of, outside_legs

log = logging.getLogger(__name__)
State = Payout.State
# Why a payout came back, in the gateway's words where it gives a code, and in this one where nobody was asked.
TAKEN_BACK = "reversed"
# A transfer whose answer was lost is asked about again when its own job has had time to.
ASK_AGAIN_AFTER = timedelta(minutes=10)


def release_batch(*, rail: str, by_user_id: int, now: datetime) -> PayoutBatch:
    """Send all payouts of this rail that somebody else has approved: one batch a day.

    For bank transfers the batch is a file; transfers at the gateway are made by jobs. A payout whose account was
    replaced meanwhile stays behind. Raises NothingToRelease, AlreadySentToday, NoPayer and NoRate.
    """
    name, iban = _payer() if rail == Rail.IBAN else ("", "")
    with transaction.atomic():
        waiting = list(
            Payout.objects.select_for_update(of=("self",))
            .filter(
                state=State.PREPARED,
                account__rail=rail,
                account__state=PayoutAccount.State.APPROVED,
            )
            .exclude(approved_by=by_user_id)
            .order_by("prepared_at", "pk")
        )
        if not waiting:
            raise NothingToRelease
        try:
            with transaction.atomic():
                batch = PayoutBatch.objects.create(
                    rail=rail,
                    day=tehran_date(now),
                    released_by_id=by_user_id,
                    released_at=now,
                    payer_name=name,
                    payer_iban=iban,
                )
        except IntegrityError as taken:
            raise AlreadySentToday from taken
        _send(waiting, batch, by_user_id, now)
    log.info("payout.released batch=%s payouts=%s", batch.pk, len(waiting))
    return batch


def _payer() -> tuple[str, str]:
    try:
        return settings.PAYOUT_FROM_NAME, parse_sheba(settings.PAYOUT_FROM_IBAN)
    except ValueError as wrong:
        raise NoPayer from wrong


def _send(payouts: Sequence[Payout], batch: PayoutBatch, by_user_id: int, now: datetime) -> None:
    for payout in payouts:
        charge = charge_of(payout.amount, rail=batch.rail, now=now)
        Payout.objects.filter(pk=payout.pk).update(
            state=State.SENT,
            batch=batch,
            released_by_id=by_user_id,
            sent_at=now,
            charge_currency=charge.currency,
            charge_amount=charge.amount,
            rate=charge.rate,
        )
        if batch.rail == Rail.STRIPE:
            publish(TransferReleased(str(payout.pk)))
        failpoint("payout.mid_batch")


def transfer_payout(*, payout_id: uuid.UUID, now: datetime) -> Payout:
    """Have the gateway move a released payout to the stall's account there; safe to repeat.

    The payout's id is the gateway's key, so a repeat after a lost answer moves nothing twice. A definite no brings the
    money back to the stall's balance; GatewayUnknown passes through: the job runs again.
    """
    payout = Payout.objects.select_related("account", "settlement__stall").get(pk=payout_id)
    if payout.state != State.SENT or payout.account.rail != Rail.STRIPE:
        return payout
    try:
        answer = connect_gateway().transfer(
            SendTransfer(
                key=str(payout.pk),
                amount=payout.charge_amount or 0,
                currency=payout.charge_currency,
                account=payout.account.stripe_account,
                group=f"settlement-{payout.settlement_id}",
            )
        )
    except GatewayRefused as refused:
        _give_back(payout, from_state=State.SENT, reason=refused.code, now=now)
        payout.refresh_from_db()
        return payout
    failpoint("payout.after_transfer_before_record")
    _confirm(payout, reference=answer.transfer_id, now=now)
    payout.refresh_from_db()
    return payout


def transfers_to_ask_about(*, now: datetime) -> list[uuid.UUID]:
    """Transfers that were released a while ago and whose end nobody has told us; the oldest first."""
    return list(
        Payout.objects.filter(
            state=State.SENT, account__rail=Rail.STRIPE, sent_at__lte=now - ASK_AGAIN_AFTER
        )
        .order_by("sent_at", "pk")
        .values_list("pk", flat=True)
    )


def take_back_transfer(*, payout: Payout, reason: str, now: datetime) -> None:
    """Have the gateway take a paid transfer back, whole; the money stands on the stall's balance again.

    Raises TransferRefused when the stall's account there lacks it, GatewayDoesNotAnswer (try again: nothing moves
    twice) and AlreadyDecided unless it was paid.
    """
    if payout.state != State.CONFIRMED or payout.account.rail != Rail.STRIPE:
        raise AlreadyDecided
    try:
        answer = connect_gateway().reverse_transfer(
            key=f"{payout.pk}:reversal",
            transfer_id=payout.reference,
            amount=payout.charge_amount or 0,
        )
    except GatewayRefused as refused:
        raise TransferRefused from refused
    except GatewayUnknown as unknown:
        raise GatewayDoesNotAnswer from unknown
    if not _give_back(
        payout,
        from_state=State.CONFIRMED,
        reason=reason,
        now=now,
        returned_reference=answer.reversal_id,
    ):
        raise AlreadyDecided


def follow_transfer(*, transfer_id: str, now: datetime) -> None:
    """The gateway says that something happened to a transfer: ask, and believe the answer; safe to repeat.

    One that was taken back whole, at the gateway's own desk, is the stall's balance again. A part taken back is left to
    people: the log says so, and reconcile shows the difference. Raises GatewayUnknown.
    """
    payout = (
        Payout.objects.select_related("account", "settlement__stall")
        .filter(reference=transfer_id, state=State.CONFIRMED, account__rail=Rail.STRIPE)
        .first()
    )
    if payout is None:
        return
    answer = connect_gateway().transfer_state(transfer_id)
    if answer.reversed_amount == payout.charge_amount:
        _give_back(
            payout,
            from_state=State.CONFIRMED,
            reason=TAKEN_BACK,
            now=now,
            returned_reference=answer.reversal_id,
        )
    elif answer.reversed_amount:
        log.error("payout.partly_reversed payout=%s", payout.pk)


def confirm_payout(*, payout: Payout, reference: str, now: datetime) -> None:
    """The bank has paid it. Raises AlreadyDecided unless it was sent by bank transfer and is still open."""
    if payout.account.rail != Rail.IBAN or not _confirm(payout, reference=reference, now=now):
        raise AlreadyDecided


def return_payout(*, payout: Payout, reason: str, now: datetime) -> None:
    """It did not arrive, came back, or never left: it is the stall's balance again, and the next statement says so.

    A transfer that a gateway was told of ends by the gateway's word alone (`transfer_payout`, `take_back_transfer`):
    it might still arrive. Raises AlreadyDecided for it, and when the payout came back before.
    """
    payout.refresh_from_db(fields=["state"])
    state = State(payout.state)
    by_staff = (
        (State.PREPARED,)
        if payout.account.rail == Rail.STRIPE
        else (State.PREPARED, State.SENT, State.CONFIRMED)
    )
    if state not in by_staff or not _give_back(payout, from_state=state, reason=reason, now=now):
        raise AlreadyDecided


def _confirm(payout: Payout, *, reference: str, now: datetime) -> bool:
    """It has left the shop; False when somebody was quicker."""
    legs = [_leg(payout, accounts.PAYOUT_TRANSIT, payout.amount), *outside_legs(payout, sign=-1)]
    return _close(
        payout, State.SENT, state=State.CONFIRMED, legs=legs, now=now, reference=reference
    )


def _give_back(
    payout: Payout,
    *,
    from_state: Payout.State,
    reason: str,
    now: datetime,
    returned_reference: str = "",
) -> bool:
    """Back to the stall's balance, from whichever account it stands on; False when somebody was quicker."""
    source = (
        outside_legs(payout, sign=1)
        if from_state == State.CONFIRMED
        else [_leg(payout, accounts.PAYOUT_TRANSIT, payout.amount)]
    )
    available = accounts.stall_available(payout.settlement.stall.partner_id)
    legs = [*source, _leg(payout, available, -payout.amount)]
    return _close(
        payout,
        from_state,
        state=State.RETURNED,
        legs=legs,
        now=now,
        reason=reason,
        returned_reference=returned_reference,
    )


def _leg(payout: Payout, account: str, amount: int) -> Leg:
    return Leg(account, amount, Posting.Kind.PAYOUT, payout.settlement.stall.partner_id)


def _close(
    payout: Payout,
    from_state: Payout.State,
    *,
    state: Payout.State,
    legs: Sequence[Leg],
    now: datetime,
    **fields: str,
) -> bool:
    with transaction.atomic():
        moved = Payout.objects.filter(pk=payout.pk, state=from_state).update(
            state=state, closed_at=now, **fields
        )
        if moved != 1:
            return False
        post(
            event_type=f"payout.{state}",
            event_id=str(payout.pk),
            occurred_at=now,
            legs=legs,
        )
    log.info("payout.%s payout=%s", state, payout.pk)
    return True
