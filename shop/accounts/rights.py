"""The rights of staff by name. Their packages declare and give them; shared pages ask for them.

Oscar's apps read this while they are loaded: no model may be imported here.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse

LOOK_AFTER: Final = "vendors_stalls.look_after"
SETTLE: Final = "vendors_settlements.settle"
View = Callable[..., HttpResponse]


def for_carers(view: View) -> View:
    """A page of whoever looks after the stalls; for everybody else it is not there."""
    return _with_one_of((LOOK_AFTER,), view)


def for_order_readers(view: View) -> View:
    """A page that names buyers or shows single sales: of whoever looks after stalls or settles with them."""
    return _with_one_of((LOOK_AFTER, SETTLE), view)


def may_read_orders(request: HttpRequest) -> bool:
    return _has_one_of((LOOK_AFTER, SETTLE), request)


def _has_one_of(rights: tuple[str, ...], request: HttpRequest) -> bool:
    return any(map(request.user.has_perm, rights))


def _with_one_of(rights: tuple[str, ...], view: View) -> View:
    @wraps(view)
    def where_allowed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not _has_one_of(rights, request):
            raise Http404
        return view(request, *args, **kwargs)

    return where_allowed
