"""The categories of the shop: added, renamed, given a picture and a kind of goods, hidden."""

import logging
import secrets
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.db.models import Q
from oscar.apps.catalogue.models import Category, Product, ProductClass

from shop.jobs import publish
from shop.orders.events import ProductsChanged
from shop.pictures import picture_path
from vendors.stalls.errors import CategoryGone
from vendors.stalls.models import CategoryClass
from vendors.stalls.photos import store_photo

logger = logging.getLogger(__name__)
PICTURE_WIDTH = 320


def add_category(*, name: str, parent_id: int | None) -> Category:
    """A new category, below another or at the top. Raises CategoryGone when the one above is not there any more."""
    fields = {"name": name, "slug": secrets.token_hex(4)}
    with transaction.atomic():
        if parent_id is None:
            category = Category.objects.add_root(fields)
        else:
            parent = Category.objects.select_for_update().filter(pk=parent_id).first()
            if parent is None:
                raise CategoryGone
            category = Category.objects.add_child(parent, fields)
    logger.info("category.added category=%s", category.pk)
    return category


def change_category(
    *,
    category: Category,
    name: str,
    kind: ProductClass | None,
    is_public: bool,
    picture: "File[Any] | None",
) -> None:
    """Another name, kind, picture or visibility; `picture` None leaves it. Raises PhotoRefused.

    Goods in a hidden category stay in the shop, and can still be found by search.
    """
    key = store_photo(upload=picture) if picture else ""
    with transaction.atomic():
        row = Category.objects.select_for_update().get(pk=category.pk)
        was_public = row.is_public
        row.name, row.is_public = name, is_public
        if key:
            row.image.name = picture_path(key, PICTURE_WIDTH)
        row.save(update_fields=["name", "is_public", "image"])
        if is_public != was_public:
            row.set_ancestors_are_public()
        if kind is None:
            CategoryClass.objects.filter(category=row).delete()
        else:
            CategoryClass.objects.update_or_create(category=row, defaults={"product_class": kind})
        within = Q(categories__path__startswith=row.path)
        publish(
            ProductsChanged(sorted(Product.objects.filter(within).values_list("pk", flat=True)))
        )
    logger.info("category.changed category=%s", category.pk)
