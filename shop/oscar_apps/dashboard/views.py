"""The dashboard's first page, and its links to the shop's pages, which stand at the other door."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.views.generic import RedirectView
from oscar.apps.catalogue.models import Category, Product


class IndexView(RedirectView):
    """The list of products; figures stand on the desk."""

    pattern_name = "dashboard:catalogue-product-list"


def product_in_shop(request: HttpRequest, product_slug: str, pk: int) -> HttpResponse:
    product = get_object_or_404(Product, pk=pk)
    return HttpResponseRedirect(f"{settings.STOREFRONT_URL}/p/{(product.parent or product).slug}/")


def category_in_shop(request: HttpRequest, category_slug: str, pk: int) -> HttpResponse:
    category = get_object_or_404(Category, pk=pk)
    return HttpResponseRedirect(f"{settings.STOREFRONT_URL}/c/{category.slug}/")
