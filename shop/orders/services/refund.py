"""Giving money back: decided and booked in one transaction, then paid by the gateway outside any, or by hand.

A refund's id is its key everywhere: the form that asked for it, the books and the gateway see it once.
"""

import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet, Sum
from oscar.apps.order.models import Order

from shop.failpoints import failpoint
from shop.jobs import publish
from shop.ledger import accounts
from shop.ledger.models import Posting
from shop.ledger.services import Leg, post
from shop.money import Rial, split
from shop.orders import stock
from shop.orders.clearing import gateway_legs
from shop.orders.errors import NothingToRefund, RefundNotPossible, StateMoved, UnderDispute
from shop.orders.events import RefundDecided
from shop.orders.models import Dispute, Refund, RefundLine, StallOrder
from shop.orders.services.at_door import close_when_handed_over
from shop.orders.shares import LineShare, account_of, left_of, parts_of, share_legs
from shop.payments.gateways import gateway
from shop.payments.gateways.base import GatewayRefused, RefundPayment, RefundState
from shop.payments.models import CASH, PaymentAttempt

log = logging.getLogger(__name__)
State = Refund.State
BOOKED_STATES = (PaymentAttempt.State.PAID, PaymentAttempt.State.ON_DELIVERY)


@dataclass(frozen=True)
class RefundPlan:
    """What a refund does, rial: the buyer gets `amount`, of it `shipping`; the stall's share becomes `net` less.

    `is_cancelled`: nothing is left to send. `was_paid`: else it only takes off what is to be paid at the door.
    """

    parts: list[LineShare]
    shipping: Rial
    is_cancelled: bool
    was_paid: bool

    @property
    def amount(self) -> Rial:
        return sum((part.paid for part in self.parts), self.shipping)

    @property
    def net(self) -> Rial:
        return sum((part.net for part in self.parts), self.shipping)

    @property
    def seen(self) -> str:
        """What a form carries to say which sums its reader agreed to."""
        return str(int(self.amount))


def refund_lines(
    *,
    refund_id: uuid.UUID,
    stall_order: StallOrder,
    quantities: Mapping[int, int],
    with_shipping: bool,
    reason: str,
    by_user_id: int | None,
    now: datetime,
) -> Refund:
    """Take these many of these order lines (line id → pieces) out of a paid stall order, and owe the buyer their price.

    Before sending, the goods go back on the shelf, and a parcel with nothing left is cancelled, its sending paid back
    too. The stall's share comes back from wherever it stands, after a payout too: then its balance goes below zero and
    the next settlement nets it. Nothing is owed for what was to be paid at the door. The same `refund_id` again gives
    the same refund. Raises RefundNotPossible, NothingToRefund and UnderDispute.
    """
    with transaction.atomic():
        attempt = _locked_attempt(stall_order)
        stall_order = StallOrder.objects.select_for_update(of=("self",)).get(pk=stall_order.pk)
        known = Refund.objects.filter(pk=refund_id).first()
        if known is not None:
            return known
        _refuse_what_cannot_be_refunded(attempt, stall_order)
        plan = _plan(attempt, stall_order, quantities, with_shipping=with_shipping)
        refund = Refund.objects.create(
            id=refund_id,
            attempt=attempt,
            stall_order=stall_order,
            state=_first_state(plan),
            amount=plan.amount,
            shipping=plan.shipping,
            charge_amount=_charge_part(attempt, plan.amount) if plan.was_paid else 0,
            reason=reason,
            by_user_id=by_user_id,
            created_at=now,
        )
        _write_lines(refund, plan.parts)
        if plan.was_paid:
            _book(refund, stall_order, plan.parts, now)
        if refund.state == State.DECIDED:
            publish(RefundDecided(str(refund.pk)))
        if stall_order.state in StallOrder.TO_SEND:
            stock.give_back(stall_order.lines, quantities)
        if plan.is_cancelled:
            _cancel(stall_order)
            if attempt.state == PaymentAttempt.State.ON_DELIVERY:
                close_when_handed_over(attempt=attempt, now=now)
    log.info("refund.decided refund=%s stall_order=%s", refund.pk, stall_order.pk)
    return refund


