from contextlib import closing

import httpx
import pytest

from shop.payments.gateways.base import (
    AmountDiffers,
    Charge,
    GatewayRefused,
    GatewayUnknown,
    PaymentState,
    RefundNotOffered,
    RefundPayment,
)
from shop.payments.gateways.zarinpal import ZarinpalConfig, ZarinpalGateway, wire
from tests.fixtures_bank import wait_until

AMOUNT = 44_860_000


def a_refund(started, amount=AMOUNT):
    return RefundPayment(
        key="refund-1",
        reference=started.reference,
        gateway_payment_id="",
        amount=amount,
        paid_amount=AMOUNT,
    )


def test_start_leads_to_the_page_of_the_authority(sandbox_bank, zarinpal_gateway, a_start):
    started = zarinpal_gateway.start(a_start())
    assert len(started.reference) == 36
    assert started.redirect_url == f"{sandbox_bank.url}/pg/StartPay/{started.reference}"


def test_a_paid_payment_is_taken_once_and_stays_paid(sandbox_bank, zarinpal_gateway, a_start):
    started = zarinpal_gateway.start(a_start())
    back = sandbox_bank.press(started.redirect_url, "pay")
    query = dict(httpx.URL(back).params)
    assert query == {"attempt": "7", "Authority": started.reference, "Status": "OK"}
    first = zarinpal_gateway.look_up(started.reference, charge=Charge(AMOUNT))
    assert first.state is PaymentState.PAID
    assert (first.amount, first.currency, first.fee) == (AMOUNT, "IRR", 120_000)
    assert first.gateway_payment_id.isdigit()
    assert zarinpal_gateway.look_up(started.reference, charge=Charge(AMOUNT)) == first
    assert len(sandbox_bank.captures()) == 1


def test_a_look_that_takes_nothing_leaves_the_payment_unverified(
    sandbox_bank, zarinpal_gateway, a_start
):
    started = zarinpal_gateway.start(a_start())
    sandbox_bank.press(started.redirect_url, "pay_and_close")
    seen = zarinpal_gateway.peek(started.reference, charge=Charge(AMOUNT))
    assert (seen.state, seen.is_taken) == (PaymentState.PAID, False)
    (waiting,) = zarinpal_gateway.list_unsettled()
    assert (waiting.reference, waiting.amount) == (started.reference, AMOUNT)
    assert zarinpal_gateway.look_up(started.reference, charge=Charge(AMOUNT)).is_taken
    assert zarinpal_gateway.peek(started.reference, charge=Charge(AMOUNT)).is_taken
    assert zarinpal_gateway.list_unsettled() == []


def test_another_amount_is_never_paid(sandbox_bank, zarinpal_gateway, a_start):
    started = zarinpal_gateway.start(a_start())
    sandbox_bank.press(started.redirect_url, "pay")
    with pytest.raises(AmountDiffers, match="-50"):
        zarinpal_gateway.look_up(started.reference, charge=Charge(AMOUNT - 10_000))
    assert len(zarinpal_gateway.list_unsettled()) == 1


def test_a_captured_amount_that_differs_is_never_paid(sandbox_bank, zarinpal_gateway, a_start):
    started = zarinpal_gateway.start(a_start())
    sandbox_bank.arm("pay", "wrong_amount")
    sandbox_bank.press(started.redirect_url, "pay")
    with pytest.raises(AmountDiffers):
        zarinpal_gateway.look_up(started.reference, charge=Charge(AMOUNT))


def test_an_untouched_payment_is_pending(zarinpal_gateway, a_start):
    started = zarinpal_gateway.start(a_start())
    answer = zarinpal_gateway.look_up(started.reference, charge=Charge(AMOUNT))
    assert answer.state is PaymentState.PENDING


@pytest.mark.parametrize("deed", ["decline", "cancel"])
def test_a_refused_or_cancelled_payment_is_declined(sandbox_bank, zarinpal_gateway, a_start, deed):
    started = zarinpal_gateway.start(a_start())
    back = sandbox_bank.press(started.redirect_url, deed)
    assert dict(httpx.URL(back).params)["Status"] == "NOK"
    answer = zarinpal_gateway.look_up(started.reference, charge=Charge(AMOUNT))
    assert answer.state is PaymentState.DECLINED


def test_a_late_bank_is_pending_and_then_paid(sandbox_bank, zarinpal_gateway, a_start):
    started = zarinpal_gateway.start(a_start())
    sandbox_bank.press(started.redirect_url, "pay_late")
    first = zarinpal_gateway.look_up(started.reference, charge=Charge(AMOUNT))
    assert first.state is PaymentState.PENDING
    wait_until(lambda: len(sandbox_bank.captures()) == 1)
    second = zarinpal_gateway.look_up(started.reference, charge=Charge(AMOUNT))
    assert second.state is PaymentState.PAID


