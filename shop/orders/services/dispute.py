"""A buyer asks their bank for the money back: the stalls' shares are held, and given back or lost.

The gateway has the money from the first day on; what the shop bears and what each stall bears is decided at the end.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from shop.jobs import publish
from shop.ledger import accounts
from shop.ledger.models import Posting
from shop.ledger.services import Leg, post
from shop.money import Rial, split
from shop.orders.clearing import gateway_legs
from shop.orders.errors import RefundNotPossible
from shop.orders.events import DisputeDecided, DisputeOpened
from shop.orders.models import Dispute, Refund, RefundLine, StallOrder
from shop.orders.shares import LineShare, account_of, left_of, share_legs
from shop.payments.models import CASH, PaymentAttempt

log = logging.getLogger(__name__)
State = Dispute.State


@dataclass(frozen=True)
class Claim:
    """What the bank told us. Amounts in the smallest unit of the charge's currency."""

    gateway_id: str
    charge_amount: int
    fee: int = 0
    reason: str = ""
    evidence_due: datetime | None = None


def open_dispute(*, attempt: PaymentAttempt, claim: Claim, now: datetime) -> Dispute:
    """Book a dispute of a paid payment and hold what its stalls have coming for it.

    Each parcel is disputed in proportion to what the buyer has paid for it and has not got back. Told again, it is the
    same dispute. Raises RefundNotPossible for a payment that is not paid, or for more than is left of it.
    """
    with transaction.atomic():
        attempt = PaymentAttempt.objects.select_for_update().get(pk=attempt.pk)
        known = Dispute.objects.filter(attempt=attempt, gateway_id=claim.gateway_id).first()
        if known is not None:
            return known
        parcels = _locked_parcels(attempt)
        paid = [left_of(parcel).paid for parcel in parcels]
        is_at_a_bank = attempt.state == PaymentAttempt.State.PAID and attempt.gateway != CASH
        if not is_at_a_bank or attempt.disputes.filter(state=State.OPEN).exists():
            raise RefundNotPossible
        amount = _in_rial(attempt, claim.charge_amount)
        if not 0 < amount <= sum(paid):
            raise RefundNotPossible
        dispute = Dispute.objects.create(
            attempt=attempt,
            gateway_id=claim.gateway_id,
            amount=amount,
            charge_amount=claim.charge_amount,
            fee=Rial(claim.fee),
            reason=claim.reason,
            evidence_due=claim.evidence_due,
            opened_at=now,
        )
        came_out = gateway_legs(
            attempt,
            amount=-amount,
            charge_amount=-claim.charge_amount,
            kind=Posting.Kind.DISPUTE,
        )
        held = [
            leg
            for disputed in _disputed_parts(parcels, amount)
            for leg in _held_legs(disputed, is_given_back=False)
        ]
        post(
            event_type="dispute.opened",
            event_id=str(dispute.pk),
            occurred_at=now,
            legs=[
                Leg(accounts.DISPUTE_RECEIVABLE, amount, Posting.Kind.DISPUTE),
                *came_out,
                *_fee_legs(attempt, claim.fee),
                *held,
            ],
        )
        publish(DisputeOpened(dispute.pk))
    log.warning("dispute.opened dispute=%s attempt=%s", dispute.pk, attempt.pk)
    return dispute


def win_dispute(*, dispute: Dispute, now: datetime) -> bool:
    """The bank decided for us: the money is back, and the stalls' shares with it. False when it was closed before."""
    with transaction.atomic():
        if not _close(dispute, State.WON, now):
            return False
        attempt = dispute.attempt
        came_back = gateway_legs(
            attempt,
            amount=dispute.amount,
            charge_amount=dispute.charge_amount,
            kind=Posting.Kind.DISPUTE,
        )
        given_back = [
            leg
            for disputed in _disputed_parts(_locked_parcels(attempt), dispute.amount)
            for leg in _held_legs(disputed, is_given_back=True)
        ]
        post(
            event_type="dispute.won",
            event_id=str(dispute.pk),
            occurred_at=now,
            legs=[
                *came_back,
                Leg(accounts.DISPUTE_RECEIVABLE, -dispute.amount, Posting.Kind.DISPUTE),
                *given_back,
            ],
        )
        publish(DisputeDecided(dispute.pk))
    log.info("dispute.won dispute=%s", dispute.pk)
    return True