def plan_refund(
    *, stall_order: StallOrder, quantities: Mapping[int, int], with_shipping: bool
) -> RefundPlan:
    """What `refund_lines` would do now; writes nothing. Raises what it raises."""
    attempt = _attempt_of(stall_order).first()
    if attempt is None:
        raise RefundNotPossible
    _refuse_what_cannot_be_refunded(attempt, stall_order)
    return _plan(attempt, stall_order, quantities, with_shipping=with_shipping)


def owe_late_payment(*, attempt: PaymentAttempt, now: datetime) -> Refund:
    """Owe a buyer a whole payment that came after its order was given up. Runs in the caller's transaction."""
    refund = Refund.objects.create(
        attempt=attempt,
        amount=attempt.amount,
        charge_amount=attempt.charge_amount,
        reason="late",
        created_at=now,
    )
    publish(RefundDecided(str(refund.pk)))
    return refund


def send_refund(*, refund_id: uuid.UUID, now: datetime) -> Refund:
    """Ask the gateway to pay a decided refund, and make its answer true; safe to repeat.

    A gateway that can't (`RefundNotOffered`, or any definite no) leaves it to be paid by hand. GatewayUnknown passes
    through: the job runs again.
    """
    refund = Refund.objects.select_related("attempt").get(pk=refund_id)
    if refund.state not in Refund.OPEN:
        return refund
    bank = gateway(refund.attempt.gateway)
    try:
        answer = (
            bank.refund_state(refund.gateway_refund_id)
            if refund.state == State.SENT
            else bank.refund(_request(refund))
        )
    except GatewayRefused as refused:  # a definite no: asking again would not help
        return _left_to_staff(refund, code=refused.code)
    failpoint("refund.after_gateway_before_commit")
    Refund.objects.filter(pk=refund.pk, state=State.DECIDED).update(
        state=State.SENT, gateway_refund_id=answer.refund_id
    )
    if answer.state is RefundState.FAILED:
        return _left_to_staff(refund, code="failed")
    if answer.state is RefundState.DONE:
        _finish(refund, source=None, reference="", now=now)
    refund.refresh_from_db()
    return refund


def _request(refund: Refund) -> RefundPayment:
    attempt = refund.attempt
    return RefundPayment(
        key=str(refund.pk),
        reference=str(attempt.reference),
        gateway_payment_id=attempt.gateway_payment_id,
        amount=refund.charge_amount,
        paid_amount=attempt.charge_amount,
        currency=attempt.charge_currency,
    )


def _left_to_staff(refund: Refund, *, code: str) -> Refund:
    log.error("refund.by_hand refund=%s code=%s", refund.pk, code)
    Refund.objects.filter(pk=refund.pk, state__in=Refund.OPEN).update(state=State.BY_HAND)
    refund.refresh_from_db()
    return refund


def record_refund_by_hand(
    *, refund: Refund, from_stall_cash: bool, reference: str, now: datetime
) -> None:
    """Staff have paid a refund from the shop's bank account; or the stall gave its buyer the cash back.

    Raises StateMoved unless it waits to be paid by hand.
    """
    source = accounts.bank()
    if from_stall_cash:
        if refund.stall_order is None:
            raise RefundNotPossible
        partner_id = refund.stall_order.partner_id
        released = refund.stall_order.released_at is not None
        source = (
            accounts.stall_available(partner_id) if released else accounts.stall_cash(partner_id)
        )
    if not _finish(refund, source=source, reference=reference, now=now):
        raise StateMoved


def _plan(
    attempt: PaymentAttempt,
    stall_order: StallOrder,
    quantities: Mapping[int, int],
    *,
    with_shipping: bool,
) -> RefundPlan:
    left = left_of(stall_order)
    wanted = {line_id: n for line_id, n in quantities.items() if n}
    try:
        parts = parts_of(left, wanted)
    except (KeyError, ValueError) as wrong:
        raise RefundNotPossible from wrong
    is_cancelled = stall_order.state in StallOrder.TO_SEND and all(
        line.quantity == wanted.get(line.order_line_id, 0) for line in left.lines
    )
    plan = RefundPlan(
        parts=parts,
        shipping=left.shipping if with_shipping or is_cancelled else Rial(0),
        is_cancelled=is_cancelled,
        was_paid=_was_paid(attempt, stall_order),
    )
    if not parts and not plan.amount:
        raise NothingToRefund
    return plan


def _first_state(plan: RefundPlan) -> Refund.State:
    if not plan.was_paid:
        return State.UNPAID
    # What a voucher paid for whole owes its buyer nothing: no bank has to be asked.
    return State.DECIDED if plan.amount else State.DONE


