from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from shop.fields import RialField, TomanField, WholeNumberField
from shop.money import Rial


def test_a_column_of_rials_reads_back_as_rials():
    column = RialField()
    assert column.get_internal_type() == "BigIntegerField"
    for stored in (1200, Decimal(1200)):
        read = column.from_db_value(stored, None, None)
        assert (type(read), read) == (Rial, 1200)
    assert column.from_db_value(None, None, None) is None
    assert type(column.to_python("1200")) is Rial


def test_a_column_of_rials_refuses_fractions():
    for wrong in (1.0, Decimal(1)):
        with pytest.raises(TypeError):
            RialField().get_prep_value(wrong)
    with pytest.raises(ValidationError):
        RialField().to_python(1.5)


@pytest.mark.parametrize("typed", ["۱٬۲۰۰", "1200", "١٢٠٠", "1,200"])
def test_toman_typed_in_any_script_becomes_rials(typed):
    cleaned = TomanField().clean(typed)
    assert (type(cleaned), cleaned) == (Rial, 12_000)


def test_an_amount_is_shown_in_toman_and_a_typed_text_as_it_was_typed():
    assert TomanField().prepare_value(Rial(12_000)) == 1200
    assert TomanField().prepare_value("۱۲ هزار") == "۱۲ هزار"
    assert not TomanField().has_changed(Rial(12_000), "۱٬۲۰۰")
    assert TomanField().has_changed(Rial(12_000), "۱٬۳۰۰")


@pytest.mark.parametrize("typed", ["12.5", "-1", "abc", "9" * 30])
def test_what_is_no_amount_is_refused_with_a_sentence(typed):
    with pytest.raises(ValidationError) as refused:
        TomanField().clean(typed)
    assert refused.value.messages[0]


def test_a_whole_number_keeps_to_its_bounds():
    field = WholeNumberField(min_value=1, max_value=30)
    assert field.clean("۳۰") == 30
    for typed in ("0", "31"):
        with pytest.raises(ValidationError):
            field.clean(typed)
    assert WholeNumberField(required=False).clean("") is None
