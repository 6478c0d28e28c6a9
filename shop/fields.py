"""Fields for rials in tables, and for amounts and numbers that people type."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from shop.money import Rial
from shop.persian import parse_whole_number

RIALS_IN_TOMAN = 10
LARGEST_BIGINT = 2**63 - 1

if TYPE_CHECKING:
    _BigInteger = models.BigIntegerField[Rial | int | Combinable, Rial]
else:
    _BigInteger = models.BigIntegerField


class RialField(_BigInteger):
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


class WholeNumberField(forms.Field):
    """A whole number typed in any of the three digit scripts, with or without thousands marks."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "dir": "ltr", "autocomplete": "off"})
    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": _("Write a whole number, for example 1,200.")
    }

    def __init__(self, *, min_value: int = 0, max_value: int = LARGEST_BIGINT, **options: Any):
        super().__init__(**options)
        self.validators += [MinValueValidator(min_value), MaxValueValidator(max_value)]

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        try:
            return parse_whole_number(str(value))
        except ValueError as not_a_number:
            raise ValidationError(self.error_messages["invalid"], "invalid") from not_a_number


class TomanField(WholeNumberField):
    """An amount typed in toman; cleaned to `Rial`. Bounds are in toman."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": _("Write the amount in toman as a whole number, for example 250,000.")
    }

    def __init__(self, *, max_value: int = LARGEST_BIGINT // RIALS_IN_TOMAN, **options: Any):
        super().__init__(max_value=max_value, **options)

    def clean(self, value: Any) -> Rial | None:
        toman = super().clean(value)
        return None if toman is None else Rial(toman * RIALS_IN_TOMAN)

    def prepare_value(self, value: Any) -> Any:
        # A value from our code is a Rial; a text is what the person typed, given back untouched.
        return int(value) // RIALS_IN_TOMAN if isinstance(value, Rial) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.prepare_value(initial) != self.to_python(data))
        except ValidationError:
            return True


def _rial(value: int | None) -> Rial | None:
    return None if value is None else Rial(value)
