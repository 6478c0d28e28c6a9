"""Exchange rates at the desk: what a euro costs today, entered by a person and never changed afterwards."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shop.accounts.models import User
from shop.payments.models import ExchangeRate
from shop.payments.rates import CURRENCIES, RateNeedsLook, RateRefused, current_rate, enter_rate
from vendors.desk.finance import for_finance
from vendors.desk.forms import RateForm

SHOWN = 60


@for_finance
@require_http_methods(["GET", "HEAD", "POST"])
def rates(request: HttpRequest, user: User) -> HttpResponse:
    """The rates so far, the newest first, and a form for the next one."""
    form = RateForm(request.POST or None)
    asks = False
    if form.is_valid():
        try:
            _enter(form, user)
        except RateNeedsLook as error:
            asks = True
            form.add_error("rial_per_unit", str(error))
        except RateRefused as error:
            form.add_error("as_of", str(error))
        else:
            messages.success(request, _("Entered. Cards are charged by it from now on."))
            return redirect("desk:rates")
    now = timezone.now()
    in_use = [current_rate(currency=currency, now=now) for currency in CURRENCIES]
    context = {
        "form": form,
        "asks": asks,
        "rates": ExchangeRate.objects.select_related("entered_by")[:SHOWN],
        "in_use": [rate.pk for rate in in_use if rate is not None],
    }
    return render(request, "desk/rates.html", context)


def _enter(form: RateForm, user: User) -> ExchangeRate:
    now = timezone.now()
    return enter_rate(
        currency=form.cleaned_data["currency"],
        rial_per_unit=form.cleaned_data["rial_per_unit"],
        as_of=form.cleaned_data["as_of"] or now,
        source=form.cleaned_data["source"],
        is_confirmed=form.cleaned_data["is_confirmed"],
        by_user_id=user.pk,
        now=now,
    )
