"""What staff type when they invite a stall or publish terms."""

from pathlib import PurePath
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from shop.forms import MobileField, PlainForm, PlainTextField
from vendors.stalls.models import Terms

MOST_AUDIO_BYTES: Final = 10 * 1024 * 1024
# By what the file begins with, whatever it is called: MP3 with and without a tag, Ogg, and MP4's sound.
AUDIO: Final = {".mp3": (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"), ".ogg": (b"OggS",)}


class InviteForm(PlainForm):
    phone = MobileField(label=_("Mobile number"))
    person = PlainTextField(label=_("Name of the person"), max_length=80, widget=forms.TextInput)
    name = PlainTextField(
        label=_("Name of the stall"),
        min_length=2,
        max_length=80,
        help_text=_("They may change it."),
        widget=forms.TextInput,
    )
    facilitator_phone = MobileField(
        label=_("Mobile number of a facilitator"),
        required=False,
        help_text=_("Whoever helps them from the beginning; they are told too."),
    )


class TermsForm(PlainForm):
    """A new version of the terms. The recording is for who would rather listen."""

    version = PlainTextField(label=_("Version"), max_length=20, widget=forms.TextInput)
    text = PlainTextField(
        label=_("Text"),
        min_length=20,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 12}),
    )
    audio = forms.FileField(
        label=_("Read aloud (MP3 or Ogg)"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "audio/mpeg,audio/ogg"}),
    )

    def clean_version(self) -> str:
        version: str = self.cleaned_data["version"]
        if Terms.objects.filter(version=version).exists():
            raise ValidationError(_("This version is there already. Choose another number."))
        return version

    def clean_audio(self) -> Any:
        audio = self.cleaned_data["audio"]
        if not audio:
            return None
        if audio.size > MOST_AUDIO_BYTES:
            raise ValidationError(_("This recording is over 10 megabytes."))
        begins = AUDIO.get(PurePath(audio.name).suffix.lower(), ())
        head = audio.read(4)
        audio.seek(0)
        if not head.startswith(begins or (b"\0nothing",)):
            raise ValidationError(_("This is no MP3 or Ogg recording."))
        return audio
