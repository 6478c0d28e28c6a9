"""What is said of goods, in one shape for forms, proposals and their comparison; and what is missing in it."""

import hashlib
import json
from typing import Any

from django.utils.translation import gettext as _
from oscar.apps.catalogue.models import (
    Category,
    Product,
    ProductAttribute,
    ProductAttributeValue,
    ProductClass,
)
from oscar.apps.partner.models import StockRecord

from vendors.stalls.models import CategoryClass, Listing

# The kinds of attribute that a stall is asked for.
ASKED = (
    ProductAttribute.TEXT,
    ProductAttribute.RICHTEXT,
    ProductAttribute.INTEGER,
    ProductAttribute.FLOAT,
    ProductAttribute.BOOLEAN,
    ProductAttribute.DATE,
    ProductAttribute.OPTION,
)
Words = dict[str, Any]


def words_of(listing: Listing) -> Words:
    """Title, description, category (its id or None) and attributes by code, as JSON would keep them; two statements."""
    product = listing.product
    category = product.categories.order_by("pk").values_list("pk", flat=True).first()
    return {
        "title": product.title,
        "description": product.description,
        "category": category,
        "attributes": attributes_of(product),
    }


def attributes_of(product: Product) -> dict[str, Any]:
    values = product.attribute_values.filter(attribute__type__in=ASKED).select_related("attribute")
    return {row.attribute.code: _plain(row) for row in values.order_by("attribute__code")}


def _plain(row: ProductAttributeValue) -> Any:
    kind = row.attribute.type
    if kind == ProductAttribute.OPTION:
        return row.value_option_id
    value = getattr(row, f"value_{kind}")
    return value.isoformat() if kind == ProductAttribute.DATE and value else value


def mark_of(listing: Listing) -> str:
    """A mark of all that somebody looks at before saying yes: words, prices and photos. Another when one changes."""
    prices = [(record.pk, str(record.price)) for record in records_of(listing).order_by("pk")]
    photos = list(listing.photos.values_list("key", flat=True))
    seen = json.dumps([words_of(listing), prices, photos], sort_keys=True, default=str)
    return hashlib.sha256(seen.encode()).hexdigest()[:16]


def records_of(listing: Listing) -> Any:
    """The stock records of the product and of its variants that are offered."""
    of_variants = StockRecord.objects.filter(
        product__parent_id=listing.product_id, product__is_public=True
    )
    return StockRecord.objects.filter(product_id=listing.product_id) | of_variants


def class_of(category: Category | None) -> ProductClass | None:
    """The kind of goods of a category: its own, else that of the nearest category above it. One statement."""
    if category is None:
        return None
    steps = range(Category.steplen, len(category.path) + 1, Category.steplen)
    above = [category.path[:length] for length in steps]
    row = (
        CategoryClass.objects.filter(category__path__in=above)
        .select_related("product_class")
        .order_by("-category__depth")
        .first()
    )
    return row.product_class if row else None


def open_categories() -> Any:
    """The categories goods may stand in: the public ones without any below them."""
    return Category.objects.filter(is_public=True, ancestors_are_public=True, numchild=0).order_by(
        "path"
    )


def asked_attributes(kind: ProductClass | None) -> list[ProductAttribute]:
    """What a stall is asked about goods of this kind, what must be answered first."""
    if kind is None:
        return []
    found = kind.attributes.filter(type__in=ASKED).select_related("option_group")
    return list(found.order_by("-required", "pk"))


def missing_of(listing: Listing) -> list[str]:
    """What goods still lack before anybody may see them, in words; empty when they are whole."""
    product = listing.product
    missing = []
    if not listing.photos.exists():
        missing.append(_("a photo"))
    if not product.title:
        missing.append(_("a name"))
    records = list(records_of(listing))
    if not records or any(not record.price for record in records):
        missing.append(_("a price"))
    fulfilment = getattr(product, "fulfilment", None)
    is_made = fulfilment is not None and fulfilment.made_days is not None
    if not is_made and any(record.num_in_stock is None for record in records):
        missing.append(_("how many there are"))
    category = product.categories.filter(pk__in=open_categories()).first()
    if category is None:
        missing.append(_("a category"))
    written = attributes_of(product)
    for attribute in asked_attributes(class_of(category)):
        if attribute.required and written.get(attribute.code) in (None, ""):
            missing.append(attribute.name)
    return missing
