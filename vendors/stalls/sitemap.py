"""The public addresses for search engines, in both languages. Only what a stranger may see."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from django.urls import reverse
from oscar.apps.catalogue.models import Category

from vendors.stalls.models import Listing, Stall
from vendors.stalls.queries.listings import shown_listings


class Public(Sitemap):  # type: ignore[type-arg]  # generic for the type checker alone
    """Stands at the shop's own address, whatever host asked."""

    i18n = True
    protocol = urlsplit(settings.STOREFRONT_URL).scheme

    def get_domain(self, site: Any = None) -> str:
        return str(urlsplit(settings.STOREFRONT_URL).netloc)


class Pages(Public):
    def items(self) -> list[str]:
        return ["home", "categories", "help"]

    def location(self, item: str) -> str:
        return reverse(item)


class Categories(Public):
    def items(self) -> Any:
        return Category.objects.filter(is_public=True).order_by("path")

    def location(self, item: Any) -> str:
        return reverse("category", args=[item.slug])


class Stalls(Public):
    def items(self) -> QuerySet[Stall]:
        return Stall.objects.public().order_by("slug")


class Goods(Public):
    limit = 10_000

    def items(self) -> QuerySet[Listing]:
        return shown_listings().select_related("product").order_by("product__slug")

    def location(self, item: Listing) -> str:
        return reverse("product", args=[item.product.slug])


SITEMAPS = {"pages": Pages, "categories": Categories, "stalls": Stalls, "goods": Goods}
