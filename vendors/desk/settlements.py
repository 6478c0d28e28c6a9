"""Statements at the desk: prepare a month, read each one, approve it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shop.accounts.models import User
from shop.jalali import Month, tehran_date
from vendors.desk.finance import for_finance, said
from vendors.desk.money import earlier_drafts, month_of_statements, payout_of
from vendors.settlements.errors import FiguresChanged
from vendors.settlements.models import Settlement
from vendors.settlements.queries import accounts_of, orders_of_statement
from vendors.settlements.services.approve import approve_settlement
from vendors.settlements.services.prepare import prepare_settlements

FIRST_MONTH = Month(1400, 1)


@for_finance
@require_safe
def settlements(
    request: HttpRequest, user: User, year: int | None = None, month: int | None = None
) -> HttpResponse:
    """One month's statements; without a month, the last one that is over."""
    this_month = Month.of(tehran_date(timezone.now()))
    shown = this_month.previous() if year is None or month is None else _month(year, month)
    if not FIRST_MONTH <= shown <= this_month:
        raise Http404
    context = {
        "shown": month_of_statements(shown),
        "is_over": shown < this_month,
        "earlier": earlier_drafts(shown),
        "previous": shown.previous(),
        "next": shown.next() if shown < this_month else None,
    }
    return render(request, "desk/settlements.html", context)


@for_finance
@require_POST
def prepare(request: HttpRequest, user: User, year: int, month: int) -> HttpResponse:
    shown = _month(year, month)
    said(
        request,
        lambda: prepare_settlements(month=shown, by_user_id=user.pk, now=timezone.now()),
        _("Prepared. Somebody else looks at each statement now, and approves it."),
    )
    return redirect("desk:settlements_of_month", year, month)


@for_finance
@require_safe
def statement(request: HttpRequest, user: User, year: int, month: int, slug: str) -> HttpResponse:
    settlement = _statement(year, month, slug)
    context = {
        "statement": settlement,
        "payout": payout_of(settlement),
        "orders": orders_of_statement(settlement),
        "accounts": accounts_of(settlement.stall),
        "is_maker": settlement.prepared_by_id == user.pk,
        "now": timezone.now(),
    }
    return render(request, "desk/statement.html", context)


@for_finance
@require_POST
def approve(request: HttpRequest, user: User, year: int, month: int, slug: str) -> HttpResponse:
    """Approve the draft that was on the screen: one made anew meanwhile has another key, and is refused."""
    settlement = _statement(year, month, slug)

    def step() -> None:
        if request.POST.get("seen") != str(settlement.pk):
            raise FiguresChanged
        approve_settlement(settlement=settlement, by_user_id=user.pk, now=timezone.now())

    said(request, step, _("Approved. Somebody else can send it now."))
    return redirect("desk:statement", year, month, slug)


def _statement(year: int, month: int, slug: str) -> Settlement:
    shown = _month(year, month)
    statements = Settlement.objects.select_related("stall", "prepared_by", "approved_by")
    return get_object_or_404(statements, jyear=shown.year, jmonth=shown.month, stall__slug=slug)


def _month(year: int, month: int) -> Month:
    """Raises Http404 for a month that no calendar has."""
    try:
        found = Month(year, month)
    except ValueError as error:
        raise Http404 from error
    if not FIRST_MONTH <= found <= Month(1500, 12):
        raise Http404
    return found
