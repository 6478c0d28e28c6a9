"""Categories and kinds of product."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from oscar.apps.catalogue.models import Category, ProductAttribute, ProductClass

from vendors.stalls.models import CategoryClass


def write_categories(rows: list[dict[str, Any]]) -> dict[str, Category]:
    """The tree of categories, by slug; a parent stands before its children in the file."""
    written: dict[str, Category] = {}
    for row in rows:
        parent = written[row["parent"]] if row["parent"] else None
        fields = {"name": row["name"], "slug": row["slug"]}
        if parent is None:
            written[row["slug"]] = Category.objects.add_root(fields)
        else:
            # treebeard counts children on the row itself: read it anew before each one
            parent.refresh_from_db()
            written[row["slug"]] = Category.objects.add_child(parent, fields)
    return written


def write_product_classes(rows: list[dict[str, Any]]) -> dict[str, ProductClass]:
    """The kinds of product with their attributes, by code."""
    written = {}
    for row in rows:
        kind = ProductClass.objects.create(name=row["name"], slug=row["code"])
        ProductAttribute.objects.bulk_create(
            ProductAttribute(
                product_class=kind,
                code=attribute["code"],
                name=attribute["name"],
                type=attribute["type"],
                required=attribute["required"],
            )
            for attribute in row["attributes"]
        )
        written[row["code"]] = kind
    return written


def write_category_classes(
    stalls: Iterable[Mapping[str, Any]],
    categories: Mapping[str, Category],
    kinds: Mapping[str, ProductClass],
) -> None:
    """A category's goods are of the kind that most stalls sell in it."""
    counted: dict[str, Counter[str]] = {}
    for stall in stalls:
        for goods in stall["products"]:
            counted.setdefault(goods["category"], Counter())[stall["product_class"]] += 1
    CategoryClass.objects.bulk_create(
        CategoryClass(category=categories[category], product_class=kinds[kind.most_common(1)[0][0]])
        for category, kind in sorted(counted.items())
    )
