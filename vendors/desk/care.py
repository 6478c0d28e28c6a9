"""Pages of whoever looks after the stalls; for everybody else at the desk they are not there."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from shop.accounts.models import User
from vendors.stalls.access import may_look_after

DeskView = Callable[..., HttpResponse]


def for_stall_staff(view: DeskView) -> DeskView:
    """Give the view the person who looks after stalls; who may not finds nothing."""

    @wraps(view)
    def with_carer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if not isinstance(user, User) or not may_look_after(user):
            raise Http404
        return view(request, user, *args, **kwargs)

    return with_carer
