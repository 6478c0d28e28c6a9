from contextlib import closing
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import stripe

from shop.payments.gateways.base import (
    AmountDiffers,
    Charge,
    GatewayRefused,
    GatewayUnknown,
    PaymentState,
    RefundPayment,
)
from shop.payments.gateways.stripe import StripeConfig, StripeGateway, calls

AMOUNT = 44_860_000


@pytest.fixture
def impatient_gateway(sandbox_bank, monkeypatch):
    monkeypatch.setattr(calls, "TIMEOUT", (1.0, 0.4))
    with closing(StripeGateway(StripeConfig(**sandbox_bank.stripe_settings))) as gateway:
        yield gateway


def test_the_pinned_version_is_the_library_s_own():
    assert stripe.api_version == calls.API_VERSION


def test_start_opens_a_page_for_the_amount(sandbox_bank, stripe_gateway, a_start):
    started = stripe_gateway.start(a_start())
    assert started.redirect_url == f"{sandbox_bank.url}/c/pay/{started.reference}"
    assert "۴٬۴۸۶٬۰۰۰" in httpx.get(started.redirect_url).text


def test_the_same_key_opens_the_same_session(stripe_gateway, a_start):
    request = a_start()
    assert stripe_gateway.start(request) == stripe_gateway.start(request)


def test_the_same_key_for_another_amount_is_refused(stripe_gateway, a_start):
    request = a_start()
    stripe_gateway.start(request)
    with pytest.raises(GatewayRefused):
        stripe_gateway.start(a_start(amount=10_000, expires_at=request.expires_at))


def test_an_unpaid_session_is_pending(stripe_gateway, a_start):
    started = stripe_gateway.start(a_start())
    answer = stripe_gateway.look_up(started.reference, charge=Charge(AMOUNT))
    assert answer.state is PaymentState.PENDING
    assert answer.gateway_payment_id == ""


def test_a_paid_session_tells_amount_fee_and_card(sandbox_bank, stripe_gateway, a_start):
    started = stripe_gateway.start(a_start())
    back = sandbox_bank.press(started.redirect_url, "pay")
    assert back == f"http://127.0.0.1:9/pay/back?attempt=7&session_id={started.reference}"
    answer = stripe_gateway.look_up(started.reference, charge=Charge(AMOUNT))
    assert answer.state is PaymentState.PAID
    assert (answer.amount, answer.currency, answer.fee) == (AMOUNT, "IRR", 120_000)
    assert answer.gateway_payment_id.startswith("pi_")


def test_a_declined_card_leaves_the_session_open(sandbox_bank, stripe_gateway, a_start):
    started = stripe_gateway.start(a_start())
    assert sandbox_bank.press(started.redirect_url, "decline") == "http://127.0.0.1:9/pay/cancel"
    answer = stripe_gateway.look_up(started.reference, charge=Charge(AMOUNT))
    assert (answer.state, answer.code) == (PaymentState.DECLINED, "insufficient_funds")
    sandbox_bank.press(started.redirect_url, "pay")
    assert (
        stripe_gateway.look_up(started.reference, charge=Charge(AMOUNT)).state is PaymentState.PAID
    )


def test_a_captured_amount_that_differs_is_never_paid(sandbox_bank, stripe_gateway, a_start):
    started = stripe_gateway.start(a_start())
    sandbox_bank.arm("pay", "wrong_amount")
    sandbox_bank.press(started.redirect_url, "pay")
    with pytest.raises(AmountDiffers):
        stripe_gateway.look_up(started.reference, charge=Charge(AMOUNT))


def test_an_amount_of_ours_that_differs_is_never_paid(sandbox_bank, stripe_gateway, a_start):
    started = stripe_gateway.start(a_start())
    sandbox_bank.press(started.redirect_url, "pay")
    with pytest.raises(AmountDiffers):
        stripe_gateway.look_up(started.reference, charge=Charge(AMOUNT - 10))


def test_an_expired_session_cannot_be_paid(sandbox_bank, stripe_gateway, a_start):
    started = stripe_gateway.start(a_start())
    assert (
        stripe_gateway.expire(started.reference, charge=Charge(AMOUNT)).state
        is PaymentState.EXPIRED
    )
    assert sandbox_bank.press(started.redirect_url, "pay") == started.redirect_url
    assert sandbox_bank.captures() == []
    assert (
        stripe_gateway.expire(started.reference, charge=Charge(AMOUNT)).state
        is PaymentState.EXPIRED
    )


