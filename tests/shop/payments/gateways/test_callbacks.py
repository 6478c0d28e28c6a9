"""What a browser brings back from the bank is read, and believed in nothing."""

import httpx
import pytest

from shop.payments.gateways.base import Callback, CallbackRefused

NO_NAMES = [
    "",
    " ",
    "0",
    "A" * 35,
    "A" * 37,
    "cs_",
    "cs_test_" + "a" * 200,
    "cs_test_1\n",
    "cs_test_1\x00",
    "S" + "0" * 34 + "\n",
    "../../x",
    "<script>",
    "ꓢ" + "0" * 35,
    "S" + "۰" * 35,
]


def test_zarinpal_brings_its_authority_and_a_hint(sandbox_bank, zarinpal_gateway, a_start):
    for deed, gave_up in (("pay", False), ("cancel", True), ("decline", True)):
        started = zarinpal_gateway.start(a_start())
        query = dict(httpx.URL(sandbox_bank.press(started.redirect_url, deed)).params)
        assert zarinpal_gateway.parse_callback(query) == Callback(
            reference=started.reference, gave_up=gave_up
        )


def test_stripe_brings_its_session_when_paid(sandbox_bank, stripe_gateway, a_start):
    request = a_start(cancel_url="http://127.0.0.1:9/pay/back?attempt=7&gave_up=1")
    started = stripe_gateway.start(request)
    query = dict(httpx.URL(sandbox_bank.press(started.redirect_url, "cancel")).params)
    assert stripe_gateway.parse_callback(query) == Callback(reference="", gave_up=True)
    query = dict(httpx.URL(sandbox_bank.press(started.redirect_url, "pay")).params)
    assert stripe_gateway.parse_callback(query) == Callback(
        reference=started.reference, gave_up=False
    )


def test_an_empty_query_says_nothing(stripe_gateway, zarinpal_gateway):
    for gateway in (stripe_gateway, zarinpal_gateway):
        assert gateway.parse_callback({}) == Callback(reference="", gave_up=False)
        assert gateway.parse_callback({"gave_up": "1"}).gave_up is True
        assert gateway.parse_callback({"gave_up": "yes", "utm": "x"}).gave_up is False


@pytest.mark.parametrize("name", NO_NAMES, ids=repr)
def test_a_name_of_an_odd_shape_is_refused(stripe_gateway, zarinpal_gateway, name):
    with pytest.raises(CallbackRefused):
        stripe_gateway.parse_callback({"session_id": name})
    with pytest.raises(CallbackRefused):
        zarinpal_gateway.parse_callback({"Authority": name, "Status": "OK"})


@pytest.mark.parametrize("status", ["", "ok", "PAID", "NOK\n", "1"])
def test_a_status_of_an_odd_shape_is_refused(zarinpal_gateway, status):
    with pytest.raises(CallbackRefused):
        zarinpal_gateway.parse_callback({"Authority": "S" + "0" * 35, "Status": status})
