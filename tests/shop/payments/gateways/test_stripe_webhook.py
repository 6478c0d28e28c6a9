import json
import time

import pytest
import stripe

from shop.payments.gateways.base import WebhookRefused
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


def test_an_event_about_something_else_names_none(gateway):
    body = an_event(type="charge.refunded", data={"object": {"id": "ch_1", "object": "charge"}})
    assert gateway.parse_webhook(body, signed(body)).reference == ""


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


def test_an_empty_secret_trusts_nobody():
    gateway = StripeGateway(StripeConfig(api_key="sk_test_x", webhook_secret=""))
    body = an_event()
    with pytest.raises(WebhookRefused):
        gateway.parse_webhook(body, signed(body, secret="x"))


def test_a_live_event_is_refused_by_a_test_shop(gateway):
    body = an_event(livemode=True)
    with pytest.raises(WebhookRefused, match="mode"):
        gateway.parse_webhook(body, signed(body))


def test_an_event_of_another_account_is_refused():
    gateway = StripeGateway(
        StripeConfig(api_key="sk_test_x", webhook_secret=SECRET, account="acct_ours")
    )
    body = an_event()
    with pytest.raises(WebhookRefused, match="account"):
        gateway.parse_webhook(body, signed(body))
