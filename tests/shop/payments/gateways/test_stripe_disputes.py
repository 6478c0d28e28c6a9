from datetime import UTC, datetime, timedelta

import pytest

from shop.payments.gateways.base import GatewayRefused

AMOUNT = 44_860_000


def test_a_dispute_takes_its_amount_and_a_fee_until_it_is_won(sandbox_bank, stripe_gateway, a_paid):
    paid = a_paid(stripe_gateway)
    opened = sandbox_bank.fake("disputes", payment=paid.payment_id, amount=1_000_000)
    seen = stripe_gateway.dispute(opened["id"])
    assert (seen.dispute_id, seen.gateway_payment_id) == (opened["id"], paid.payment_id)
    assert (seen.amount, seen.currency) == (1_000_000, "IRR")
    assert (seen.fee, seen.fee_currency) == (500_000, "IRR")
    assert (seen.status, seen.reason) == ("needs_response", "fraudulent")
    assert (seen.is_withdrawn, seen.is_closed, seen.is_won) == (True, False, False)
    week = timedelta(days=7)
    assert abs(seen.evidence_due - datetime.now(UTC) - week) < timedelta(minutes=1)
    sandbox_bank.fake(f"disputes/{seen.dispute_id}/close", outcome="won")
    won = stripe_gateway.dispute(seen.dispute_id)
    assert (won.is_withdrawn, won.is_closed, won.is_won) == (False, True, True)
    assert won.fee == 500_000
    for op in ("dispute", "dispute_won"):
        (line,) = sandbox_bank.captures(op)
        assert (line["id"], line["amount"]) == (paid.reference, 1_000_000)


def test_a_lost_dispute_stays_withdrawn(sandbox_bank, stripe_gateway, a_paid):
    paid = a_paid(stripe_gateway)
    opened = sandbox_bank.fake("disputes", payment=paid.reference)
    sandbox_bank.fake(f"disputes/{opened['id']}/close", outcome="lost")
    sandbox_bank.fake(f"disputes/{opened['id']}/close", outcome="won")  # too late
    seen = stripe_gateway.dispute(opened["id"])
    assert (seen.is_withdrawn, seen.is_closed, seen.is_won) == (True, True, False)
    assert seen.amount == AMOUNT
    assert sandbox_bank.captures("dispute_won") == []


def test_an_inquiry_takes_nothing(sandbox_bank, stripe_gateway, a_paid):
    paid = a_paid(stripe_gateway)
    opened = sandbox_bank.fake("disputes", payment=paid.payment_id, inquiry=True)
    seen = stripe_gateway.dispute(opened["id"])
    assert (seen.is_withdrawn, seen.fee, seen.fee_currency) == (False, 0, "")
    sandbox_bank.fake(f"disputes/{opened['id']}/close", outcome="lost")
    closed = stripe_gateway.dispute(opened["id"])
    assert (closed.status, closed.is_won) == ("warning_closed", True)
    assert sandbox_bank.captures("dispute") == []


def test_what_is_disputed_cannot_be_refunded_too(sandbox_bank, stripe_gateway, a_paid):
    paid = a_paid(stripe_gateway)
    sandbox_bank.fake("disputes", payment=paid.payment_id, amount=AMOUNT - 1_000)
    with pytest.raises(GatewayRefused, match="greater than what is left"):
        stripe_gateway.refund(paid.refund("refund-1"))
    stripe_gateway.refund(paid.refund("refund-2", 1_000))
    with pytest.raises(GatewayRefused, match="charge_disputed"):
        stripe_gateway.refund(paid.refund("refund-3", 1))


def test_a_dispute_tells_its_story_in_events(sandbox_bank, stripe_gateway, a_paid):
    sandbox_bank.arm("pay", "dispute")
    paid = a_paid(stripe_gateway)
    (created,) = sandbox_bank.wait_for_events(1, "charge.dispute.created")
    event = stripe_gateway.parse_webhook(created.body, created.signature)
    assert (event.about, event.gateway_payment_id) == ("dispute", paid.payment_id)
    sandbox_bank.stripe_post(f"disputes/{event.reference}", submit="true")
    assert stripe_gateway.dispute(event.reference).status == "under_review"
    sandbox_bank.fake(f"disputes/{event.reference}/close", outcome="lost")
    kinds = [hook.kind for hook in sandbox_bank.wait_for_events(6)]
    assert kinds[2:] == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.updated",
        "charge.dispute.closed",
    ]


def test_a_dispute_of_nobody_is_refused(stripe_gateway):
    with pytest.raises(GatewayRefused, match="resource_missing"):
        stripe_gateway.dispute("dp_nobody")
