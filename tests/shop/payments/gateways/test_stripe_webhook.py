import json
import time

import pytest
import stripe

from shop.payments.gateways.base import About, WebhookRefused
from shop.payments.gateways.stripe import StripeConfig, StripeGateway

SECRET = "whsec_tests"


@pytest.fixture
def gateway():
    return StripeGateway(StripeConfig(api_key="sk_test_x", webhook_secret=SECRET))


def an_event(**changes):
    event = {
        "id": "evt_1",
        "object": "event",
        "account": "acct_1",
        "livemode": False,
        "type": "checkout.session.completed",
        "data": {"object": {"id": "cs_test_1", "object": "checkout.session"}},
    }
    return json.dumps(event | changes).encode()


def signed(body, *, secret=SECRET, age=0):
    return stripe.WebhookSignature.generate_signature_header(
        body.decode("latin-1"), secret, int(time.time()) - age
    )


def test_a_good_event_names_its_session(gateway):
    body = an_event()
    event = gateway.parse_webhook(body, signed(body))
    assert (event.event_id, event.kind, event.reference) == (
        "evt_1",
        "checkout.session.completed",
        "cs_test_1",
    )
    assert event.payload["data"]["object"]["id"] == "cs_test_1"


@pytest.mark.parametrize(
    ("kind", "thing", "about", "reference", "payment_id"),
    [
        (
            "checkout.session.expired",
            {"id": "cs_1", "object": "checkout.session", "payment_intent": None},
            About.PAYMENT,
            "cs_1",
            "",
        ),
        (
            "charge.refunded",
            {"id": "ch_1", "object": "charge", "payment_intent": "pi_1"},
            About.REFUND,
            "",
            "pi_1",
        ),
        (
            "refund.updated",
            {"id": "re_1", "object": "refund", "payment_intent": "pi_1"},
            About.REFUND,
            "re_1",
            "pi_1",
        ),
        (
            "charge.dispute.created",
            {"id": "dp_1", "object": "dispute", "payment_intent": "pi_1"},
            About.DISPUTE,
            "dp_1",
            "pi_1",
        ),
        ("account.updated", {"id": "acct_2", "object": "account"}, About.ACCOUNT, "acct_2", ""),
        ("transfer.reversed", {"id": "tr_1", "object": "transfer"}, About.TRANSFER, "tr_1", ""),
        ("payout.failed", {"id": "po_1", "object": "payout"}, About.PAYOUT, "po_1", ""),
        (
            "payment_intent.succeeded",
            {"id": "pi_1", "object": "payment_intent"},
            About.OTHER,
            "",
            "",
        ),
        ("some.news", {"id": ["x"], "object": "refund"}, About.REFUND, "", ""),
        ("some.news", {"id": "x" * 121, "object": "refund"}, About.REFUND, "", ""),
        ("some.news", [], About.OTHER, "", ""),
    ],
)
def test_an_event_says_what_it_is_about(gateway, kind, thing, about, reference, payment_id):
    body = an_event(type=kind, data={"object": thing})
    event = gateway.parse_webhook(body, signed(body))
    assert (event.about, event.reference, event.gateway_payment_id) == (
        about,
        reference,
        payment_id,
    )


def test_the_bank_s_own_events_are_accepted(sandbox_bank, stripe_gateway, a_start):
    started = stripe_gateway.start(a_start())
    sandbox_bank.press(started.redirect_url, "pay")
    (hook,) = sandbox_bank.wait_for_events(1, "checkout.session.completed")
    event = stripe_gateway.parse_webhook(hook.body, hook.signature)
    assert event.reference == started.reference


def test_a_wrong_secret_is_refused(gateway):
    body = an_event()
    with pytest.raises(WebhookRefused):
        gateway.parse_webhook(body, signed(body, secret="whsec_other"))


