from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shop.payments.gateways.base import GatewayUnknown, MovementKind, SendTransfer
from shop.payments.gateways.stripe import book

AMOUNT = 44_860_000
FEE = 120_000


def today() -> date:
    return datetime.now(ZoneInfo("Asia/Tehran")).date()


def seen(movements):
    return [(one.kind, one.amount, one.fee, one.currency) for one in movements]


def test_a_day_without_movement_is_empty(stripe_gateway):
    assert stripe_gateway.movements(day=today()) == []


def test_every_movement_of_the_day_is_a_line(sandbox_bank, stripe_gateway, a_paid, monkeypatch):
    monkeypatch.setattr(book, "PAGE", 2)  # ten lines are five pages
    account = sandbox_bank.a_stall_account()
    paid = a_paid(stripe_gateway)
    euros = a_paid(stripe_gateway, key="attempt-2", amount=4_999, currency="EUR")
    given = stripe_gateway.refund(paid.refund("refund-1", 860_000))
    sandbox_bank.arm("refund.create", "refund_failed")
    failed = stripe_gateway.refund(paid.refund("refund-2", 1_000))
    sandbox_bank.wait_for_events(1, "refund.failed")
    sent = stripe_gateway.transfer(
        SendTransfer(
            key="payout-1",
            amount=4_000_000,
            currency="IRR",
            account=account,
            group="ORDER-1",
            source_payment=paid.payment_id,
        )
    )
    taken = stripe_gateway.reverse_transfer(
        key="clawback-1", transfer_id=sent.transfer_id, amount=1_000_000
    )
    dispute = sandbox_bank.fake("disputes", payment=paid.payment_id, amount=2_000_000)["id"]
    sandbox_bank.fake(f"disputes/{dispute}/close", outcome="won")
    payout = sandbox_bank.stripe_post("payouts", amount=3_000_000, currency="irr")
    movements = stripe_gateway.movements(day=today())
    by_kind = {one.kind: one for one in movements if one.currency == "IRR"}
    assert len(movements) == 10
    assert {(one.kind, one.amount, one.fee) for one in by_kind.values()} == {
        (MovementKind.CAPTURE, AMOUNT, FEE),
        (MovementKind.REFUND, -1_000, 0),  # the later of the two
        (MovementKind.REFUND_FAILED, 1_000, 0),
        (MovementKind.TRANSFER, -4_000_000, 0),
        (MovementKind.REVERSAL, 1_000_000, 0),
        (MovementKind.DISPUTE, -2_000_000, 500_000),
        (MovementKind.DISPUTE_WON, 2_000_000, 0),
        (MovementKind.PAYOUT, -3_000_000, 0),
    }
    refunds = [one.reference for one in movements if one.kind is MovementKind.REFUND]
    assert refunds == [given.refund_id, failed.refund_id]
    assert by_kind[MovementKind.TRANSFER].reference == sent.transfer_id
    assert by_kind[MovementKind.REVERSAL].reference == taken.reversal_id
    assert by_kind[MovementKind.DISPUTE].reference == dispute
    assert by_kind[MovementKind.PAYOUT].reference == payout["id"]
    of_the_payment = [one.kind for one in movements if one.gateway_payment_id == paid.payment_id]
    assert of_the_payment == [
        MovementKind.CAPTURE,
        MovementKind.REFUND,
        MovementKind.REFUND,
        MovementKind.REFUND_FAILED,
        MovementKind.DISPUTE,
        MovementKind.DISPUTE_WON,
    ]
    (euro,) = [one for one in movements if one.currency == "EUR"]
    assert (euro.amount, euro.fee, euro.gateway_payment_id) == (4_999, 24, euros.payment_id)
    assert len({one.id for one in movements}) == 10


def test_the_book_adds_up_to_the_balance(sandbox_bank, stripe_gateway, a_paid):
    paid = a_paid(stripe_gateway)
    stripe_gateway.refund(paid.refund("refund-1", 860_000))
    (held,) = sandbox_bank.stripe_get("balance")["available"]
    movements = stripe_gateway.movements(day=today())
    assert held == {"amount": sum(one.amount - one.fee for one in movements), "currency": "irr"}


def test_a_day_is_a_day_in_tehran(sandbox_bank, stripe_gateway, a_paid):
    a_paid(stripe_gateway)
    midnight = datetime(2026, 11, 25, tzinfo=ZoneInfo("Asia/Tehran")).astimezone(UTC)
    for moment, day in (
        (midnight - timedelta(seconds=1), date(2026, 11, 24)),
        (midnight, date(2026, 11, 25)),
        (midnight + timedelta(hours=24, seconds=-1), date(2026, 11, 25)),
    ):
        sandbox_bank.set_back("line", moment)
        (one,) = stripe_gateway.movements(day=day)
        assert one.at == moment
        assert stripe_gateway.movements(day=day + timedelta(days=1)) == []


def test_half_a_book_is_no_book(sandbox_bank, stripe_gateway, a_paid, monkeypatch):
    monkeypatch.setattr(book, "PAGE", 1)
    a_paid(stripe_gateway)
    a_paid(stripe_gateway, key="attempt-2")
    sandbox_bank.arm("balance_transaction.list", "slow", seconds=0)  # the first page comes
    sandbox_bank.arm("balance_transaction.list", "refuse_before", times=3)
    with pytest.raises(GatewayUnknown):
        stripe_gateway.movements(day=today())
