"""The database field of rials. Form fields for what people type stand in `shop/forms.py`."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.expressions import Combinable

from shop.money import Rial

Setting = TypeVar("Setting", contravariant=True)
Getting = TypeVar("Getting", covariant=True)

if TYPE_CHECKING:

    class _BigInteger(models.BigIntegerField[Setting, Getting]): ...

else:

    class _BigInteger(models.BigIntegerField, Generic[Setting, Getting]):
        pass


class RialField(_BigInteger[Setting, Getting]):
    """A bigint of rials that reads back as `Rial`."""

    _pyi_private_set_type: Rial | int | Combinable
    _pyi_private_get_type: Rial
    _pyi_lookup_exact_type: Rial | int

    def from_db_value(self, value: int | Decimal | None, *_context: Any) -> Rial | None:
        # PostgreSQL gives the sum of a bigint column as numeric.
        return Rial.from_decimal(value) if isinstance(value, Decimal) else _rial(value)

    def to_python(self, value: Any) -> Rial | None:
        if isinstance(value, float):
            raise ValidationError(self.error_messages["invalid"], params={"value": value})
        return _rial(super().to_python(value))

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, float | Decimal):
            raise TypeError(f"rials are whole numbers, not {type(value).__name__}")
        return super().get_prep_value(value)


def _rial(value: int | None) -> Rial | None:
    return None if value is None else Rial(value)
