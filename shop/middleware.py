"""What every request of both doors passes."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse


class BrokenRequestMiddleware:
    """Refuse with 400 what no person's browser sends and no table can keep; form fields judge their texts themselves.

    PostgreSQL keeps no NUL character, so one in an address or a cookie is a bad request and never an error of ours.
    Some encodings other than UTF-8 carry letters that cannot be written anywhere.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest
        if any("\x00" in cookie for cookie in request.COOKIES.values()):
            raise BadRequest
        if (request.content_params or {}).get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
            raise BadRequest
        return self.get_response(request)
