"""Refunds and disputes that Stripe tells of: the story is asked back, whatever the order of its pages."""

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db.models import Sum
from django.test import Client, override_settings
from procrastinate.contrib.django import app

from shop.jobs import MARKET
from shop.ledger.accounts import DISPUTE_RECEIVABLE, dispute_fee, gateway_clearing, stall_held
from shop.ledger.models import Posting, Transaction
from shop.ledger.queries import balance
from shop.orders.models import Dispute, Refund, StallOrder
from shop.orders.services.follow import follow_dispute
from shop.orders.services.pay import send_to_gateway
from shop.orders.services.pay_back import send_refund
from shop.orders.services.place import place_order
from shop.orders.services.refund import refund_lines
from shop.orders.services.settle import settle_attempt
from shop.payments.models import PaymentAttempt
from tests.fixtures_bank import HookEvent, SandboxBank
from tests.makers import NOON, a_basket, a_checkout, a_product, a_stall

pytestmark = pytest.mark.django_db(transaction=True)
TOTAL = 2_300_000
FEE = 500_000  # what the sandbox bank charges for a dispute


@pytest.fixture(autouse=True)
def bank(sandbox_bank: SandboxBank) -> Iterator[SandboxBank]:
    with override_settings(
        GATEWAYS={"stripe": sandbox_bank.stripe_settings}, SANDBOX_BANK_URL=sandbox_bank.url
    ):
        yield sandbox_bank


def a_begun_payment(bank: SandboxBank) -> PaymentAttempt:
    """Paid at the bank, and nobody has told us yet."""
    stall = a_stall()
    attempt = place_order(
        basket_id=a_basket((a_product(stall), 1)).pk,
        checkout=a_checkout(stall, total=TOTAL, gateway="stripe"),
        user_id=None,
        now=NOON,
    )
    bank.press(send_to_gateway(attempt=attempt), "pay")
    return attempt


def a_paid_attempt(bank: SandboxBank) -> PaymentAttempt:
    return settle_attempt(attempt_id=a_begun_payment(bank).pk, now=NOON)


def deliver(*hooks: HookEvent) -> None:
    """Bring the bank's messages to our door, and let the worker work."""
    for hook in hooks:
        answer = Client().post(
            "/payments/stripe/webhook/",
            hook.body,
            content_type="application/json",
            headers={"Stripe-Signature": hook.signature},
        )
        assert answer.status_code == 200
    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        worker.run_worker(
            wait=False, install_signal_handlers=False, listen_notify=False, queues=[MARKET]
        )


def about_disputes(bank: SandboxBank, count: int) -> list[HookEvent]:
    return [hook for hook in bank.wait_for_events(count + 2) if "dispute" in hook.kind]


def refunded(attempt: PaymentAttempt) -> Refund:
    (stall_order,) = StallOrder.objects.filter(order_id=attempt.order_id)
    (line,) = stall_order.lines
    refund = refund_lines(
        refund_id=uuid.uuid4(),
        stall_order=stall_order,
        quantities={line.pk: 1},
        with_shipping=False,
        reason="",
        by_user_id=None,
        now=NOON,
    )
    return send_refund(refund_id=refund.pk, now=NOON)


def test_a_dispute_is_held_when_stripe_tells_of_it(bank: SandboxBank) -> None:
    attempt = a_paid_attempt(bank)
    bank.fake("disputes", payment=attempt.gateway_payment_id)
    deliver(*about_disputes(bank, 2))
    dispute = Dispute.objects.get()
    assert (dispute.state, dispute.amount, dispute.fee) == (Dispute.State.OPEN, TOTAL, FEE)
    assert dispute.evidence_due is not None
    assert balance(DISPUTE_RECEIVABLE) == TOTAL
    assert balance(dispute_fee()) == FEE


@pytest.mark.parametrize("outcome", ["won", "lost"])
@pytest.mark.parametrize("seed", range(3))
def test_a_whole_story_in_any_order_ends_the_same(
    bank: SandboxBank, outcome: str, seed: int
) -> None:
    attempt = a_paid_attempt(bank)
    dispute_id = bank.fake("disputes", payment=attempt.gateway_payment_id)["id"]
    bank.fake(f"disputes/{dispute_id}/close", outcome=outcome)
    pages = about_disputes(bank, 4 if outcome == "won" else 3) * 2
    random.Random(seed).shuffle(pages)
    deliver(*pages)
    assert Dispute.objects.get().state == outcome
    kinds = Transaction.objects.filter(event_type__startswith="dispute.")
    assert sorted(kinds.values_list("event_type", flat=True)) == [
        *(["dispute.lost"] if outcome == "lost" else []),
        "dispute.opened",
        *(["dispute.won"] if outcome == "won" else []),
    ]
    assert balance(DISPUTE_RECEIVABLE) == 0
    assert balance(stall_held(attempt.order.stall_orders.get().partner_id)) == 0
    kept = TOTAL if outcome == "won" else 0
    capture_fee = int(attempt.fee or 0)
    assert balance(gateway_clearing("stripe")) == kept - FEE - capture_fee
    assert Posting.objects.aggregate(total=Sum("amount"))["total"] == 0


def test_an_inquiry_books_nothing(bank: SandboxBank) -> None:
    attempt = a_paid_attempt(bank)
    bank.fake("disputes", payment=attempt.gateway_payment_id, inquiry=True)
    deliver(*about_disputes(bank, 1))
    assert Dispute.objects.count() == 0


def test_a_dispute_that_is_quicker_than_our_books_waits_for_them(bank: SandboxBank) -> None:
    attempt = a_begun_payment(bank)
    opened = bank.fake("disputes", payment=attempt.reference or reference_of(attempt))
    with pytest.raises(PaymentAttempt.DoesNotExist):
        follow_dispute(gateway="stripe", dispute_id=opened["id"], now=NOON)
    settle_attempt(attempt_id=attempt.pk, now=NOON)
    dispute = follow_dispute(gateway="stripe", dispute_id=opened["id"], now=NOON)
    assert dispute is not None
    assert dispute.state == Dispute.State.OPEN


def test_a_refund_on_its_way_is_done_when_stripe_tells_of_it(bank: SandboxBank) -> None:
    attempt = a_paid_attempt(bank)
    bank.arm("refund.create", "refund_pending", seconds=60)
    refund = refunded(attempt)
    assert refund.state == Refund.State.SENT
    bank.set_back("refund", datetime.now(UTC), column="settles_at")
    deliver(*bank.wait_for_events(1, "refund.updated"))
    refund.refresh_from_db()
    assert refund.state == Refund.State.DONE


def test_a_refund_that_fails_is_left_to_staff_when_stripe_tells_of_it(bank: SandboxBank) -> None:
    attempt = a_paid_attempt(bank)
    bank.arm("refund.create", "refund_failed", seconds=60)
    refund = refunded(attempt)
    assert refund.state == Refund.State.SENT
    bank.set_back("refund", datetime.now(UTC), column="settles_at")
    deliver(*bank.wait_for_events(1, "refund.failed"))
    refund.refresh_from_db()
    assert refund.state == Refund.State.BY_HAND


def test_a_refund_of_somebody_else_is_kept_and_changes_nothing(bank: SandboxBank) -> None:
    attempt = a_paid_attempt(bank)
    bank.stripe_post("refunds", payment_intent=attempt.gateway_payment_id, amount=1_000)
    deliver(*bank.wait_for_events(1, "refund.created"))
    assert Refund.objects.count() == 0


def reference_of(attempt: PaymentAttempt) -> Any:
    attempt.refresh_from_db()
    return attempt.reference
