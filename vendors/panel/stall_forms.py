"""What is asked when a stall goes on holiday, ends, or says something to a pause."""

from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shop.forms import MobileField, PlainForm, PlainTextField
from shop.jalali import parse_day, written_day
from shop.templatetags.bazarche import digits, jalali_day
from vendors.stalls.models import Stall, StallMember

# Days away that are offered; another day may be written.
OFFERED: Final = (2, 4, 8, 15, 31)
OTHER: Final = "other"
EXAMPLE: Final = "1405/10/01"


class HolidayForm(PlainForm):
    """When the stall is back, as one of a few days or one that is written, and whether buyers may order for later."""

    until = forms.ChoiceField(
        label=_("On which day do you work again?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a day.")},
    )
    other = PlainTextField(
        label=_("Another day"),
        max_length=20,
        required=False,
        help_text=_("Such as %(example)s") % {"example": EXAMPLE},
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    takes_preorders = forms.BooleanField(
        label=_("Buyers may order meanwhile; I make and send it when I am back"), required=False
    )
    note = PlainTextField(
        label=_("A word to your buyers"),
        max_length=200,
        required=False,
        widget=forms.TextInput,
    )

    def __init__(self, *args: Any, stall: Stall, today: date, **kwargs: Any) -> None:
        until = stall.holiday_until
        kwargs["initial"] = {
            "takes_preorders": stall.takes_preorders,
            "note": stall.holiday_note,
            "other": written_day(until, get_language() or "fa") if until else "",
            "until": OTHER if until else None,
        }
        super().__init__(*args, **kwargs)
        offered = [today + timedelta(days=days) for days in OFFERED]
        days = [(day.isoformat(), jalali_day(day)) for day in offered]
        self.fields["until"].choices = [*days, (OTHER, _("Another day, written below"))]  # type: ignore[attr-defined]
        self.fields["other"].help_text = _("Such as %(example)s") % {"example": digits(EXAMPLE)}

    def clean_other(self) -> date | None:
        if self.cleaned_data.get("until") != OTHER:
            return None
        try:
            return parse_day(self.cleaned_data["other"])
        except (ValueError, OverflowError):
            message = _("Write the day, such as %(example)s.") % {"example": digits(EXAMPLE)}
            raise ValidationError(message) from None

    def day(self) -> date:
        """The day that was chosen or written."""
        other: date | None = self.cleaned_data["other"]
        return other or date.fromisoformat(self.cleaned_data["until"])


class CloseForm(PlainForm):
    is_sure = forms.BooleanField(
        label=_("Yes, I want to close my stall"),
        error_messages={"required": _("Mark this if you are sure.")},
    )
    reason = PlainTextField(
        label=_("Would you tell us why?"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class AppealForm(PlainForm):
    text = PlainTextField(
        label=_("What do you want to say?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class MemberForm(PlainForm):
    """Somebody who is to work for the stall, by their number."""

    phone = MobileField(label=_("Mobile number"))
    name = PlainTextField(label=_("Name"), max_length=80, widget=forms.TextInput)
    role = forms.ChoiceField(
        label=_("As what?"),
        widget=forms.RadioSelect,
        choices=[
            (
                StallMember.Role.HELPER.value,
                _("Helper: packs and sends, sees no money"),
            ),
            (
                StallMember.Role.FACILITATOR.value,
                _("Facilitator: does everything beside you, and it is written down"),
            ),
        ],
        error_messages={"required": _("Choose one of the two.")},
    )


class BeginForm(PlainForm):
    """The first question of a new stall."""

    name = PlainTextField(
        label=_("What is your stall called?"),
        min_length=2,
        max_length=80,
        widget=forms.TextInput(attrs={"autofocus": True}),
    )
    person = PlainTextField(
        label=_("And what is your own name?"), max_length=80, widget=forms.TextInput
    )
