"""Why staff decide something about a stall: ready-made sentences in plain words, and room for one's own."""

from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from shop.forms import PlainForm, PlainTextField

LONGEST_WORDS: Final = 340  # beside the longest ready-made one, within the 500 of a decision

# What a step is often taken for. The stall holder reads exactly this.
READY: Final[dict[str, dict[str, Any]]] = {
    "open": {},
    "send-back": {
        "photos": _("The photos are too dark or too far away. Please take them again in daylight."),
        "story": _("Please write a few sentences about yourself and how you make your goods."),
        "name": _("This name is taken or misleads buyers. Please choose another one."),
        "prices": _("Some prices look wrong. Please look at them once more."),
        "sending": _("Please say how you send your parcels and what it costs."),
        "licence": _("For this food we need to see its licence first. Please call us."),
    },
    "goods": {
        "dark": _("The photo is dark or blurred. Please take it again by a window."),
        "own": _("The photo is not of your own goods. Please take one yourself."),
        "number": _("There is a phone number or an address in the photo or the words."),
        "words": _("Please say what it is made of and how large it is."),
        "price": _("The price looks wrong. Please look at it once more."),
        "category": _("It stands in the wrong category. Please choose another one."),
        "licence": _("For this food we need to see its licence first. Please call us."),
        "barred": _("This may not be sold in the bazaar."),
    },
    "taken-down": {
        "barred": _("This may not be sold in the bazaar."),
        "differs": _("What buyers receive is not what the photo and the words show."),
        "own": _("The photo is not of your own goods. Please take one yourself."),
        "number": _("There is a phone number or an address in the photo or the words."),
        "words": _("What is written of it is not true, or hurts somebody."),
        "licence": _("For this food we need to see its licence first. Please call us."),
    },
    "pause": {
        "late": _("Several orders were not sent in time."),
        "complaints": _("Several buyers complained. We want to talk with you first."),
        "licence": _("A licence for your goods has run out."),
        "goods": _("Some of your goods may not be sold here."),
        "unreachable": _("We could not reach you for a while."),
    },
    "close": {
        "wish": _("You asked us to close it."),
        "terms": _("The terms of selling were broken several times."),
    },
}


class ReasonForm(PlainForm):
    """A ready-made reason, own words, or both. A stall is opened without any."""

    ready = forms.ChoiceField(label=_("Reason"), required=False, widget=forms.RadioSelect)
    words = PlainTextField(
        label=_("In your own words"),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, about: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reasons = READY[about]
        if self.reasons:
            self.fields["ready"] = forms.ChoiceField(
                label=_("Reason"),
                required=False,
                choices=list(self.reasons.items()),
                widget=forms.RadioSelect,
            )
        else:
            del self.fields["ready"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.reasons and not (cleaned.get("ready") or cleaned.get("words")):
            self.add_error("words", _("Choose a reason or write one: the stall holder reads it."))
        return cleaned

    def reason(self) -> str:
        """What the stall holder is told, in the language of the market."""
        ready = self.cleaned_data.get("ready", "")
        with translation.override(settings.LANGUAGE_CODE):
            sentences = [str(self.reasons[ready]) if ready else "", self.cleaned_data["words"]]
        return " ".join(filter(None, sentences))


class GoodsReasonForm(ReasonForm):
    """Why goods, or new words for them, are sent back; or why goods are taken out of the shop."""

    words = PlainTextField(
        label=_("In your own words"),
        required=False,
        max_length=180,  # beside the longest ready-made one, within the 300 of a listing
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, about: str = "goods", **kwargs: Any) -> None:
        super().__init__(*args, about=about, **kwargs)


class ErrandForm(PlainForm):
    reason = PlainTextField(
        label=_("Why?"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class AnswerForm(PlainForm):
    """The answer to an appeal."""

    answer = PlainTextField(
        label=_("Your answer; the stall holder reads it"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
