from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, include, path
from django.views.decorators.http import require_http_methods
from oscar.apps.dashboard.apps import DashboardConfig as OscarDashboardConfig

LONGEST = 19  # digits of a number in an address


class DashboardConfig(OscarDashboardConfig):
    """Oscar's dashboard, cut down to what repairs the catalogue and reads orders; mounted at the office door alone.

    Left out is what would change orders or money, or what pages of ours do: partners, offers, vouchers, users.
    """

    name = "shop.oscar_apps.dashboard"

    def get_urls(self) -> list[Any]:
        urls = [
            path("", self.index_view.as_view(), name="index"),
            path("catalogue/", include(_guarded(self.catalogue_app.urls[0]))),
            path("orders/", include(self.orders_app.urls[0])),
        ]
        return self.post_process_urls(urls)


def _guarded(patterns: list[Any]) -> list[Any]:
    """Oscar's pages behind what they forget to ask: that keys and pages are numbers, and that a person asks."""
    return [_with_view(pattern, _numbers_only(pattern.callback)) for pattern in patterns]


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
