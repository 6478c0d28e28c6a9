"""Deny by default: who may open the record, which plans they see, and the log of every look."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse

from vendors.livelihood.plans.models import EmploymentPlan
from vendors.livelihood.staff.models import AccessLog, Officer

P = ParamSpec("P")
OfficerView = Callable[Concatenate[HttpRequest, Officer, P], HttpResponse]


def officer_of(request: HttpRequest) -> Officer | None:
    """The livelihood officer who asks; None for other staff and strangers. Looked up once a request."""
    if not hasattr(request, "officer"):
        user = request.user
        request.officer = (  # type: ignore[attr-defined]  # kept on the request for one look-up
            Officer.objects.select_related("district").filter(user_id=user.pk).first()
            if user.is_authenticated and user.is_staff
            else None
        )
    officer: Officer | None = request.officer  # type: ignore[attr-defined]  # as above
    return officer


def for_officers(view: OfficerView[P]) -> Callable[..., HttpResponse]:
    """The view gets the officer; for anybody else the page does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        officer = officer_of(request)
        if officer is None:
            raise Http404
        response = view(request, officer, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    return guarded


def log_read(
    *,
    officer: Officer,
    page: AccessLog.Page,
    plan: EmploymentPlan | None = None,
    n_plans: int = 1,
) -> None:
    """Write down that an officer looked at a plan, or at a list of `n_plans` of them."""
    AccessLog.objects.create(
        user_id=officer.user_id,
        district_id=officer.district_id,
        plan=plan,
        page=page,
        n_plans=n_plans,
    )
