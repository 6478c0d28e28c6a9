"""What the stall was paid, month by month, and the account it is paid to."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shop.money import Rial
from shop.papers import pdf_response
from vendors.panel.seat import Seat, for_money, for_owner, seated
from vendors.settlements.errors import SettlementError
from vendors.settlements.forms import ShebaForm
from vendors.settlements.queries import accounts_of, orders_of_statement, statements_of
from vendors.settlements.services.accounts import propose_account

MOST_ON_PAPER = 300  # orders, about ten pages; the others are one line


@require_safe
@seated
@for_money
def statement(request: HttpRequest, seat: Seat, year: int, month: int) -> HttpResponse:
    """One month's statement, order by order; it prints."""
    found = get_object_or_404(statements_of(seat.stall), jyear=year, jmonth=month)
    context = {"seat": seat, "statement": found, "orders": orders_of_statement(found)}
    return render(request, "panel/statement.html", context)


@require_safe
@seated
@for_money
def paper(request: HttpRequest, seat: Seat, year: int, month: int) -> HttpResponse:
    """The same as a PDF, to be kept or shown to somebody."""
    found = get_object_or_404(statements_of(seat.stall), jyear=year, jmonth=month)
    orders = orders_of_statement(found)
    context = {
        "seat": seat,
        "statement": found,
        "orders": orders[:MOST_ON_PAPER],
        "n_others": len(orders[MOST_ON_PAPER:]),
        "others": sum((row.net for row in orders[MOST_ON_PAPER:]), Rial(0)),
        "now": timezone.now(),
    }
    html = render_to_string("panel/statement_paper.html", context, request)
    return pdf_response(html, name=f"bazarche-{year}-{month:02}.pdf")


@require_http_methods(["GET", "HEAD", "POST"])
@seated
@for_owner
def account(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Where the stall is paid. Its owner alone sees it and names another; staff then ask and approve."""
    form = ShebaForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _propose(request, seat, form):
        return redirect("panel:account")
    context = {"seat": seat, "accounts": accounts_of(seat.stall), "form": form}
    return render(request, "panel/account.html", context | {"now": timezone.now()})


def _propose(request: HttpRequest, seat: Seat, form: ShebaForm) -> bool:
    try:
        propose_account(
            stall=seat.stall,
            rail=form.rail,
            number=form.number,
            holder=form.cleaned_data["holder"],
            by_user_id=seat.user.pk,
            now=timezone.now(),
        )
    except SettlementError as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("Thank you. We look at it and call you before it is used."))
    return True
