from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from shop.fields import RialField
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
