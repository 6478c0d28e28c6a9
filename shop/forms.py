"""Form fields for what people here type: numbers in three digit scripts, toman, phones, postcodes."""

import re
from html import unescape
from typing import Any

import nh3
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from shop.money import RIALS_IN_TOMAN, Rial
from shop.persian import parse_whole_number, to_latin_digits
from shop.templatetags.bazarche import digits, number

_MOBILE = re.compile(r"(?:\+98|0098|98|0)?(9[0-9]{9})")
_BETWEEN_DIGITS = re.compile(r"[\s\-\u2010-\u2015()\u200c\u200e\u200f\u202a-\u202e\u2066-\u2069.]")
_POSTCODE_DIGITS = 10
# What no sentence needs: control characters but line breaks, and marks that turn the direction of what follows.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
LONGEST_NUMBER = 40
LONGEST_TEXT = 20_000


def clean_text(text: str) -> str:
    """What a person wrote, without markup: tags go, scripts go whole, "a < b" and "<3" stay as they are.

    Pages escape whatever they show; this keeps markup out of messages, sheets and papers too. Cleaning what is clean
    changes nothing.
    """
    text = _UNSEEN.sub("", text.replace("\r\n", "\n"))
    while nh3.is_html(
        text
    ):  # what was written as &lt;b&gt; beside a tag is markup only after the first cleaning
        text = unescape(nh3.clean(text, tags=set()))
    return text.strip()


class PlainTextField(forms.CharField):
    """A sentence or a few, without markup; at most LONGEST_TEXT letters, however few are left after cleaning."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LONGEST_TEXT)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        # Cleaning goes round once for each level of escapes: a text of a million letters would keep a worker busy.
        return text if len(text) > LONGEST_TEXT else clean_text(text)


class PlainForm(forms.Form):
    """A form whose empty fields are asked for in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages["required"] = _("Please fill this in.")


class WholeNumberField(forms.Field):
    """A whole number, typed with Persian, Arabic or Latin digits and with or without groups."""

    default_error_messages = {
        "invalid": _("Write a whole number, such as %(example)s."),
        "too_small": _("At least %(limit)s."),
        "too_large": _("At most %(limit)s."),
    }

    def __init__(self, *, at_least: int = 0, at_most: int = 10**12, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        )
        super().__init__(**kwargs)
        self.at_least, self.at_most = at_least, at_most

    def prepare_value(self, value: Any) -> Any:
        return number(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values or not str(value).strip():
            return None
        try:
            if len(str(value)) > LONGEST_NUMBER:
                raise ValueError
            return parse_whole_number(str(value))
        except ValueError:
            message = self.error_messages["invalid"] % {"example": number(1200)}
            raise ValidationError(message, code="invalid") from None

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None:
            return
        if value < self.at_least:
            raise ValidationError(
                self.error_messages["too_small"] % {"limit": number(self.at_least)}
            )
        if value > self.at_most:
            raise ValidationError(
                self.error_messages["too_large"] % {"limit": number(self.at_most)}
            )


class TomanField(WholeNumberField):
    """Typed in toman, cleaned to `Rial`; an initial value is given in rials. None when left empty."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            whole, rest = divmod(int(value), RIALS_IN_TOMAN)
            # A price under one toman cannot be typed back, so it is not offered for typing.
            return number(whole if not rest else whole + 1)
        return value

    def clean(self, value: Any) -> Rial | None:
        typed: int | None = super().clean(value)
        return None if typed is None else Rial(typed * RIALS_IN_TOMAN)


class MobileField(forms.CharField):
    """An Iranian mobile number in any usual way of writing it, cleaned to +989…"""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"type": "tel", "dir": "ltr", "autocomplete": "tel"})
        )
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        typed: str = super().clean(value)
        found = _MOBILE.fullmatch(_BETWEEN_DIGITS.sub("", to_latin_digits(typed)))
        if not typed:
            return ""
        if found is None:
            raise ValidationError(
                _("A mobile number has eleven digits and begins with 09, such as %(example)s.")
                % {"example": digits("09123456789")}
            )
        return f"+98{found[1]}"


class PostcodeField(forms.CharField):
    """A ten-digit Iranian postal code, in any digits and any grouping, cleaned to ten Latin digits."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget",
            forms.TextInput(
                attrs={"inputmode": "numeric", "dir": "ltr", "autocomplete": "postal-code"}
            ),
        )
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        typed: str = super().clean(value)
        if not typed:
            return ""
        plain = _BETWEEN_DIGITS.sub("", to_latin_digits(typed))
        if not (plain.isascii() and plain.isdigit()):
            raise ValidationError(_("A postal code has digits only, ten of them."))
        if len(plain) != _POSTCODE_DIGITS:
            raise ValidationError(
                ngettext(
                    "A postal code has ten digits; you wrote %(count)s.",
                    "A postal code has ten digits; you wrote %(count)s.",
                    len(plain),
                )
                % {"count": digits(len(plain))}
            )
        return plain
