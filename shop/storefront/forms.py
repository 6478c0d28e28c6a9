"""What the shopper types."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.forms import MobileField, PlainForm, PostcodeField, WholeNumberField
from shop.orders.parcels import Parcel
from shop.orders.services.place import Buyer
from shop.payments.models import GATEWAY_NAMES
from shop.storefront.provinces import PROVINCES, persian_name
from shop.storefront.services import MOST_OF_ONE


class ChooseForm(forms.Form):
    """A product and how many of it, from the button on its page."""

    product = forms.IntegerField(min_value=1, max_value=2**53)
    quantity = WholeNumberField(at_least=1, at_most=MOST_OF_ONE, required=False)

    def clean(self) -> dict[str, int]:
        return {
            "product_id": self.cleaned_data.get("product", 0),
            "quantity": self.cleaned_data.get("quantity") or 1,
        }


class QuantityForm(forms.Form):
    quantity = WholeNumberField(label=_("Quantity"), at_least=0, at_most=MOST_OF_ONE)


class AddressForm(PlainForm):
    """Where the parcels go, and the number their messages go to."""

    name = forms.CharField(
        label=_("Recipient's name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = MobileField(
        label=_("Mobile number"), help_text=_("The message about each parcel comes to this number.")
    )
    province = forms.ChoiceField(
        label=_("Province"),
        choices=PROVINCES,
        widget=forms.Select(attrs={"autocomplete": "address-level1"}),
    )
    city = forms.CharField(
        label=_("City"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
    )
    address = forms.CharField(
        label=_("Address"),
        max_length=240,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "street-address"}),
    )
    postcode = PostcodeField(label=_("Postal code"), help_text=_("Ten digits"))
    note = forms.CharField(
        label=_("A word to the stalls"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def buyer(self) -> Buyer:
        """The cleaned form; the province by its Persian name, as it is written on a parcel."""
        return Buyer(
            **{**self.cleaned_data, "province": persian_name(self.cleaned_data["province"])}
        )


class ShippingForm(forms.Form):
    """One way of sending for each parcel; fields are named by the seller."""

    def __init__(self, *args: Any, parcels: Iterable[Parcel], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for parcel in parcels:
            quotes = parcel.quotes
            self.fields[field_of(parcel.partner.pk)] = forms.ChoiceField(
                label=parcel.partner.name,
                choices=[(quote.method, quote.label) for quote in quotes],
                initial=quotes[0].method if quotes else None,
                error_messages={
                    "required": _("Choose how this parcel is sent."),
                    "invalid_choice": _("Choose how this parcel is sent."),
                },
            )

    def chosen(self) -> dict[int, str]:
        """Seller → method, of a valid form."""
        return {int(name.removeprefix("send_")): way for name, way in self.cleaned_data.items()}


def field_of(partner_id: int) -> str:
    return f"send_{partner_id}"


class VoucherForm(forms.Form):
    """The code, carried to the last press once it is typed."""

    voucher_code = forms.CharField(
        label=_("Voucher code"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )


class PayForm(forms.Form):
    """The last press: the total that was seen and the bank that was chosen."""

    seen_total = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, gateways: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["gateway"] = forms.ChoiceField(
            label=_("Pay by"),
            choices=[(name, GATEWAY_NAMES.get(name, name)) for name in gateways],
            initial=gateways[0] if gateways else None,
        )


class FindOrderForm(PlainForm):
    number = forms.CharField(
        label=_("Order number"),
        max_length=40,
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("It stands in the message we sent you."),
    )
    phone = MobileField(label=_("The mobile number you ordered with"))
    not_found = _(
        "We found no order with this number and this mobile number. Please look at both again."
    )
