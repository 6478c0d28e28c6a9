"""What a stall holder or staff choose when something is given back; the same form at both doors."""

import uuid
from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.forms import PlainForm, PlainTextField
from shop.orders.masking import mask
from shop.orders.models import StallOrder
from shop.orders.shares import Left, left_of
from shop.persian import to_latin_digits
from shop.templatetags.bazarche import digits

REASONS = {
    "sold_out": _("I don't have it any more"),
    "damaged": _("It arrived damaged"),
    "wrong": _("Something else was sent"),
    "returned": _("The buyer sent it back"),
    "other": _("Another reason"),
}

DECLINE_REASONS = {
    "sold_out": _("I don't have it any more"),
    "no_time": _("I can't have it ready in time"),
    "too_far": _("I can't send it there"),
    "ill": _("I am ill or away"),
    "other": _("Another reason"),
}
RETURN_REASONS = {
    "not_liked": _("The buyer did not like it"),
    "damaged": _("It arrived damaged"),
    "wrong": _("Something else was sent"),
    "other": _("Another reason"),
}
CANCEL_REASONS = {
    "mistake": _("I ordered by mistake"),
    "mind": _("I don't need it any more"),
    "slow": _("It takes too long"),
    "other": _("Another reason"),
}

# Said to whoever wrote a number or an address that was hidden.
MASKED = _(
    "We hid a number or an address in it. What is said and paid here is kept safe by Bazarche; elsewhere it is not."
)


class RefundForm(PlainForm):
    """How many of each line, whether the sending too, and why. `refund_id` makes a second press the same refund."""

    refund_id = forms.UUIDField(widget=forms.HiddenInput)
    with_shipping = forms.BooleanField(
        label=_("Give the price of sending back, too"), required=False
    )
    reason = forms.ChoiceField(label=_("Why?"), choices=list(REASONS.items()))
    words = PlainTextField(
        label=_("In your own words"), max_length=120, required=False, widget=forms.TextInput()
    )

    def __init__(self, *args: Any, stall_order: StallOrder, **kwargs: Any) -> None:
        kwargs["initial"] = {"refund_id": uuid.uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.left: Left = left_of(stall_order)
        titles = {line.pk: line.title for line in stall_order.order.lines.all()}
        for line in self.left.lines:
            if line.quantity:
                self.fields[_name(line.order_line_id)] = forms.TypedChoiceField(
                    label=titles[line.order_line_id],
                    choices=[(n, digits(n)) for n in range(line.quantity + 1)],
                    coerce=int,
                    initial=0,
                )
        if not self.left.shipping or stall_order.state in StallOrder.TO_SEND:
            # Before sending it goes back with the last piece, and only then.
            del self.fields["with_shipping"]

    @property
    def pieces(self) -> list[forms.BoundField]:
        """The fields of the lines that something is left of."""
        return [self[name] for name in self.fields if name.startswith("line_")]

    def quantities(self) -> dict[int, int]:
        """Order line → pieces, as chosen."""
        return {
            int(name.removeprefix("line_")): n
            for name, n in self.cleaned_data.items()
            if name.startswith("line_")
        }

    def said_reason(self) -> str:
        """The reason in one line, with the words of whoever gives back."""
        chosen = str(REASONS[self.cleaned_data["reason"]])
        words = self.cleaned_data["words"]
        return f"{chosen}: {words}" if words else chosen


class EndingForm(PlainForm):
    """Why an order ends whole: one of a few reasons, or in one's own words. The other side reads it."""

    reason = forms.ChoiceField(label=_("Why?"), widget=forms.RadioSelect)
    words = PlainTextField(
        label=_("In your own words"), max_length=120, required=False, widget=forms.TextInput()
    )

    def __init__(self, *args: Any, reasons: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reasons = reasons
        cast(forms.ChoiceField, self.fields["reason"]).choices = list(reasons.items())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("reason") == "other" and not cleaned.get("words"):
            self.add_error("words", _("Please say it in a few words."))
        return cleaned

    def said_reason(self) -> str:
        """The reason in one line: the words alone when there is no better one. Phone numbers in it are hidden."""
        chosen, words = self.cleaned_data["reason"], mask(self.cleaned_data["words"]).text
        if chosen == "other":
            return words
        said = str(self.reasons[chosen])
        return f"{said}: {words}" if words else said


class MessageForm(PlainForm):
    text = PlainTextField(
        label=_("Your message"),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "Phone numbers, cards and addresses of messengers are hidden: all goes through Bazarche."
        ),
    )


class ReferenceForm(PlainForm):
    """A payment made by hand: the bank's number of it, or that the stall gave its buyer the cash."""

    reference = PlainTextField(
        label=_("The bank's number of the transfer"),
        max_length=80,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    from_stall_cash = forms.BooleanField(
        label=_("The stall gave the cash back itself"), required=False
    )

    def clean_reference(self) -> str:
        return to_latin_digits(self.cleaned_data["reference"]).strip()


def _name(order_line_id: int) -> str:
    return f"line_{order_line_id}"
