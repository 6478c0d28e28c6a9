"""Payouts at the desk: send the day's batch, fetch the bank's file, write down what became of each."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shop.accounts.models import User
from shop.jalali import tehran_date
from vendors.desk import money
from vendors.desk.finance import for_finance, said
from vendors.settlements.bankfile import as_csv, as_pain001
from vendors.settlements.errors import NothingToRelease
from vendors.settlements.forms import CameBackForm, PaidForm
from vendors.settlements.models import Payout, PayoutBatch, Rail
from vendors.settlements.queries import bank_order_of
from vendors.settlements.services.payout import (
    confirm_payout,
    release_batch,
    return_payout,
    take_back_transfer,
)

FILES = {"csv": (as_csv, "text/csv; charset=utf-8"), "xml": (as_pain001, "application/xml")}
SHOWN = 60


@for_finance
@require_safe
def payouts(request: HttpRequest, user: User) -> HttpResponse:
    """What waits to be sent, what was sent, and what came back."""
    context = {
        "waiting": money.waiting_payouts(user=user, today=tehran_date(timezone.now())),
        "left_behind": money.payouts_left_behind()[:SHOWN],
        "batches": money.batches()[:SHOWN],
        "came_back": money.payouts_that_came_back()[:SHOWN],
    }
    return render(request, "desk/payouts.html", context)


@for_finance
@require_POST
def release(request: HttpRequest, user: User, rail: str) -> HttpResponse:
    if rail not in Rail.values:
        raise Http404
    done = (
        _("The file is ready. Give it to the bank.")
        if rail == Rail.IBAN
        else _("On their way. The gateway's answers stand here in a minute.")
    )
    said(
        request,
        lambda: release_batch(rail=rail, by_user_id=user.pk, now=timezone.now()),
        done,
    )
    return redirect("desk:payouts")


@for_finance
@require_safe
def batch(request: HttpRequest, user: User, batch_id: int) -> HttpResponse:
    found = get_object_or_404(PayoutBatch.objects.select_related("released_by"), pk=batch_id)
    return _batch_page(request, found, PaidForm())


@for_finance
@require_safe
def bank_file(request: HttpRequest, user: User, batch_id: int, kind: str) -> HttpResponse:
    """The batch as the bank takes it: the same bytes each time."""
    found = get_object_or_404(PayoutBatch, pk=batch_id, rail=Rail.IBAN)
    if kind not in FILES:
        raise Http404
    write, content_type = FILES[kind]
    return HttpResponse(
        write(bank_order_of(found)),
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{found.reference}.{kind}"'},
    )


@for_finance
@require_POST
def confirm_all(request: HttpRequest, user: User, batch_id: int) -> HttpResponse:
    """The bank has paid the whole file; what came back before stays back."""
    found = get_object_or_404(PayoutBatch, pk=batch_id, rail=Rail.IBAN)
    form = PaidForm(request.POST)
    if not form.is_valid():
        return _batch_page(request, found, form)

    def step() -> None:
        still_open = found.payouts.filter(state=Payout.State.SENT).select_related(
            "account", "settlement__stall"
        )
        if not still_open:
            raise NothingToRelease
        for payout in still_open:
            _paid(payout, form)

    said(request, step, _("All that was open is paid now."))
    return redirect("desk:batch", batch_id)


@for_finance
@require_safe
def payout(request: HttpRequest, user: User, payout_id: UUID) -> HttpResponse:
    return _payout_page(request, _payout(payout_id), PaidForm(), CameBackForm())


@for_finance
@require_POST
def confirm(request: HttpRequest, user: User, payout_id: UUID) -> HttpResponse:
    found, form = _payout(payout_id), PaidForm(request.POST)
    if not form.is_valid():
        return _payout_page(request, found, form, CameBackForm())
    said(request, lambda: _paid(found, form), _("Paid. The stall sees it in its statement."))
    return redirect("desk:payout", payout_id)


@for_finance
@require_POST
def came_back(request: HttpRequest, user: User, payout_id: UUID) -> HttpResponse:
    """It came back, or is taken back: at the gateway that is asked first."""
    found, form = _payout(payout_id), CameBackForm(request.POST)
    if not form.is_valid():
        return _payout_page(request, found, PaidForm(), form)
    is_at_gateway = found.account.rail == Rail.STRIPE and found.state == Payout.State.CONFIRMED
    take_back = take_back_transfer if is_at_gateway else return_payout
    reason = form.cleaned_data["reason"]
    said(
        request,
        lambda: take_back(payout=found, reason=reason, now=timezone.now()),
        _("It is the stall's balance again, and stands in its next statement."),
    )
    return redirect("desk:payout", payout_id)


def _paid(payout: Payout, form: PaidForm) -> None:
    confirm_payout(payout=payout, reference=form.cleaned_data["reference"], now=timezone.now())


def _payout(payout_id: UUID) -> Payout:
    payouts = Payout.objects.select_related(
        "account", "batch", "settlement__stall", "approved_by", "released_by"
    )
    return get_object_or_404(payouts, pk=payout_id)


def _batch_page(request: HttpRequest, found: PayoutBatch, form: PaidForm) -> HttpResponse:
    rows = money.payouts_of(found)
    context = {
        "batch": found,
        "payouts": rows,
        "total": bank_order_of(found).total,
        "n_open": sum(row.state == Payout.State.SENT for row in rows),
        "form": form,
    }
    return render(request, "desk/batch.html", context)


def _payout_page(
    request: HttpRequest, found: Payout, paid: PaidForm, came_back: CameBackForm
) -> HttpResponse:
    context = {"payout": found, "paid": paid, "came_back": came_back}
    return render(request, "desk/payout.html", context)
