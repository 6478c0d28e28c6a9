"""What a shopper may say about a list of products in the address of its page."""

from __future__ import annotations

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from search.categories import Branch, CategoryTree
from search.price_words import PriceRange
from search.results import LAST_PAGE, Sort, Wish
from search.understanding import LONGEST_QUERY, understand
from shop.forms import TomanField

MOST_CHOICES = 30

SORT_LABELS = {
    Sort.RELEVANCE: _("Best match"),
    Sort.NEWEST: _("Newest"),
    Sort.CHEAPEST: _("Cheapest"),
    Sort.DEAREST: _("Dearest"),
    Sort.SOONEST: _("Ready soonest"),
}


class WishForm(forms.Form):
    """Nothing is required, and what makes no sense is left out of the wish rather than refused."""

    q = forms.CharField(required=False)
    price_min = TomanField(required=False, label=_("from (toman)"))
    price_max = TomanField(required=False, label=_("up to (toman)"))
    ready = forms.BooleanField(required=False, label=_("Ready to send"))
    sort = forms.ChoiceField(required=False, choices=list(SORT_LABELS.items()), label=_("Sort by"))
    page = forms.IntegerField(required=False, min_value=1, max_value=LAST_PAGE)

    def __init__(
        self, data: QueryDict, *, tree: CategoryTree, category: Branch | None = None
    ) -> None:
        self.address = data
        super().__init__(self.address, auto_id="wish-%s")
        self.tree, self.category = tree, category

    @property
    def wish(self) -> Wish:
        """The wish as far as it can be understood."""
        self.is_valid()
        said = self.cleaned_data
        low, high = said.get("price_min"), said.get("price_max")
        if low is not None and high is not None:
            low, high = sorted((low, high))
        default = Sort.NEWEST if self.category else Sort.RELEVANCE
        return Wish(
            query=understand(said.get("q", "")[:LONGEST_QUERY]),
            category=self.category.path if self.category else "",
            kinds=tuple(branch.path for branch in self.kinds),
            stalls=tuple(self.address.getlist("stall")[:MOST_CHOICES]),
            price=PriceRange(at_least=low, at_most=high),
            is_ready=bool(said.get("ready")),
            sort=Sort(said.get("sort") or default),
            page=said.get("page") or 1,
        )

    @property
    def kinds(self) -> list[Branch]:
        """The categories that were ticked."""
        slugs = self.address.getlist("kind")[:MOST_CHOICES]
        return [branch for slug in slugs if (branch := self.tree.named(slug))]