def test_one_changed_byte_is_refused(gateway):
    body = an_event()
    with pytest.raises(WebhookRefused):
        gateway.parse_webhook(body.replace(b"cs_test_1", b"cs_test_2"), signed(body))


def test_299_seconds_old_is_accepted_and_301_refused(gateway):
    body = an_event()
    assert gateway.parse_webhook(body, signed(body, age=299)).event_id == "evt_1"
    with pytest.raises(WebhookRefused):
        gateway.parse_webhook(body, signed(body, age=301))


def test_from_the_future_is_refused(gateway):
    body = an_event()
    with pytest.raises(WebhookRefused, match="future"):
        gateway.parse_webhook(body, signed(body, age=-310))


@pytest.mark.parametrize("signature", ["", "nonsense", "t=abc,v1=00", "v0=1", "t=1"])
def test_a_header_that_is_none_is_refused(gateway, signature):
    with pytest.raises(WebhookRefused):
        gateway.parse_webhook(an_event(), signature)


@pytest.mark.parametrize("body", [b"not json", b"[]", b'"text"', b"null", b"{}", b"\xff\xfe"])
def test_a_signed_body_that_is_no_event_is_refused(gateway, body):
    with pytest.raises(WebhookRefused):
        gateway.parse_webhook(body, signed(body))


@pytest.mark.parametrize(
    "change",
    [
        {"note": "a\x00b"},
        {"a\x00b": "a name"},
        {"list": [[{"deep": "\x00"}]]},
        {"note": "\ud800"},
        {"id": 5},
        {"id": ""},
        {"id": "e" * 121},
        {"type": None},
        {"type": "x" * 81},
        {"account": {"id": "acct_1"}},
        {"account": "ĀCCT"},
    ],
    ids=repr,
)
def test_a_signed_event_that_no_database_keeps_is_refused(gateway, change):
    body = an_event(**change)
    with pytest.raises(WebhookRefused):
        gateway.parse_webhook(body, signed(body))


@pytest.mark.parametrize(
    "number", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999", b"[" * 100_000]
)
def test_a_signed_event_with_an_impossible_number_is_refused(gateway, number):
    body = an_event()[:-1] + b', "amount": ' + number + b"}"
    with pytest.raises(WebhookRefused):
        gateway.parse_webhook(body, signed(body))


def test_an_empty_secret_trusts_nobody():
    gateway = StripeGateway(StripeConfig(api_key="sk_test_x", webhook_secret=""))
    body = an_event()
    with pytest.raises(WebhookRefused):
        gateway.parse_webhook(body, signed(body, secret="x"))


def test_a_live_event_is_refused_by_a_test_shop(gateway):
    body = an_event(livemode=True)
    with pytest.raises(WebhookRefused, match="mode"):
        gateway.parse_webhook(body, signed(body))


@pytest.fixture
def our_gateway():
    return StripeGateway(
        StripeConfig(api_key="sk_test_x", webhook_secret=SECRET, account="acct_ours")
    )


def test_an_event_of_another_account_is_refused(our_gateway):
    body = an_event()
    with pytest.raises(WebhookRefused, match="account"):
        our_gateway.parse_webhook(body, signed(body))


@pytest.mark.parametrize("account", [None, "acct_ours"])
def test_our_own_events_may_leave_the_account_out(our_gateway, account):
    body = an_event(account=account)
    assert our_gateway.parse_webhook(body, signed(body)).event_id == "evt_1"


@pytest.mark.parametrize("kind", ["account.updated", "payout.failed", "capability.updated"])
def test_a_stall_s_account_may_tell_of_itself(our_gateway, kind):
    body = an_event(type=kind, account="acct_stall")
    assert our_gateway.parse_webhook(body, signed(body)).kind == kind


def test_one_changed_byte_anywhere_is_refused(gateway):
    body = an_event()
    signature = signed(body)
    for place in range(0, len(body), 7):
        spoiled = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        with pytest.raises(WebhookRefused):
            gateway.parse_webhook(spoiled, signature)
