"""What staff read of goods that wait: the queue, one listing, and new words beside the old ones."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Least
from django.utils.translation import gettext_lazy as _
from oscar.apps.catalogue.models import Category, ProductAttribute

from shop.templatetags.bazarche import digits
from vendors.stalls.models import Listing, ListingChange, Stall
from vendors.stalls.queries.product import ATTRIBUTE_NAMES
from vendors.stalls.queries.words import words_of
from vendors.stalls.services.second_looks import SHOWN_BEFORE

FIELDS = {
    "title": _("Name"),
    "description": _("Words"),
    "category": _("Category"),
}


def listings_to_look_at() -> QuerySet[Listing]:
    """The goods that wait, those that have waited longest first."""
    return (
        Listing.objects.filter(state=Listing.State.REVIEW)
        .select_related("product", "stall")
        .prefetch_related("photos")
        .order_by("sent_at", "pk")
    )


def changes_to_look_at() -> QuerySet[ListingChange]:
    return (
        ListingChange.objects.filter(
            state=ListingChange.State.WAITING, listing__state__in=SHOWN_BEFORE
        )
        .select_related("listing__product", "listing__stall")
        .prefetch_related("listing__photos")
        .order_by("created_at", "pk")
    )


def photos_and_sizes_to_look_at() -> QuerySet[Listing]:
    """Goods in the shop whose photos or sizes changed since somebody looked at them, the oldest change first.

    What its stall has put away comes here when it is shown again.
    """
    return (
        Listing.objects.filter(
            Q(photos_changed_at__isnull=False) | Q(sizes_changed_at__isnull=False),
            state=Listing.State.LIVE,
        )
        .select_related("product", "stall")
        .prefetch_related("photos")
        .order_by(Least("photos_changed_at", "sizes_changed_at"), "pk")
    )


@dataclass(frozen=True)
class Difference:
    """One field, as shoppers see it and as it would be."""

    name: str
    before: str
    after: str

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


def differences_of(change: ListingChange) -> list[Difference]:
    """Every field that is said of the goods, old beside new; those that differ are marked. Five statements."""
    shown = words_of(change.listing)
    wanted = {**shown, **change.changes}
    categories = dict(
        Category.objects.filter(pk__in=[shown["category"], wanted["category"]]).values_list(
            "pk", "name"
        )
    )
    rows = [
        Difference(
            str(label), _text(shown[name], categories, name), _text(wanted[name], categories, name)
        )
        for name, label in FIELDS.items()
    ]
    codes = sorted({*shown["attributes"], *wanted["attributes"]})
    names = dict(ProductAttribute.objects.filter(code__in=codes).values_list("code", "name"))
    return rows + [
        Difference(
            str(ATTRIBUTE_NAMES.get(code, names.get(code, code))),
            _text(shown["attributes"].get(code)),
            _text(wanted["attributes"].get(code)),
        )
        for code in codes
    ]


def _text(value: Any, categories: dict[int, str] | None = None, name: str = "") -> str:
    if name == "category" and categories is not None:
        return categories.get(value, "–")
    if value is None:
        return ""
    return digits(value) if isinstance(value, int | float) else str(value)


@dataclass(frozen=True)
class Record:
    """What a stall's goods have been through here: the ground on which it is trusted."""

    shown: int
    sent_back: int


def record_of(stall: Stall) -> Record:
    states = Listing.State
    return Record(
        **Listing.objects.filter(stall=stall).aggregate(
            shown=Count("pk", filter=Q(state__in=(states.LIVE, states.HIDDEN))),
            sent_back=Count("pk", filter=Q(state=states.SENT_BACK)),
        )
    )
