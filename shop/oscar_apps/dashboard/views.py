"""The dashboard's first page, and its links to the shop's pages, which stand at the other door."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.generic import RedirectView


class IndexView(RedirectView):
    """The list of products; figures stand on the desk."""

    pattern_name = "dashboard:catalogue-product-list"


def product_in_shop(request: HttpRequest, product_slug: str, pk: int) -> HttpResponse:
    return HttpResponseRedirect(f"{settings.STOREFRONT_URL}/p/{product_slug}/")


def category_in_shop(request: HttpRequest, category_slug: str, pk: int) -> HttpResponse:
    return HttpResponseRedirect(f"{settings.STOREFRONT_URL}/c/{category_slug.rsplit('/', 1)[-1]}/")
