"""What a stall holder says of goods: photos first, then name, price, how many, category; a few more things after."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from oscar.apps.catalogue.models import ProductAttribute

from shop.forms import PlainTextField, TomanField, WholeNumberField
from shop.orders.masking import mask
from shop.persian import to_latin_digits
from vendors.panel.forms import DEAREST_TOMAN, MOST_PIECES
from vendors.panel.listing_queries import Tile
from vendors.stalls.models import Listing
from vendors.stalls.queries.product import ATTRIBUTE_NAMES
from vendors.stalls.queries.words import Words
from vendors.stalls.services.listing_words import Offer

IN_STOCK, MADE = "stock", "made"
LONGEST_TITLE, LONGEST_TEXT, LONGEST_ANSWER = 120, 4000, 500
MOST_DAYS, HEAVIEST_G = 120, 100_000
PHOTO_TYPES = "image/jpeg,image/png,image/webp,image/heic,image/heif"


class ManyFiles(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        return files.getlist(name) if isinstance(files, MultiValueDict) else []


class PhotosField(forms.Field):
    """Any number of files, from both inputs of this name: the camera's and the gallery's."""

    widget = ManyFiles

    def to_python(self, value: Any) -> list["File[bytes]"]:
        return list(value or [])


class WholeForm(forms.Form):
    """A form that may be kept half-filled until its goods are sent on their way."""

    WANTED: tuple[str, ...] = ()

    def __init__(self, *args: Any, is_whole: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.WANTED if is_whole else ():
            if name in self.fields:
                self.fields[name].required = True
        for field in self.fields.values():
            field.error_messages["required"] = _("Please fill this in.")


class ListingForm(WholeForm):
    """The one screen of goods. With variants, price and count stand on each of them instead."""

    WANTED = ("title", "price", "kind", "category")

    photos = PhotosField(label=_("Photos"), required=False)
    title = PlainTextField(label=_("What is it called?"), max_length=LONGEST_TITLE, required=False)
    price = TomanField(label=_("Price of one"), at_least=1, at_most=DEAREST_TOMAN, required=False)
    kind = forms.ChoiceField(
        label=_("Do you have it, or do you make it when it is ordered?"),
        choices=((IN_STOCK, _("I have it now")), (MADE, _("I make it to order"))),
        required=False,
    )
    count = WholeNumberField(label=_("How many?"), at_most=MOST_PIECES, required=False)
    made_days = WholeNumberField(
        label=_("In how many days is it ready?"), at_least=1, at_most=MOST_DAYS, required=False
    )
    weight_g = WholeNumberField(
        label=_("How heavy is the parcel?"),
        at_least=1,
        at_most=HEAVIEST_G,
        required=False,
        help_text=_("With its wrapping; the price of sending goes by it."),
    )
    category = forms.ChoiceField(label=_("What kind of thing is it?"), required=False)

    def __init__(
        self, *args: Any, tiles: Sequence[Tile], has_variants: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.tiles = tiles
        field = self.fields["category"]
        field.choices = [(tile.pk, tile.name) for tile in tiles]  # type: ignore[attr-defined]
        field.error_messages["invalid_choice"] = _(
            "This category is no longer there. Please choose another one."
        )
        if has_variants:
            del self.fields["price"], self.fields["count"]
        self.is_whole = kwargs["is_whole"]
        # Whichever of the two is answered: neither is called optional on the screen.
        for name in ("count", "made_days") if not self.is_bound else ():
            if name in self.fields:
                self.fields[name].required = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.is_whole:
            kind = cleaned.get("kind")
            needed = {IN_STOCK: "count", MADE: "made_days"}.get(kind or "")
            if needed in self.fields and needed not in self.errors and cleaned.get(needed) is None:
                self.add_error(needed, self.fields[needed].error_messages["required"])
        return cleaned

    def words(self) -> Words:
        words: Words = {"title": self.cleaned_data["title"]}
        if self.cleaned_data["category"]:
            words["category"] = int(self.cleaned_data["category"])
        return words

    def offer(self) -> Offer:
        is_made = self.cleaned_data["kind"] == MADE
        return Offer(
            price=self.cleaned_data.get("price"),
            count=None if is_made else self.cleaned_data.get("count"),
            made_days=self.cleaned_data["made_days"] if is_made else None,
            weight_g=self.cleaned_data["weight_g"],
        )


class MoreForm(WholeForm):
    """A few more things about goods, and what is asked of their kind."""

    unit = forms.ChoiceField(label=_("By what is it sold?"), choices=Listing.Unit.choices)
    returnable = forms.ChoiceField(label=_("May it come back?"), choices=Listing.Returnable.choices)
    description = PlainTextField(
        label=_("Tell of it in a few sentences"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    code = PlainTextField(
        label=_("Your own code for it"),
        max_length=40,
        required=False,
        help_text=_("Only you see it; in a table of goods it tells which row is which."),
    )

    def __init__(self, *args: Any, asked: Iterable[ProductAttribute], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = list(asked)
        for attribute in self.asked:
            field = field_of(attribute)
            field.required = attribute.required and kwargs["is_whole"]
            field.error_messages["required"] = _("Please fill this in.")
            self.fields[f"a_{attribute.code}"] = field
        if "has_code" in self.initial and not self.initial["has_code"]:
            del self.fields["code"]

    def words(self) -> Words:
        return {
            "description": self.cleaned_data["description"],
            "attributes": {
                attribute.code: value
                for attribute in self.asked
                if (value := self._plain(attribute)) not in (None, "")
            },
        }

    def _plain(self, attribute: ProductAttribute) -> Any:
        value = self.cleaned_data[f"a_{attribute.code}"]
        if attribute.type == ProductAttribute.OPTION:
            return int(value) if value else None
        return value.isoformat() if hasattr(value, "isoformat") else value


class FractionField(forms.FloatField):
    """A number with decimals, in three digit scripts."""

    def to_python(self, value: Any) -> Any:

        return super().to_python(to_latin_digits(str(value or "")).replace("\u066b", "."))


def field_of(attribute: ProductAttribute) -> forms.Field:
    """The box for an attribute, by its type."""

    label = ATTRIBUTE_NAMES.get(attribute.code, attribute.name)
    kind = attribute.type
    if kind == ProductAttribute.INTEGER:
        return WholeNumberField(label=label, at_most=2_000_000_000, required=False)
    if kind == ProductAttribute.FLOAT:
        return FractionField(label=label, required=False)
    if kind == ProductAttribute.BOOLEAN:
        return forms.BooleanField(label=label, required=False)
    if kind == ProductAttribute.DATE:
        return forms.DateField(
            label=label, required=False, widget=forms.DateInput(attrs={"type": "date"})
        )
    if kind == ProductAttribute.OPTION:
        options = attribute.option_group.options.all() if attribute.option_group else ()
        choices = [("", "–"), *((option.pk, option.option) for option in options)]
        return forms.ChoiceField(label=label, choices=choices, required=False)
    return PlainTextField(label=label, max_length=LONGEST_ANSWER, required=False)


class VariantForm(forms.Form):
    """One size or colour of goods with its own price and count."""

    size = PlainTextField(label=_("Size"), max_length=40, required=False)
    colour = PlainTextField(label=_("Colour"), max_length=40, required=False)
    price = TomanField(label=_("Price of one"), at_least=1, at_most=DEAREST_TOMAN)
    count = WholeNumberField(label=_("How many?"), at_most=MOST_PIECES)

    def __init__(self, *args: Any, is_counted: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_counted:
            del self.fields["count"]
        for field in self.fields.values():
            field.error_messages["required"] = _("Please fill this in.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not (cleaned.get("size") or cleaned.get("colour")):
            raise ValidationError(_("Write a size, a colour, or both."))
        for name in ("size", "colour"):
            if name in cleaned and mask(cleaned[name]).was_masked:
                self.add_error(name, _("No phone numbers and addresses here, please."))
        return cleaned
