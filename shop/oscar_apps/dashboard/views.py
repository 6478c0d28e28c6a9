"""The dashboard's first page, and the desk's links to products in the shop, which stand at the other door."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.views.generic import RedirectView
from oscar.apps.catalogue.models import Product

from shop.accounts.rights import for_carers


class IndexView(RedirectView):
    """The types of products; figures stand on the desk."""

    pattern_name = "dashboard:catalogue-class-list"


@for_carers
def product_in_shop(request: HttpRequest, product_slug: str, pk: int) -> HttpResponse:
    product = get_object_or_404(Product, pk=pk)
    return HttpResponseRedirect(f"{settings.STOREFRONT_URL}/p/{(product.parent or product).slug}/")
