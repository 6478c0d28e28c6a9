import contextlib

import pytest

from shop.payments.gateways.base import (
    GatewayRefused,
    GatewayUnknown,
    SendTransfer,
    TransferAnswer,
)

AMOUNT = 44_860_000


@pytest.fixture
def account(sandbox_bank):
    return sandbox_bank.a_stall_account()


def a_transfer(account, amount, *, key="payout-1", source="", currency="IRR"):
    return SendTransfer(
        key=key,
        amount=amount,
        currency=currency,
        account=account,
        group="ORDER-1405-0731",
        source_payment=source,
    )


def test_an_account_can_be_paid_once_its_holder_has_set_it_up(sandbox_bank, stripe_gateway):
    account = sandbox_bank.a_stall_account(is_active=False)
    assert stripe_gateway.account_can_be_paid(account) is False
    sandbox_bank.fake(f"accounts/{account}", transfers="active")
    assert stripe_gateway.account_can_be_paid(account) is True
    (told,) = sandbox_bank.wait_for_events(1, "account.updated")
    event = stripe_gateway.parse_webhook(told.body, told.signature)
    assert (event.about, event.reference) == ("account", account)


def test_an_account_of_nobody_is_refused(stripe_gateway):
    with pytest.raises(GatewayRefused, match="resource_missing"):
        stripe_gateway.account_can_be_paid("acct_nobody")


def test_a_transfer_is_sent_once_for_a_key(sandbox_bank, stripe_gateway, a_paid, account):
    paid = a_paid(stripe_gateway)
    wish = a_transfer(account, 40_000_000, source=paid.payment_id)
    sent = stripe_gateway.transfer(wish)
    assert (sent.amount, sent.reversed_amount) == (40_000_000, 0)
    assert stripe_gateway.transfer(wish) == sent
    sandbox_bank.forget_keys()
    assert stripe_gateway.transfer(wish) == sent
    (line,) = sandbox_bank.captures("transfer")
    assert (line["id"], line["amount"], line["key"]) == (
        sent.transfer_id,
        40_000_000,
        "payout-1:transfer",
    )


def test_no_more_is_sent_than_the_payment_brought(sandbox_bank, stripe_gateway, a_paid, account):
    paid, other = a_paid(stripe_gateway), a_paid(stripe_gateway, key="attempt-2")
    stripe_gateway.transfer(a_transfer(account, 40_000_000, source=paid.payment_id))
    with pytest.raises(GatewayRefused, match="4860000"):
        stripe_gateway.transfer(
            a_transfer(account, 4_860_001, key="payout-2", source=paid.payment_id)
        )
    stripe_gateway.transfer(a_transfer(account, 4_860_000, key="payout-3", source=paid.payment_id))
    assert other.amount == AMOUNT  # money of another payment lies in the same balance
    assert [line["amount"] for line in sandbox_bank.captures("transfer")] == [40_000_000, 4_860_000]


def test_without_a_source_the_balance_is_the_limit(stripe_gateway, a_paid, account):
    with pytest.raises(GatewayRefused, match="balance_insufficient"):
        stripe_gateway.transfer(a_transfer(account, 1_000))
    a_paid(stripe_gateway)
    with pytest.raises(GatewayRefused, match="balance_insufficient"):
        stripe_gateway.transfer(a_transfer(account, AMOUNT))  # the fee is gone from it
    stripe_gateway.transfer(a_transfer(account, AMOUNT - 120_000))


def test_an_account_that_is_not_set_up_gets_nothing(sandbox_bank, stripe_gateway, a_paid):
    paid = a_paid(stripe_gateway)
    account = sandbox_bank.a_stall_account(is_active=False)
    with pytest.raises(GatewayRefused, match="insufficient_capabilities"):
        stripe_gateway.transfer(a_transfer(account, 1_000, source=paid.payment_id))
    assert sandbox_bank.captures("transfer") == []


def test_a_source_in_another_currency_is_refused(stripe_gateway, a_paid, account):
    paid = a_paid(stripe_gateway, amount=4_999, currency="EUR")
    with pytest.raises(GatewayRefused, match="eur"):
        stripe_gateway.transfer(a_transfer(account, 4_000, source=paid.payment_id))
    wish = a_transfer(account, 4_000, key="payout-2", source=paid.payment_id, currency="EUR")
    assert stripe_gateway.transfer(wish).amount == 4_000


