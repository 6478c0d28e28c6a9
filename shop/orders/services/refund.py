"""Giving money back: decided and booked in one transaction. Paying it is another matter (pay_back).

A refund's id is its key everywhere: the form that asked for it, the books and the gateway see it once.
"""

import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet, Sum
from oscar.apps.order.models import Order

from shop.jobs import publish
from shop.ledger import accounts
from shop.ledger.models import Posting
from shop.ledger.services import Leg, post
from shop.money import Rial, split
from shop.orders import stock
from shop.orders.errors import NothingToRefund, RefundNotPossible, StateMoved, UnderDispute
from shop.orders.events import RefundDecided
from shop.orders.models import Dispute, Refund, RefundLine, StallOrder
from shop.orders.services.at_door import close_when_handed_over
from shop.orders.services.moves import move
from shop.orders.shares import LineShare, account_of, left_of, parts_of, share_legs, unsent_of
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
    too; one with nothing left after sending has come back (docs/payments.md). The stall's share comes back from
    wherever it stands, after a payout too: then its balance goes below zero and the next settlement nets it. Nothing is
    owed for what was to be paid at the door. The same `refund_id` again gives the same refund. Raises
    RefundNotPossible, NothingToRefund and UnderDispute.
    """
    with transaction.atomic():
        attempt, stall_order = _locked(stall_order)
        known = Refund.objects.filter(pk=refund_id).first()
        if known is not None:
            return known
        plan = _plan(attempt, stall_order, quantities, with_shipping=with_shipping)
        return _decide(attempt, stall_order, plan, _Said(refund_id, reason, by_user_id, now))


def refund_all(
    *,
    stall_order: StallOrder,
    ends_as: StallOrder.State,
    only_from: Sequence[StallOrder.State],
    reason: str,
    by_user_id: int | None,
    now: datetime,
) -> Refund:
    """Give back all that is left of a stall order, and end it so. A second press gives the first one's refund.

    Raises StateMoved from another state than these, and what `refund_lines` raises.
    """
    with transaction.atomic():
        attempt, stall_order = _locked(stall_order)
        refund_id = ending_refund_id(stall_order.pk)
        known = Refund.objects.filter(pk=refund_id).first()
        if known is not None and stall_order.state == ends_as:
            return known
        has_left = ends_as in StallOrder.UNSEEN and stall_order.shipments.exists()
        if stall_order.state not in only_from or has_left:
            raise StateMoved
        left = {line.order_line_id: line.quantity for line in left_of(stall_order).lines}
        plan = _plan(attempt, stall_order, left, with_shipping=True)
        return _decide(
            attempt, stall_order, plan, _Said(refund_id, reason, by_user_id, now), ends_as=ends_as
        )


def ending_refund_id(stall_order_id: int) -> uuid.UUID:
    """The id of the refund with which a stall order ends as a whole: of many presses one is made."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"stall-order-ended:{stall_order_id}")


@dataclass(frozen=True)
class _Said:
    refund_id: uuid.UUID
    reason: str
    by_user_id: int | None
    now: datetime


def _decide(
    attempt: PaymentAttempt,
    stall_order: StallOrder,
    plan: RefundPlan,
    said: _Said,
    *,
    ends_as: StallOrder.State = StallOrder.State.CANCELLED,
) -> Refund:
    """Write, book and follow up one refund; `ends_as`: what becomes of a parcel of which nothing had left."""
    refund = Refund.objects.create(
        id=said.refund_id,
        attempt=attempt,
        stall_order=stall_order,
        state=_first_state(plan),
        amount=plan.amount,
        shipping=plan.shipping,
        charge_amount=_charge_part(attempt, plan.amount) if plan.was_paid else 0,
        reason=said.reason,
        by_user_id=said.by_user_id,
        created_at=said.now,
    )
    unsent = unsent_of(stall_order)
    _write_lines(refund, plan.parts)
    if plan.was_paid:
        _book(refund, stall_order, plan.parts, said.now)
    if refund.state == State.DECIDED:
        publish(RefundDecided(str(refund.pk)))
    if stall_order.state in StallOrder.TO_SEND:
        from_shelf = {
            part.order_line_id: min(part.quantity, unsent[part.order_line_id])
            for part in plan.parts
        }
        stock.give_back(stall_order.lines, from_shelf)
    end = _end_of(stall_order, ends_as)
    if end is not None:
        _end(stall_order, end, said.reason)
        if attempt.state == PaymentAttempt.State.ON_DELIVERY:
            close_when_handed_over(attempt=attempt, now=said.now)
    log.info("refund.decided refund=%s stall_order=%s", refund.pk, stall_order.pk)
    return refund


