"""First page, choice of stall, and money."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.accounts.doors import at_office
from shop.jalali import Month, tehran_date
from shop.payments.models import CASH
from vendors.panel.chart import year_chart
from vendors.panel.money import door_money, lines_of_month, to_come, year_of_sales
from vendors.panel.queries import glance
from vendors.panel.seat import CHOSEN, Seat, for_money, for_owner, memberships, seated, to_login
from vendors.settlements.queries import statements_of
from vendors.stalls.queries.readiness import last_step, terms_to_accept
from vendors.stalls.services.terms import say_whether_cash_is_taken

STATEMENTS_SHOWN = 13  # a year, and the month before it


@require_safe
@seated
def home(request: HttpRequest, seat: Seat) -> HttpResponse:
    today = tehran_date(timezone.now())
    context = {
        "seat": seat,
        "today": today,
        "glance": glance(seat, today=today),
        "last_step": last_step(seat.stall),
        "terms_wait": terms_to_accept(seat.stall) is not None,
    }
    return render(request, "panel/home.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def choose(request: HttpRequest) -> HttpResponse:
    """Which stall a person of several works for now."""
    if not request.user.is_authenticated:
        return to_login(request)
    if at_office():  # staff are at the stall of their errand, whatever they keep themselves
        raise Http404
    places = memberships(request.user)
    if request.method == "POST":
        picked = request.POST.get("stall", "")
        if picked not in {str(place.stall.public_id) for place in places}:
            raise Http404
        request.session[CHOSEN] = picked
        return redirect("panel:home")
    if not places:
        return render(request, "panel/no_stall.html", status=404)
    return render(request, "panel/choose.html", {"places": places})


@require_safe
@seated
@for_money
def money(
    request: HttpRequest, seat: Seat, year: int | None = None, month: int | None = None
) -> HttpResponse:
    this_month = Month.of(tehran_date(timezone.now()))
    try:
        shown = this_month if year is None or month is None else Month(year, month)
    except ValueError as error:
        raise Http404 from error
    # Nothing was sold before the first stall opened, nor will be in a month to come.
    if not Month(1400, 1) <= shown <= this_month:
        raise Http404
    sales = year_of_sales(seat, shown)
    context = {
        "seat": seat,
        "month": shown,
        "sales": sales[shown],
        "chart": year_chart(sales, shown=shown),
        "year": list(reversed(sales.items())),
        "lines": lines_of_month(seat, shown, page=_page(request)),
        "previous": shown.previous(),
        "next": shown.next() if shown < this_month else None,
    }
    if shown == this_month:
        context |= _now(seat)
    return render(request, "panel/money.html", context)


def _now(seat: Seat) -> dict[str, Any]:
    """What the page of the running month says besides: what comes and when, what was settled, and cash."""
    return {
        "to_come": to_come(seat, now=timezone.now()),
        "statements": statements_of(seat.stall)[:STATEMENTS_SHOWN],
        "door": door_money(seat),
        "is_cash_offered": CASH in settings.GATEWAYS,
        "takes_cash": seat.stall.partner.terms.takes_cash,
    }


def _page(request: HttpRequest) -> int:
    """The page asked for, from 1 on; the first for what is no page."""
    typed = request.GET.get("page", "")
    return (
        int(typed)
        if typed.isascii() and typed.isdigit() and 0 < len(typed) < 6 and int(typed)
        else 1
    )


@require_POST
@seated
@for_owner
def take_cash(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The stall holder says whether the stall takes cash at the door, from the next order on."""
    takes_cash = request.POST.get("takes_cash") == "1"
    say_whether_cash_is_taken(stall=seat.stall, takes_cash=takes_cash)
    said = _("Buyers nearby may now pay you at the door.") if takes_cash else _("No more cash.")
    messages.success(request, said)
    return redirect("panel:money")
