"""What is no amount of money never reaches a bank, whatever it looks like."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.money import Rial
from shop.payments.gateways.base import (
    LARGEST_AMOUNT,
    BadAmount,
    Charge,
    GatewayRefused,
    RefundPayment,
    SendTransfer,
)
from shop.payments.gateways.zarinpal.wire import whole_number

NO_AMOUNTS = [
    float("nan"),
    float("inf"),
    float("-inf"),
    1e999,
    -1,
    0,
    True,
    1.0,
    4_486_000.0,
    Decimal(10_000),
    Decimal("NaN"),
    "10000",
    "۱۰۰۰۰",
    "",
    None,
    LARGEST_AMOUNT + 1,
]
CURRENCIES = ["", "irr", "IR", "IRRR", "I1R", "۱۲۳", "ÏRR"]


@pytest.mark.parametrize("amount", NO_AMOUNTS, ids=repr)
def test_no_amount_is_refused_before_anybody_is_asked(sandbox_bank, a_start, amount):
    for make in (
        lambda: Charge(amount),
        lambda: a_start(amount=amount),
        lambda: a_refund(amount=amount, paid_amount=1_000),
        lambda: SendTransfer(
            key="k", amount=amount, currency="IRR", account="acct_1", group="ORDER-1"
        ),
    ):
        with pytest.raises(BadAmount):
            make()
    assert issubclass(BadAmount, GatewayRefused)


@pytest.mark.parametrize("amount", NO_AMOUNTS, ids=repr)
def test_no_amount_is_taken_back_from_a_stall(sandbox_bank, stripe_gateway, amount):
    with pytest.raises(BadAmount):
        stripe_gateway.reverse_transfer(key="k", transfer_id="tr_1", amount=amount)


@pytest.mark.parametrize("currency", CURRENCIES)
def test_no_currency_is_refused(a_start, currency):
    with pytest.raises(BadAmount):
        Charge(10_000, currency)
    with pytest.raises(BadAmount):
        a_start(currency=currency)


def test_more_than_was_paid_is_never_given_back():
    assert a_refund(amount=1_000, paid_amount=1_000).amount == 1_000
    with pytest.raises(BadAmount):
        a_refund(amount=1_001, paid_amount=1_000)


def test_rials_are_an_amount():
    assert Charge(Rial(10_000)) == Charge(10_000, "IRR")


@pytest.mark.parametrize("currency", ["EUR", "USD"])
def test_zarinpal_counts_in_rial_only(zarinpal_gateway, a_start, currency):
    charge = Charge(4_999, currency)
    for ask in (zarinpal_gateway.look_up, zarinpal_gateway.peek, zarinpal_gateway.expire):
        with pytest.raises(BadAmount):
            ask("S" + "0" * 35, charge=charge)
    with pytest.raises(BadAmount):
        zarinpal_gateway.start(a_start(amount=4_999, currency=currency))
    with pytest.raises(BadAmount):
        zarinpal_gateway.refund(a_refund(amount=1_000, paid_amount=1_000, currency=currency))


def test_toman_typed_for_rial_is_another_amount(sandbox_bank, stripe_gateway, a_paid):
    paid = a_paid(stripe_gateway)
    with pytest.raises(GatewayRefused, match="44860000 IRR instead of 4486000 IRR"):
        stripe_gateway.look_up(paid.reference, charge=Charge(4_486_000))


def test_the_same_number_in_another_currency_is_another_amount(stripe_gateway, a_paid):
    paid = a_paid(stripe_gateway, amount=4_999, currency="EUR")
    with pytest.raises(GatewayRefused, match="4999 EUR instead of 4999 USD"):
        stripe_gateway.look_up(paid.reference, charge=Charge(4_999, "USD"))


@given(st.integers())
def test_an_amount_is_whole_and_within_bounds(amount):
    if 0 < amount <= LARGEST_AMOUNT:
        assert Charge(amount).amount == amount
    else:
        with pytest.raises(BadAmount):
            Charge(amount)


@given(st.integers(1 - 10**18, 10**18 - 1))
def test_a_whole_number_is_read_as_it_was_sent(number):
    assert whole_number(number) == number
    assert whole_number(str(number)) == number


@given(
    st.one_of(
        st.integers(min_value=10**18),
        st.integers(max_value=-(10**18)).map(str),
        st.floats(),
        st.booleans(),
        st.none(),
        st.lists(st.integers()),
        st.decimals(allow_nan=True),
        st.from_regex(r"[0-9]+[.eE٫][0-9]+", fullmatch=True),
        st.from_regex(r"[۰-۹]+", fullmatch=True),
    )
)
def test_nothing_else_is_read_as_a_whole_number(found):
    assert whole_number(found) is None


def a_refund(**changes):
    wish = {
        "key": "refund-1",
        "reference": "S" + "0" * 35,
        "gateway_payment_id": "1",
        "currency": "IRR",
    }
    return RefundPayment(**{**wish, **changes})
