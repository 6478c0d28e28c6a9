"""Where stalls are paid: what waits for a second person, and each stall's accounts."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from shop.accounts.models import User
from vendors.desk.finance import for_finance, said
from vendors.desk.money import history_of, proposed_accounts, stalls_with_accounts
from vendors.settlements.errors import SettlementError
from vendors.settlements.forms import AccountForm
from vendors.settlements.models import PayoutAccount, Rail
from vendors.settlements.services.accounts import (
    approve_account,
    propose_account,
    refuse_account,
    refuse_unpayable,
)
from vendors.stalls.models import Stall

DECISIONS = {"approve": approve_account, "refuse": refuse_account}


@for_finance
def accounts(request: HttpRequest, user: User) -> HttpResponse:
    context = {
        "proposed": proposed_accounts(),
        "stalls": stalls_with_accounts(now=timezone.now()),
        "user_id": user.pk,
    }
    return render(request, "desk/accounts.html", context)


@for_finance
def account(request: HttpRequest, user: User, slug: str) -> HttpResponse:
    """One stall's accounts, and the form that proposes another."""
    stall = get_object_or_404(Stall, slug=slug)
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _propose(request, stall, form, user):
        return redirect("desk:account", slug)
    context = {"stall": stall, "history": history_of(stall), "form": form, "user_id": user.pk}
    return render(request, "desk/account.html", context)


@for_finance
@require_POST
def decide(request: HttpRequest, user: User, account_id: int, decision: str) -> HttpResponse:
    proposed = get_object_or_404(PayoutAccount.objects.select_related("stall"), pk=account_id)
    if decision not in DECISIONS:
        raise Http404
    done = (
        _("Approved. It is used when its waiting time is over.")
        if decision == "approve"
        else _("Refused. The stall is paid where it was paid before.")
    )
    said(
        request,
        lambda: DECISIONS[decision](account=proposed, by_user_id=user.pk, now=timezone.now()),
        done,
    )
    return redirect("desk:account", proposed.stall.slug)


def _propose(request: HttpRequest, stall: Stall, form: AccountForm, user: User) -> bool:
    try:
        if form.rail == Rail.STRIPE:
            refuse_unpayable(stripe_account=form.number)
        propose_account(
            stall=stall,
            rail=form.rail,
            number=form.number,
            holder=form.cleaned_data["holder"],
            by_user_id=user.pk,
            now=timezone.now(),
        )
    except SettlementError as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("Proposed. Somebody else has to approve it."))
    return True