def _attempt_of(stall_order: StallOrder) -> "QuerySet[PaymentAttempt]":
    return PaymentAttempt.objects.filter(order_id=stall_order.order_id, state__in=BOOKED_STATES)


def _locked_attempt(stall_order: StallOrder) -> PaymentAttempt:
    """Locked before the stall order, as everywhere: two refunds of one payment follow each other."""
    attempt = _attempt_of(stall_order).select_for_update().first()
    if attempt is None:
        raise RefundNotPossible
    return attempt


def _refuse_what_cannot_be_refunded(attempt: PaymentAttempt, stall_order: StallOrder) -> None:
    if stall_order.state in StallOrder.UNSEEN:
        raise RefundNotPossible
    if Dispute.objects.filter(attempt=attempt, state=Dispute.State.OPEN).exists():
        raise UnderDispute


def _was_paid(attempt: PaymentAttempt, stall_order: StallOrder) -> bool:
    """At the door each parcel is paid when it is delivered."""
    return attempt.gateway != CASH or stall_order.state == StallOrder.State.DELIVERED


def _charge_part(attempt: PaymentAttempt, amount: Rial) -> int:
    """What of the charge goes back with `amount` rial: its part of what is left, so that the last refund ends it."""
    if attempt.charge_currency == accounts.RIAL or not amount:
        return int(amount)
    gone = attempt.refunds.aggregate(rial=Sum("amount"), charge=Sum("charge_amount"))
    rial_left = attempt.amount - (gone["rial"] or 0)
    charge_left = attempt.charge_amount - (gone["charge"] or 0)
    return int(split(charge_left, [amount, rial_left - amount])[0])


def _write_lines(refund: Refund, parts: list[LineShare]) -> None:
    RefundLine.objects.bulk_create(
        RefundLine(
            refund=refund,
            order_line_id=part.order_line_id,
            quantity=part.quantity,
            goods=part.goods,
            discount=part.discount,
            commission=part.commission,
        )
        for part in parts
    )


def _book(refund: Refund, stall_order: StallOrder, parts: list[LineShare], now: datetime) -> None:
    taken_back = share_legs(
        stall_order,
        account=account_of(stall_order),
        lines=parts,
        shipping=refund.shipping,
        is_taken_back=True,
    )
    post(
        event_type="refund.decided",
        event_id=str(refund.pk),
        occurred_at=now,
        legs=[
            *taken_back,
            Leg(
                accounts.BUYER_REFUND_DUE,
                -refund.amount,
                Posting.Kind.REFUND,
                stall_order.partner_id,
                stall_order.pk,
            ),
        ],
    )


def _cancel(stall_order: StallOrder) -> None:
    StallOrder.objects.filter(pk=stall_order.pk).update(state=StallOrder.State.CANCELLED)
    others = StallOrder.objects.filter(order_id=stall_order.order_id)
    if not others.exclude(state=StallOrder.State.CANCELLED).exists():
        Order.objects.filter(pk=stall_order.order_id).update(status="cancelled")


def _finish(refund: Refund, *, source: str | None, reference: str, now: datetime) -> bool:
    """The buyer has the money: from the gateway, or from `source`. False when it was finished before."""
    from_states = Refund.OPEN if source is None else (State.BY_HAND,)
    attempt = refund.attempt
    with transaction.atomic():
        moved = Refund.objects.filter(pk=refund.pk, state__in=from_states).update(
            state=State.DONE, reference=reference, done_at=now
        )
        if moved != 1:
            return False
        if refund.stall_order_id is None:
            PaymentAttempt.objects.filter(
                pk=attempt.pk, state=PaymentAttempt.State.REFUND_DUE
            ).update(state=PaymentAttempt.State.REFUNDED)
        if source is None:
            paid_from = gateway_legs(
                attempt,
                amount=-refund.amount,
                charge_amount=-refund.charge_amount,
                kind=Posting.Kind.REFUND,
            )
        else:
            paid_from = [Leg(source, -refund.amount, Posting.Kind.REFUND)]
        post(
            event_type="refund.paid",
            event_id=str(refund.pk),
            occurred_at=now,
            legs=[
                Leg(accounts.BUYER_REFUND_DUE, refund.amount, Posting.Kind.REFUND),
                *paid_from,
            ],
        )
    log.info("refund.done refund=%s", refund.pk)
    return True
