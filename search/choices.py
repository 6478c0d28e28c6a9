"""What the page of a list offers: to tick, to take away, to turn to; with the addresses for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from search.forms import SORT_LABELS, WishForm
from search.results import SearchPage, Sort
from shop.templatetags.bazarche import toman

MOST_KINDS = 12
PAGES_AROUND = 2


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Pill:
    """A choice that is on, and the address of the page without it."""

    label: str
    address: str


@dataclass(frozen=True)
class Choices:
    kinds: list[Choice]
    stalls: list[Choice]
    sorts: list[Choice]
    pills: list[Pill]
    pages: list[tuple[int, str]]  # number and address; zero is a gap
    previous: str
    next: str


def choices_of(*, form: WishForm, page: SearchPage) -> Choices:
    """The choices of a page. What is chosen stays on offer even where nothing is left of it."""
    wish = page.wish
    addresses = {number: _address(form.address, page=number) for number in _near_pages(page)}
    return Choices(
        kinds=_kinds(form, page),
        stalls=[
            Choice(slug, name, count, slug in wish.stalls)
            for (slug, name), count in page.counts.stalls.items()
        ],
        sorts=[
            Choice(sort, str(label), 0, sort == wish.sort)
            for sort, label in SORT_LABELS.items()
            if sort != Sort.RELEVANCE or wish.query.alternatives
        ],
        pills=_pills(form, page),
        pages=_with_gaps(addresses) if page.pages > 1 else [],
        previous=addresses.get(wish.page - 1, ""),
        next=addresses.get(wish.page + 1, ""),
    )


def _kinds(form: WishForm, page: SearchPage) -> list[Choice]:
    """Categories right below the page's own; below none, the leaves with most products."""
    tree, counts, chosen = form.tree, page.counts.kinds, page.wish.kinds
    offered = tree.children(page.wish.category) if page.wish.category else tree.leaves()
    shown = [branch for branch in offered if counts.get(branch.path) or branch.path in chosen]
    shown = sorted(shown, key=lambda branch: -counts.get(branch.path, 0))[:MOST_KINDS]
    return [
        Choice(branch.slug, branch.name, counts.get(branch.path, 0), branch.path in chosen)
        for branch in shown
    ]


def _pills(form: WishForm, page: SearchPage) -> list[Pill]:
    wish, data = page.wish, form.address
    names = dict(page.counts.stalls.keys())
    pills = [
        Pill(branch.name, _address(data, without=("kind", branch.slug))) for branch in form.kinds
    ]
    pills += [
        Pill(names[slug], _address(data, without=("stall", slug)))
        for slug in wish.stalls
        if slug in names
    ]
    if wish.price.at_least is not None:
        label = _("from %(amount)s toman") % {"amount": toman(wish.price.at_least)}
        pills.append(Pill(label, _address(data, without=("price_min", None))))
    if wish.price.at_most is not None:
        label = _("up to %(amount)s toman") % {"amount": toman(wish.price.at_most)}
        pills.append(Pill(label, _address(data, without=("price_max", None))))
    if wish.is_ready:
        pills.append(Pill(_("Ready to send"), _address(data, without=("ready", None))))
    return pills


def _address(
    data: QueryDict, *, page: int = 1, without: tuple[str, str | None] | None = None
) -> str:
    """The address of this list at a page, or without a value (or any) of a name."""
    said = data.copy()
    said.pop("page", None)
    if without:
        name, value = without
        said.setlist(name, [each for each in said.getlist(name) if value and each != value])
    if page > 1:
        said["page"] = str(page)
    return f"?{said.urlencode()}"


def _near_pages(page: SearchPage) -> Iterable[int]:
    """First, last, and those around the one on screen."""
    here = page.wish.page
    around = range(here - PAGES_AROUND, here + PAGES_AROUND + 1)
    return sorted({1, page.pages, *(number for number in around if 1 <= number <= page.pages)})


def _with_gaps(addresses: dict[int, str]) -> list[tuple[int, str]]:
    numbers: list[tuple[int, str]] = []
    for number, address in addresses.items():
        if numbers and number - numbers[-1][0] > 1:
            numbers.append((0, ""))
        numbers.append((number, address))
    return numbers
