"""What a stall holder types: prices and counts in three digit scripts, a tracking code, a photo."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.forms import PlainForm, PlainTextField, TomanField, WholeNumberField, clean_text
from shop.orders.models import StallOrder
from shop.orders.shares import unsent_of
from shop.persian import to_latin_digits
from shop.templatetags.bazarche import digits

DEAREST_TOMAN = 100_000_000
MOST_PIECES = 100_000


class GoodsForm(forms.Form):
    """Price and count of one kind of goods; made-to-order goods have no count."""

    price = TomanField(label=_("Price of one"), at_least=1, at_most=DEAREST_TOMAN)
    count = WholeNumberField(label=_("How many?"), at_least=0, at_most=MOST_PIECES)

    def __init__(self, *args: Any, is_counted: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_counted:
            del self.fields["count"]


class CodeForm(PlainForm):
    """The carrier's number of a parcel that is on its way."""

    tracking_code = PlainTextField(
        label=_("Tracking code"),
        max_length=40,
        help_text=_("It stands on the receipt."),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )

    def clean_tracking_code(self) -> str:
        # Cleaned again: without its spaces "< b>" is a tag.
        return clean_text(to_latin_digits(self.cleaned_data["tracking_code"]).replace(" ", ""))


class ParcelForm(CodeForm):
    """How a parcel travels. A courier of the city gives no code, so the code may stay empty."""

    carrier = PlainTextField(label=_("Who carries it?"), max_length=40, widget=forms.TextInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["tracking_code"]
        code.required = False
        code.help_text = _("It stands on the receipt. Leave it empty when there is none.")

    @classmethod
    def for_order(cls, stall_order: StallOrder) -> "ParcelForm":
        """Empty but for the carrier the buyer has paid for."""
        return cls(initial={"carrier": stall_order.get_shipping_method_display()})


class PartForm(ParcelForm):
    """Which pieces go now. `part_number` makes a second press change nothing."""

    part_number = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, stall_order: StallOrder, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "carrier": stall_order.get_shipping_method_display(),
            "part_number": stall_order.shipments.count() + 1,
        }
        super().__init__(*args, **kwargs)
        unsent = unsent_of(stall_order)
        titles = {line.pk: line.title for line in stall_order.order.lines.all()}
        for line_id, n in unsent.items():
            if n:
                self.fields[f"line_{line_id}"] = forms.TypedChoiceField(
                    label=titles[line_id],
                    choices=[(each, digits(each)) for each in range(n + 1)],
                    coerce=int,
                    initial=0,
                )

    @property
    def line_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("line_")]

    def pieces(self) -> dict[int, int]:
        """Order line → how many, as chosen."""
        return {
            int(name.removeprefix("line_")): n
            for name, n in self.cleaned_data.items()
            if name.startswith("line_")
        }


class PhotoForm(forms.Form):
    photo = forms.FileField(
        label=_("Your photo"),
        widget=forms.ClearableFileInput(
            attrs={"accept": "image/jpeg,image/png,image/webp,image/heic,image/heif"}
        ),
        error_messages={
            "required": _("Choose a photo first."),
            "empty": _("This photo did not arrive whole. Please send it once more."),
        },
    )
