"""What a stall is asked about itself, one question a screen: each a form that knows its answer and keeps it."""

from datetime import time, timedelta
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _
from oscar.apps.catalogue.models import Category

from shop.forms import PlainForm, PlainTextField, WholeNumberField
from shop.jalali import weekday_name
from shop.templatetags.bazarche import digits
from vendors.stalls.models import Stall
from vendors.stalls.queries.listings import A_MONDAY, days_off_of
from vendors.stalls.services.page import say_days, say_of_stall, show_picture

MOST_DAYS = 60
SATURDAY = 5  # the week begins on it
WEEK = [(SATURDAY + place) % 7 for place in range(7)]
PICTURES = "image/jpeg,image/png,image/webp"


class Question(PlainForm):
    """One screen. `heading` asks, `why` says what it is for, `icon` stands beside both."""

    heading: ClassVar[Any] = ""
    why: ClassVar[Any] = ""
    icon: ClassVar[str] = "stall"
    is_holders_alone: ClassVar[bool] = False
    has_file: ClassVar[bool] = False

    def __init__(self, *args: Any, stall: Stall, **kwargs: Any) -> None:
        self.stall = stall
        super().__init__(*args, initial=self.now(stall), **kwargs)

    @classmethod
    def now(cls, stall: Stall) -> dict[str, Any]:
        """What the stall says now, as the form begins."""
        names = cls.base_fields
        return {name: getattr(stall, name) for name in names if hasattr(stall, name)}

    @classmethod
    def answer(cls, stall: Stall) -> str:
        """The answer in a few words, for the list of questions; empty while there is none."""
        first = next(iter(cls.now(stall).values()), "")
        return str(first or "")

    def keep(self) -> None:
        """Write the answer. Raises StallError."""
        say_of_stall(stall=self.stall, said=self.cleaned_data)


class NameQuestion(Question):
    heading = _("What is your stall called?")
    why = _("Buyers see this name above your goods. Choose one that is easy to say.")

    name = PlainTextField(
        label=_("Name of the stall"), min_length=2, max_length=80, widget=forms.TextInput
    )


class CategoryField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic for the type checker alone
    """Categories by their own names; the way to each would only be in the way."""

    def label_from_instance(self, category: Category) -> str:
        return str(category.name)