def test_an_authority_of_nobody_is_refused(zarinpal_gateway):
    with pytest.raises(GatewayRefused, match="-54"):
        zarinpal_gateway.look_up("S" + "0" * 35, charge=Charge(AMOUNT))


def test_giving_up_takes_a_payment_that_came_first(sandbox_bank, zarinpal_gateway, a_start):
    paid, unpaid = zarinpal_gateway.start(a_start()), zarinpal_gateway.start(a_start())
    sandbox_bank.press(paid.redirect_url, "pay")
    assert zarinpal_gateway.expire(paid.reference, charge=Charge(AMOUNT)).state is PaymentState.PAID
    assert (
        zarinpal_gateway.expire(unpaid.reference, charge=Charge(AMOUNT)).state
        is PaymentState.EXPIRED
    )


@pytest.mark.parametrize("amount", [9_999, 1_000_000_001])
def test_an_amount_out_of_our_range_is_not_even_sent(sandbox_bank, a_start, amount):
    config = ZarinpalConfig(merchant_id="x" * 36, base_url="http://127.0.0.1:1")
    with (
        closing(ZarinpalGateway(config)) as gateway,
        pytest.raises(GatewayRefused, match="-9"),
    ):
        gateway.start(a_start(amount=amount))


def test_a_wrong_merchant_is_refused(sandbox_bank, a_start):
    config = ZarinpalConfig(merchant_id="short", base_url=sandbox_bank.url)
    with closing(ZarinpalGateway(config)) as gateway:
        with pytest.raises(GatewayRefused, match="-9"):
            gateway.start(a_start())
        with pytest.raises(GatewayUnknown):
            gateway.look_up("S" + "0" * 35, charge=Charge(AMOUNT))


@pytest.mark.parametrize("mode", ["refuse_before", "429", "500_after_commit_lost"])
def test_an_answer_that_is_no_answer_is_unknown(sandbox_bank, zarinpal_gateway, a_start, mode):
    sandbox_bank.arm("zarinpal.request", mode)
    with pytest.raises(GatewayUnknown):
        zarinpal_gateway.start(a_start())


def test_a_lost_answer_to_verify_is_found_by_the_next_one(sandbox_bank, zarinpal_gateway, a_start):
    started = zarinpal_gateway.start(a_start())
    sandbox_bank.press(started.redirect_url, "pay")
    sandbox_bank.arm("zarinpal.verify", "500_after_commit_lost")
    with pytest.raises(GatewayUnknown):
        zarinpal_gateway.look_up(started.reference, charge=Charge(AMOUNT))
    assert (
        zarinpal_gateway.look_up(started.reference, charge=Charge(AMOUNT)).state
        is PaymentState.PAID
    )


def test_a_hanging_bank_is_unknown(sandbox_bank, a_start, monkeypatch):
    monkeypatch.setattr(wire, "TIMEOUT", httpx.Timeout(0.3))
    sandbox_bank.arm("zarinpal.request", "hang_after_commit", seconds=1)
    config = ZarinpalConfig(**sandbox_bank.zarinpal_settings)
    with (
        closing(ZarinpalGateway(config)) as gateway,
        pytest.raises(GatewayUnknown, match="ReadTimeout"),
    ):
        gateway.start(a_start())


def test_the_whole_is_reversed_once(sandbox_bank, zarinpal_gateway, a_start):
    started = zarinpal_gateway.start(a_start())
    sandbox_bank.press(started.redirect_url, "pay")
    zarinpal_gateway.look_up(started.reference, charge=Charge(AMOUNT))
    first = zarinpal_gateway.refund(a_refund(started))
    assert (first.amount, first.is_done) == (AMOUNT, True)
    assert zarinpal_gateway.refund(a_refund(started)) == first
    assert [line["amount"] for line in sandbox_bank.captures("reverse")] == [AMOUNT]
    answer = zarinpal_gateway.look_up(started.reference, charge=Charge(AMOUNT))
    assert answer.state is PaymentState.EXPIRED


def test_without_a_token_a_part_is_left_to_staff(sandbox_bank, a_start):
    config = ZarinpalConfig(
        **{**sandbox_bank.zarinpal_settings, "access_token": "", "terminal": ""}
    )
    with closing(ZarinpalGateway(config)) as gateway:
        started = gateway.start(a_start())
        sandbox_bank.press(started.redirect_url, "pay")
        with pytest.raises(RefundNotOffered, match="partial"):
            gateway.refund(a_refund(started, amount=1_000))
    assert sandbox_bank.captures("refund") == []


def test_what_was_never_paid_is_not_given_back(sandbox_bank, zarinpal_gateway, a_start):
    started = zarinpal_gateway.start(a_start())
    with pytest.raises(RefundNotOffered, match="no_such_session"):
        zarinpal_gateway.refund(a_refund(started))
    assert sandbox_bank.captures("reverse") + sandbox_bank.captures("refund") == []
