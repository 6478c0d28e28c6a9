"""What staff type of the shop as a whole: commission rules and pick-up points."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from oscar.apps.catalogue.models import Category
from oscar.apps.partner.models import Partner

from shop.forms import PlainForm, PlainTextField
from shop.orders.models import PickupPoint
from shop.persian import to_latin_digits
from shop.templatetags.bazarche import digits
from vendors.desk.forms import MomentField

_PERCENT = re.compile(r"(\d{1,3})(?:[.\u066b/](\d{1,2}))?")
ALL_BP = 10_000


class PercentField(forms.CharField):
    """A percentage with up to two decimals, in three digit scripts, cleaned to basis points."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "dir": "ltr"})
        super().__init__(max_length=12, widget=widget, **kwargs)

    def clean(self, value: Any) -> int:
        typed = to_latin_digits(super().clean(value)).strip(" %\u066a")
        found = _PERCENT.fullmatch(typed)
        basis_points = (
            int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0")) if found else ALL_BP + 1
        )
        if basis_points > ALL_BP:
            message = _("Write a percentage from 0 to 100, such as %(example)s.")
            raise ValidationError(message % {"example": digits("7.5")})
        return basis_points


class OfCategory(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic at check time alone
    """A category by its whole path, as two may have one name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.full_name)


class CommissionForm(PlainForm):
    """A rule; without stall and category it is for all goods."""

    partner = forms.ModelChoiceField(
        Partner.objects.filter(stall__isnull=False).order_by("name"),
        label=_("Of which stall"),
        required=False,
        empty_label=_("of all stalls"),
    )
    category = OfCategory(
        Category.objects.order_by("path"),
        label=_("Of which goods"),
        required=False,
        empty_label=_("of all goods"),
    )
    commission_bp = PercentField(label=_("Percent of the price"))
    valid_from = MomentField(label=_("From"), help_text=_("Empty: from today."), required=False)
    valid_until = MomentField(
        label=_("Last day"), help_text=_("Empty: until you end it."), required=False
    )
    note = PlainTextField(label=_("Why"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = cleaned.get("valid_from"), cleaned.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("It ends before it begins."))
        return cleaned

    def rule(self, *, today: date) -> dict[str, Any]:
        """The cleaned form, by the names of `write_rule`."""
        cleaned = self.cleaned_data
        first, last = cleaned["valid_from"], cleaned["valid_until"]
        return {
            "partner_id": cleaned["partner"].pk if cleaned["partner"] else None,
            "category_id": cleaned["category"].pk if cleaned["category"] else None,
            "commission_bp": cleaned["commission_bp"],
            "valid_from": first.date() if first else today,
            "valid_until": last.date() if last else None,
            "note": cleaned["note"],
        }


class PickupPointForm(forms.ModelForm):  # type: ignore[type-arg]  # generic at check time alone
    """A place where buyers fetch parcels: the shop's own, never a home."""

    name = PlainTextField(label=_("Name"), max_length=80)
    city = PlainTextField(label=_("City"), max_length=40)
    address = PlainTextField(label=_("Address"), max_length=300)
    hours = PlainTextField(label=_("Open"), max_length=120)

    class Meta:
        model = PickupPoint
        fields = ("name", "city", "address", "hours", "is_active")
