"""Builds the search documents of products from the rows of the shop and the stalls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.utils.html import strip_tags

from search.categories import CategoryTree, read_category_tree
from search.models import SearchText
from search.words import consonants, sound, stem, tokens, with_joined_pairs
from shop.orders.models import ShippingRate
from shop.persian import sort_key
from shop.storefront.cards import FEW, Card, Readiness
from vendors.stalls.models import Listing
from vendors.stalls.queries.listings import card_of, public_listings

# Bounds of what a stall holder may write: more of it would only slow the search down.
LONGEST_DESCRIPTION = 5_000


def build_documents(product_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Documents of those of these products that shoppers may see, by product id.

    A fixed number of queries, whatever the number of products.
    """
    listings = (
        public_listings()
        .filter(product__in=list(product_ids))
        .prefetch_related(
            "product__categories",
            Prefetch("stall__partner__shipping_rates", ShippingRate.objects.offered()),
        )
    )
    tree = read_category_tree()
    return {listing.product_id: _document(listing, tree) for listing in listings}


def search_row(*, product_id: int, version: int, document: dict[str, Any]) -> SearchText:
    """The row that keeps this document, with its words ready to be searched."""
    title, stall = document["title"], document["stall_name"]
    everything = (title, stall, document["categories"], document["description"])
    return SearchText(
        product_id=product_id,
        version=version,
        document=document,
        title_words=_with_stems(title),
        stall_words=_with_stems(stall),
        words=_with_stems(*everything),
        sounds=_distinct(sound(word) for text in (title, stall) for word in _words(text)),
        consonants=_distinct(consonants(word) for word in _words(title)),
        # A space on either side, so that the beginning of a word can be asked for.
        spelling=f" {' '.join(_distinct([*_words(title), *_words(stall)]))} ",
        category_paths=document["category_paths"],
        stall_slug=document["stall_slug"],
        stall_name=stall,
        price=document["price"],
        in_stock=document["in_stock"],
        made_days=document["made_days"],
        listed_at=datetime.fromisoformat(document["listed_at"]),
    )


def _document(listing: Listing, tree: CategoryTree) -> dict[str, Any]:
    product, stall, card = listing.product, listing.stall, card_of(listing)
    places = tree.by_pk()
    lineages = [
        tree.lineage(places[category.pk].path)
        for category in product.categories.all()
        if category.pk in places
    ]
    branches = list(dict.fromkeys(branch for lineage in lineages for branch in lineage))
    return {
        "product_id": product.pk,
        "title": product.title,
        "stall_name": stall.name,
        "categories": " · ".join(branch.name for branch in branches),
        "description": strip_tags(product.description)[:LONGEST_DESCRIPTION],
        "category_paths": [branch.path for branch in branches],
        "stall_slug": stall.slug,
        "stall_facet": f"{stall.slug}|{stall.name}",
        "ships": [rate.method for rate in stall.partner.shipping_rates.all()],
        "price": card.price,
        "in_stock": card.readiness in (Readiness.READY, Readiness.MADE),
        "made_days": card.made_days or 0,
        "listed_at": listing.created_at.isoformat(),
        "sort_title": sort_key(product.title),
        "card": _stored(card),
    }


def _stored(card: Card) -> dict[str, Any]:
    """The card as JSON. Stock above what is shown is no reason to write a document again."""
    return asdict(card) | {
        "stock": None if card.stock is None else min(card.stock, FEW),
        "back_on": card.back_on and card.back_on.isoformat(),
    }


def _words(text: str) -> list[str]:
    return with_joined_pairs(tokens(text))


def _with_stems(*texts: str) -> list[str]:
    words = [word for text in texts for word in _words(text)]
    return _distinct([*words, *map(stem, words)])


def _distinct(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, words)))
