from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, include, path
from django.views.decorators.http import require_http_methods
from oscar.apps.dashboard.apps import DashboardConfig as OscarDashboardConfig

from shop.accounts.rights import for_carers

LONGEST = 19  # digits of a number in an address


class DashboardConfig(OscarDashboardConfig):
    """Oscar's dashboard, cut down to types of products and to reading orders; mounted at the office door alone.

    Left out is what would change goods, orders or money, or what pages of ours do: products, categories, partners,
    offers, vouchers, users.
    """

    name = "shop.oscar_apps.dashboard"

    def get_urls(self) -> list[Any]:
        return [
            *_for_carers([path("", self.index_view.as_view(), name="index")]),
            path("catalogue/", include(_for_carers(self.catalogue_app.urls[0]))),
            path("orders/", include(self.orders_app.urls[0])),
        ]


def _for_carers(patterns: list[Any]) -> list[Any]:
    """Oscar's pages behind what they forget to ask: that keys and pages are numbers, and that a person asks.

    The right is asked for first, and who lacks it finds nothing; Oscar would answer 403.
    """
    return [
        _with_view(pattern, for_carers(_numbers_only(pattern.callback))) for pattern in patterns
    ]


def _with_view(pattern: URLPattern, view: Callable[..., HttpResponse]) -> URLPattern:
    return URLPattern(pattern.pattern, view, pattern.default_args, pattern.name)


def _numbers_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def guarded(request: HttpRequest, **arguments: Any) -> HttpResponse:
        asked = request.GET
        numbers = (arguments.get("pk", 1), asked.get("page", 1), asked.get("page_limit", 1))
        if not all(str(number).isdecimal() and len(str(number)) < LONGEST for number in numbers):
            raise Http404
        return view(request, **arguments)

    return guarded
