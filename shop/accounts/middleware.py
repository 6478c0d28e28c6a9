"""The wall before the office, and the answer to those who try too often."""

from collections.abc import Callable
from typing import Any

from allauth.core.exceptions import RateLimited
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from shop.accounts.doors import at_office
from shop.accounts.second_factor import is_completed, is_enrolled

GetResponse = Callable[[HttpRequest], HttpResponse]


class TooManyTriesMiddleware:
    """allauth lets some of its limits escape as exceptions: they are a page of ours, never an error."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, RateLimited):
            return render(request, "429.html", status=429)
        return None


class OfficeDoorMiddleware:
    """Behind the office door every page needs a staff member who has shown both factors in this session.

    Open are only the pages on which the first two questions are asked (views marked `login_not_required`).
    A person who is logged in and no staff member finds nothing here. No browser keeps a page: the next person at the
    same desk cannot go back to it.
    """

    ENROL, SHOW_AGAIN = "mfa_activate_totp", "mfa_reauthenticate"

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if at_office():
            response.headers["Cache-Control"] = "private, no-store"
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not at_office() or not getattr(view, "login_required", True):
            return None
        user = request.user
        if not user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not user.is_staff:
            raise Http404
        if is_completed(request):
            return None
        step = self.SHOW_AGAIN if is_enrolled(user_id=user.pk) else self.ENROL
        if request.resolver_match is not None and request.resolver_match.url_name == step:
            return None
        return redirect_to_login(request.get_full_path(), login_url=reverse(step))
