"""Pages of money at the desk: for staff with the right to settle; for everybody else they are not there."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse

from shop.accounts.models import User
from vendors.settlements.access import may_settle
from vendors.settlements.errors import SettlementError

DeskView = Callable[..., HttpResponse]


def for_finance(view: DeskView) -> DeskView:
    """Give the view the person who settles; who may not finds nothing."""

    @wraps(view)
    def with_settler(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if not isinstance(user, User) or not may_settle(user):
            raise Http404
        return view(request, user, *args, **kwargs)

    return with_settler


def said(request: HttpRequest, step: Callable[[], object], done: str) -> bool:
    """Take one step and say how it went; whether it went."""
    try:
        step()
    except SettlementError as error:
        messages.error(request, str(error))
        return False
    messages.success(request, done)
    return True
