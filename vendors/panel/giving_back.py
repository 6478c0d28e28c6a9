"""Giving something of an order back: which pieces, then what it does, then yes."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shop.orders.errors import OrderError
from shop.orders.forms import RefundForm
from shop.orders.services.refund import plan_refund, refund_lines
from vendors.panel.orders import own_order
from vendors.panel.seat import Seat, for_owner, seated


@require_http_methods(["GET", "HEAD", "POST"])
@seated
@for_owner
def give_back(request: HttpRequest, seat: Seat, number: str) -> HttpResponse:
    stall_order = own_order(seat, number)
    form = RefundForm(request.POST or None, stall_order=stall_order)
    context = {"seat": seat, "stall_order": stall_order, "form": form}
    if not form.is_valid():
        return render(request, "panel/give_back.html", context)
    if stall_order.refunds.filter(pk=form.cleaned_data["refund_id"]).exists():
        return redirect("panel:order", number=number)  # pressed twice
    chosen = {
        "stall_order": stall_order,
        "quantities": form.quantities(),
        "with_shipping": form.cleaned_data.get("with_shipping", False),
    }
    try:
        plan = plan_refund(**chosen)
        if request.POST.get("yes") != plan.seen:  # to the sums that were seen
            return render(request, "panel/give_back_sure.html", {**context, "plan": plan})
        refund_lines(
            **chosen,
            refund_id=form.cleaned_data["refund_id"],
            reason=form.said_reason(),
            by_user_id=seat.user.pk,
            now=timezone.now(),
        )
    except OrderError as error:
        form.add_error(None, str(error))
        return render(request, "panel/give_back.html", context)
    messages.success(request, _("Done. We have told the buyer."))
    return redirect("panel:order", number=number)
