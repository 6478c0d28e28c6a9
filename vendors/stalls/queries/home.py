"""The first page and the page of categories."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import Any

from oscar.apps.catalogue.models import Category

from shop.storefront.cards import Card, Readiness
from vendors.stalls.models import Photo, Stall, showing_goods
from vendors.stalls.queries.cards import cards_of
from vendors.stalls.queries.listings import CLOSE_UP, public_stalls, shown_listings

NEWEST_LOOKED_AT = 240
CANDIDATES = 24


@dataclass(frozen=True, kw_only=True)
class Bay:
    """A category as an arch to walk through."""

    slug: str
    name: str
    picture: str


@dataclass(frozen=True, kw_only=True)
class Street:
    """A top category and the arches in it."""

    slug: str
    name: str
    bays: list[Bay]


@dataclass(frozen=True, kw_only=True)
class HomePage:
    bays: list[Bay]
    ready: list[Card]
    made: list[Card]
    stalls: list[Stall]
    stall_of_the_week: Stall | None


def home_page(*, today: date) -> HomePage:
    """The first page: a few goods of as many stalls as possible; what stands in front changes by day and week."""
    stalls = list(public_stalls())
    told = [stall for stall in stalls if stall.story and stall.state == Stall.State.OPEN]
    ready = _mixed_cards(made_to_order=False, today=today)
    made = _mixed_cards(made_to_order=True, today=today)
    return HomePage(
        bays=_bays_of(stalls)[:6],
        ready=[card for card in ready if card.readiness is Readiness.READY][:8],
        made=[card for card in made if card.readiness is Readiness.MADE][:4],
        stalls=stalls,
        stall_of_the_week=told[today.isocalendar().week % len(told)] if told else None,
    )


def _mixed_cards(*, made_to_order: bool, today: date) -> list[Card]:
    """Cards of the newest goods, stall after stall in turn, so that no stall fills the page."""
    newest = (
        shown_listings()
        .filter(product__fulfilment__made_days__isnull=not made_to_order)
        .order_by("-pk")
        .values_list("stall_id", "pk")[:NEWEST_LOOKED_AT]
    )
    of_stall: dict[int, list[int]] = {}
    for stall_id, listing_id in newest:
        of_stall.setdefault(stall_id, []).append(listing_id)
    turn = today.toordinal() % len(of_stall) if of_stall else 0
    rows = list(of_stall.values())
    rounds = zip_longest(*(rows[turn:] + rows[:turn]))
    wanted = [pk for each in rounds for pk in each if pk is not None][:CANDIDATES]
    return cards_of(wanted)


def _bays_of(stalls: Iterable[Any]) -> list[Bay]:
    """The stalls' categories, one of each street in turn, each with a picture of a stall in it."""
    streets: dict[str, dict[str, Bay]] = {}
    for stall in sorted(
        (each for each in stalls if each.main_category and each.arch_picture and each.shows_goods),
        key=lambda stall: stall.main_category.path,
    ):
        category = stall.main_category
        bay = Bay(slug=category.slug, name=category.name, picture=stall.arch_picture)
        streets.setdefault(category.path[: Category.steplen], {}).setdefault(category.slug, bay)
    rounds = zip_longest(*(street.values() for street in streets.values()))
    return [bay for each in rounds for bay in each if bay is not None]


def category_streets() -> list[Street]:
    """Every category with goods in it, under its top category, with a picture each; two statements."""
    pictures = dict(
        Photo.objects.filter(
            showing_goods("listing__stall__"),
            position=CLOSE_UP,
            listing__product__is_public=True,
            listing__product__categories__isnull=False,
        )
        .order_by("listing__product__categories", "pk")
        .distinct("listing__product__categories")
        .values_list("listing__product__categories", "key")
    )
    streets: list[Street] = []
    for category in Category.objects.filter(is_public=True).order_by("path"):
        if category.depth == 1:
            streets.append(Street(slug=category.slug, name=category.name, bays=[]))
        if streets and category.pk in pictures:
            streets[-1].bays.append(
                Bay(slug=category.slug, name=category.name, picture=pictures[category.pk])
            )
    return [street for street in streets if street.bays]