def test_parts_are_taken_back_up_to_the_whole(sandbox_bank, stripe_gateway, a_paid, account):
    paid = a_paid(stripe_gateway)
    sent = stripe_gateway.transfer(a_transfer(account, 40_000_000, source=paid.payment_id))
    tid = sent.transfer_id
    first = stripe_gateway.reverse_transfer(key="clawback-1", transfer_id=tid, amount=1_000_000)
    assert (first.transfer_id, first.amount) == (tid, 1_000_000)
    sandbox_bank.forget_keys()
    assert first == stripe_gateway.reverse_transfer(
        key="clawback-1", transfer_id=tid, amount=1_000_000
    )
    with pytest.raises(GatewayRefused, match="39000000"):
        stripe_gateway.reverse_transfer(key="clawback-2", transfer_id=tid, amount=39_000_001)
    last = stripe_gateway.reverse_transfer(key="clawback-3", transfer_id=tid, amount=39_000_000)
    assert stripe_gateway.transfer_state(tid) == TransferAnswer(
        transfer_id=tid,
        amount=40_000_000,
        reversed_amount=40_000_000,
        reversal_id=last.reversal_id,
    )
    assert [line["amount"] for line in sandbox_bank.captures("reversal")] == [1_000_000, 39_000_000]
    told = sandbox_bank.wait_for_events(2, "transfer.reversed")
    event = stripe_gateway.parse_webhook(told[0].body, told[0].signature)
    assert (event.about, event.reference) == ("transfer", tid)


def test_what_an_account_no_longer_holds_cannot_be_taken_back(
    sandbox_bank, stripe_gateway, a_paid, account
):
    paid = a_paid(stripe_gateway)
    sent = stripe_gateway.transfer(a_transfer(account, 40_000_000, source=paid.payment_id))
    payout = sandbox_bank.stripe_post(
        "payouts", speaking_for=account, amount=30_000_000, currency="irr"
    )
    assert payout["status"] == "pending"
    with pytest.raises(GatewayRefused, match="balance_insufficient"):
        stripe_gateway.reverse_transfer(
            key="clawback-1", transfer_id=sent.transfer_id, amount=10_000_001
        )
    stripe_gateway.reverse_transfer(
        key="clawback-2", transfer_id=sent.transfer_id, amount=10_000_000
    )


def test_a_payout_that_fails_is_back_in_the_account(sandbox_bank, stripe_gateway, a_paid, account):
    paid = a_paid(stripe_gateway)
    stripe_gateway.transfer(a_transfer(account, 40_000_000, source=paid.payment_id))
    sandbox_bank.arm("payout.create", "payout_failed")
    payout = sandbox_bank.stripe_post(
        "payouts", speaking_for=account, amount=40_000_000, currency="irr"
    )
    (told,) = sandbox_bank.wait_for_events(1, "payout.failed")
    event = stripe_gateway.parse_webhook(told.body, told.signature)
    assert (event.about, event.reference) == ("payout", payout["id"])
    assert event.payload["account"] == account
    assert [line["amount"] for line in sandbox_bank.captures("payout_failed")] == [40_000_000]
    again = sandbox_bank.stripe_post(
        "payouts", speaking_for=account, amount=40_000_000, currency="irr"
    )
    assert again["id"] != payout["id"]


@pytest.mark.parametrize("mode", ["500_after_commit_stored", "500_after_commit_lost"])
def test_a_lost_answer_to_a_transfer_is_found_and_not_sent_twice(
    sandbox_bank, stripe_gateway, a_paid, account, mode
):
    paid = a_paid(stripe_gateway)
    wish = a_transfer(account, 1_000_000, source=paid.payment_id)
    sandbox_bank.arm("transfer.create", mode, times=2)
    with contextlib.suppress(GatewayUnknown):
        stripe_gateway.transfer(wish)
    assert stripe_gateway.transfer(wish).amount == 1_000_000
    assert len(sandbox_bank.captures("transfer")) == 1


@pytest.mark.parametrize("mode", ["refuse_before", "429"])
def test_a_bank_that_is_busy_has_sent_nothing(sandbox_bank, stripe_gateway, a_paid, account, mode):
    paid = a_paid(stripe_gateway)
    sandbox_bank.arm("transfer.create", mode, times=3)
    with pytest.raises(GatewayUnknown):
        stripe_gateway.transfer(a_transfer(account, 1_000_000, source=paid.payment_id))
    assert sandbox_bank.captures("transfer") == []
