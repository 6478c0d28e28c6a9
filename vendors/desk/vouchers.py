"""Vouchers at the desk: codes that the shop bears, made and ended by whoever settles."""

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from shop.accounts.models import User
from shop.orders.models import Voucher
from shop.orders.services.voucher import end_voucher
from vendors.desk.finance import for_finance
from vendors.desk.forms import VoucherForm

SHOWN = 100


@for_finance
@require_http_methods(["GET", "HEAD", "POST"])
def vouchers(request: HttpRequest, user: User) -> HttpResponse:
    """The codes so far, those that end last first, and a form for a new one."""
    form = VoucherForm(request.POST or None)
    if form.is_valid():
        try:
            with transaction.atomic():
                Voucher.objects.create(**form.fields_of_voucher(), made_by=user)
        except IntegrityError:
            form.add_error("code", _("This code was given out already. Think of another one."))
        else:
            messages.success(request, _("Made. It works from its first day on."))
            return redirect("desk:vouchers")
    context = {"form": form, "vouchers": Voucher.objects.all()[:SHOWN], "now": timezone.now()}
    return render(request, "desk/vouchers.html", context)


@for_finance
@require_POST
def end(request: HttpRequest, user: User, voucher_id: int) -> HttpResponse:
    end_voucher(voucher_id=voucher_id, now=timezone.now())
    messages.success(request, _("Ended. Orders that have it keep it."))
    return redirect("desk:vouchers")