def lose_dispute(*, dispute: Dispute, now: datetime) -> bool:
    """The bank decided for the buyer, who has been paid back: a refund that nobody sends. False when closed before.

    Each stall loses its share, we our commission on it, and the voucher's part is not spent after all.
    """
    with transaction.atomic():
        if not _close(dispute, State.LOST, now):
            return False
        legs: list[Leg] = []
        for disputed in _disputed_parts(_locked_parcels(dispute.attempt), dispute.amount):
            parcel = disputed.parcel
            legs += _held_legs(disputed, is_given_back=True)
            legs += share_legs(
                parcel,
                account=account_of(parcel),
                lines=disputed.lines,
                shipping=disputed.shipping,
                is_taken_back=True,
            )
            _record_as_refund(dispute, disputed, now)
        post(
            event_type="dispute.lost",
            event_id=str(dispute.pk),
            occurred_at=now,
            legs=[
                *legs,
                Leg(accounts.DISPUTE_RECEIVABLE, -dispute.amount, Posting.Kind.DISPUTE),
            ],
        )
        publish(DisputeDecided(dispute.pk))
    log.warning("dispute.lost dispute=%s", dispute.pk)
    return True


@dataclass(frozen=True)
class _Disputed:
    """One parcel's part of a dispute."""

    parcel: StallOrder
    lines: tuple[LineShare, ...]
    shipping: Rial

    @property
    def net(self) -> Rial:
        return sum((line.net for line in self.lines), self.shipping)

    @property
    def paid(self) -> Rial:
        return sum((line.paid for line in self.lines), self.shipping)


def _disputed_parts(parcels: list[StallOrder], amount: Rial) -> list[_Disputed]:
    """`amount` rial of the buyer's, shared out over what they paid for each parcel, line and sending.

    The same at the end as at the beginning: nothing is refunded while a dispute is open.
    """
    lefts = [left_of(parcel) for parcel in parcels]
    shared = split(amount, [left.paid for left in lefts])
    disputed = []
    for parcel, left, part in zip(parcels, lefts, shared, strict=True):
        if part:
            *line_parts, shipping = split(
                part, [*(line.paid for line in left.lines), left.shipping]
            )
            lines = [
                _paid_part(line, paid)
                for line, paid in zip(left.lines, line_parts, strict=True)
                if paid
            ]
            disputed.append(_Disputed(parcel, tuple(lines), shipping))
    return disputed


def _paid_part(line: LineShare, paid: Rial) -> LineShare:
    """The share of a line of which the buyer wants `paid` rial back; its pieces only count when it is all of it."""
    weights = [paid, line.paid - paid]
    goods = split(line.goods, weights)[0]
    return LineShare(
        line.order_line_id,
        line.quantity if paid == line.paid else 0,
        goods,
        goods - paid,
        split(line.commission, weights)[0],
    )


def _held_legs(disputed: _Disputed, *, is_given_back: bool) -> list[Leg]:
    parcel, net = disputed.parcel, disputed.net
    held = accounts.stall_held(parcel.partner_id)
    sign = -1 if is_given_back else 1
    return [
        Leg(code, sign * amount, Posting.Kind.DISPUTE, parcel.partner_id, parcel.pk)
        for code, amount in ((account_of(parcel), net), (held, -net))
    ]


def _record_as_refund(dispute: Dispute, disputed: _Disputed, now: datetime) -> None:
    refund = Refund.objects.create(
        attempt=dispute.attempt,
        stall_order=disputed.parcel,
        state=Refund.State.DONE,
        amount=disputed.paid,
        shipping=disputed.shipping,
        charge_amount=_in_charge(dispute, disputed.paid),
        reason="dispute",
        reference=dispute.gateway_id,
        created_at=now,
        done_at=now,
    )
    RefundLine.objects.bulk_create(
        RefundLine(
            refund=refund,
            order_line_id=line.order_line_id,
            quantity=line.quantity,
            goods=line.goods,
            discount=line.discount,
            commission=line.commission,
        )
        for line in disputed.lines
    )


def _close(dispute: Dispute, state: Dispute.State, now: datetime) -> bool:
    closed = Dispute.objects.filter(pk=dispute.pk, state=State.OPEN).update(
        state=state, closed_at=now
    )
    return closed == 1


def _locked_parcels(attempt: PaymentAttempt) -> list[StallOrder]:
    parcels = StallOrder.objects.select_for_update(of=("self",)).filter(order_id=attempt.order_id)
    return list(parcels.exclude(state__in=StallOrder.UNSEEN).order_by("pk"))


def _in_rial(attempt: PaymentAttempt, charge_amount: int) -> Rial:
    """The rial a part of the charge stands for. Raises RefundNotPossible for more than the charge."""
    if not 0 < charge_amount <= attempt.charge_amount:
        raise RefundNotPossible
    return split(attempt.amount, [charge_amount, attempt.charge_amount - charge_amount])[0]


def _in_charge(dispute: Dispute, amount: Rial) -> int:
    return int(split(dispute.charge_amount, [amount, dispute.amount - amount])[0])


def _fee_legs(attempt: PaymentAttempt, fee: int) -> list[Leg]:
    currency = attempt.charge_currency
    return [
        Leg(accounts.dispute_fee(currency), fee, Posting.Kind.FEE),
        Leg(accounts.gateway_clearing(attempt.gateway, currency), -fee, Posting.Kind.FEE),
    ]
