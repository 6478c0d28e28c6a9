"""Builds the search documents of products from the rows of the shop and the stalls."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.utils.html import strip_tags
from oscar.core.loading import get_model

from search.categories import CategoryTree, read_category_tree
from search.models import SearchText
from search.words import consonants, sound, stem, tokens, with_joined_pairs
from shop.money import Rial
from shop.orders.models import SellerTerms
from shop.persian import sort_key
from shop.storefront.cards import FEW
from vendors.stalls.models import Stall

Product = get_model("catalogue", "Product")
Category = get_model("catalogue", "Category")

# Bounds of what a stall holder may write: more of it would only slow the search down.
LONGEST_DESCRIPTION = 5_000


def build_documents(product_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Documents of those of these products that shoppers may see, by product id.

    A product is seen when it is public, stands in a public stall and is no mere variant.
    A fixed number of queries, whatever the number of products.
    """
    products = (
        Product.objects.filter(pk__in=list(product_ids), is_public=True)
        .exclude(structure=Product.CHILD)
        .filter(listing__stall__state__in=Stall.PUBLIC)
        .select_related("listing__stall", "fulfilment", "listing__stall__partner__terms")
        .prefetch_related(
            "stockrecords",
            Prefetch("children", Product.objects.filter(is_public=True)),
            "children__stockrecords",
            "categories",
            "listing__photos",
            "listing__stall__partner__shipping_rates",
        )
    )
    tree = read_category_tree()
    return {product.pk: _document(product, tree) for product in products}


def search_row(*, product_id: int, version: int, document: dict[str, Any]) -> SearchText:
    """The row that keeps this document, with its words ready to be searched."""
    title, stall = document["title"], document["stall_name"]
    everything = (title, stall, document["categories"], document["description"])
    return SearchText(
        product_id=product_id,
        version=version,
        document=document,
        title_words=_word_column(title),
        stall_words=_word_column(stall),
        words=_word_column(*everything),
        sounds=_spaced(sound(word) for text in (title, stall) for word in _words(text)),
        consonants=_spaced(consonants(word) for word in _words(title)),
        category_paths=document["category_paths"],
        stall_slug=document["stall_slug"],
        price=document["price"],
        in_stock=document["in_stock"],
        made_days=document["made_days"],
        listed_at=datetime.fromisoformat(document["listed_at"]),
    )


def _document(product: Any, tree: CategoryTree) -> dict[str, Any]:
    stall = product.listing.stall
    terms = getattr(stall.partner, "terms", None) or SellerTerms(partner=stall.partner)
    fulfilment = getattr(product, "fulfilment", None)
    made_days = fulfilment.made_days if fulfilment else None
    price, is_from, stock = _price_and_stock(product, is_made=made_days is not None)
    lineages = [
        tree.lineage(branch.path)
        for category in product.categories.all()
        if (branch := tree.by_pk().get(category.pk))
    ]
    branches = list(dict.fromkeys(branch for lineage in lineages for branch in lineage))
    photo = next(iter(product.listing.photos.all()), None)
    can_be_ordered = terms.takes_orders and price is not None and stock != 0
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
        "price": price,
        "in_stock": can_be_ordered,
        "made_days": made_days or 0,
        "listed_at": product.listing.created_at.isoformat(),
        "sort_title": sort_key(product.title),
        "card": {
            "slug": product.slug,
            "title": product.title,
            "stall_name": stall.name,
            "price": price,
            "is_from": is_from,
            "picture": photo.key if photo else "",
            "is_illustration": bool(photo and photo.is_illustration),
            # Counts above this are not shown, so they are no reason to write the document again.
            "stock": None if stock is None else min(stock, FEW),
            "made_days": made_days,
            "preparation_days": terms.preparation_days,
            "takes_orders": terms.takes_orders,
            "back_on": terms.back_on.isoformat() if terms.back_on else None,
        },
    }


def _price_and_stock(product: Any, *, is_made: bool) -> tuple[Rial | None, bool, int | None]:
    """Lowest price, whether variants differ in it, and the stock; None when made to order."""
    sellable = list(product.children.all()) if product.is_parent else [product]
    records = [record for each in sellable for record in each.stockrecords.all()]
    prices = {Rial.from_decimal(record.price) for record in records if record.price is not None}
    stock = None if is_made else sum(max(record.net_stock_level, 0) for record in records)
    return min(prices, default=None), len(prices) > 1, stock


def _words(text: str) -> list[str]:
    return with_joined_pairs(tokens(text))


def _word_column(*texts: str) -> str:
    words = [word for text in texts for word in _words(text)]
    return _spaced([*words, *map(stem, words)])


def _spaced(words: Iterable[str]) -> str:
    return f" {' '.join(dict.fromkeys(filter(None, words)))} "
