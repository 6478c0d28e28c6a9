"""The one function that makes a payment true. Webhook, return page and sweeper all call it; it may run any number
of times, at once, in any order."""

import logging
import uuid
from datetime import datetime

from django.db import transaction
from oscar.apps.basket.models import Basket
from oscar.apps.order.models import Line, Order

from shop.failpoints import failpoint
from shop.jobs import publish
from shop.ledger import accounts
from shop.ledger.models import Posting
from shop.ledger.services import Leg, post
from shop.orders.clearing import fee_legs, gateway_legs
from shop.orders.events import OrderPaid
from shop.orders.models import StallOrder
from shop.orders.services.close import close_unpaid
from shop.orders.services.moves import move_order
from shop.orders.services.refund import owe_late_payment
from shop.orders.services.reopen import reopen
from shop.orders.shares import placed_share, share_legs
from shop.payments.gateways import gateway
from shop.payments.gateways.base import (
    AmountDiffers,
    Charge,
    GatewayAnswer,
    GatewayRefused,
    GatewayUnknown,
    PaymentState,
)
from shop.payments.models import PaymentAttempt

log = logging.getLogger(__name__)
State = PaymentAttempt.State


def settle_attempt(
    *, attempt_id: uuid.UUID, now: datetime, gave_up: bool = False
) -> PaymentAttempt:
    """Ask the gateway about one attempt and make the answer true here; returns the attempt as it stands.

    `gave_up`: the buyer says they won't pay, so a payment still open is ended at the gateway first. Nothing changes
    while the gateway's answer is unknown, or is of another sum than ours. Safe to repeat.
    """
    try:
        return settle_or_refuse(attempt_id=attempt_id, now=now, gave_up=gave_up)
    except AmountDiffers:
        return PaymentAttempt.objects.get(pk=attempt_id)


def settle_or_refuse(
    *, attempt_id: uuid.UUID, now: datetime, gave_up: bool = False
) -> PaymentAttempt:
    """`settle_attempt` for whoever has somebody to tell: raises AmountDiffers when another sum was paid than ours.

    Such a payment is never booked by itself: it stays unknown, its stock held, and staff see it at the desk.
    """
    attempt = PaymentAttempt.objects.get(pk=attempt_id)
    if attempt.state not in (*PaymentAttempt.OPEN, *PaymentAttempt.CLOSED_UNPAID):
        return attempt  # paid, or no gateway's business
    must_end = gave_up or now >= attempt.deadline
    if attempt.reference is None:
        # The gateway's page was never shown, so nobody can have paid.
        if must_end:
            close_unpaid(attempt_id=attempt_id, state=State.EXPIRED)
    else:
        answer = _ask(attempt, must_end=must_end)
        failpoint("settle.after_gateway_before_commit")
        if answer is not None and _waits_for_a_given_up_order(attempt, answer):
            # Nothing is taken yet: take it only when its order can live again.
            if reopen(attempt):
                return settle_or_refuse(attempt_id=attempt_id, now=now)
        elif answer is not None:
            _apply(attempt, answer, now)
            failpoint("settle.after_commit")
    attempt.refresh_from_db()
    return attempt


def _ask(attempt: PaymentAttempt, *, must_end: bool) -> GatewayAnswer | None:
    """The gateway's word, from outside any transaction; None when it has none to rely on."""
    reference, charge = (
        str(attempt.reference),
        Charge(attempt.charge_amount, attempt.charge_currency),
    )
    try:
        bank = gateway(attempt.gateway)
        if attempt.state in PaymentAttempt.CLOSED_UNPAID:
            # Given up already: look without taking. Zarinpal returns by itself what nobody takes.
            return bank.peek(reference, charge=charge)
        answer = bank.look_up(reference, charge=charge)
        if answer.state is PaymentState.DECLINED or (
            must_end and answer.state is PaymentState.PENDING
        ):
            # A declined card is not the end everywhere: end it at the bank before the stock goes back.
            return bank.expire(reference, charge=charge)
        return answer
    except AmountDiffers:
        log.error("payment.amount_differs attempt=%s", attempt.pk)
        _mark_unknown(attempt)
        raise
    except (GatewayRefused, GatewayUnknown) as error:
        log.warning("payment.unknown attempt=%s error=%s", attempt.pk, type(error).__name__)
    _mark_unknown(attempt)
    return None


def _mark_unknown(attempt: PaymentAttempt) -> None:
    PaymentAttempt.objects.filter(pk=attempt.pk, state__in=PaymentAttempt.OPEN).update(
        state=State.UNKNOWN
    )


