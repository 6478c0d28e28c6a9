import pickle
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.money import Rial, share_bp, split

amounts = st.integers(-(10**15), 10**15)
weights = st.lists(st.integers(0, 10**12), min_size=1, max_size=30).filter(any)


def test_arithmetic_of_rials_stays_rials():
    price = Rial(250_000)
    for amount, expected in [
        (price + Rial(1), 250_001),
        (1 + price, 250_001),
        (price - 1, 249_999),
        (1 - price, -249_999),
        (price * 3, 750_000),
        (3 * price, 750_000),
        (-price, -250_000),
        (+price, 250_000),
        (abs(Rial(-7)), 7),
        (sum([price, price]), 500_000),
    ]:
        assert (type(amount), amount) == (Rial, expected)
    assert Rial(1) < Rial(2) <= 2 == Rial(2)


@pytest.mark.parametrize("stranger", [1.5, 2.0, Decimal(3), Fraction(1, 2)])
def test_fractions_do_not_mix_with_rials(stranger):
    for wrong in [
        lambda: Rial(10) + stranger,
        lambda: Rial(10) - stranger,
        lambda: Rial(10) * stranger,
        lambda: Rial(10) / stranger,
        lambda: Rial(10) // stranger,
        lambda: Rial(stranger),
    ]:
        with pytest.raises(TypeError):
            wrong()


def test_division_is_refused_even_between_whole_numbers():
    for wrong in [lambda: Rial(10) / 2, lambda: Rial(10) // 2, lambda: 10 / Rial(2)]:
        with pytest.raises(TypeError):
            wrong()
    with pytest.raises(TypeError):
        divmod(Rial(10), 3)


def test_rials_times_rials_is_refused():
    with pytest.raises(TypeError):
        Rial(2) * Rial(3)


def test_whole_decimals_become_rials_and_others_are_refused():
    assert Rial.from_decimal(Decimal("1200.00")) == Rial(1200)
    for wrong in ["0.5", "NaN", "Infinity"]:
        with pytest.raises(ValueError, match="whole number"):
            Rial.from_decimal(Decimal(wrong))


def test_rials_survive_pickling():
    assert type(pickle.loads(pickle.dumps(Rial(5)))) is Rial  # noqa: S301 (our own bytes)


@given(amounts, weights)
def test_parts_add_up_and_lie_within_a_rial_of_their_share(amount, weights):
    parts = split(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(int(part) - Fraction(amount * weight, sum(weights))) < 1
        assert weight > 0 or part == 0


@given(amounts, weights)
def test_a_refund_is_split_as_the_mirror_of_the_payment(amount, weights):
    assert split(-amount, weights) == [-part for part in split(amount, weights)]


def test_left_over_rials_go_to_the_largest_remainders_and_ties_to_the_earlier():
    assert split(10, [1, 1, 1]) == [4, 3, 3]
    assert split(11, [1, 1, 1]) == [4, 4, 3]
    assert split(100, [15, 70, 16]) == [15, 69, 16]
    assert split(5, [0, 3, 0]) == [0, 5, 0]
    assert split(0, [2, 1]) == [0, 0]


@pytest.mark.parametrize("weights", [[], [0, 0], [3, -1]])
def test_a_split_without_a_weight_or_with_a_negative_one_is_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        split(100, weights)


def test_a_share_in_basis_points_rounds_half_up():
    assert share_bp(Rial(1_000_000), 850) == Rial(85_000)
    assert share_bp(1, 5_000) == 1
    assert share_bp(1, 4_999) == 0
    assert share_bp(-1, 5_000) == -1
    assert type(share_bp(10, 0)) is Rial
    with pytest.raises(ValueError, match="basis points"):
        share_bp(10, -1)
