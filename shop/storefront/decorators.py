"""Guards of the shopper's pages."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt

from shop.storefront.request import ShopperRequest

P = ParamSpec("P")
View = Callable[Concatenate[ShopperRequest, P], HttpResponse]


def from_our_own_pages(view: View[P]) -> View[P]:
    """Accept a post only from this site's own pages, without the CSRF cookie.

    For the one form that stands on pages of strangers: a token in it would give everybody a cookie and make every
    product page their own. Every browser of the last years names the origin of a post.
    """

    @csrf_exempt
    @wraps(view)
    def guarded(request: ShopperRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if _host_of(request.headers.get("Origin") or request.headers.get("Referer", "")) != (
            request.get_host()
        ):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return cast("View[P]", guarded)


def _host_of(address: str) -> str:
    """Empty for what names no host: the "null" of a hidden origin, or no address at all."""
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""
