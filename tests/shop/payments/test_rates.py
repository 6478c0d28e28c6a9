"""Euros for rials: one rounding, half up, by a rate that is dated and fresh; nonsense is refused."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from shop.money import Rial
from shop.payments.models import ExchangeRate
from shop.payments.rates import (
    NoCurrentRate,
    TooSmallToCharge,
    charge_for,
    current_rate,
    quote,
)
from tests.makers import NOON, a_rate

rials = st.integers(0, 10**13).map(Rial)
rates = st.decimals(Decimal("0.0001"), Decimal(10**9), places=4)


@pytest.mark.parametrize(
    ("rial", "rate", "cents"),
    [
        (0, "1234500", 0),
        (1_234_500, "1234500", 100),
        (6_172, "1234500", 0),  # 0.49995 cents
        (6_173, "1234500", 1),  # 0.50004
        (5_000, "1000000", 1),  # exactly half a cent
        (15_000, "1000000", 2),
        (4_999, "1000000", 0),
        (3_950_000, "1234567.8912", 320),
        (1, "0.0001", 1_000_000),
    ],
)
def test_cents_are_rounded_once_and_half_up(rial: int, rate: str, cents: int) -> None:
    assert charge_for(Rial(rial), Decimal(rate)) == cents


@given(rials, rates)
def test_it_is_the_quotient_rounded_half_up(amount: Rial, rate: Decimal) -> None:
    exact = Fraction(int(amount) * 100) / Fraction(rate)
    assert charge_for(amount, rate) == floor(exact + Fraction(1, 2))


@given(rials, rials, rates)
def test_more_rials_are_never_fewer_cents(one: Rial, two: Rial, rate: Decimal) -> None:
    low, high = sorted((one, two))
    assert charge_for(low, rate) <= charge_for(high, rate)


@given(rials, rates)
def test_no_more_than_half_a_cent_is_gained_or_lost(amount: Rial, rate: Decimal) -> None:
    above, below = rate.as_integer_ratio()
    difference = 2 * abs(charge_for(amount, rate) * above - int(amount) * 100 * below)
    assert difference <= above


@pytest.mark.parametrize("rate", ["NaN", "sNaN", "Infinity", "-Infinity", "-1", "0", "-0"])
def test_no_rate_that_is_no_number_above_zero(rate: str) -> None:
    with pytest.raises(ValueError, match="rial at"):
        charge_for(Rial(1_000_000), Decimal(rate))


def test_no_negative_amount() -> None:
    with pytest.raises(ValueError, match="rial at"):
        charge_for(Rial(-1), Decimal(1))


@pytest.mark.django_db
def test_the_newest_rate_of_today_is_the_one() -> None:
    a_rate("1000000", as_of=NOON - timedelta(hours=3))
    newest = a_rate("1200000", as_of=NOON - timedelta(hours=1))
    a_rate("1100000", as_of=NOON - timedelta(hours=2))  # entered later, of before
    a_rate("9000000", currency="USD", as_of=NOON)
    assert current_rate(currency="EUR", now=NOON) == newest


@pytest.mark.django_db
def test_of_two_rates_of_one_moment_the_later_entered_holds() -> None:
    a_rate("1000000")
    corrected = a_rate("1200000")
    assert current_rate(currency="EUR", now=NOON) == corrected


@pytest.mark.django_db
@pytest.mark.parametrize(("hours", "holds"), [(0, True), (24, True), (24.01, False), (-1, False)])
def test_a_rate_holds_a_day_and_not_before_its_time(hours: float, holds: bool) -> None:
    a_rate("1200000", as_of=NOON - timedelta(hours=hours))
    assert (current_rate(currency="EUR", now=NOON) is not None) is holds


@pytest.mark.django_db
def test_a_quote_carries_currency_amount_and_rate() -> None:
    with override_settings(GATEWAYS={"stripe": {"currency": "EUR"}, "zarinpal": {}}):
        with pytest.raises(NoCurrentRate):
            quote(gateway="stripe", amount=Rial(3_950_000), now=NOON)
        rate = a_rate("1000000")
        charge = quote(gateway="stripe", amount=Rial(3_950_000), now=NOON)
        assert (charge.currency, charge.amount, charge.rate) == ("EUR", 395, rate)
        rial = quote(gateway="zarinpal", amount=Rial(3_950_000), now=NOON)
        assert (rial.currency, rial.amount, rial.rate) == ("IRR", 3_950_000, None)


@pytest.mark.django_db
@pytest.mark.parametrize(("rial", "is_taken"), [(494_999, False), (495_000, True)])
def test_half_a_euro_is_the_least(rial: int, is_taken: bool) -> None:
    a_rate("1000000")
    with override_settings(GATEWAYS={"stripe": {"currency": "EUR"}}):
        if is_taken:
            assert quote(gateway="stripe", amount=Rial(rial), now=NOON).amount == 50
        else:
            with pytest.raises(TooSmallToCharge):
                quote(gateway="stripe", amount=Rial(rial), now=NOON)


@pytest.mark.django_db
@pytest.mark.parametrize("rate", ["0", "-1", "NaN", "Infinity", "1e11", "1e999"])
def test_the_database_keeps_no_such_rate_raw_sql_included(rate: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO shop_payments_exchangerate (currency, rial_per_unit, as_of, source)"
            " VALUES ('EUR', %s, now(), '')",
            [rate],
        )
    assert ExchangeRate.objects.count() == 0


@pytest.mark.django_db
def test_a_rate_that_charged_somebody_is_never_another_one() -> None:
    rate = a_rate("1000000")
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        ExchangeRate.objects.filter(pk=rate.pk).update(rial_per_unit=1)
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        rate.delete()
