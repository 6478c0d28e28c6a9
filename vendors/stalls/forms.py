"""What buyers and other visitors type about goods: a review, a question, a report."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shop.forms import MobileField, PlainForm, PlainTextField
from vendors.stalls.models import Review
from vendors.stalls.services.reviews import MOST_PHOTOS, Words

STARS = [
    ("5", pgettext_lazy("five stars", "excellent")),
    ("4", pgettext_lazy("four stars", "good")),
    ("3", pgettext_lazy("three stars", "fair")),
    ("2", pgettext_lazy("two stars", "poor")),
    ("1", pgettext_lazy("one star", "bad")),
]
SHORTEST_QUESTION = 5


class PhotosInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Any number of uploads; a list, empty when none was chosen."""

    widget = PhotosInput

    def clean(self, data: Any, initial: Any = None) -> "list[File[bytes]]":
        uploads = data if isinstance(data, list | tuple) else [data]
        return [super(PhotosField, self).clean(upload) for upload in uploads if upload]


class ReviewForm(PlainForm):
    """Stars, words, a name and photos. Of a review that is changed, `without` names the photos to take out."""

    stars = forms.ChoiceField(
        label=_("How is it?"),
        choices=STARS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose from one to five stars.")},
    )
    text = PlainTextField(
        label=_("What would you tell others of it?"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )
    name = PlainTextField(
        label=_("Your name, as it shall stand there"),
        max_length=40,
        required=False,
        help_text=_("Leave it empty, and it says “a buyer”."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "given-name"}),
    )
    photos = PhotosField(
        label=_("Photos of what came"),
        required=False,
        widget=PhotosInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        error_messages={"empty": _("This photo did not arrive whole. Please send it once more.")},
    )

    def __init__(self, *args: Any, review: Review | None, **kwargs: Any) -> None:
        if review is not None:
            kwargs["initial"] = {"stars": review.stars, "text": review.text, "name": review.name}
        super().__init__(*args, **kwargs)
        self.kept = list(review.photos.all()) if review else []
        if self.kept:
            self.fields["without"] = forms.MultipleChoiceField(
                label=_("Take these out again"),
                choices=[(str(photo.pk), photo.key) for photo in self.kept],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )

    def clean_photos(self) -> "list[File[bytes]]":
        photos: list[File[bytes]] = self.cleaned_data["photos"]
        if len(photos) > MOST_PHOTOS:
            raise ValidationError(_("Four photos at most. Please choose them again."))
        return photos

    def words(self) -> Words:
        return Words(
            stars=int(self.cleaned_data["stars"]),
            text=self.cleaned_data["text"],
            name=self.cleaned_data["name"],
            photos=self.cleaned_data["photos"],
            without=frozenset(map(int, self.cleaned_data.get("without", ()))),
        )


class OnceForm(PlainForm):
    """`form_id` makes a second press the same deed."""

    form_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"form_id": uuid.uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)


class QuestionForm(OnceForm):
    text = PlainTextField(
        label=_("What would you like to know?"),
        min_length=SHORTEST_QUESTION,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    phone = MobileField(
        label=_("Your mobile number"),
        help_text=_("Shown to nobody. We send you one message when the stall has answered."),
    )


class ReportForm(OnceForm):
    """Of a review with an answer one says which of the two is meant."""

    is_of_answer = forms.BooleanField(label=_("It is about the stall's answer"), required=False)
    reason = PlainTextField(
        label=_("What is wrong with it?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def __init__(self, *args: Any, has_answer: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_answer:
            del self.fields["is_of_answer"]
