"""Every request we send to Stripe, against Stripe's own mock server: it knows the published API and refuses what
the API does not have. Its answers are canned, so only their arrival counts here; behaviour is tested elsewhere.

Run by `make test-long`, or alone with `pytest -m stripe_shape`. Without Go it is skipped, and `make test-long` says so.
"""

import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import date

import httpx
import pytest
import stripe

from shop.payments.gateways.base import (
    Charge,
    GatewayUnknown,
    RefundPayment,
    SendTransfer,
)
from shop.payments.gateways.stripe import StripeConfig, StripeGateway, connect
from tests.fixtures_bank import ROOT, free_port, wait_until

pytestmark = [pytest.mark.stripe_shape, pytest.mark.slow]
NO_GO = 3
EURO = Charge(4_999, "EUR")


@pytest.fixture(scope="module")
def mock_url() -> Iterator[str]:
    """Stripe's mock server on free ports, built when it is not there."""
    built = subprocess.run([ROOT / "bin/stripe-mock"], capture_output=True, text=True)
    if built.returncode == NO_GO:
        pytest.skip(f"no Stripe mock server: {built.stderr.strip().splitlines()[-1]}")
    assert built.returncode == 0, built.stderr
    port = free_port()
    addresses = ["-http-addr", f"127.0.0.1:{port}", "-https-addr", f"127.0.0.1:{free_port()}"]
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        [built.stdout.strip(), *addresses], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_until(lambda: is_up(url))
            yield url
        finally:
            process.terminate()


@pytest.fixture
def gateway(mock_url: str) -> Iterator[StripeGateway]:
    config = StripeConfig(api_key="sk_test_shape", webhook_secret="whsec_x", base_url=mock_url)
    with closing(StripeGateway(config)) as opened:
        yield opened


def is_up(url: str) -> bool:
    try:
        return httpx.get(url, timeout=1).status_code > 0
    except httpx.TransportError:
        return False


def test_the_mock_refuses_what_the_api_does_not_have(mock_url):
    client = stripe.StripeClient("sk_test_shape", base_addresses={"api": mock_url})
    for params in (
        {"mode": "payment", "surprise": "1"},
        {"mode": "no such mode"},
        {"expires_at": "tomorrow"},
    ):
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.checkout.sessions.create(params=params)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.transfers.create(params={"amount": 1, "currency": "eur"})  # to nobody


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_session_is_opened(gateway, a_start, language):
    started = gateway.start(a_start(amount=4_999, currency="EUR", language=language))
    assert started.reference.startswith("cs_test_")
    assert started.redirect_url.startswith("https://checkout.stripe.com/")


def test_a_session_is_looked_up_and_expired(gateway):
    # The canned session names no amount; a refused request would say something else.
    for ask in (gateway.look_up, gateway.peek, gateway.expire):
        with pytest.raises(GatewayUnknown, match="without its amount"):
            ask("cs_test_1", charge=EURO)


def test_a_refund_is_asked_for_and_followed(gateway):
    wish = RefundPayment(
        key="refund-1",
        reference="cs_test_1",
        gateway_payment_id="pi_1",
        amount=1_999,
        paid_amount=4_999,
        currency="EUR",
    )
    assert gateway.refund(wish).amount == 1_999
    assert gateway.refund_state("re_1").refund_id == "re_1"


@pytest.mark.parametrize("source", ["", "pi_1"])
def test_a_transfer_is_sent(gateway, monkeypatch, source):
    monkeypatch.setattr(connect, "_charge_of", lambda client, payment_id: "ch_1")
    wish = SendTransfer(
        key="payout-1",
        amount=4_000,
        currency="EUR",
        account="acct_1",
        group="ORDER-1",
        source_payment=source,
    )
    assert gateway.transfer(wish).amount == 4_000


def test_the_charge_of_a_payment_is_asked_for(gateway):
    wish = SendTransfer(
        key="payout-1",
        amount=4_000,
        currency="EUR",
        account="acct_1",
        group="ORDER-1",
        source_payment="pi_1",
    )
    with pytest.raises(GatewayUnknown, match="without its charge"):
        gateway.transfer(wish)


def test_a_transfer_is_reversed_and_followed(gateway):
    taken = gateway.reverse_transfer(key="clawback-1", transfer_id="tr_1", amount=1_000)
    assert (taken.transfer_id, taken.amount) == ("tr_1", 1_000)
    assert gateway.transfer_state("tr_1").transfer_id == "tr_1"


def test_an_account_a_dispute_and_the_book_are_read(gateway):
    assert gateway.account_can_be_paid("acct_1") is True
    assert gateway.dispute("dp_1").dispute_id == "dp_1"
    assert len(gateway.movements(day=date(2026, 11, 25))) == 1