class GoodsKindQuestion(Question):
    heading = _("What do you make?")
    why = _("Choose what you make most. You may sell other things too.")
    icon = "grid"

    main_category = CategoryField(
        label=_("What do you make?"),
        queryset=Category.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={
            "required": _("Choose one of these."),
            "invalid_choice": _("This one is no longer there. Choose another."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leaves = Category.objects.filter(is_public=True, numchild=0).order_by("path")
        self.fields["main_category"].queryset = leaves  # type: ignore[attr-defined]

    @classmethod
    def answer(cls, stall: Stall) -> str:
        return stall.main_category.name if stall.main_category else ""


class CityQuestion(Question):
    heading = _("In which city do you work?")
    why = _("Buyers see the city alone, never a street.")
    icon = "home"

    city = PlainTextField(label=_("City"), max_length=40, widget=forms.TextInput)


class StoryQuestion(Question):
    heading = _("What is the story of your stall?")
    why = _("How did you begin? What do you do with care? A few sentences will do.")
    icon = "doc"

    story = PlainTextField(
        label=_("In your own words"),
        min_length=10,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    tagline = PlainTextField(
        label=_("And in one line"), max_length=140, required=False, widget=forms.TextInput
    )


class PictureQuestion(Question):
    has_file = True
    icon = "camera"

    picture = forms.FileField(
        label=_("Your photo"),
        widget=forms.ClearableFileInput(attrs={"accept": PICTURES}),
        error_messages={
            "required": _("Choose a photo first."),
            "empty": _("This photo did not arrive whole. Please send it once more."),
        },
    )
    as_cover: ClassVar[bool] = True

    @classmethod
    def key(cls, stall: Stall) -> str:
        return stall.cover if cls.as_cover else stall.logo

    @classmethod
    def answer(cls, stall: Stall) -> str:
        return gettext("There is one") if cls.key(stall) else ""

    def keep(self) -> None:
        upload = self.cleaned_data["picture"]
        show_picture(stall=self.stall, upload=upload, as_cover=self.as_cover)


class CoverQuestion(PictureQuestion):
    heading = _("A photo of your work")
    why = _("It stands wide over your stall: your table, your hands at work, your best goods.")


class LogoQuestion(PictureQuestion):
    heading = _("A small sign for your stall")
    why = _("Square and small, beside the name. If you have none, leave it out.")
    as_cover = False


class DaysQuestion(Question):
    heading = _("How soon do you send?")
    why = _("Goods that are ready leave within so many working days. Buyers are told the day.")
    icon = "truck"

    preparation_days = WholeNumberField(
        label=_("Working days until a parcel leaves"), at_least=0, at_most=MOST_DAYS
    )
    days_off = forms.TypedMultipleChoiceField(
        label=_("On which days do you send nothing?"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "fa"
        days = [(day, weekday_name(A_MONDAY + timedelta(days=day), language)) for day in WEEK]
        self.fields["days_off"].choices = days  # type: ignore[attr-defined]

    @classmethod
    def now(cls, stall: Stall) -> dict[str, Any]:
        terms = stall.partner.terms
        return {"preparation_days": terms.preparation_days, "days_off": terms.days_off}

    @classmethod
    def answer(cls, stall: Stall) -> str:
        days, off = stall.partner.terms.preparation_days, days_off_of(stall)
        within = ngettext("within %(days)s day", "within %(days)s days", days)
        within %= {"days": digits(days)}
        if not off:
            return within
        return gettext("%(within)s, not on %(off)s") % {"within": within, "off": off}

    def clean_days_off(self) -> list[int]:
        days: list[int] = self.cleaned_data["days_off"]
        if len(set(days)) == len(WEEK):
            raise ValidationError(_("One day of the week at least must be left."))
        return days

    def keep(self) -> None:
        say_days(stall=self.stall, **self.cleaned_data)


class HoursQuestion(Question):
    heading = _("When do you answer?")
    why = _("Buyers see when you answer and hand over parcels. Leave it empty if that differs.")
    icon = "clock"
    HOURS: ClassVar[list[tuple[str, str]]] = [("", "–")]

    answers_from = forms.TypedChoiceField(label=_("From"), required=False, empty_value=None)
    answers_until = forms.TypedChoiceField(label=_("Until"), required=False, empty_value=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hours = [(f"{hour:02}:00:00", digits(f"{hour}:00")) for hour in range(6, 24)]
        for field in ("answers_from", "answers_until"):
            self.fields[field].choices = [("", "–"), *hours]  # type: ignore[attr-defined]
            self.fields[field].coerce = time.fromisoformat  # type: ignore[attr-defined]

    @classmethod
    def answer(cls, stall: Stall) -> str:
        if stall.answers_from is None or stall.answers_until is None:
            return ""
        return gettext("%(first)s to %(last)s") % {
            "first": digits(stall.answers_from.strftime("%H:%M")),
            "last": digits(stall.answers_until.strftime("%H:%M")),
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = cleaned.get("answers_from"), cleaned.get("answers_until")
        if not self.errors and (first is None) != (last is None):
            self.add_error("answers_until", _("Choose both hours, or none."))
        elif first is not None and last is not None and first >= last:
            self.add_error("answers_until", _("This hour comes before the other one."))
        return cleaned


class ReturnsQuestion(Question):
    heading = _("What do you say of returns?")
    why = _("The rule of each thing stands beside its price. Here you may add a sentence.")
    icon = "return"

    returns_note = PlainTextField(
        label=_("Your sentence"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SellerKindQuestion(Question):
    heading = _("Who makes the goods?")
    why = _("It tells buyers what kind of place they buy from.")
    icon = "people"

    seller_kind = forms.ChoiceField(
        label=_("Kind of seller"), choices=Stall.SellerKind.choices, widget=forms.RadioSelect
    )

    @classmethod
    def answer(cls, stall: Stall) -> str:
        return stall.get_seller_kind_display()


class PersonQuestion(Question):
    heading = _("May we say your name?")
    why = _(
        "Only if you want. Nothing changes for your stall if you say no, and you may take it back any time."
    )
    icon = "user"
    is_holders_alone = True

    disclosure = forms.ChoiceField(
        label=_("May we say your name?"),
        choices=Stall.Disclosure.choices,
        widget=forms.RadioSelect,
    )
    keeper_name = PlainTextField(
        label=_("The name to be shown"), max_length=80, required=False, widget=forms.TextInput
    )

    @classmethod
    def answer(cls, stall: Stall) -> str:
        return stall.named_keeper or stall.get_disclosure_display()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("disclosure") != Stall.Disclosure.NOTHING and not cleaned.get("keeper_name"):
            self.add_error("keeper_name", _("Write the name that buyers should read."))
        return cleaned


# By the name in the address, in the order of the list.
QUESTIONS: dict[str, type[Question]] = {
    "name": NameQuestion,
    "goods_kind": GoodsKindQuestion,
    "city": CityQuestion,
    "story": StoryQuestion,
    "picture": CoverQuestion,
    "logo": LogoQuestion,
    "days": DaysQuestion,
    "hours": HoursQuestion,
    "returns": ReturnsQuestion,
    "seller_kind": SellerKindQuestion,
    "person": PersonQuestion,
}