def plan_refund(
    *, stall_order: StallOrder, quantities: Mapping[int, int], with_shipping: bool
) -> RefundPlan:
    """What `refund_lines` would do now; writes nothing. Raises what it raises."""
    attempt = _attempt_of(stall_order).first()
    if attempt is None:
        raise RefundNotPossible
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


def _plan(
    attempt: PaymentAttempt,
    stall_order: StallOrder,
    quantities: Mapping[int, int],
    *,
    with_shipping: bool,
) -> RefundPlan:
    _refuse_what_cannot_be_refunded(attempt, stall_order)
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


def _locked(stall_order: StallOrder) -> tuple[PaymentAttempt, StallOrder]:
    """The payment before the stall order, as everywhere: two refunds of one payment follow each other."""
    attempt = _attempt_of(stall_order).select_for_update().first()
    if attempt is None:
        raise RefundNotPossible
    return attempt, StallOrder.objects.select_for_update(of=("self",)).get(pk=stall_order.pk)


def _refuse_what_cannot_be_refunded(attempt: PaymentAttempt, stall_order: StallOrder) -> None:
    if stall_order.state in StallOrder.UNSEEN:
        raise RefundNotPossible
    if Dispute.objects.filter(attempt=attempt, state=Dispute.State.OPEN).exists():
        raise UnderDispute


def _was_paid(attempt: PaymentAttempt, stall_order: StallOrder) -> bool:
    """At the door each parcel is paid when it is delivered."""
    return attempt.gateway != CASH or stall_order.delivered_at is not None


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


def _end_of(stall_order: StallOrder, ends_as: StallOrder.State) -> StallOrder.State | None:
    """What a refund that is written makes of the parcel; None while something of it goes on as before."""
    left = left_of(stall_order)
    has_left = stall_order.state not in StallOrder.TO_SEND or stall_order.shipments.exists()
    if left.is_empty and not has_left:
        return ends_as
    if stall_order.state in StallOrder.TO_SEND:
        if left.is_empty:
            return StallOrder.State.RETURNED
        # Parts of it have gone, and the rest was given back: all that goes has gone.
        is_all_gone = has_left and not any(unsent_of(stall_order).values())
        return StallOrder.State.SENT if is_all_gone else None
    # The price of sending on its way becomes the stall's only when the parcel arrives.
    waits = stall_order.state == StallOrder.State.SENT and left.shipping
    is_over = left.is_empty and not waits and stall_order.state not in StallOrder.ENDED
    return StallOrder.State.RETURNED if is_over else None


def _end(stall_order: StallOrder, end: StallOrder.State, reason: str) -> None:
    only_from = (StallOrder.State(stall_order.state),)
    if end == StallOrder.State.SENT:
        last = stall_order.shipments.latest("sent_at", "pk")
        sent = {
            "sent_at": last.sent_at,
            "carrier": last.carrier,
            "tracking_code": last.tracking_code,
        }
        move(stall_order, to=end, only_from=only_from, **sent)
        return
    move(stall_order, to=end, only_from=only_from, reason=reason)
    others = StallOrder.objects.filter(order_id=stall_order.order_id)
    if not others.exclude(state__in=StallOrder.UNSEEN).exists():
        Order.objects.filter(pk=stall_order.order_id).update(status="cancelled")
