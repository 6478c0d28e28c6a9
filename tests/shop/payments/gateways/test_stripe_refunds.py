import contextlib
from datetime import UTC, datetime

import pytest

from shop.payments.gateways.base import (
    GatewayRefused,
    GatewayUnknown,
    RefundState,
)
from tests.fixtures_bank import wait_until


def test_parts_are_refunded_up_to_the_whole(sandbox_bank, stripe_gateway, a_paid):
    paid = a_paid(stripe_gateway)
    first = stripe_gateway.refund(paid.refund("refund-1", 860_000))
    assert (first.amount, first.state) == (860_000, RefundState.DONE)
    assert stripe_gateway.refund(paid.refund("refund-1", 860_000)) == first
    with pytest.raises(GatewayRefused, match="greater than what is left"):
        stripe_gateway.refund(paid.refund("refund-2"))
    stripe_gateway.refund(paid.refund("refund-3", 44_000_000))
    assert [line["amount"] for line in sandbox_bank.captures("refund")] == [860_000, 44_000_000]
    with pytest.raises(GatewayRefused, match="charge_already_refunded"):
        stripe_gateway.refund(paid.refund("refund-4", 1))


def test_a_refund_on_its_way_is_asked_for_until_it_is_done(sandbox_bank, stripe_gateway, a_paid):
    paid = a_paid(stripe_gateway)
    sandbox_bank.arm("refund.create", "refund_pending", seconds=60)
    given = stripe_gateway.refund(paid.refund("refund-1"))
    assert given.state is RefundState.PENDING
    assert stripe_gateway.refund_state(given.refund_id).state is RefundState.PENDING
    sandbox_bank.set_back("refund", datetime.now(UTC), column="settles_at")
    (event,) = sandbox_bank.wait_for_events(1, "refund.updated")
    assert event.event["data"]["object"]["id"] == given.refund_id
    assert stripe_gateway.refund_state(given.refund_id).state is RefundState.DONE


def test_a_refund_that_fails_leaves_the_money_with_us(sandbox_bank, stripe_gateway, a_paid):
    paid = a_paid(stripe_gateway)
    sandbox_bank.arm("refund.create", "refund_failed")
    given = stripe_gateway.refund(paid.refund("refund-1"))
    assert given.state is RefundState.PENDING
    wait_until(lambda: len(sandbox_bank.captures("refund_failed")) == 1)
    assert stripe_gateway.refund_state(given.refund_id).state is RefundState.FAILED
    (failed,) = sandbox_bank.captures("refund_failed")
    (sent,) = sandbox_bank.captures("refund")
    assert (failed["id"], failed["amount"], failed["key"]) == (
        sent["id"],
        sent["amount"],
        "refund-1:refund",
    )
    again = stripe_gateway.refund(paid.refund("refund-2"))  # a new decision, a new key
    assert again.state is RefundState.DONE


@pytest.mark.parametrize("mode", ["500_after_commit_stored", "500_after_commit_lost"])
def test_a_lost_answer_to_a_refund_is_found_and_not_paid_twice(
    sandbox_bank, stripe_gateway, a_paid, mode
):
    paid = a_paid(stripe_gateway)
    sandbox_bank.arm("refund.create", mode, times=2)
    with contextlib.suppress(GatewayUnknown):
        stripe_gateway.refund(paid.refund("refund-1", 1_000))
    assert stripe_gateway.refund(paid.refund("refund-1", 1_000)).amount == 1_000
    assert [line["key"] for line in sandbox_bank.captures("refund")] == ["refund-1:refund"]


def test_a_key_that_stripe_has_forgotten_is_found_by_its_tag(sandbox_bank, stripe_gateway, a_paid):
    paid = a_paid(stripe_gateway)
    first = stripe_gateway.refund(paid.refund("refund-1", 1_000))
    sandbox_bank.forget_keys()
    assert stripe_gateway.refund(paid.refund("refund-1", 1_000)) == first
    assert len(sandbox_bank.captures("refund")) == 1


def test_a_refund_of_nobody_is_refused(stripe_gateway):
    with pytest.raises(GatewayRefused, match="resource_missing"):
        stripe_gateway.refund_state("re_nobody")


def test_cents_are_refunded_as_cents(sandbox_bank, stripe_gateway, a_paid):
    paid = a_paid(stripe_gateway, amount=4_999, currency="EUR")
    stripe_gateway.refund(paid.refund("refund-1", 1_999))
    (line,) = sandbox_bank.captures("refund")
    assert (line["amount"], line["currency"]) == (1_999, "eur")


def test_zarinpal_has_no_offer_in_cents(zarinpal_gateway, a_start):
    for currency in ("EUR", "USD"):
        with pytest.raises(GatewayRefused, match="bad_amount"):
            zarinpal_gateway.start(a_start(amount=4_999, currency=currency))