def _waits_for_a_given_up_order(attempt: PaymentAttempt, answer: GatewayAnswer) -> bool:
    is_closed = attempt.state in PaymentAttempt.CLOSED_UNPAID
    return is_closed and answer.state is PaymentState.PAID and not answer.is_taken


def _apply(attempt: PaymentAttempt, answer: GatewayAnswer, now: datetime) -> None:
    if answer.state is PaymentState.PAID:
        record_payment(attempt_id=attempt.pk, answer=answer, now=now)
        return
    PaymentAttempt.objects.filter(pk=attempt.pk).update(asked_at=now)
    if answer.state is PaymentState.DECLINED:
        close_unpaid(attempt_id=attempt.pk, state=State.DECLINED)
    elif answer.state is PaymentState.EXPIRED:
        close_unpaid(attempt_id=attempt.pk, state=State.EXPIRED)


def record_payment(*, attempt_id: uuid.UUID, answer: GatewayAnswer, now: datetime) -> None:
    """Book what a gateway has answered: this payment is paid. Once, whoever comes second changes nothing."""
    with transaction.atomic():
        attempt = PaymentAttempt.objects.select_for_update().get(pk=attempt_id)
        if attempt.state in PaymentAttempt.OPEN or (
            attempt.state in PaymentAttempt.CLOSED_UNPAID and answer.is_taken and reopen(attempt)
        ):
            _record_in_time(attempt, answer, now)
        elif attempt.state in PaymentAttempt.CLOSED_UNPAID:
            _record_too_late(attempt, answer, now)
        # else: another process was quicker, and all is done


def _record_in_time(attempt: PaymentAttempt, answer: GatewayAnswer, now: datetime) -> None:
    _close_as(attempt, State.PAID, answer, now)
    Order.objects.filter(pk=attempt.order_id).update(status="paid")
    move_order(
        order_id=attempt.order_id, to=StallOrder.State.NEW, only_from=(StallOrder.State.PENDING,)
    )
    Basket.objects.filter(pk=attempt.basket_id).update(status=Basket.SUBMITTED, date_submitted=now)
    failpoint("settle.mid_apply")
    post(
        event_type="payment.captured",
        event_id=str(attempt.pk),
        occurred_at=now,
        legs=[*_capture_legs(attempt), *_shares(attempt)],
    )
    publish(OrderPaid(attempt.order_id))
    log.info("payment.captured attempt=%s order=%s", attempt.pk, attempt.order_id)


def _record_too_late(attempt: PaymentAttempt, answer: GatewayAnswer, now: datetime) -> None:
    """The goods went to somebody else before the money came: the buyer gets it back."""
    if not answer.is_taken:
        return  # seen, not taken: the bank returns it to the card by itself
    _close_as(attempt, State.REFUND_DUE, answer, now)
    post(
        event_type="payment.late",
        event_id=str(attempt.pk),
        occurred_at=now,
        legs=[
            *_capture_legs(attempt),
            Leg(accounts.BUYER_REFUND_DUE, -attempt.amount, Posting.Kind.REFUND),
        ],
    )
    owe_late_payment(attempt=attempt, now=now)
    log.warning("payment.late attempt=%s", attempt.pk)


def _close_as(
    attempt: PaymentAttempt, state: PaymentAttempt.State, answer: GatewayAnswer, now: datetime
) -> None:
    attempt.state = state
    attempt.settled_at = attempt.asked_at = now
    attempt.gateway_payment_id = answer.gateway_payment_id
    attempt.fee = answer.fee_in(attempt.charge_currency)
    attempt.save(update_fields=["state", "settled_at", "asked_at", "gateway_payment_id", "fee"])


def _capture_legs(attempt: PaymentAttempt) -> list[Leg]:
    came_in = gateway_legs(
        attempt,
        amount=attempt.amount,
        charge_amount=attempt.charge_amount,
        kind=Posting.Kind.CAPTURE,
    )
    return [*came_in, *fee_legs(attempt, fee=attempt.fee or 0)]


def _shares(attempt: PaymentAttempt) -> list[Leg]:
    """Each stall's share of the order as it was placed, owed to it from now on: nothing was refunded before."""
    lines = list(
        Line.objects.filter(order_id=attempt.order_id).select_related("commission").order_by("pk")
    )
    legs = []
    for stall_order in StallOrder.objects.filter(order_id=attempt.order_id).order_by("pk"):
        legs += share_legs(
            stall_order,
            account=accounts.stall_pending(stall_order.partner_id),
            lines=[
                placed_share(line, of=stall_order)
                for line in lines
                if line.partner_id == stall_order.partner_id
            ],
            shipping=stall_order.shipping,
        )
    return legs
