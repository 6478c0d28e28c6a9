"""Money that goes back: a parcel with its books, giving back for any stall, what waits to be paid by hand, disputes."""

import logging
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.accounts.models import User
from shop.accounts.rights import LOOK_AFTER, for_order_readers
from shop.orders.errors import OrderError
from shop.orders.forms import ReferenceForm, RefundForm
from shop.orders.models import Dispute, Refund, StallOrder
from shop.orders.services.dispute import lose_dispute, open_dispute, win_dispute
from shop.orders.services.pay_back import record_refund_by_hand
from shop.orders.services.refund import plan_refund, refund_lines
from shop.payments.models import PaymentAttempt
from vendors.desk.finance import for_finance
from vendors.desk.forms import DisputeForm
from vendors.desk.queries import (
    money_of,
    open_disputes,
    refunds_by_hand,
    refunds_on_their_way,
    told_by_letter,
)

log = logging.getLogger(__name__)
ENDINGS = {"won": win_dispute, "lost": lose_dispute}


@for_order_readers
@require_safe
def parcel(request: HttpRequest, number: str) -> HttpResponse:
    """One stall's part of an order, its refunds and every posting it made in the books.

    What buyer and stall wrote to each other is for whoever looks after stalls.
    """
    stall_order = _parcel(number)
    thread = list(stall_order.messages.all()) if request.user.has_perm(LOOK_AFTER) else []
    if thread:
        log.info("messages.read stall_order=%s by_user=%s", stall_order.pk, request.user.pk)
    context = {
        "stall_order": stall_order,
        "thread": thread,
        "refunds": stall_order.refunds.all(),
        "postings": money_of(stall_order),
        "attempts": PaymentAttempt.objects.filter(order_id=stall_order.order_id).order_by(
            "created_at"
        ),
    }
    return render(request, "desk/parcel.html", context)


@for_finance
@require_http_methods(["GET", "HEAD", "POST"])
def give_back(request: HttpRequest, user: User, number: str) -> HttpResponse:
    stall_order = _parcel(number)
    form = RefundForm(request.POST or None, stall_order=stall_order)
    context: dict[str, Any] = {"stall_order": stall_order, "form": form}
    if form.is_valid():
        if stall_order.refunds.filter(pk=form.cleaned_data["refund_id"]).exists():
            return redirect("desk:parcel", number)  # pressed twice
        chosen = {
            "stall_order": stall_order,
            "quantities": form.quantities(),
            "with_shipping": form.cleaned_data.get("with_shipping", False),
        }
        try:
            context["plan"] = plan = plan_refund(**chosen)
            if request.POST.get("yes") == plan.seen:
                refund_lines(
                    **chosen,
                    refund_id=form.cleaned_data["refund_id"],
                    reason=form.said_reason(),
                    by_user_id=user.pk,
                    now=timezone.now(),
                )
                messages.success(request, _("Done. We have told the buyer."))
                return redirect("desk:parcel", number)
        except OrderError as error:
            form.add_error(None, str(error))
    return render(request, "desk/give_back.html", context)


@for_finance
@require_safe
def refunds(request: HttpRequest, user: User) -> HttpResponse:
    context = {
        "by_hand": refunds_by_hand(),
        "on_their_way": refunds_on_their_way(),
        "disputes": open_disputes(),
    }
    return render(request, "desk/refunds.html", context)


@for_finance
@require_http_methods(["GET", "HEAD", "POST"])
def by_hand(request: HttpRequest, user: User, refund_id: str) -> HttpResponse:
    """Note that a refund was paid outside the gateway."""
    refund = get_object_or_404(Refund.objects.select_related("stall_order__partner"), pk=refund_id)
    form = ReferenceForm(request.POST or None)
    if form.is_valid():
        try:
            record_refund_by_hand(
                refund=refund,
                from_stall_cash=form.cleaned_data["from_stall_cash"],
                reference=form.cleaned_data["reference"],
                now=timezone.now(),
            )
        except OrderError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Noted: the buyer has the money."))
            return redirect("desk:refunds")
    return render(request, "desk/refund_by_hand.html", {"refund": refund, "form": form})


@for_finance
@require_http_methods(["GET", "HEAD", "POST"])
def dispute(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """Enter what a buyer's bank has written: gateways without webhooks tell it by letter."""
    stall_order = _parcel(number)
    form = DisputeForm(request.POST or None)
    if form.is_valid():
        attempt = get_object_or_404(
            told_by_letter(),
            order_id=stall_order.order_id,
            state=PaymentAttempt.State.PAID,
        )
        try:
            open_dispute(attempt=attempt, claim=form.claim(), now=timezone.now())
        except OrderError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Noted. The stalls' shares are held until it is decided."))
            return redirect("desk:refunds")
    return render(request, "desk/dispute.html", {"stall_order": stall_order, "form": form})


@for_finance
@require_POST
def end_dispute(request: HttpRequest, user: User, dispute_id: int, ending: str) -> HttpResponse:
    found = get_object_or_404(Dispute, pk=dispute_id, attempt__in=told_by_letter())
    if ending not in ENDINGS or "sure" not in request.POST:
        messages.error(request, _("Tick that you are sure: this can't be taken back."))
        return redirect("desk:refunds")
    if ENDINGS[ending](dispute=found, now=timezone.now()):
        messages.success(request, _("Noted, and booked."))
    else:
        messages.error(request, _("This dispute was closed before. Here is how it stands."))
    return redirect("desk:refunds")


def _parcel(number: str) -> StallOrder:
    return get_object_or_404(
        StallOrder.objects.with_lines().select_related("partner__stall"), number=number
    )
