"""What our middleware adds to a request, for the type checker."""

from typing import Any

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class ShopperRequest(HttpRequest):
    basket: Any  # Oscar's open basket, read when it is first asked for
    cookies_to_delete: list[str]
    htmx: HtmxDetails
