"""A Sheba is read as people type it, and a wrong one is never taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendors.settlements.iban import masked, parse_sheba

SHEBA = "IR062960000000100324200001"


@pytest.mark.parametrize(
    "typed",
    [
        SHEBA,
        "062960000000100324200001",
        "ir06 2960 0000 0010 0324 2000 01",
        "IR06-2960-0000-0010-0324-2000-01",
        "۰۶۲۹۶۰۰۰۰۰۰۰۱۰۰۳۲۴۲۰۰۰۰۱",
    ],
)
def test_a_sheba_is_read_as_it_is_typed(typed: str) -> None:
    assert parse_sheba(typed) == SHEBA


@pytest.mark.parametrize(
    "typed",
    ["", "IR", SHEBA[:-1], SHEBA + "0", "DE89370400440532013000", "NaN", "1e999", "IR" + "x" * 24],
)
def test_what_is_no_sheba_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"Sheba|check number"):
        parse_sheba(typed)


@given(place=st.integers(2, 25), digit=st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_noticed(place: int, digit: str) -> None:
    wrong = SHEBA[:place] + digit + SHEBA[place + 1 :]
    if wrong == SHEBA:
        assert parse_sheba(wrong) == SHEBA
    else:
        with pytest.raises(ValueError, match="check number"):
            parse_sheba(wrong)


def test_a_masked_number_shows_its_end_alone() -> None:
    assert masked(SHEBA) == "IR••0001"
    assert masked("") == ""
