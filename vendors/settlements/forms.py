"""What is typed about accounts and payouts: a Sheba in any digits, a bank's number, a reason."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from shop.forms import PlainForm
from shop.persian import to_latin_digits
from shop.templatetags.bazarche import digits
from vendors.settlements.iban import SHEBA_DIGITS, parse_sheba
from vendors.settlements.models import Rail

LONGEST_TYPED = 60
_STRIPE_ACCOUNT = re.compile(r"acct_[A-Za-z0-9_]{3,35}")


class ShebaField(forms.CharField):
    """IR and 24 digits in any script and grouping, cleaned to plain letters; what is wrong is said in words."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Sheba number"))
        kwargs.setdefault(
            "help_text",
            _("IR and twenty-four digits; your bank's app shows it. Spaces do not matter."),
        )
        kwargs.setdefault(
            "widget",
            forms.TextInput(attrs={"dir": "ltr", "inputmode": "numeric", "autocomplete": "off"}),
        )
        super().__init__(max_length=LONGEST_TYPED, **kwargs)

    def clean(self, value: Any) -> str:
        typed: str = super().clean(value)
        if not typed:
            return ""
        try:
            return parse_sheba(typed)
        except ValueError:
            raise ValidationError(_problem(typed)) from None


def _problem(typed: str) -> str:
    n_digits = sum(letter.isdigit() for letter in to_latin_digits(typed))
    if n_digits != SHEBA_DIGITS:
        return str(
            _("A Sheba number has twenty-four digits after IR; you wrote %(count)s.")
            % {"count": digits(n_digits)}
        )
    return str(_("This number does not add up: one of its digits is wrong. Compare it once more."))


class ShebaForm(PlainForm):
    """A stall holder names their own bank account."""

    sheba = ShebaField()
    holder = forms.CharField(
        label=_("In whose name is the account?"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_holder(self) -> str:
        return " ".join(self.cleaned_data["holder"].split())

    @property
    def rail(self) -> Rail:
        return Rail.IBAN

    @property
    def number(self) -> str:
        return str(self.cleaned_data["sheba"])


class AccountForm(ShebaForm):
    """Staff name a stall's account, at a bank or at Stripe: one of the two numbers."""

    sheba = ShebaField(required=False)
    stripe_account = forms.CharField(
        label=_("Or an account at Stripe"),
        help_text=_("It begins with acct_. Leave it empty for a bank account."),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    field_order = ("holder", "sheba", "stripe_account")

    def clean_stripe_account(self) -> str:
        typed: str = self.cleaned_data["stripe_account"].strip()
        if typed and not _STRIPE_ACCOUNT.fullmatch(typed):
            raise ValidationError(_("An account at Stripe begins with acct_ and has no spaces."))
        return typed

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        numbers = [cleaned.get(name) for name in ("sheba", "stripe_account")]
        if not self.errors and sum(map(bool, numbers)) != 1:
            raise ValidationError(_("Give one number: a Sheba, or an account at Stripe."))
        return cleaned

    @property
    def rail(self) -> Rail:
        return Rail.IBAN if self.cleaned_data["sheba"] else Rail.STRIPE

    @property
    def number(self) -> str:
        return str(self.cleaned_data["sheba"] or self.cleaned_data["stripe_account"])


class PaidForm(PlainForm):
    """The bank says that it has paid."""

    reference = forms.CharField(
        label=_("The bank's tracking number"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )

    def clean_reference(self) -> str:
        return to_latin_digits(self.cleaned_data["reference"]).strip()


class CameBackForm(PlainForm):
    reason = forms.CharField(label=_("Why did it come back?"), max_length=200)
