"""What staff type at the desk."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from shop.forms import PlainForm, TomanField, WholeNumberField
from shop.jalali import TEHRAN, parse_day
from shop.orders.services.dispute import Claim
from shop.orders.services.voucher import normal_code
from shop.payments.rates import CURRENCIES, DEAREST_RATE
from shop.persian import to_latin_digits
from shop.templatetags.bazarche import currency_name, digits

MIDNIGHT = time(0, 0)
EXAMPLE = "1405/09/04 10:30"
LARGEST_TOMAN = 10_000_000_000


class MomentField(forms.CharField):
    """A day, Jalali or Gregorian, and perhaps a clock time in Tehran; None when left empty."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}))
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> datetime | None:
        typed: str = super().clean(value)
        if not typed:
            return None
        day, _space, clock = to_latin_digits(typed).partition(" ")
        try:
            at = time.fromisoformat(clock.strip()) if clock else MIDNIGHT
            return datetime.combine(parse_day(day), at.replace(tzinfo=None), TEHRAN)
        except (ValueError, OverflowError):
            message = _("Write a day and a time, such as %(example)s.")
            raise ValidationError(message % {"example": digits(EXAMPLE)}) from None


class RateForm(PlainForm):
    """A rate of today. `is_confirmed` is asked for when the rate is far from the last one, or the first."""

    currency = forms.ChoiceField(label=_("Currency"))
    rial_per_unit = WholeNumberField(
        label=_("Rial for one"),
        help_text=_("In rial, not toman: one zero more."),
        at_least=1,
        at_most=DEAREST_RATE,
    )
    source = forms.CharField(
        label=_("Source"), help_text=_("Where you read it, for whoever asks later."), max_length=80
    )
    as_of = MomentField(
        label=_("As of"), help_text=_("Empty: now. Day and time in Tehran."), required=False
    )
    is_confirmed = forms.BooleanField(label=_("Yes, this rate is right"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"] = forms.ChoiceField(
            label=_("Currency"), choices=[(code, currency_name(code)) for code in CURRENCIES]
        )


class DisputeForm(PlainForm):
    """A complaint at a buyer's bank, as its letter says it."""

    gateway_id = forms.CharField(
        label=_("Number of the bank's letter"),
        max_length=80,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    amount = TomanField(
        label=_("Amount the bank has taken back"), at_least=1, at_most=LARGEST_TOMAN
    )
    reason = forms.CharField(label=_("Reason it gives"), max_length=80, required=False)

    def clean_gateway_id(self) -> str:
        return to_latin_digits(self.cleaned_data["gateway_id"]).strip()

    def claim(self) -> Claim:
        return Claim(
            gateway_id=self.cleaned_data["gateway_id"],
            charge_amount=int(self.cleaned_data["amount"]),
            reason=self.cleaned_data["reason"],
        )


class VoucherForm(PlainForm):
    """A new code: a share of the goods or a fixed sum, between two days, for so many orders."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    name = forms.CharField(label=_("What is it for?"), max_length=80)
    percent = WholeNumberField(
        label=_("Percent of the goods"), at_least=1, at_most=100, required=False
    )
    amount = TomanField(
        label=_("or a fixed sum"), at_least=1, at_most=LARGEST_TOMAN, required=False
    )
    at_most = TomanField(
        label=_("At most, of each order"), at_least=1, at_most=LARGEST_TOMAN, required=False
    )
    min_goods = TomanField(
        label=_("From goods worth"), at_least=0, at_most=LARGEST_TOMAN, required=False
    )
    starts_at = MomentField(label=_("From"))
    ends_at = MomentField(label=_("Until"), help_text=_("This moment does not count any more."))
    max_uses = WholeNumberField(
        label=_("For how many orders"),
        help_text=_("Empty: for any number."),
        at_least=1,
        at_most=1_000_000,
        required=False,
    )

    def clean_code(self) -> str:
        code = normal_code(self.cleaned_data["code"])
        if not code.isalnum():
            raise ValidationError(_("Letters and digits alone."))
        return code

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            if (cleaned["percent"] is None) == (cleaned["amount"] is None):
                self.add_error("percent", _("Write a percentage or a sum: one of the two."))
            if cleaned["starts_at"] >= cleaned["ends_at"]:
                self.add_error("ends_at", _("It ends before it begins."))
        return cleaned

    def fields_of_voucher(self) -> dict[str, Any]:
        return {**self.cleaned_data, "min_goods": self.cleaned_data["min_goods"] or 0}
