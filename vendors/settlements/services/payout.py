"""Sending what was approved, and learning what became of it."""

import logging
import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from shop.failpoints import failpoint
from shop.jalali import tehran_date
from shop.jobs import publish
from shop.ledger import accounts
from shop.ledger.models import Posting
from shop.ledger.services import Leg, post
from shop.payments.gateways import stripe_gateway
from shop.payments.gateways.base import GatewayRefused, SendTransfer
from vendors.settlements.errors import AlreadyDecided, AlreadySentToday, NothingToRelease
from vendors.settlements.events import TransferReleased
from vendors.settlements.models import Payout, PayoutAccount, PayoutBatch, Rail

log = logging.getLogger(__name__)
State = Payout.State


def release_batch(*, rail: str, by_user_id: int, now: datetime) -> PayoutBatch:
    """Send all payouts of this rail that somebody else has approved: one batch a day.

    For bank transfers the batch is a file; transfers at the gateway are made by jobs. A payout whose account was
    replaced meanwhile stays behind. Raises NothingToRelease and AlreadySentToday.
    """
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
                    rail=rail, day=tehran_date(now), released_by_id=by_user_id, released_at=now
                )
        except IntegrityError as taken:
            raise AlreadySentToday from taken
        _send(waiting, batch, by_user_id, now)
    log.info("payout.released batch=%s payouts=%s", batch.pk, len(waiting))
    return batch


def _send(payouts: Sequence[Payout], batch: PayoutBatch, by_user_id: int, now: datetime) -> None:
    for payout in payouts:
        Payout.objects.filter(pk=payout.pk).update(
            state=State.SENT, batch=batch, released_by_id=by_user_id, sent_at=now
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
        answer = stripe_gateway().transfer(
            SendTransfer(
                key=str(payout.pk),
                amount=payout.amount,
                currency=accounts.RIAL,
                account=payout.account.stripe_account,
                group=f"settlement-{payout.settlement_id}",
            )
        )
    except GatewayRefused as refused:
        return_payout(payout=payout, reason=refused.code, now=now)
        payout.refresh_from_db()
        return payout
    failpoint("payout.after_transfer_before_record")
    _close(
        payout,
        from_states=(State.SENT,),
        state=State.CONFIRMED,
        source=accounts.PAYOUT_TRANSIT,
        target=accounts.gateway_clearing("stripe"),
        now=now,
        reference=answer.transfer_id,
    )
    payout.refresh_from_db()
    return payout


def take_back_transfer(*, payout: Payout, reason: str, now: datetime) -> None:
    """Have the gateway take a paid transfer back, whole; the money stands on the stall's balance again.

    Raises GatewayRefused when the stall's account there lacks it, AlreadyDecided unless it was paid.
    """
    if payout.state != State.CONFIRMED or payout.account.rail != Rail.STRIPE:
        raise AlreadyDecided
    stripe_gateway().reverse_transfer(
        key=f"{payout.pk}:reversal", transfer_id=payout.reference, amount=payout.amount
    )
    return_payout(payout=payout, reason=reason, now=now)


def confirm_payout(*, payout: Payout, reference: str, now: datetime) -> None:
    """The bank has paid it. Raises AlreadyDecided unless it was sent by bank transfer and is still open."""
    if payout.account.rail != Rail.IBAN or not _close(
        payout,
        from_states=(State.SENT,),
        state=State.CONFIRMED,
        source=accounts.PAYOUT_TRANSIT,
        target=accounts.BANK,
        now=now,
        reference=reference,
    ):
        raise AlreadyDecided


def return_payout(*, payout: Payout, reason: str, now: datetime) -> None:
    """It did not arrive, or came back: the money is the stall's balance again, and the next statement says so.

    From whichever account it stands on: on its way, or paid. Raises AlreadyDecided when it came back before.
    """
    available = accounts.stall_available(payout.settlement.stall.partner_id)
    paid_from = (
        accounts.BANK if payout.account.rail == Rail.IBAN else accounts.gateway_clearing("stripe")
    )
    sources = {
        State.PREPARED: accounts.PAYOUT_TRANSIT,
        State.SENT: accounts.PAYOUT_TRANSIT,
        State.CONFIRMED: paid_from,
    }
    payout.refresh_from_db(fields=["state"])
    state = State(payout.state)
    if state not in sources or not _close(
        payout,
        from_states=(state,),
        state=State.RETURNED,
        source=sources[state],
        target=available,
        now=now,
        reason=reason,
    ):
        raise AlreadyDecided


def _close(
    payout: Payout,
    *,
    from_states: tuple[Payout.State, ...],
    state: Payout.State,
    source: str,
    target: str,
    now: datetime,
    **fields: str,
) -> bool:
    """Move a payout on, and its money from `source` to `target`; False when somebody was quicker."""
    partner_id = payout.settlement.stall.partner_id
    with transaction.atomic():
        moved = Payout.objects.filter(pk=payout.pk, state__in=from_states).update(
            state=state, closed_at=now, **fields
        )
        if moved != 1:
            return False
        post(
            event_type=f"payout.{state}",
            event_id=str(payout.pk),
            occurred_at=now,
            legs=[
                Leg(source, payout.amount, Posting.Kind.PAYOUT, partner_id),
                Leg(target, -payout.amount, Posting.Kind.PAYOUT, partner_id),
            ],
        )
    log.info("payout.%s payout=%s", state, payout.pk)
    return True