def test_expiring_a_paid_session_says_paid(sandbox_bank, stripe_gateway, a_start):
    started = stripe_gateway.start(a_start())
    sandbox_bank.press(started.redirect_url, "pay_and_close")
    assert (
        stripe_gateway.expire(started.reference, charge=Charge(AMOUNT)).state is PaymentState.PAID
    )


def test_a_bank_that_still_works_is_pending_even_when_expired(
    sandbox_bank, stripe_gateway, a_start
):
    started = stripe_gateway.start(a_start())
    sandbox_bank.press(started.redirect_url, "pay_late")
    assert (
        stripe_gateway.expire(started.reference, charge=Charge(AMOUNT)).state
        is PaymentState.PENDING
    )
    sandbox_bank.wait_for_events(1, "checkout.session.async_payment_succeeded")
    assert (
        stripe_gateway.look_up(started.reference, charge=Charge(AMOUNT)).state is PaymentState.PAID
    )


def test_a_session_ends_by_itself_at_its_deadline(sandbox_bank, stripe_gateway, a_start):
    started = stripe_gateway.start(a_start(expires_at=datetime.now(UTC) + timedelta(seconds=1)))
    sandbox_bank.wait_for_events(1, "checkout.session.expired")
    assert (
        stripe_gateway.look_up(started.reference, charge=Charge(AMOUNT)).state
        is PaymentState.EXPIRED
    )


def test_a_reference_of_nobody_is_refused(stripe_gateway):
    with pytest.raises(GatewayRefused, match="resource_missing"):
        stripe_gateway.look_up("cs_test_nobody", charge=Charge(AMOUNT))


def test_a_wrong_key_of_ours_tells_nothing_about_a_payment(sandbox_bank):
    config = StripeConfig(**{**sandbox_bank.stripe_settings, "api_key": "rk_nonsense"})
    with closing(StripeGateway(config)) as gateway, pytest.raises(GatewayUnknown):
        gateway.look_up("cs_test_nobody", charge=Charge(AMOUNT))


def test_a_live_key_is_refused_by_the_sandbox(sandbox_bank, a_start):
    config = StripeConfig(**{**sandbox_bank.stripe_settings, "api_key": "sk_live_x"})
    with closing(StripeGateway(config)) as gateway, pytest.raises(GatewayRefused):
        gateway.start(a_start())


def test_a_hanging_bank_is_unknown_and_the_retry_finds_the_session(
    sandbox_bank, impatient_gateway, a_start
):
    sandbox_bank.arm("session.create", "hang_after_commit", times=2, seconds=3)
    request = a_start()
    with pytest.raises(GatewayUnknown):
        impatient_gateway.start(request)
    started = impatient_gateway.start(request)
    assert impatient_gateway.start(request) == started


@pytest.mark.parametrize("mode", ["refuse_before", "429", "500_after_commit_lost"])
def test_an_answer_that_is_no_answer_is_unknown(sandbox_bank, stripe_gateway, a_start, mode):
    started = stripe_gateway.start(a_start())
    sandbox_bank.arm("session.retrieve", mode, times=3)
    with pytest.raises(GatewayUnknown):
        stripe_gateway.look_up(started.reference, charge=Charge(AMOUNT))


def test_a_bank_that_is_down_is_unknown(sandbox_bank, stripe_gateway, a_start):
    sandbox_bank.kill()
    with pytest.raises(GatewayUnknown):
        stripe_gateway.start(a_start())


def test_parts_are_refunded_up_to_the_whole(sandbox_bank, stripe_gateway, a_start):
    started = stripe_gateway.start(a_start())
    sandbox_bank.press(started.redirect_url, "pay")
    paid = stripe_gateway.look_up(started.reference, charge=Charge(AMOUNT))

    def refund(key: str, amount: int) -> RefundPayment:
        return RefundPayment(
            key=key,
            reference=started.reference,
            gateway_payment_id=paid.gateway_payment_id,
            amount=amount,
            paid_amount=AMOUNT,
        )

    first = stripe_gateway.refund(refund("refund-1", 860_000))
    assert (first.amount, first.is_done) == (860_000, True)
    assert stripe_gateway.refund(refund("refund-1", 860_000)) == first
    with pytest.raises(GatewayRefused):
        stripe_gateway.refund(refund("refund-2", AMOUNT))
    stripe_gateway.refund(refund("refund-3", AMOUNT - 860_000))
    assert [line["amount"] for line in sandbox_bank.captures("refund")] == [860_000, 44_000_000]
